"""A SYNTHETIC pack that holds every kind of content, with labels that mean harm."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from safeguarding.report.pages.site import Frame, write_assets, write_index, write_pack
from safeguarding.report.report_model import (
    Chart,
    ChartKind,
    Edition,
    Figure,
    Mark,
    Pack,
    Page,
    Peers,
    Quantity,
    Remark,
    RemarkKind,
    Row,
    Section,
    Sentence,
    Source,
    Table,
    Tile,
    charts_of,
    tables_of,
)

SCRIPT = "<script>window.labelRan = 1</script>"
IMAGE = '"><img src=x onerror="window.labelRan = 1">'
FORMULA = '=HYPERLINK("http://hostile.example","open")'
RIGHT_TO_LEFT = "\u202egnirts elbisivni\u202c \u05d0\u05d1\u05d2"
LONG = "W" * 500
HOSTILE = (SCRIPT, IMAGE, FORMULA, RIGHT_TO_LEFT, LONG)
RELEASE = 'SYNTHETIC annual report "2022-23" & <others>'
EARLIER = "SYNTHETIC annual report 2021-22"
YEARS = ("2018-19", "2019-20", "2020-21", "2021-22", "2022-23")
REMARKS = {
    RemarkKind.DISPUTED: "The text of paragraph 16 prints 8,493.",
    RemarkKind.CONTRADICTED: "It is not 40 entered less 30 left.",
    RemarkKind.REVISED: "The report of 2021-22 prints 8,401.",
    RemarkKind.BREAK: "The council split in April 2019.",
    RemarkKind.MISSING: "The release has an empty cell here.",
    RemarkKind.SUPPRESSED: "Fewer than six children.",
}
CHART_STYLE = """@media screen and (prefers-color-scheme: dark) {
  :root { --chart-background: #14181d; --chart-text: #f3f2f1; --chart-1: #9cc9ff; }
}
"""
DOCUMENT, WORKBOOK = "report.docx", "report.xlsx"
LICENCE = "SYNTHETIC figures: use them for trials only."


def draw(chart: Chart) -> str:
    """A drawing that stands for the real ones: the same element, the same attributes."""
    title = chart.title.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    bars = "".join(
        f'<rect x="{40 + 120 * n}" y="{240 - 40 * n}" width="70" height="{20 + 40 * n}"'
        ' fill="var(--chart-1,#12436d)"/>'
        for n in range(5)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 280" width="640" height="280"'
        f' role="img" aria-label="{title}" aria-describedby="{chart.chart_id}-description">'
        f'<rect width="640" height="280" fill="var(--chart-background,#fff)"/>{bars}'
        '<text x="40" y="275" font-size="12" fill="var(--chart-text,#0b0c0c)">2018-19</text></svg>'
    )


def printed(value: str, *, line: int, remarks: tuple[Remark, ...] = ()) -> Figure:
    """A figure with a source of its own."""
    source = Source(RELEASE, "15.1", line, value)
    number = Decimal(value.replace(",", ""))
    return Figure(number, value, (source,), remarks)


def remarked() -> Table:
    """Every remark, and shorthand."""
    rows = []
    for n, (kind, text) in enumerate(REMARKS.items()):
        shown = {RemarkKind.MISSING: "[x]", RemarkKind.SUPPRESSED: "[c]"}.get(kind, "8,439")
        value = Decimal(8439) if shown == "8,439" else None
        sources = (Source(RELEASE, "15.1", 100 + n, shown), Source(EARLIER, "4", 9, "8,401"))
        rows.append(
            Row(
                f"Children ({kind.value})",
                (
                    Figure(value, shown, sources, (Remark(kind, text),)),
                    Figure(Decimal("28.01"), "28.01"),
                    Figure(Decimal(3), "3", (), (Remark(kind, text),)),
                ),
            )
        )
    headers = ("Measure", "Number", "Rate per 10,000 children", "Worked out")
    notes = ("Rates are of children under 18.",)
    return Table("remarked", "Figures with remarks, 2022-23", headers, tuple(rows), notes)


def wide() -> Table:
    """More columns than a phone is wide."""
    headers = (
        "Measure",
        *(f"{year} {half} half" for year in YEARS for half in ("first", "second")),
    )
    rows = tuple(
        Row(
            f"SYNTHETIC measure with a rather long name, number {n}",
            tuple(printed(f"{n},{column:03}", line=200 + 20 * n + column) for column in range(10)),
        )
        for n in range(1, 7)
    )
    return Table("wide", "Figures of many half-years", headers, rows)


def hostile() -> Table:
    """Labels, headings and figures from a stranger's file."""
    rows = tuple(
        Row(text, (Figure(None, text), text, printed("1", line=300 + n)))
        for n, text in enumerate(HOSTILE)
    )
    return Table("hostile", "Labels that mean harm", ("Label", SCRIPT, LONG, IMAGE), rows)


def texts(count: int) -> Table:
    """Findings: a table to read."""
    words = ("error", "warning", "info")
    rows = tuple(
        Row(
            f"finding {n}",
            (
                words[n % 3],
                "15.1",
                "The printed percentage is not its numerator over its base, within rounding.",
                printed("1,234", line=400 + n),
                "" if n % 2 else "Explained: the base excludes children of unknown age.",
            ),
        )
        for n in range(count)
    )
    headers = ("Finding", "Severity", "Paragraph", "What was found", "Printed", "Explanation")
    return Table("findings", "Findings of the checks", headers, rows)


def claims() -> Table:
    """Claims with verdicts, some hostile."""
    words = ("agrees", "agrees within rounding", "contradicts", "not checkable", LONG)
    rows = tuple(
        Row(f"claim {n}", (text, word, printed("4", line=500 + n)))
        for n, (text, word) in enumerate(zip(HOSTILE, words, strict=True))
    )
    return Table(
        "claims",
        "Statements in the report, checked",
        ("Number", "Statement", "Verdict", "Stated"),
        rows,
    )


def chart(chart_id: str, title: str) -> Chart:
    """A chart of five years."""
    marks = tuple(Mark("Children", year, Decimal(n), str(n)) for n, year in enumerate(YEARS))
    description = f"Children rose from 0 to 4. {SCRIPT}"
    return Chart(chart_id, ChartKind.LINES, title, description, "Children", ("Children",), marks)


def tiles() -> tuple[Tile, ...]:
    """Tiles with and without others to compare with, with a gap, and with harm in a label."""
    history = (
        Mark("Children", "2020-21", Decimal(8), "8"),
        Mark("Children", "2021-22", None, "[x]", RemarkKind.MISSING),
        Mark("Children", "2022-23", Decimal(10), IMAGE, RemarkKind.BREAK),
    )
    remark = Remark(RemarkKind.DISPUTED, "The text prints 8,493.")
    peers = Peers("rate_per_10000", None, *(Figure(Decimal(n), f"{n}.0") for n in (9, 8, 7, 3)))
    none = Figure(None, "[x]")
    return (
        Tile(SCRIPT, "count", "2022-23", "2021-22", printed("8,439", line=99, remarks=(remark,)),
             Figure(Decimal(38), "+38 (0.5%)", (), (remark,)), None, history, peers),
        Tile("Share", "percent", "2022-23", "2021-22", Figure(Decimal(9), "9.0"), none,
             Figure(Decimal(1), "+1.0 percentage points"), history[:1], None),
        Tile("First year", "count", "2022-23", "", Figure(Decimal(3), "3"), none, None, (), None),
    )  # fmt: skip


def sentences() -> tuple[Sentence, ...]:
    """Sentences with numbers."""
    rise = ("Children looked after rose by ", Quantity(Decimal("7.50"), "percent", 1), " to ")
    return (
        Sentence((*rise, Quantity(Decimal(8439)), ".")),
        Sentence((f"A label in a sentence: {SCRIPT}",)),
    )


def pack(findings: int = 12) -> Pack:
    """The pack; `findings` is how many rows the long table has."""
    overview = Page(
        "index",
        "Overview",
        (
            Section("Key figures", notes=("Rank 1 is the highest.",), tiles=tiles()),
            Section("Main points", sentences(), (chart("rise", "Children, by year"),)),
            Section("Figures", sentences()[:1], (), (remarked(), wide())),
            Section("Figures", (), (), (), ("The same heading again.",)),
        ),
    )
    strange = Page(
        "strange-labels",
        "Strange labels",
        (Section(SCRIPT, (), (chart("odd", IMAGE),), (hostile(), claims()), HOSTILE),),
    )
    names = ("Shire", "Median", "South", "England", *HOSTILE)
    marks = tuple(
        Mark(name, year, Decimal(n), str(n)) for name in names for n, year in enumerate(YEARS)
    )
    beside = Chart("beside", ChartKind.TRENDS, "Beside others", "Described.", "", names, marks)
    folded = replace(wide(), table_id="folded", caption="Figures behind a chart", is_folded=True)
    trends = Page("trends", "Trends", (Section("Trends", (), (beside,), (folded,)),))
    found = Page("findings", "Findings", (Section("Checks", (), (), (texts(findings),)),))
    return Pack(
        "E06000999",
        "Synthetic <Shire> & 'Sons'",
        "2022-23",
        (RELEASE, EARLIER),
        (overview, strange, found, trends),
        is_synthetic=True,
    )


def frame() -> Frame:
    """What stands around it: another year has the overview alone."""
    return Frame(DOCUMENT, WORKBOOK, LICENCE, {"2021-22": ("index",)})


def entries() -> list[Edition]:
    """The front page's authorities: two years of one, and strangers."""
    first = Edition("E06000999", pack().authority, "South", "2022-23", "shire/2022-23")
    earlier = Edition("E06000999", pack().authority, "South", "2021-22", "shire/2021-22", True)
    others = [
        Edition(f"E0600090{n}", name, "", "2022-23", "shire/2022-23", True)
        for n, name in enumerate(HOSTILE)
    ]
    return [earlier, first, *others]


def write_site(folder: Path) -> list[Path]:
    """The whole site, with files in place of downloads; its pages."""
    home = folder / "shire" / "2022-23"
    pages = write_pack(pack(), home, draw, frame())
    for name in (DOCUMENT, WORKBOOK, *(f"data/{t}.csv" for t in (*table_ids(), *chart_ids()))):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_bytes(b"SYNTHETIC")
    (folder / "shire" / "2021-22").mkdir(parents=True)
    (folder / "shire" / "2021-22" / "index.html").write_text("SYNTHETIC", encoding="utf-8")
    write_assets(folder / "assets", CHART_STYLE)
    return [write_index(entries(), folder, LICENCE), *pages]


def table_ids() -> list[str]:
    """Names of the pack's tables."""
    return [t.table_id for t in tables_of(pack().pages)]


def chart_ids() -> list[str]:
    """Names of the pack's charts."""
    return [c.chart_id for c in charts_of(pack().pages)]
