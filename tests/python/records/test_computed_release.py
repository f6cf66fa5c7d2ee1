"""Figures counted from records are a release of their own, until they are removed."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from record_runs import AUTHORITY, PERIOD, records_of

from safeguarding.intake import desk, seed_rows
from safeguarding.records import computed_release
from safeguarding.records.counting import count
from safeguarding.records.request import Request
from safeguarding.warehouse.compiled_project import CompiledProject
from safeguarding.warehouse.seed_files import PROJECT

RELEASE = f"{AUTHORITY}-records-{PERIOD}-2023-06-30"


# Records that contradict the report in nearly every figure, and themselves: fewer contacts than
# referrals, which no printed table may have.
@pytest.fixture
def request_(tmp_path: Path) -> Request:
    folder = records_of(tmp_path / "records")
    return Request(folder, AUTHORITY, PERIOD, datetime.date(2023, 6, 30))


def test_loaded_and_undone(project_copy: Callable[[], Path], request_: Request) -> None:
    project = project_copy()
    before = {path: path.read_bytes() for path in (project / "seeds").rglob("*.csv")}
    counted = count(PROJECT, request_)
    outcome = computed_release.load(project, request_, counted)
    assert outcome.status is desk.Status.READY, [*outcome.problems, outcome.judgement]
    releases = seed_rows.read(project / "seeds/reference/releases.csv")
    assert releases[-1]["release_id"] == RELEASE
    assert releases[-1]["is_published"] == "false", "disclosure control applies"
    figures = seed_rows.read(project / "seeds/figures/record_figures.csv")
    assert {row["release_id"] for row in figures} == {RELEASE}
    # All but the number of all plans started, which no report has without categories.
    assert len(figures) == len(counted.figures) - 1
    findings = seed_rows.read(project / "seeds/registers/record_findings.csv")
    assert {row["check_id"] for row in findings} >= {"unmapped_value", "referral_on_open_case"}
    again = computed_release.load(project, request_, counted)
    assert again.status is desk.Status.ALREADY_LOADED
    # Another extract of the same day with other figures.
    counted.figures[0]["value"] += 1
    other = computed_release.load(project, request_, counted)
    assert other.status is desk.Status.PROBLEMS
    assert "already loaded with 87" in str(other.problems[0])
    assert f"remove them first: undo {RELEASE}" in str(other.problems[0])
    desk.undo(project, RELEASE)
    assert {path: path.read_bytes() for path in before} == before


LATER = f"{AUTHORITY}-records-{PERIOD}-2023-09-30"
REPORT = "hampshire-asr-2022-23"


@pytest.fixture(scope="module")
def built(
    compiled: CompiledProject,
    seeds_as_they_are: dict[str, list[dict[str, str]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[tuple[str, ...]]]]:
    """The warehouse with two extracts, of which the later has one enquiry and one case more.

    Beside it, what the checks find without them.
    """
    folder = records_of(tmp_path_factory.mktemp("two") / "records")
    counted = count(PROJECT, Request(folder, AUTHORITY, PERIOD, datetime.date(2023, 6, 30)))
    with compiled.build(seeds_as_they_are) as connection:
        before = connection.execute(FINDINGS_OF_REPORTS).fetchall()
    seeds = copy.deepcopy(seeds_as_they_are)
    blank = dict.fromkeys(seeds["releases"][0], "")
    for release_id in (RELEASE, LATER):
        day = release_id[-10:]
        release = {"release_id": release_id, "published_date": day, "financial_year": PERIOD}
        seeds["releases"].append(blank | release | {"is_published": "false"})
        if release_id == LATER:
            for figure in counted.figures:
                changed = figure["measure_id"] in {"section_47_enquiries", "open_cases"}
                figure["value"] += changed if changed else 0
        figures = computed_release.figures_of(PROJECT, counted)
        seeds["record_figures"] += [figure.as_row(release_id, AUTHORITY) for figure in figures]
    with compiled.build(seeds) as connection:
        yield connection, before


FINDINGS_OF_REPORTS = """
    select finding_id, severity, coalesce(known_issue_id, '') from marts.fct_quality_findings
    where not contains(release_id, '-records-') order by all
"""
Built = tuple[duckdb.DuckDBPyConnection, list[tuple[str, ...]]]


def test_three_ways(built: Built) -> None:
    connection, _ = built
    # The last extract's: 6 enquiries, and one more.
    assert three(connection, "section_47_enquiries") == (8439, 7, 8439)
    assert three(connection, "section_47_to_conference_cohort", "percent") == (None, 16.67, 19.7)
    assert three(connection, "section_47_to_conference_period", "percent") == (None, 33.33, 19.7)
    # The report's count of referrals is wider than the census's.
    assert three(connection, "referrals") == (62952, 9, 30502)


def test_counting_revises_no_report(built: Built) -> None:
    """Two extracts are compared with each other, and with nothing that is printed."""
    connection, before = built
    revisions = connection.execute(
        "select measure_id, earlier_value, later_value from marts.fct_revisions"
        f" where earlier_release_id = '{RELEASE}' and later_release_id = '{LATER}' order by 1"
    ).fetchall()
    assert revisions == [("open_cases", 5, 6), ("section_47_enquiries", 6, 7)]
    between = connection.execute(
        "select count(*) from marts.fct_revisions"
        " where contains(earlier_release_id, '-records-')"
        " <> contains(later_release_id, '-records-')"
    ).fetchall()
    assert between == [(0,)]
    # No finding on a report comes or goes, and none on records stops a build.
    assert connection.execute(FINDINGS_OF_REPORTS).fetchall() == before
    severities = connection.execute(
        "select distinct severity from marts.fct_quality_findings"
        " where contains(release_id, '-records-') order by 1"
    ).fetchall()
    assert ("warning",) in severities
    assert ("error",) not in severities


def test_no_computed_figure_is_called_printed(built: Built) -> None:
    """What a finding on records says of their figures, in its own words or in DfE's comparison."""
    connection, _ = built
    details = [
        detail
        for (detail,) in connection.execute(
            "select message from marts.fct_quality_findings where contains(release_id, '-records-')"
        ).fetchall()
    ]
    assert any("computed as" in detail for detail in details)
    assert any("the records give" in detail for detail in details)
    assert not [detail for detail in details if "print" in detail or "the report" in detail]
    of_reports = connection.execute(
        "select count(*) from marts.fct_quality_findings"
        " where not contains(release_id, '-records-') and contains(message, 'computed')"
    ).fetchall()
    assert of_reports == [(0,)]


def test_the_report_stays_the_latest(built: Built) -> None:
    """What is counted stands in the facts only where no report prints the measure."""
    connection, _ = built
    printed = connection.execute(
        "select section_47_enquiries, assessments, release_id"
        " from marts.fct_section_47_and_assessments where period_id = ?",
        [PERIOD],
    ).fetchall()
    assert printed == [(8439, 22166, REPORT)]
    best = {
        measure: (value, source, release)
        for measure, value, source, release in connection.execute(
            "select measure_id, value, source, release_id from marts.fct_best_figures"
            " where period_id = ? and category_id is null and unit = 'count'",
            [PERIOD],
        ).fetchall()
    }
    assert best["section_47_enquiries"] == (8439, "report", REPORT)
    # Nobody prints or publishes the number of open cases; the last extract has it.
    assert best["open_cases"] == (6, "records", LATER)
    # The report's referrals are wider: what is counted is no figure of that series.
    assert best["referrals"][1] != "records"
    latest = connection.execute(
        "select count(*) from marts.fct_observations"
        " where contains(release_id, '-records-') and is_latest_release and measure_id in ("
        "     select measure_id from marts.fct_observations"
        "     where not contains(release_id, '-records-') and period_id = ?"
        " ) and period_id = ?",
        [PERIOD, PERIOD],
    ).fetchall()
    assert latest == [(0,)]


def three(
    built: duckdb.DuckDBPyConnection, measure: str, unit: str = "count"
) -> tuple[float | None, ...]:
    rows = built.execute(
        "select printed_value::double, computed_value::double, official_value::double"
        " from marts.fct_three_ways where measure_id = ? and unit = ? and period_id = ?",
        [measure, unit, PERIOD],
    ).fetchall()
    assert len(rows) == 1
    found: tuple[float | None, ...] = rows[0]
    return found
