"""The report's pages as HTML: what they hold, and that what they point to is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from safeguarding.report.pages.site import unbroken, write_index, write_pack
from safeguarding.report.report_model import Edition, Row
from support.synthetic import synthetic_pack

VOID = {"meta", "link", "br", "img", "input", "hr", "rect"}
MOST_BYTES = 500_000


@dataclass
class Element:
    """An element with what is in it."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    content: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(each if isinstance(each, str) else each.text for each in self.content)

    def all(self, *tags: str) -> Iterator[Element]:
        for each in self.content:
            if isinstance(each, Element):
                if not tags or each.tag in tags:
                    yield each
                yield from each.all(*tags)

    def one(self, tag: str, **attributes: str) -> Element:
        wanted = {name.rstrip("_").replace("_", "-"): v for name, v in attributes.items()}
        (found,) = [e for e in self.all(tag) if wanted.items() <= e.attributes.items()]
        return found


class Tree(HTMLParser):
    """The elements of a page; what is not closed in order is a fault."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = self.at = Element("", {})
        self.feed(html)
        self.close()
        assert self.at is self.root, f"<{self.at.tag}> is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        new = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.content.append(new)
        if tag not in VOID:
            self.at = new

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.at.content.append(Element(tag, {name: value or "" for name, value in attrs}, self.at))

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.at.tag, f"</{tag}> closes <{self.at.tag}>"
        assert self.at.parent
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.content.append(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[Path, Element]:
    """All pages, read back."""
    paths = synthetic_pack.write_site(folder)
    return {path: Tree(path.read_text(encoding="utf-8")).root for path in paths}


@pytest.fixture(scope="module")
def overview(pages: dict[Path, Element]) -> Element:
    return next(root for path, root in pages.items() if path.parent.name == "2022-23")


@pytest.fixture(scope="module")
def strange(pages: dict[Path, Element]) -> Element:
    return next(root for path, root in pages.items() if path.stem == "strange-labels")


def test_files_are_those_of_the_pack(folder: Path, pages: dict[Path, Element]) -> None:
    names = [str(path.relative_to(folder)) for path in pages]
    home = "shire/2022-23"
    assert names == [
        "index.html",
        f"{home}/index.html",
        f"{home}/strange-labels.html",
        f"{home}/findings.html",
        f"{home}/trends.html",
    ]


def test_frame_of_every_page(pages: dict[Path, Element]) -> None:
    for path, root in pages.items():
        assert path.read_text(encoding="utf-8").startswith("<!doctype html>"), path
        assert root.one("html").attributes["lang"] == "en-GB", path
        assert len(list(root.all("h1"))) == 1, path
        assert root.one("title").text.strip(), path
        for landmark in ("main", "footer"):
            assert len(list(root.all(landmark))) == 1, path
        first = next(root.one("body").all("a"))
        assert first.attributes["href"] == "#main", path
        assert "SYNTHETIC" in root.one("p", class_="synthetic").text, path
        policy = root.one("meta", http_equiv="Content-Security-Policy")  # before anything loads
        assert policy is next(e for e in root.all("meta") if "content" in e.attributes)
        assert policy.attributes["content"].startswith("default-src 'none';")
    titles = Counter(root.one("title").text for root in pages.values())
    assert set(titles.values()) == {1}


def test_headings_skip_no_level(pages: dict[Path, Element]) -> None:
    for path, root in pages.items():
        levels = [int(e.tag[1]) for e in root.all("h1", "h2", "h3", "h4", "h5", "h6")]
        assert levels[0] == 1, path
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_found(folder: Path, pages: dict[Path, Element]) -> None:
    ids = {
        path.resolve(): [e.attributes["id"] for e in root.all() if "id" in e.attributes]
        for path, root in pages.items()
    }
    for path, root in pages.items():
        own = ids[path.resolve()]
        assert [name for name, n in Counter(own).items() if n > 1] == [], path
        for element in root.all():
            for name in ("aria-labelledby", "aria-describedby", "for"):
                for wanted in element.attributes.get(name, "").split():
                    assert wanted in own, (path, name, wanted)
            address = element.attributes.get("href") or element.attributes.get("src")
            if not address:
                continue
            assert not address.startswith(("/", "http", "file:", "data:")), address
            file, _, anchor = address.partition("#")
            target = (path.parent / unquote(file)).resolve() if file else path.resolve()
            assert target.is_file(), (path, address)
            assert target.is_relative_to(folder.resolve()), (path, address)
            assert not anchor or anchor in ids[target], (path, address)


def test_tables_are_told_by_caption_and_headings(pages: dict[Path, Element]) -> None:
    count = 0
    for root in pages.values():
        for table in root.all("table"):
            count += 1
            assert table.one("caption").text.strip()
            head, body = table.one("thead"), table.one("tbody")
            columns = list(head.all("th"))
            assert {e.attributes["scope"] for e in columns} == {"col"}
            for row in body.all("tr"):
                assert [e.attributes["scope"] for e in row.all("th")] == ["row"]
                assert len(list(row.all("th", "td"))) == len(columns)
    assert count >= len(synthetic_pack.table_ids())


def test_a_figure_leads_to_its_source_and_back(overview: Element) -> None:
    cell = overview.one("td", id="remarked-r3-c1")
    link = cell.one("a")
    assert link.text == "[r]8,439, revised"
    tip = cell.one("span", role="tooltip")
    assert tip.attributes["id"] == link.attributes["aria-describedby"]
    assert tip.text == (
        "Revised: The report of 2021-22 prints 8,401."
        f'Source: {synthetic_pack.RELEASE}, paragraph 15.1, line 102, printed as "8,439"'
        f'Also in: {synthetic_pack.EARLIER}, paragraph 4, line 9, printed as "8,401"'
    )
    source = overview.one("span", id=link.attributes["href"][1:])
    assert source.text.strip() == "Number: 8,439"
    assert source.one("a").attributes["href"] == "#remarked-r3-c1"
    (line,) = [row for row in overview.all("tr") if source in list(row.all("span"))]
    place, rows = [each.text for each in line.all("th", "td")][:2]
    assert (place, rows) == ("15.1, line 102", "Children (revised)")


def test_one_source_of_many_figures_is_listed_once(overview: Element) -> None:
    rows = [row for row in overview.all("tr") if row.text.startswith("4, line 9")]
    assert len(rows) == 1
    links = [link.attributes["href"] for link in rows[0].all("a")]
    assert links == [f"#remarked-r{n}-c1" for n in range(1, 7)]


def test_a_figure_without_source_or_remark_is_text(overview: Element) -> None:
    row = overview.one("td", id="remarked-r1-c1").parent
    assert row
    plain = list(row.all("td"))[1]
    assert plain.text == "28.0"
    assert plain.one("data").attributes["value"] == "28.01"
    assert list(plain.all("a")) == []


def test_every_remark_is_seen_in_its_cell_and_below(overview: Element) -> None:
    block = overview.one("div", id="remarked")
    told = overview.one("section", id="remarked-notes")
    signs = ["*", "†", "[r]", "[b]", "[x]", "[c]"]
    for n, (sign, (kind, text)) in enumerate(
        zip(signs, synthetic_pack.REMARKS.items(), strict=True), start=1
    ):
        worked_out = block.one("td", id=f"remarked-r{n}-c3")
        assert worked_out.one("a").text == f"{sign}3, {kind.value}"
        note = told.one("li", id=worked_out.one("a").attributes["href"][1:])
        assert note.text.startswith(f"{sign} {kind.value.capitalize()}. {text}")
        backs = [link.attributes["href"] for link in note.all("a")]
        assert backs == [f"#remarked-r{n}-c1", f"#remarked-r{n}-c3"]
    assert [each.text for each in block.all("dt")] == ["[x]", "[c]", "[r]", "*", "†", "[b]"]


def test_shorthand_is_not_said_twice(overview: Element) -> None:
    assert overview.one("td", id="remarked-r5-c1").one("a").text == "[x]"


def test_shorthand_is_explained_only_where_it_stands(overview: Element) -> None:
    assert list(overview.one("div", id="wide").all("dt")) == []


def test_a_chart_is_named_and_described(overview: Element) -> None:
    figure = overview.one("figure", id="rise")
    assert figure.one("figcaption").text == "Children, by year"
    svg = figure.one("svg")
    described = overview.one("p", id=svg.attributes["aria-describedby"])
    assert described.text == synthetic_pack.chart("rise", "").description
    assert described.parent
    assert described.parent.tag == "details"


def test_numbers_in_sentences_are_data(overview: Element) -> None:
    shown = {(e.attributes["value"], e.text) for e in overview.all("data")}
    assert shown == {("7.50", "7.5%"), ("8439", "8,439"), ("28.01", "28.0")}


def test_labels_that_mean_harm_are_text(pages: dict[Path, Element], strange: Element) -> None:
    labels = [each.text for each in strange.one("div", id="hostile").all("bdi")]
    assert set(synthetic_pack.HOSTILE) <= set(labels)
    for root in pages.values():
        assert [e.attributes["src"] for e in root.all("script")] in (
            ["../../assets/report.js"],
            ["./assets/report.js"],
        )
        assert list(root.all("img")) == []
        assert [e for e in root.all() if any(name.startswith("on") for name in e.attributes)] == []


def test_a_table_to_read_names_each_cell(pages: dict[Path, Element], overview: Element) -> None:
    found = next(root for path, root in pages.items() if path.stem == "findings")
    row = next(found.one("div", id="findings").one("tbody").all("tr"))
    headers = [cell.attributes["data-header"] for cell in row.all("td")]
    assert headers == ["Severity", "Paragraph", "What was found", "Printed", "Explanation"]
    assert next(row.all("td")).one("span", class_="tag bad").text == "error"
    regions = [e for e in overview.all("div") if e.attributes.get("role") == "region"]
    assert {e.attributes["tabindex"] for e in regions} == {"0"}


def test_downloads_stand_beside_their_table(overview: Element) -> None:
    for name in ("remarked", "wide"):
        links = [a.attributes["href"] for a in overview.one("div", id=name).all("a")]
        assert f"data/{name}.csv" in links
    report = overview.one("nav", class_="whole")
    assert synthetic_pack.WORKBOOK in [a.attributes["href"] for a in report.all("a")]
    rise = [a.attributes["href"] for a in overview.one("figure", id="rise").all("a")]
    assert rise == ["data/rise.csv"]


def test_other_years_open_the_same_page_if_there_is_one(tmp_path: Path) -> None:
    frame = replace(synthetic_pack.frame(), years={"2021-22": ("index",), "2020-21": ("findings",)})
    paths = write_pack(synthetic_pack.pack(), tmp_path, synthetic_pack.draw, frame)
    root = Tree(paths[2].read_text(encoding="utf-8")).root
    years = root.one("nav", class_="years")
    assert [each.text for each in years.all("a", "strong")] == ["2022-23", "2021-22", "2020-21"]
    assert [a.attributes["href"] for a in years.all("a")] == [
        "../2021-22/index.html",
        "../2020-21/findings.html",
    ]


def test_current_page_is_told(overview: Element) -> None:
    pages = overview.one("nav", class_="pages")
    assert [a.text for a in pages.all("a") if "aria-current" in a.attributes] == ["Overview"]


def test_real_figures_have_no_banner(tmp_path: Path) -> None:
    pack = replace(synthetic_pack.pack(), is_synthetic=False)
    for path in write_pack(pack, tmp_path, synthetic_pack.draw, synthetic_pack.frame()):
        assert 'class="synthetic"' not in path.read_text(encoding="utf-8")


def test_a_row_of_another_length_is_refused(tmp_path: Path) -> None:
    pack = synthetic_pack.pack()
    table = replace(synthetic_pack.wide(), rows=(Row("too short", ()),))
    section = replace(pack.pages[0].sections[0], tables=(table,))
    broken = replace(pack, pages=(replace(pack.pages[0], sections=(section,)),))
    with pytest.raises(ValueError, match="shorter"):
        write_pack(broken, tmp_path, synthetic_pack.draw, synthetic_pack.frame())


def test_front_page_lists_all_authorities_once_by_letter_and_region(tmp_path: Path) -> None:
    names = [f"{chr(65 + n % 26)}shire {n}" for n in range(153)]
    entries = [
        Edition(f"E{n:08}", name, f"Region {n % 9}", year, f"{n}/{year}")
        for n, name in enumerate(names)
        for year in ("2021-22", "2022-23")
    ]
    path = write_index(reversed(entries), tmp_path, "SYNTHETIC")
    root = Tree(path.read_text(encoding="utf-8")).root
    listed = [e for e in root.all("li") if e.attributes.get("class") == "entry"]
    assert sorted(next(e.all("bdi")).text for e in listed) == sorted(names)
    for entry in listed:
        years = [a.attributes["href"].split("/")[1] for a in entry.all("a")]
        assert years == ["2022-23", "2021-22"]
    letters = root.one("nav", class_="letters")
    assert [a.text for a in letters.all("a")] == [chr(65 + n) for n in range(26)]
    assert len(list(root.one("section", class_="regions").all("a"))) == 153
    assert path.stat().st_size < MOST_BYTES


def test_pages_stay_small(tmp_path: Path) -> None:
    pack = synthetic_pack.pack(findings=300)
    for path in write_pack(pack, tmp_path, synthetic_pack.draw, synthetic_pack.frame()):
        assert path.stat().st_size < MOST_BYTES, path


def test_no_line_ends_inside_a_year_or_quarter() -> None:
    found = unbroken("2022-23 & Apr-Jun 2023, but 02-2022-231 and re-referrals")
    whole = '<span class="unbroken">{}</span>'.format
    assert found == (
        f"{whole('2022-23')} &amp; {whole('Apr-Jun')} 2023, but 02-2022-231 and re-referrals"
    )
