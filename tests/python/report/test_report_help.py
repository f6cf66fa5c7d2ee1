"""What helps to read the report: glossary, about, search, links, downloads, a short document."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, Page

from safeguarding.exports.workbooks.workbook_model import readable
from safeguarding.published.labels import CONTACT_SETTING
from safeguarding.published.marts import written
from safeguarding.report import report_commands
from support import browser_checks
from support.report_reading import AUTHORITY, YEARS, Pages, Rows, as_read

MOST_BYTES_TO_SEARCH = 300_000
MOST_STOPS = 90
MOST_PAGES = 20
SIGNATURE = b"\x89PNG"


@pytest.fixture(scope="module")
def folder(report_exports: Path) -> Path:
    return report_exports / "report" / "hampshire" / YEARS[1]


@pytest.fixture(scope="module")
def pages(folder: Path) -> Pages:
    return Pages(folder)


@pytest.fixture(scope="module")
def tables(pages: Pages) -> dict[str, Rows]:
    return pages.tables


# ---- the glossary


def test_glossary_defines_each_measure_as_the_marts_do(
    tables: dict[str, Rows], marts: duckdb.DuckDBPyConnection
) -> None:
    _, *rows = tables["glossary-measures"]
    expected = marts.sql(
        f"""
        with own as (
            select measure_id, unit from marts.fct_observations
            where local_authority_code = '{AUTHORITY}'
            union
            select measure_id, unit from marts.fct_official_statistics
            where area_code = '{AUTHORITY}'
        )
        select
            measure_name,
            definition,
            definition_source,
            list(case unit when 'count' then 'Number' when 'percent' then 'Percentage'
                when 'average' then 'Average' else 'Rate per 10,000 children' end),
            any_value(case measure_kind when 'flow' then 'Over a period'
                when 'stock' then 'On its last day' else 'Share' end)
        from own inner join marts.dim_measure using (measure_id)
        group by all
        """
    ).fetchall()
    found = [(*row[:3], sorted(row[3].split("; ")), row[4]) for row in rows]
    told = [
        (name, text, source, sorted(units), kind) for name, text, source, units, kind in expected
    ]
    assert sorted(found) == sorted(told)
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert len(rows) > 30


def test_glossary_says_who_counts_what(
    tables: dict[str, Rows], marts: duckdb.DuckDBPyConnection
) -> None:
    who = {row[0]: row[5] for row in tables["glossary-measures"][1:]}
    assert who["Initial contacts"] == "The report"
    assert who["Initial child protection conferences"] == "DfE"
    assert who["Section 47 enquiries"] == "The report and DfE, by the same definition."
    (note,) = marts.sql(
        "select distinct definition_note from marts.fct_reconciliation"
        f" where measure_id = 'referrals' and local_authority_code = '{AUTHORITY}'"
    ).fetchall()
    assert who["Referrals"] == f"The report and DfE, by different definitions. {note[0]}"


def test_every_sign_and_standing_is_explained(tables: dict[str, Rows], pages: Pages) -> None:
    words = {row[0] for row in tables["glossary-words"]}
    used = {
        as_read(each)
        for page in pages.pages.values()
        for each in page.xpath("//dl[@class='shorthand']//dt")
    }
    assert {f"Sign {each}" for each in used - {"[b]"}} <= words
    assert {"Confirmed", "Contradicted", "Statistical neighbours"} <= words


def test_first_mention_of_a_measure_leads_to_the_glossary(pages: Pages) -> None:
    ids = set(pages.pages["glossary"].xpath("//@id"))
    for name, page in pages.pages.items():
        links = page.xpath("//a[@class='term']")
        targets = [each.get("href").removeprefix("glossary.html#") for each in links]
        assert len(targets) == len(set(targets)), name
        assert set(targets) <= ids, name
    first = pages.pages["index"].xpath("//main//a[@class='term'][starts-with(., 'Referrals')]")
    assert [each.get("href") for each in first] == ["glossary.html#term-referrals"]
    assert first[0].xpath("ancestor::li[@class='tile']")  # not the table below it
    assert pages.pages["glossary"].xpath("//a[@class='term']") == []


# ---- about this report


def test_about_has_the_releases(tables: dict[str, Rows], marts: duckdb.DuckDBPyConnection) -> None:
    _, *rows = tables["releases"]
    expected = marts.sql(
        """
        select title, publisher, published_date, licence, source_url, 'Not recorded'
        from marts.dim_release
        union all
        select
            title, publisher, published_date, licence, null,
            'For the reporting year ' || reporting_year
        from marts.dim_official_release
        """
    ).fetchall()
    as_told = [
        [title, publisher, written(day) if day else otherwise, licence, url or "Not recorded"]
        for title, publisher, day, licence, url, otherwise in expected
    ]
    assert sorted(rows) == sorted(as_told)


def test_about_has_what_the_licences_ask_for(
    pages: Pages, marts: duckdb.DuckDBPyConnection
) -> None:
    said = pages.sentences("about")
    for (text,) in marts.sql(
        "select distinct attribution from marts.dim_official_release"
    ).fetchall():
        assert text in said
    headings = [as_read(each) for each in pages.pages["about"].xpath("//main//h2")]
    assert headings == [
        "Publication", "Contact", "Accessibility", "Licence and attribution", "Revisions policy",
        "How to check a figure",
    ]  # fmt: skip


def test_contact_is_the_setting_or_said_to_be_empty(
    report_exports: Path, tmp_path: Path, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert any(each.startswith("No contact is set") for each in pages.sentences("about"))
    shutil.copy(report_exports / "safeguarding.duckdb", tmp_path)
    monkeypatch.setenv(CONTACT_SETTING, "SYNTHETIC desk, room 9")
    arguments = ["--output", str(tmp_path), "--year", YEARS[1], "--format", "pages"]
    assert report_commands.main(arguments) == 0
    said = Pages(tmp_path / "report" / "hampshire" / YEARS[1]).sentences("about")
    assert "About this report: SYNTHETIC desk, room 9." in said
    assert not any("No contact" in each for each in said)


# ---- decimals


@pytest.mark.parametrize(
    ("shown", "seen"),
    [
        ("95.90", "95.9"), ("20.55", "20.6"), ("28.04", "28.0"), ("0.27", "0.27"), ("0.00", "0.0"),
        ("1,077.43", "1,077.4"), ("\N{MINUS SIGN}7.46", "\N{MINUS SIGN}7.5"), ("+2.65", "+2.7"),
        ("297.7", "297.7"), ("8,439", "8,439"), ("[x]", "[x]"), ("4 of 11", "4 of 11"),
    ],
)  # fmt: skip
def test_readers_see_one_decimal_place(shown: str, seen: str) -> None:
    assert readable(shown) == seen


def test_files_keep_all_decimal_places(folder: Path) -> None:
    text = (folder / "data" / "section-47-and-assessments-table.csv").read_text("utf-8-sig")
    assert "28.01" in text  # line 14 of 2021-22
    assert "28.01" not in as_read(Pages(folder).pages["index"].xpath("//main")[0])


# ---- search


def index_of(folder: Path) -> list[dict[str, object]]:
    text = (folder / "search.js").read_text("utf-8")
    return json.loads(text.removeprefix("window.reportIndex = ").rstrip(";\n"))  # type: ignore[no-any-return]


def test_index_is_small_and_leads_to_what_there_is(folder: Path, pages: Pages) -> None:
    assert (folder / "search.js").stat().st_size < MOST_BYTES_TO_SEARCH
    checked = 0
    for page in index_of(folder):
        shown = pages.pages[str(page["slug"])]
        ids = {each.get("id"): each for each in shown.xpath("//*[@id]")}
        for table in page["tables"]:  # type: ignore[attr-defined]
            assert table["id"] in ids
            for number, (own, _, *cells) in enumerate(table["rows"], start=1):
                assert not own or own in ids
                for column, text in enumerate(cells, start=1):
                    cell = ids.get(f"{table['id']}-r{number}-c{column}")
                    if cell is not None and text:
                        data = [as_read(each) for each in cell.xpath(".//data")]
                        assert (data or [as_read(cell)])[0].find(text) >= 0
                        checked += 1
                    elif re.fullmatch(r"[\d,.]+", text) and (
                        table["headers"][column - 1] not in {"Line", "Paragraph"}
                    ):
                        assert cell is not None, (table["id"], number, column)
    assert checked > 800


def typed(page: Page, text: str) -> list[str]:
    page.get_by_label("Search figures and measures").fill(text)
    page.wait_for_function("window.reportIndex !== undefined")
    browser_checks.settle(page)
    return [each.replace("\n", " | ") for each in page.locator("#hits a").all_inner_texts()]


def test_a_figure_is_found_by_measure_year_and_number(browser: Browser, folder: Path) -> None:
    with browser_checks.opened(browser, folder / "about.html") as page:
        assert any("2021-22: 60,761" in each for each in typed(page, "referrals 2021-22"))
        for number in ("62,952", "62952"):
            assert any("2022-23: 62,952" in each for each in typed(page, number))
        assert typed(page, "glossary")[0].startswith("Glossary")
        assert typed(page, "no such thing") == []
        assert page.locator("#hits-told").inner_text() == "Nothing found"
        first = typed(page, "section 47 enquiries")[0]
        assert first.startswith("Section 47 enquiries")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/glossary.html#term-section-47-enquiries")


def test_search_says_what_it_needs(browser: Browser, folder: Path) -> None:
    with browser_checks.opened(browser, folder / "index.html", scripts=False) as page:
        assert not page.locator("#lookup").is_visible()
        assert page.locator("noscript").inner_text().startswith("The search needs JavaScript.")


# ---- links, downloads, the keyboard


def test_a_link_to_a_figure_is_copied_and_leads_there(browser: Browser, folder: Path) -> None:
    name = folder / "section-47-and-assessments.html"
    with browser_checks.opened(browser, name) as page:
        page.evaluate(
            "Object.defineProperty(navigator, 'clipboard', "
            "{ value: { writeText: (text) => { window.copied = text; } } })"
        )
        page.locator("td.sourced .figure").first.focus()
        page.get_by_role("button", name="Copy a link to this figure").click()
        address = page.evaluate("window.copied")
        assert page.get_by_role("button", name="Link copied").is_visible()
        page.goto(address)
        assert page.locator("td:target").count() == 1
    with browser_checks.opened(browser, name) as page:  # where the clipboard refuses
        page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        page.locator("td.sourced .figure").first.hover()
        page.get_by_role("button", name="Copy a link to this figure").click()
        assert page.url.split("#")[1] == page.locator("td:has(.offered)").get_attribute("id")


def test_a_chart_is_downloaded_as_pictures_and_data(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    with browser_checks.opened(browser, folder / "section-47-and-assessments.html") as page:
        figure = page.locator("figure.chart").first
        figure.locator("summary").click()
        saved = {}
        for kind in ("SVG", "PNG"):
            with page.expect_download() as waiting:
                figure.get_by_role("button", name=f"{kind} picture").click()
            saved[kind] = tmp_path / kind
            waiting.value.save_as(saved[kind])
            assert waiting.value.suggested_filename == f"section-47-enquiries-chart.{kind.lower()}"
        data = figure.get_by_role("link", name="Its data as CSV").get_attribute("href")
    assert saved["PNG"].read_bytes().startswith(SIGNATURE)
    svg = saved["SVG"].read_text("utf-8")
    assert "var(" not in svg
    assert "<title" in svg
    assert saved["PNG"].stat().st_size > 5_000
    lines = (folder / str(data)).read_text("utf-8-sig").splitlines()
    assert lines[0] == "Series,Period or measure,Number,Remark"
    assert "Section 47 enquiries,2022-23,8439," in lines


def test_charts_without_scripts_have_their_data(browser: Browser, folder: Path) -> None:
    with browser_checks.opened(browser, folder / "index.html", scripts=False) as page:
        assert page.locator("button").count() == 0
        assert page.locator("figure.chart .download").count() >= 1


def test_few_stops_of_the_keyboard(browser: Browser, folder: Path) -> None:
    for path in sorted(folder.glob("*.html")):
        with browser_checks.opened(browser, path) as page:
            browser_checks.settle(page)
            assert page.evaluate(browser_checks.LIST_STOPS) <= MOST_STOPS, path.name


def test_arrow_keys_lead_to_every_figure(browser: Browser, folder: Path) -> None:
    focused = "document.activeElement.closest('td')?.id"
    with browser_checks.opened(browser, folder / "contacts-and-referrals.html") as page:
        table = page.locator("#contacts-and-referrals-table")
        every = table.locator("a.figure").count()
        stops = table.locator("a.figure[tabindex='0']")
        assert stops.count() == 1
        stops.focus()
        seen = {page.evaluate(focused)}
        ways = ["ArrowLeft", "ArrowRight", "ArrowDown"] * 20
        for way in ways:
            for _ in range(1 if way == "ArrowDown" else 12):
                page.keyboard.press(way)
                seen.add(page.evaluate(focused))
                assert table.locator("a.figure[tabindex='0']").count() == 1
        assert len(seen) == every


# ---- the Word document


@pytest.mark.parametrize("year", YEARS)
def test_contents_have_page_numbers_and_the_document_is_short(
    year: str, report_exports: Path, tmp_path: Path
) -> None:
    office, reader = shutil.which("soffice"), shutil.which("pdftotext")
    if office is None or reader is None:
        pytest.skip("LibreOffice (soffice) or pdftotext is not installed: no PDF is made here")
    (source,) = (report_exports / "report" / "hampshire" / year).glob("*.docx")
    subprocess.run(
        [
            office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
            "--convert-to", "pdf", "--outdir", str(tmp_path), str(source),
        ],
        capture_output=True, check=True, timeout=300, env={**os.environ, "HOME": str(tmp_path)},
    )  # fmt: skip
    path = tmp_path / f"{source.stem}.pdf"
    text = subprocess.run(
        [reader, "-raw", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    sheets = text.rstrip("\f").split("\f")
    assert len(sheets) <= MOST_PAGES
    entries = re.findall(r"(?m)^(?:Annex )?[\dA-Z][\d.]*:? (.+?)\.{3,} ?(\d*)$", sheets[0])
    assert len(entries) >= 25
    for heading, page in entries:
        assert page, heading
        on_page = re.sub(r"\s+", " ", sheets[int(page) - 1])
        assert heading in on_page, (heading, page)


def test_shares_in_sentences_are_rounded_as_in_tables(pages: Pages) -> None:
    for text in pages.sentences(as_shown=True):
        for found in re.findall(r"(?<![\d,.])([\d,]+\.\d\d+)%", text):
            assert Decimal(found.replace(",", "")) < 1, text
