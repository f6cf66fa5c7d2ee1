"""What a report says of figures that are hidden, missing, revised, or not to be compared."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from safeguarding.published.standings import Standing
from safeguarding.report.pack import editions, pack_of
from safeguarding.report.report_model import (
    Chart,
    Figure,
    Pack,
    RemarkKind,
    Section,
    Table,
    Tile,
    tables_of,
)

AUTHORITY = "E10000014"
YEAR = "2022-23"


@pytest.fixture(scope="module")
def database(report_exports: Path) -> Path:
    return report_exports / "safeguarding.duckdb"


@pytest.fixture
def marts(database: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the published database, to change."""
    path = Path(shutil.copy(database, tmp_path))
    with duckdb.connect(str(path)) as connection:
        yield connection


def table(pack: Pack, table_id: str) -> Table:
    (found,) = [each for each in tables_of(pack.pages) if each.table_id == table_id]
    return found


def figure(pack: Pack, table_id: str, label: str, unit: str, header: str) -> Figure:
    rows = table(pack, table_id)
    column = rows.headers.index(header) - 1
    (row,) = [each for each in rows.rows if each.label == label and each.cells[0] == unit]
    cell = row.cells[column]
    assert isinstance(cell, Figure)
    return cell


def sentences(pack: Pack) -> list[str]:
    return [
        sentence.text
        for page in pack.pages
        for section in page.sections
        for sentence in section.sentences
    ]


def chart(pack: Pack, chart_id: str) -> Chart:
    (found,) = [
        each
        for page in pack.pages
        for section in page.sections
        for each in section.charts
        if each.chart_id == chart_id
    ]
    return found


def test_editions_are_the_years_with_a_release(marts: duckdb.DuckDBPyConnection) -> None:
    found = [(each.authority, each.financial_year) for each in editions(marts)]
    assert found == [("Hampshire", "2021-22"), ("Hampshire", "2022-23")]


def test_year_without_a_release(marts: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ValueError, match="no release of E10000014 for 2019-20"):
        pack_of(marts, AUTHORITY, "2019-20")


def test_sources_name_release_paragraph_and_line(marts: duckdb.DuckDBPyConnection) -> None:
    """Section 47 enquiries of 2022-23: line 89 of the report of 2022-23, paragraph 13."""
    found = figure(
        pack_of(marts, AUTHORITY, YEAR),
        "section-47-and-assessments-table", "Section 47 enquiries", "Number", "2022-23",
    )  # fmt: skip
    assert (found.shown, found.remarks) == ("8,439", ())
    assert [(each.paragraph, each.line, each.as_printed) for each in found.sources] == [
        ("13", 89, "8439")
    ]


def test_figure_printed_twice_has_both_printings(marts: duckdb.DuckDBPyConnection) -> None:
    """Neglect, 2021-22: line 116 prints 697, line 120 prints 775, which is used."""
    found = figure(
        pack_of(marts, AUTHORITY, YEAR),
        "child-protection-plans-table", "New child protection plans: Neglect", "Number", "2021-22",
    )  # fmt: skip
    assert found.shown == "775"
    assert [(each.line, each.as_printed) for each in found.sources] == [(120, "775"), (116, "697")]
    # DfE, table D2: 775.
    assert (found.standing, found.remarks) == (Standing.CONFIRMED, ())


def test_revised_figure_tells_the_earlier_one(marts: duckdb.DuckDBPyConnection) -> None:
    """Children entering care, April to June 2022: 165, then 173."""
    for year in ("2021-22", "2022-23"):
        found = figure(
            pack_of(marts, AUTHORITY, year),
            "care-flows-table", "Children entering care", "Number", "Apr-Jun 2022",
        )  # fmt: skip
        assert found.shown == "173"
        (remark,) = [each for each in found.remarks if each.kind is RemarkKind.REVISED]
        assert "from 165 to 173" in remark.text
        assert {each.as_printed for each in found.sources} == {"165", "173"}


def test_lost_figure_is_that_of_dfe(marts: duckdb.DuckDBPyConnection) -> None:
    """The share of 2022-23 was lost in conversion; DfE's figures make it 19.7."""
    pack = pack_of(marts, AUTHORITY, YEAR)
    found = figure(
        pack, "section-47-and-assessments-table",
        "Section 47 enquiries going to conference", "Percentage", "2022-23",
    )  # fmt: skip
    assert (found.value, found.shown, found.standing) == (Decimal("19.7"), "19.7", None)
    (remark,) = found.remarks
    assert remark.kind is RemarkKind.OFFICIAL
    assert "No figure could be read in the report" in remark.text
    assert "DfE prints no such share" in remark.text
    change = figure(
        pack, "headline-figures", "Section 47 enquiries going to conference", "Percentage", "Change"
    )
    assert (change.value, change.shown) == (None, "[x]")


def hide(marts: duckdb.DuckDBPyConnection, period: str) -> None:
    """Suppress children looked after at the end of a year, as disclosure control does."""
    marts.execute(
        "update marts.fct_children_looked_after set children_looked_after = null,"
        " children_looked_after_marker = 'c' where period_id = ?",
        [period],
    )
    marts.execute(
        "update marts.fct_observations set value = null, value_as_printed = null, marker = 'c'"
        " where measure_id = 'cla_at_year_end' and period_id = ?",
        [period],
    )


def test_suppressed_figure_is_nowhere(marts: duckdb.DuckDBPyConnection) -> None:
    """1,855 children at 31 March 2023: not in a cell, nor in a change, a sentence or a chart."""
    hide(marts, YEAR)
    pack = pack_of(marts, AUTHORITY, YEAR)
    label = "Children looked after at 31 March"
    found = figure(pack, "children-looked-after-table", label, "Number", YEAR)
    assert (found.value, found.shown) == (None, "[c]")
    assert {each.as_printed for each in found.sources} <= {""}
    assert [each.kind for each in found.remarks][-1] is RemarkKind.SUPPRESSED
    change = figure(pack, "headline-figures", label, "Number", "Change")
    assert (change.value, change.shown) == (None, "[c]")
    with_and_without = table(pack, "children-without-uasc-table")
    worked_out = with_and_without.rows[2].cells[-1]
    assert isinstance(worked_out, Figure)
    assert (worked_out.value, worked_out.shown) == (None, "[c]")
    drawn = chart(pack, "children-looked-after-chart")
    assert [mark.value for mark in drawn.marks if mark.x == YEAR] == [None, None]
    told = [each for each in sentences(pack) if "ooked after at 31 March" in each]
    assert not [each for each in told if "rose" in each or "1,855" in each or "130" in each]
    # Findings, claims and revisions are left out by disclosure control itself.


def conversion(pack: Pack, name: str) -> tuple[Decimal | None, str]:
    (row,) = [r for r in table(pack, "front-door-conversions").rows if r.label == name]
    own = row.cells[1]
    assert isinstance(own, Figure)
    return own.value, own.shown


def test_nothing_is_converted_without_both_figures(marts: duckdb.DuckDBPyConnection) -> None:
    """A suppressed or contradicted count has no conversion, nor is one drawn."""
    name = "Referrals for every 100 contacts"
    assert conversion(pack_of(marts, AUTHORITY, YEAR), name)[1] == "37.0"
    marts.execute(
        "update marts.fct_figures set standing = 'contradicted' where measure_id = 'referrals'"
        " and period_id = ? and category_id is null",
        [YEAR],
    )
    assert conversion(pack_of(marts, AUTHORITY, YEAR), name) == (None, "[u]")
    marts.execute(
        "update marts.fct_contacts_and_referrals set referrals = null, referrals_marker = 'c'"
        " where period_id = ?",
        [YEAR],
    )
    marts.execute(
        "update marts.fct_benchmarks set rate = null, marker = 'c', neighbour_median = null,"
        " is_neighbour_full = false where measure_id = 'referral_to_assessment'"
        " and financial_year = ? and local_authority_code = ?",
        [YEAR, AUTHORITY],
    )
    pack = pack_of(marts, AUTHORITY, YEAR)
    assert conversion(pack, name) == (None, "[c]")
    official = "Assessments for every 100 referrals"
    assert conversion(pack, official) == (None, "[c]")
    assert [m.value for m in chart(pack, "contacts-converted-chart").marks if m.x == YEAR] == [None]
    drawn = chart(pack, "assessments-for-every-100-referrals-trend-chart")
    marks = {mark.series: (mark.value, mark.shown) for mark in drawn.marks if mark.x == YEAR}
    assert marks["Hampshire"] == (None, "[c]")
    assert marks["Median of its neighbours"] == (None, "[u]")


def test_nothing_is_compared_across_a_break(marts: duckdb.DuckDBPyConnection) -> None:
    columns = [
        name
        for (name,) in marts.sql(
            "select column_name from duckdb_columns() where table_name = 'dim_series_break'"
            " order by column_index"
        ).fetchall()
    ]
    row = {
        "series_break_id": "a break", "release_id": "hampshire-asr-2022-23",
        "local_authority_code": AUTHORITY, "measure_id": "referrals", "category_id": None,
        "period_id": YEAR, "reason": "Contacts are counted differently.",
    }  # fmt: skip
    marks = ", ".join("?" for _ in columns)
    marts.execute(
        f"insert into marts.dim_series_break values ({marks})", [row[each] for each in columns]
    )
    pack = pack_of(marts, AUTHORITY, YEAR)
    change = figure(pack, "headline-figures", "Referrals", "Number", "Change")
    assert (change.value, change.shown) == (None, "[z]")
    found = figure(pack, "contacts-and-referrals-table", "Referrals", "Number", YEAR)
    (remark,) = found.remarks
    assert remark.kind is RemarkKind.BREAK
    assert "Contacts are counted differently." in remark.text
    told = [each for each in sentences(pack) if each.startswith("Referrals ")]
    assert told
    assert not [each for each in told if "rose" in each or "2,191" in each]
    drawn = chart(pack, "overview-chart")
    marked = [(mark.series, mark.x) for mark in drawn.marks if mark.remark is RemarkKind.BREAK]
    assert marked == [("Referrals", YEAR)]


def test_table_that_no_release_prints_has_no_page(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute("delete from marts.fct_uasc")
    slugs = [page.slug for page in pack_of(marts, AUTHORITY, YEAR).pages]
    assert "unaccompanied-children" not in slugs
    assert "children-looked-after" in slugs


def test_report_of_a_council_without_official_statistics(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    for mart in ("fct_benchmarks", "fct_official_statistics", "fct_reconciliation"):
        marts.execute(f"delete from marts.{mart}")
    pack = pack_of(marts, AUTHORITY, YEAR)
    assert not {"how-it-compares", "trends"} & {page.slug for page in pack.pages}
    assert [row.label for row in table(pack, "front-door-conversions").rows] == [
        "Referrals for every 100 contacts"
    ]
    found = figure(
        pack, "section-47-and-assessments-table",
        "Section 47 enquiries going to conference", "Percentage", "2022-23",
    )  # fmt: skip
    assert "DfE" not in found.remarks[0].text
    assert not [each.table_id for each in tables_of(pack.pages) if "uasc-table" in each.table_id]


def overview(pack: Pack) -> tuple[Section, Section, Section]:
    key_figures, stands_out, to_ask = pack.pages[0].sections[:3]
    return key_figures, stands_out, to_ask


def tile(pack: Pack, label: str) -> Tile:
    (found,) = [each for each in overview(pack)[0].tiles if each.label == label]
    return found


def test_overview_without_official_statistics(marts: duckdb.DuckDBPyConnection) -> None:
    for mart in ("fct_benchmarks", "fct_official_statistics", "fct_reconciliation"):
        marts.execute(f"delete from marts.{mart}")
    key_figures, stands_out, to_ask = overview(pack_of(marts, AUTHORITY, YEAR))
    assert [each.peers for each in key_figures.tiles] == [None] * 8
    assert key_figures.source == ""
    told = " ".join(each.text for each in (*stands_out.sentences, *to_ask.sentences))
    assert "neighbour" not in told
    assert "DfE" not in told


def test_overview_of_the_first_year(marts: duckdb.DuckDBPyConnection) -> None:
    """Nothing is compared with a year before, and nothing is said to have changed."""
    for mart in ("fct_observations", "fct_figures", "fct_contacts_and_referrals",
                 "fct_section_47_and_assessments", "fct_children_looked_after", "fct_care_flows",
                 "fct_child_protection_plans", "fct_uasc", "fct_referrals_by_source",
                 "fct_cpp_by_category"):  # fmt: skip
        marts.execute(f"delete from marts.{mart} where period_id not like '{YEAR}%'")
    for mart in ("fct_benchmarks", "fct_narrative_claims"):
        marts.execute(f"delete from marts.{mart}")
    key_figures, stands_out, to_ask = overview(pack_of(marts, AUTHORITY, YEAR))
    assert {(each.before, each.change.value) for each in key_figures.tiles} == {("", None)}
    assert [each.text for each in stands_out.sentences] == [
        "No figure of 2022-23 is known to be the highest, second highest or lowest among the "
        "statistical neighbours, and no large change can be shown."
    ]
    assert len(to_ask.sentences) > 1
    for mart in ("fct_quality_findings", "fct_revisions"):
        marts.execute(f"delete from marts.{mart}")
    (told,) = overview(pack_of(marts, AUTHORITY, YEAR))[2].sentences
    assert told.text == (
        "The published checks of the report of 2022-23 found no contradiction, revision or "
        "difference from DfE that is unexplained."
    )


def test_overview_of_hidden_and_missing_figures(marts: duckdb.DuckDBPyConnection) -> None:
    """A change from a hidden figure is not given by DfE's either; a year with a gap has no total.

    1,725 children at 31 March 2022; DfE counted 1,726, and 1,859 a year later.
    """
    hide(marts, "2021-22")
    marts.execute("update marts.fct_uasc set uasc_arrivals = null where period_id = '2022-23 Q3'")
    pack = pack_of(marts, AUTHORITY, YEAR)
    hidden = tile(pack, "Children looked after at 31 March")
    assert (hidden.figure.shown, hidden.change.shown, hidden.official_change) == (
        "1,855", "[c]", None,
    )  # fmt: skip
    assert [each.value for each in hidden.history][-2:] == [None, Decimal(1855)]
    labels = [each.label for each in overview(pack)[0].tiles]
    assert "Arrivals of unaccompanied asylum-seeking children" not in labels
    assert len(labels) == 8  # the next measure stands in
    told = " ".join(each.text for each in overview(pack)[1].sentences)
    assert "Arrivals" not in told


def test_overview_of_fields_that_are_not_whole(marts: duckdb.DuckDBPyConnection) -> None:
    columns = ", ".join(
        f"{group}_rank = null, {group}_rank_of = null, {group}_median = null,"
        f" is_{group}_full = false"
        for group in ("neighbour", "england")
    )
    marts.execute(f"update marts.fct_benchmarks set {columns}")
    key_figures, stands_out, _ = overview(pack_of(marts, AUTHORITY, YEAR))
    compared = [each.peers for each in key_figures.tiles if each.peers]
    assert {(each.median.shown, each.rank.shown) for each in compared} == {("[u]", "[u]")}
    assert not [each for each in stands_out.sentences if " of 11" in each.text]


def test_made_up_figures_say_so(marts: duckdb.DuckDBPyConnection) -> None:
    assert not pack_of(marts, AUTHORITY, YEAR).is_synthetic
    marts.execute("update marts.dim_release set title = 'SYNTHETIC ' || title")
    assert pack_of(marts, AUTHORITY, YEAR).is_synthetic
