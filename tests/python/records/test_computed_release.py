"""Figures counted from records are a release of their own, until they are removed."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from record_runs import AUTHORITY, EXAMPLE, PERIOD, records_of

from safeguarding.intake import desk, seed_rows
from safeguarding.records import computed_release
from safeguarding.records.counting import count
from safeguarding.records.request import Request
from safeguarding.warehouse.compiled_project import CompiledProject
from safeguarding.warehouse.seed_files import PROJECT

RELEASE = f"{AUTHORITY}-records-{PERIOD}-2023-06-30"


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    contacts = (EXAMPLE / "ssd_contacts.csv").read_text(encoding="utf-8")
    # As many contacts as referrals at least: fewer is a contradiction, and refused.
    more = "".join(f"N{number},P1,2022-06-06,6\n" for number in range(20))
    folder = records_of(tmp_path / "records", {"ssd_contacts": contacts + more})
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
    desk.undo(project, RELEASE)
    assert {path: path.read_bytes() for path in before} == before


def test_three_ways(
    compiled: CompiledProject, seeds: dict[str, list[dict[str, str]]], request_: Request
) -> None:
    counted = count(PROJECT, request_)
    release = {"release_id": RELEASE, "published_date": "2023-06-30", "financial_year": PERIOD}
    blank = dict.fromkeys(seeds["releases"][0], "")
    seeds["releases"].append(blank | release | {"is_published": "false"})
    seeds["record_figures"] += [
        figure.as_row(RELEASE, AUTHORITY)
        for figure in computed_release.figures_of(PROJECT, counted)
    ]
    with compiled.build(seeds) as built:
        assert three(built, "section_47_enquiries") == (8439, 6, 8439)
        assert three(built, "section_47_to_conference_cohort", "percent") == (None, 16.67, 19.7)
        assert three(built, "section_47_to_conference_period", "percent") == (None, 33.33, 19.7)
        # The report's count of referrals is wider than the census's.
        assert three(built, "referrals") == (62952, 9, 30502)


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
