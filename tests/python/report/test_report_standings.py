"""No sentence of the report says what the warehouse can disprove.

Every sentence of the pages and of the Word document that states a change, an order or a standing is
read, and its figures are looked up in the released database. What is expected of the three worst
sentences is worked out from the reports' lines and DfE's tables named beside them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT, Seeds
from safeguarding.published import catalogue
from safeguarding.published.marts import Marts
from safeguarding.published.standings import revision_told
from safeguarding.report.pack import packs_of
from safeguarding.report.pages import quality_statement
from safeguarding.warehouse.compiled_project import CompiledProject
from support.report_evidence import CHANGED, SINCE, Evidence, faults, of_description, of_pair
from support.report_reading import AUTHORITY, UNITS, YEARS, Pages

SIGNS = {"*": "disputed", "§": "unreconciled", "‡": "incomplete", "†": "contradicted",
         "[p]": "provisional"}  # fmt: skip


@pytest.fixture(scope="module")
def reports(report_exports: Path) -> dict[str, Pages]:
    return {year: Pages(report_exports / "report" / "hampshire" / year) for year in YEARS}


@pytest.fixture(scope="module")
def evidence(report_exports: Path) -> Evidence:
    path = report_exports / "safeguarding.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return Evidence(connection)


def of_document(pages: Pages) -> tuple[list[str], list[str]]:
    """Paragraphs of the Word document, and the texts that stand for its pictures."""
    document = pages.document()
    paragraphs = [each.text for each in document.paragraphs if each.text]
    return paragraphs, [each for each in document.element.xpath("//wp:docPr/@descr") if each]


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("made", ["pages", "document"])
def test_no_sentence_crosses_a_figure_that_does_not_stand(
    made: str, year: str, reports: dict[str, Pages], evidence: Evidence
) -> None:
    pages = reports[year]
    of_pages = pages.sentences(), list(pages.descriptions().values())
    sentences, descriptions = of_pages if made == "pages" else of_document(pages)
    assert sum(bool(CHANGED.search(each) or SINCE.search(each)) for each in sentences) >= 15
    assert len(descriptions) >= 10
    assert faults(sentences, evidence) == []
    assert [why for each in descriptions for why in of_description(each, evidence)] == []


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        (
            "Second or subsequent plans fell by 11.06 percentage points to 21.80% in 2021-22, from "
            "32.86% in 2020-21.",
            "2020-21 is contradicted",
        ),
        (
            "Second or subsequent plans came to 21.80% in 2021-22; the figure for 2021-22 is "
            "contradicted.",
            "2021-22 is ",
        ),
        (
            "New child protection plans: Emotional abuse rose by 79 (28.1%) to 360 in 2021-22, "
            "from 281 in 2020-21.",
            "2020-21 is incomplete",
        ),
        (
            "From 2020-21 to 2021-22 the largest rises were in Emotional abuse (by 79, 28.1%, to "
            "360) and Neglect (by 28, 3.7%, to 775); none fell.",
            "New child protection plans: Emotional abuse of 2020-21 is incomplete",
        ),
        (
            "Assessments completed rose by 5,264 (33.1%) to 21,188 in 2021-22, from 15,924 in "
            "2020-21.",
            "2020-21 is unreconciled and DfE's change is not given",
        ),
        (
            "Care leavers who were unaccompanied asylum-seeking children rose by 16 (2.9%) to 568 "
            "at the end of Apr-Jun 2023, from 552 at the end of Jan-Mar 2023.",
            "Apr-Jun 2023 is unreconciled and DfE's change is not given",
        ),
    ],
)
def test_the_old_sentences_are_caught(sentence: str, fault: str, evidence: Evidence) -> None:
    found = faults([sentence], evidence)
    assert any(each.startswith(fault) for each in found), found


def test_a_change_since_a_figure_that_does_not_stand_is_caught(evidence: Evidence) -> None:
    told = [
        "Second or subsequent plans fell by 2.10 percentage points to 21.80% in 2021-22, from "
        "23.90% in 2019-20.",
        "Since 2020-21 the figure has fallen by 11.06 percentage points, from 32.86%.",
    ]
    assert faults(told[:1], evidence) == []
    assert [each[:23] for each in faults(told, evidence)] == ["2020-21 is contradicted"]


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        (
            "Second or subsequent plans came to 21.80% in 2021-22. The change from 2020-21 is not "
            "shown because the figure for 2020-21 is contradicted.",
            "DfE's change is not given",
        ),
        (
            "Second or subsequent plans came to 21.80% in 2021-22. The change from 2020-21 is not "
            "shown because the figure for 2020-21 is contradicted. By DfE's official statistics "
            "the figure fell by 3.7 percentage points to 21.8%, from 25.5% in 2020-21.",
            "DfE has 25.40 and 21.80",
        ),
        (
            "Child protection plans at 31 March: there is no figure for 2022-23; the latest figure "
            "shown is 1,022 in 2021-22.",
            "DfE's change is not given",
        ),
    ],
)
def test_an_official_change_must_be_given(sentence: str, fault: str, evidence: Evidence) -> None:
    assert [each.partition(": ")[0] for each in faults([sentence], evidence)] == [fault]


def test_the_opposite_official_change_is_missed(evidence: Evidence) -> None:
    before = replace(
        evidence.figures[0], value=Decimal(5), official=Decimal(9), standing="consistent"
    )
    after = replace(before, value=Decimal(6), official=Decimal(7))
    assert list(of_pair(before, after, is_beside=False)) == ["DfE's change has the opposite sign"]
    assert list(of_pair(before, after, is_beside=True)) == []


def test_the_old_description_is_caught(evidence: Evidence) -> None:
    told = "Assessments completed: 18,496 in 2017-18, lowest 15,924 in 2020-21, 21,188 in 2021-22."
    assert any("2020-21 is unreconciled" in each for each in of_description(told, evidence))
    sound = (
        "Child protection plans at 31 March: 1,293 in 2017-18, lowest 938 in 2019-20, "
        "1,022 in 2021-22."
    )
    assert list(of_description(sound, evidence)) == []


def told_of(pages: Pages, page: str, beginning: str) -> str:
    """The one sentence of a page that begins so."""
    (found,) = [text for text in pages.sentences(page) if text.startswith(beginning)]
    return found


@pytest.fixture(scope="module")
def earlier(reports: dict[str, Pages]) -> Pages:
    return reports[YEARS[0]]


def test_second_or_subsequent_plans(earlier: Pages) -> None:
    """Line 126 prints 32.86 and 21.80; DfE, table D3: 371 of 1,460 and 303 of 1,388."""
    before = round(Decimal(100 * 371) / 1460, 1)
    now = round(Decimal(100 * 303) / 1388, 1)
    assert told_of(earlier, "child-protection-plans", "Second or subsequent plans") == (
        "Second or subsequent plans came to 21.80% in 2021-22. The change from 2020-21 is not "
        "shown because the figure for 2020-21 is contradicted. By DfE's official statistics the "
        f"figure fell by {before - now} percentage points to {now}%, from {before}% in 2020-21."
    )


def test_plans_by_category(earlier: Pages) -> None:
    """DfE, table D2, 2021 and 2022: neglect, physical, sexual and emotional abuse."""
    page = "child-protection-plans"
    assert told_of(earlier, page, "Changes from 2020-21") == (
        "Changes from 2020-21 to 2021-22 are not shown for Physical abuse, Sexual abuse and "
        "Emotional abuse because figures are incomplete, so the others are not ranked."
    )
    neglect, physical, sexual, emotional = (
        (after - before, round(Decimal(100 * abs(after - before)) / before, 1), after)
        for before, after in ((747, 775), (72, 84), (46, 41), (595, 488))
    )
    assert told_of(earlier, page, "By DfE's official statistics, the largest") == (
        "By DfE's official statistics, the largest rises were in "
        f"Neglect (by {neglect[0]}, {neglect[1]}%, to {neglect[2]}) and "
        f"Physical abuse (by {physical[0]}, {physical[1]}%, to {physical[2]}); "
        "the largest falls were in "
        f"Emotional abuse (by {-emotional[0]}, {emotional[1]}%, to {emotional[2]}) and "
        f"Sexual abuse (by {-sexual[0]}, {sexual[1]}%, to {sexual[2]})."
    )


def test_assessments(earlier: Pages) -> None:
    """Line 105 prints 15,924 and 21,188; DfE, table C2: 22,008 and 27,661."""
    told = told_of(earlier, "section-47-and-assessments", "Assessments completed rose")
    assert f"rose by {21188 - 15924:,} " in told
    official = round(Decimal(100 * (27661 - 22008)) / 22008, 1)
    assert told.endswith(
        f"by DfE's official statistics the figure rose by {27661 - 22008:,} ({official}%) to "
        "27,661, from 22,008."
    )
    (chart,) = [
        each
        for each in earlier.descriptions().values()
        if each.startswith("Assessments completed:")
    ]
    assert "lowest" not in chart
    assert "2020-21 unreconciled" in chart


def test_a_provisional_figure_says_what_a_revision_may_be(reports: dict[str, Pages]) -> None:
    """April to June 2022: 150 children leaving care, then 154; 147 a year later."""
    told = told_of(reports[YEARS[1]], "children-looked-after", "Later information (after 2022-23): "
                   "Children leaving care fell by 7 ")  # fmt: skip
    revision = round(Decimal(100 * (154 - 150)) / 150, 1)
    assert f"provisional: such a figure of an earlier report rose by {revision}%" in told
    assert told.endswith("the only case.")
    assert 147 * (1 + revision / 100) < 154  # or it would turn this fall into a rise


def test_the_year_comes_before_its_quarters(reports: dict[str, Pages]) -> None:
    """Arrivals of 2021-22 were 3 + 7 + 46 + 18, of 2022-23 49 + 46 + 65 + 35; then 7 came.

    Of care leavers 417 and 552 are those at the end of each year.
    """
    told = reports[YEARS[1]].sentences("unaccompanied-children")
    before, now = 3 + 7 + 46 + 18, 49 + 46 + 65 + 35
    share = round(Decimal(100 * (now - before)) / before, 1)
    assert told[0].startswith(
        f"Arrivals of unaccompanied asylum-seeking children rose by {now - before} ({share}%) to "
        f"{now} in 2022-23, from {before} in 2021-22; the figure for 2022-23 is unreconciled"
    )
    later = next(place for place, each in enumerate(told) if each.startswith("Later information"))
    assert "fell by 42 (85.7%) to 7 in Apr-Jun 2023, from 49 in Apr-Jun 2022" in told[later]
    assert told[later + 1] == "In Jan-Mar 2023, the quarter before, the figure was 35."
    assert not [each for each in told if "(80.0%)" in each]
    assert [
        each for each in told if "rose by 135 (32.4%) to 552 at the end of Jan-Mar 2023" in each
    ]
    said = " ".join(reports[YEARS[1]].sentences("index", "children-looked-after"))
    assert "entering care rose by 102 (16.0%) to 741 in 2022-23, from 639 in 2021-22" in said
    assert "leaving care rose by 33 (5.8%) to 603 in 2022-23, from 570 in 2021-22" in said


@pytest.mark.parametrize("year", YEARS)
def test_signs_of_tables_are_the_standings(
    year: str, reports: dict[str, Pages], evidence: Evidence
) -> None:
    known = {
        (each.label, UNITS[each.unit], each.period): each.standing for each in evidence.figures
    }
    checked = 0
    for caption in reports[year].captions():
        table = caption.getparent()
        headers, *rows = Pages.rows(table)
        if headers[:2] != ["Measure", "Unit"]:
            continue
        for (label, unit, *_), row in zip(rows, Pages.lines(table)[1:], strict=True):
            for header, cell in zip(headers[2:], row[2:], strict=True):
                standing = known.get((label, unit, header))
                if standing is not None:
                    signs = {each.text_content() for each in cell.xpath(".//*[@class='sign']")}
                    marked = {SIGNS[each] for each in signs & set(SIGNS)}
                    assert marked == {standing} & set(SIGNS.values()), (label, unit, header)
                    checked += 1
    assert checked > 200


def test_quality_statement_is_that_of_the_warehouse(warehouse: duckdb.DuckDBPyConnection) -> None:
    written = (PROJECT / "docs" / "quality.md").read_text(encoding="utf-8")
    assert written == quality_statement.page(warehouse), "Run make pages."


def test_evidence_of_the_statement_is_there(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Every file that is named is a file, every table one of the warehouse."""
    written = quality_statement.page(warehouse)
    named = re.findall(r"(?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:md|yml|toml)|Makefile|LICENSE", written)
    assert len(set(named)) > 25
    assert [each for each in named if not (PROJECT / each).exists()] == []
    tables = set(re.findall(r"`((?:fct|dim)_\w+)", written))
    held = {name for (name,) in warehouse.sql(
        "select table_name from duckdb_tables() where schema_name = 'marts'"
        " union all select view_name from duckdb_views() where schema_name = 'marts'"
    ).fetchall()}  # fmt: skip
    assert tables <= held


def test_a_figure_of_0_that_was_revised_is_told_without_a_percentage(
    compiled: CompiledProject, seeds: Seeds, tmp_path: Path
) -> None:
    """Line 157 of the earlier report prints 41 arrivals from April to June 2022."""
    rows = [row for row in seeds["uasc_arrivals"] if row["release_id"] == "hampshire-asr-2021-22"]
    assert rows[-1]["value_as_printed"] == "41"
    rows[-1]["value_as_printed"] = "0"
    path = tmp_path / "warehouse.duckdb"
    compiled.build(seeds, str(path)).close()
    catalogue.keep(PROJECT / "target" / "manifest.json", path)
    with duckdb.connect(str(path), read_only=True) as connection:
        (pack,) = packs_of(Marts(connection, AUTHORITY), AUTHORITY, ["2022-23"])
    told = (
        "the figure for Apr-Jun 2023 is provisional: such a figure of an earlier report changed"
        " from 0 when it was printed again, the only case."
    )
    assert told in repr(pack)


@pytest.mark.parametrize(
    ("cases", "least", "greatest", "told"),
    [
        (None, None, None, "no such figure has been printed again"),
        (1, None, None, "such a figure of an earlier report changed from 0 when it was"),
        (2, None, None, "of 2 such figures of earlier reports, one changed from 0 when"),
        # The other of the two was 0 before.
        (2, Decimal(3), Decimal(3), "of 2 such figures of earlier reports, one rose by 3.0% when"),
        (3, Decimal(-2), Decimal(0), "one fell by 2.0% and one did not change when printed again"),
    ],
)
def test_what_revisions_made_of_such_figures(
    cases: int | None, least: Decimal | None, greatest: Decimal | None, told: str
) -> None:
    row = {
        "revision_cases": cases,
        "least_revision_pct": least,
        "greatest_revision_pct": greatest,
    }
    assert told in revision_told(row)
