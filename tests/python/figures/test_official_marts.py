"""The marts of official statistics: rates, sums, ranks and totals are those of DfE's figures."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

import duckdb
import pytest
import yaml

from conftest import PROJECT, Seeds
from safeguarding.warehouse.compiled_project import CompiledProject

HAMPSHIRE = "E10000014"


def test_rates_are_those_of_the_population_they_name(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A printed rate of an authority is its count over that population, to the decimal printed."""
    wrong, checked = warehouse.sql(
        """
        select
            count(*) filter (where abs(rates.value - 10000 * counts.value / people.value) >
                case when rates.release_id like '%looked-after%' then 0.5 else 0.05 end + 1e-6),
            count(*)
        from marts.fct_official_statistics as rates
        inner join marts.dim_area using (area_code)
        inner join marts.fct_official_statistics as counts
            on counts.area_code = rates.area_code and counts.measure_id = rates.measure_id
            and counts.financial_year = rates.financial_year and counts.unit = 'count'
            and counts.category_id is null
        inner join marts.fct_official_statistics as people
            on people.area_code = rates.area_code and people.measure_id = 'population_0_to_17'
            and people.financial_year = rates.financial_year
            and people.release_id = rates.denominator
        where rates.unit = 'rate_per_10000' and not rates.is_calculated
            and dim_area.area_type = 'local_authority' and rates.value is not null
        """
    ).fetchall()[0]
    assert checked > 10_000
    assert wrong == 0


def test_both_populations_have_their_rates(warehouse: duckdb.DuckDBPyConnection) -> None:
    """8,439 enquiries, 283,487 children before and 283,750 after the rebasing."""
    rates = warehouse.sql(
        f"""
        select denominator, value, is_calculated from marts.fct_official_statistics
        where area_code = '{HAMPSHIRE}' and measure_id = 'section_47_enquiries'
            and financial_year = '2022-23' and unit = 'rate_per_10000' order by all
        """
    ).fetchall()
    assert [(name, float(value), calculated) for name, value, calculated in rates] == [
        ("dfe-children-looked-after-2025", round(84390000 / 283750, 1), True),
        ("ons-mid-year-estimates-2023", round(84390000 / 283487, 1), False),
    ]


def test_nothing_is_added_up_over_a_suppressed_part(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Education is schools and education services; of 2018-19 the second is suppressed."""
    education = warehouse.sql(
        f"""
        select financial_year, cast(value as integer), marker from marts.fct_official_statistics
        where area_code = '{HAMPSHIRE}' and category_id = 'education' and unit = 'count'
            and financial_year in ('2018-19', '2019-20') order by all
        """
    ).fetchall()
    assert education == [("2018-19", None, "c"), ("2019-20", 5007, None)]


def test_benchmarks_are_of_those_who_have_a_figure(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Ranks, medians and counts once more, from the figures, for one authority and every year."""
    rows = warehouse.sql(
        f"""
        select financial_year, rate, england_rank, england_median, england_compared,
            england_left_out, neighbour_rank, neighbour_median, neighbour_compared
        from marts.fct_benchmarks
        where local_authority_code = '{HAMPSHIRE}' and measure_id = 'cpp_open_2_years'
        order by all
        """
    ).fetchall()
    assert len(rows) == 12
    neighbours = warehouse.sql(
        "select neighbour_code from marts.bridge_statistical_neighbours"
        f" where local_authority_code = '{HAMPSHIRE}'"
    ).fetchall()
    ranked = 0
    for year, rate, rank, middle, compared, left_out, near_rank, near_middle, near in rows:
        values = dict(
            warehouse.execute(
                """
                select area_code, value from marts.fct_official_statistics
                inner join marts.dim_area using (area_code)
                where measure_id = 'cpp_open_2_years' and unit = 'percent' and financial_year = ?
                    and area_type = 'local_authority'
                """,
                [year],
            ).fetchall()
        )
        known = sorted(value for value in values.values() if value is not None)
        of_neighbours = [values.get(code) for (code,) in neighbours]
        theirs = [value for value in of_neighbours if value is not None]
        assert (compared, left_out) == (len(known), len(values) - len(known)), year
        assert near == len(theirs), year
        # Nine in ten must be known: of 152 authorities 137, of ten neighbours 9.
        assert len(known) < 137, year
        assert (rank, middle) == (None, None), year
        is_full = len(theirs) >= 9
        assert near_middle == (median(theirs) if is_full else None), year
        is_ranked = is_full and rate is not None
        above = sum(value > rate for value in theirs) if is_ranked else None
        assert near_rank == (None if above is None else 1 + above), year
        ranked += is_ranked
    assert 0 < ranked < len(rows)


def test_conversions_are_of_two_counts_of_a_year(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Tables C1, C2, C4 and D1 of 2022-23, for Hampshire.

    Assessments of 2013-14 are partial: nothing is divided by them.
    """
    rows = {
        (measure, year): None if value is None else float(value)
        for measure, year, value in warehouse.sql(
            f"""
            select measure_id, financial_year, rate from marts.fct_benchmarks
            where local_authority_code = '{HAMPSHIRE}' and measure_id in
                ('referral_to_assessment', 'assessment_to_section_47', 'conference_to_plan')
            """
        ).fetchall()
    }
    assert rows["referral_to_assessment", "2022-23"] == round(100 * 28484 / 30502, 1)
    assert rows["assessment_to_section_47", "2022-23"] == round(100 * 8439 / 28484, 1)
    assert rows["conference_to_plan", "2022-23"] == round(100 * 1449 / 1664, 1)
    # No count of Hampshire's was published for 2023-24.
    assert {value for (_, year), value in rows.items() if year == "2023-24"} == {None}
    first = {measure: min(y for m, y in rows if m == measure) for measure, _ in rows}
    assert first == {
        "referral_to_assessment": "2014-15",
        "assessment_to_section_47": "2014-15",
        "conference_to_plan": "2012-13",
    }


def test_few_authorities_are_no_field_to_rank_in(warehouse: duckdb.DuckDBPyConnection) -> None:
    """DfE's local authority tables of unaccompanied children are held for nine of 152 only.

    For assessments all are known: Hampshire's 1004.8 is the ninth highest of 152.
    """
    rows = {
        measure: others
        for measure, *others in warehouse.sql(
            f"""
            select measure_id, is_england_full, england_rank, england_rank_of, england_median,
                england_quartile, neighbour_rank, neighbour_rank_of, region_rank, region_rank_of,
                region_median, england_compared, england_left_out
            from marts.fct_benchmarks
            where local_authority_code = '{HAMPSHIRE}' and financial_year = '2022-23'
                and measure_id in ('uasc_looked_after', 'uasc_share_of_cla', 'assessments')
            """
        ).fetchall()
    }
    assert rows["assessments"][:3] == [True, 9, 152]
    for measure in ("uasc_looked_after", "uasc_share_of_cla"):
        assert rows[measure] == [False, *[None] * 9, 9, 143], measure


def test_what_counts_as_full_is_declared_once(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Every group of every row has a median, and a rank of so many, just where it is full."""
    declared = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
    least = declared["full_coverage_pct"]
    for group in ("region", "neighbour", "england"):
        itself = " + 1" if group == "neighbour" else ""
        wrong, full, not_full = warehouse.sql(
            f"""
            select
                count(*) filter (
                    full_field is distinct from is_{group}_full
                    or ({group}_median is not null) is distinct from full_field
                    or ({group}_rank is not null) is distinct from (full_field and rate is not null)
                    or {group}_rank_of is distinct from
                        case when {group}_rank is not null then {group}_compared{itself} end
                ),
                count(*) filter (full_field),
                count(*) filter (not full_field)
            from (
                select *, {group}_compared >= {least} / 100.0
                    * ({group}_compared + {group}_left_out) as full_field
                from marts.fct_benchmarks
                where {group}_compared is not null
            )
            """
        ).fetchall()[0]
        assert wrong == 0, group
        assert min(full, not_full) > 100, group


def test_authorities_of_the_past_are_compared_in_their_time(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """England had 152 authorities in most years; Dorset, Bournemouth and Poole became two."""
    compared = dict(
        warehouse.sql(
            """
            select financial_year, max(england_compared + england_left_out)
            from marts.fct_benchmarks where measure_id = 'referrals' group by all
            """
        ).fetchall()
    )
    assert compared["2018-19"] == 152
    assert compared["2019-20"] == 151
    assert compared["2021-22"] == 152
    assert compared["2023-24"] == 153


@pytest.fixture(scope="module")
def built(seeds_as_they_are: Seeds) -> duckdb.DuckDBPyConnection:
    """A build with official statistics; what a test changes, it takes back."""
    compiled = CompiledProject.of(PROJECT)
    connection = compiled.build(seeds_as_they_are)
    compiled.run_models(connection, official=True)
    return connection


@pytest.fixture
def connection(built: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    built.begin()
    yield built
    built.rollback()


def test_totals_that_do_not_agree_are_found(
    compiled: CompiledProject, connection: duckdb.DuckDBPyConnection
) -> None:
    """Without its entry a gap is found, and an entry without a gap too."""
    assert compiled.failures(connection, "official_totals_agree") == []
    connection.execute(
        "update raw.official_total_exceptions set last_financial_year = '2020-21'"
        " where area_code = 'E09000012'"
    )
    connection.execute(
        "insert into raw.official_total_exceptions"
        " values ('E10000016', null, '2018-19', '2018-19', 'x', 'SYNTHETIC')"
    )
    messages = [row["message"] for row in compiled.failures(connection, "official_totals_agree")]
    assert [m for m in messages if "E10000016" in m and "explains no missing figure" in m]
    gaps = [m for m in messages if "E09000012, 2021-22, is marked x" in m]
    assert len(gaps) == len(messages) - 1 > 0


def test_a_figure_that_was_changed_is_found(
    compiled: CompiledProject, connection: duckdb.DuckDBPyConnection
) -> None:
    """Eleven more in one authority: its region, England, and the count of what was loaded."""
    figures = "staging.stg_official_statistics"
    connection.execute(
        f"update {figures} set value = value + 11 where area_code = 'E10000016'"
        " and measure_id = 'section_47_enquiries' and unit = 'count'"
        " and financial_year = '2018-19'"
    )
    messages = [row["message"] for row in compiled.failures(connection, "official_totals_agree")]
    assert [m for m in messages if "E92000001, 2018-19" in m]
    assert all("section_47_enquiries" in m for m in messages)
    connection.execute(
        f"delete from {figures} where area_code = 'E10000016' and source_table = 'd3'"
    )
    failures = compiled.failures(connection, "official_statistics_are_whole")
    messages = [row["message"] for row in failures]
    assert len(messages) == 1
    assert "table d3" in messages[0]
