"""The quality statement: what the figures are fit for, how they are revised, what is not met."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from safeguarding.published.marts import written
from safeguarding.published.standings import Standing, changed_by
from safeguarding.report.report_model import Page, Row, Section, Table

MET, PARTLY, NOT_MET = "Met", "Partly met", "Not met"
MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True)
class Point:
    """A point of a statement."""

    subject: str  # what it is about
    text: str  # what holds
    evidence: str  # where that can be seen: tables of the warehouse, files and tests of the project
    state: str = ""  # how far it is met; empty where that is not the question


@dataclass(frozen=True)
class Part:
    """A part of the statement: points that belong together."""

    heading: str
    points: tuple[Point, ...]

    @property
    def is_assessed(self) -> bool:
        """Whether its points say how far they are met."""
        return any(point.state for point in self.points)


def statement(connection: duckdb.DuckDBPyConnection, authority: str | None = None) -> list[Part]:
    """Give the statement, its figures read from a warehouse.

    Args:
        connection: A database whose schema `marts` holds the published tables; only read.
        authority: ONS code of the one authority that it is about; all if None.
    """
    figures = _Figures(connection, authority)
    return [
        Part("Quality by dimension", _dimensions(figures)),
        Part("Revisions policy", _revisions(figures)),
        Part("Reproducible analytical pipeline: levels", REPRODUCIBLE),
        Part("Code of Practice for Statistics: pillars", CODE_OF_PRACTICE),
    ]


def statement_page(connection: duckdb.DuckDBPyConnection, authority: str) -> Page:
    """Give the statement as a page of a report."""
    return Page(
        "quality-statement",
        "Quality statement",
        tuple(_section(part) for part in statement(connection, authority)),
    )


def _section(part: Part) -> Section:
    headers = ("Subject", *(("State",) if part.is_assessed else ()), "Statement", "Evidence")
    rows = (
        Row(
            point.subject,
            (
                *((point.state,) if part.is_assessed else ()),
                point.text,
                point.evidence.replace("`", ""),
            ),
        )
        for point in part.points
    )
    table_id = "-".join(part.heading.lower().replace(":", "").split())
    return Section(part.heading, tables=(Table(table_id, part.heading, headers, tuple(rows)),))


class _Figures:
    """The figures of the statement."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, authority: str | None) -> None:
        self._connection = connection
        self._authority = authority

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Give rows of a query, in which `{own}` is the condition on the authority."""
        own = "true" if self._authority is None else "local_authority_code = $authority"
        asked = query.format(own=own)
        named = {"authority": self._authority} if "$authority" in asked else None
        return self._connection.execute(asked, named).fetchall()

    def counts(self, query: str) -> dict[Any, int]:
        """Give the first column of a query with the second."""
        return dict(self.rows(query))


def _dimensions(figures: _Figures) -> tuple[Point, ...]:
    standings = figures.counts(
        "select standing, count(*) from marts.fct_figures"
        " where {own} and not is_calculated group by 1"
    )
    verdicts = figures.counts(
        "select verdict, count(*) from marts.fct_reconciliation"
        " where {own} and is_same_definition group by 1"
    )
    findings = figures.counts(
        "select case when is_explained then 'explained' when known_issue_id is not null"
        " then 'examined' else 'open' end, count(*) from marts.fct_quality_findings"
        " where {own} and severity = 'error' group by 1"
    )
    releases = figures.rows(
        "select distinct financial_year, published_date from marts.dim_release"
        " where release_id in (select release_id from marts.fct_observations where {own})"
        " order by 1, 2"
    )
    breaks = figures.rows("select count(*) from marts.dim_series_break where {own}")[0][0]
    compared = sum(verdicts.get(each, 0) for each in ("equal", "close", "differs"))
    doubtful = sum(
        standings.get(each, 0)
        for each in (Standing.UNRECONCILED, Standing.INCOMPLETE, Standing.CONTRADICTED)
    )
    told = ", ".join(f"{standings[each]} {each}" for each in Standing if each in standings)
    return (
        Point(
            "Relevance",
            "The figures are those that councils put before their members and partners: contacts, "
            "enquiries, plans, children looked after. They do not say how well children fare.",
            "`dim_measure`; README.md",
        ),
        Point(
            "Accuracy",
            f"Every figure has a standing: {told}. {doubtful} of {sum(standings.values())} are "
            "unreconciled, incomplete or contradicted; no change is shown from or to one that is "
            "incomplete or contradicted. Nothing is corrected: figures are as printed. "
            f"The checks found {sum(findings.values())} contradictions: "
            f"{findings.get('explained', 0)} explained, {findings.get('examined', 0)} examined "
            f"without finding the cause, {findings.get('open', 0)} open.",
            "`fct_figures`, `fct_quality_findings`; tests/python/figures/test_standings.py, "
            "tests/python/report/test_report_standings.py",
        ),
        Point(
            "Timeliness and punctuality",
            f"{_timeliness(releases)} Whether reports came out on the day announced is not known: "
            "the sources name no day in advance.",
            "`dim_release`",
        ),
        Point(
            "Comparability",
            f"Breaks in series recorded: {breaks}; nothing is compared across one. Authorities "
            "are ranked by DfE's figures alone, which are collected in one way from all of them.",
            "`dim_series_break`, `fct_benchmarks`; tests/python/scale/test_benchmarks.py",
        ),
        Point(
            "Coherence",
            f"{compared} figures were compared with DfE's of the same definition: "
            f"{verdicts.get('equal', 0)} are equal, {verdicts.get('close', 0)} close and "
            f"{verdicts.get('differs', 0)} differ.",
            "`fct_reconciliation`; docs/reconciliation.md,"
            " tests/python/figures/test_reconciliation.py",
        ),
        Point(
            "Accessibility",
            "The report is there as web pages, a Word document and tables; the data as CSV, "
            "Parquet, a database, workbooks and open data in DfE's shape. Pages are checked with "
            "axe-core; no person who uses assistive technology has tried them.",
            "tests/python/report/test_report_browser.py, tests/python/exports/test_open_data.py",
        ),
    )


def _timeliness(releases: list[tuple[Any, ...]]) -> str:
    told = [
        f"The report of {year} was published on {written(day)}, {_months_after(year, day)} months "
        "after the year's end."
        for year, day in releases
    ]
    return " ".join(told)


def _months_after(year: str, day: date) -> int:
    """Give whole months from a financial year's end, 31 March, to a day."""
    end = date(int(year[:4]) + 1, 3, 31)
    months = (day.year - end.year) * MONTHS_OF_A_YEAR + day.month - end.month
    return months if (day.month, day.day) == (3, 31) else months - (day.day < end.day)


def _revisions(figures: _Figures) -> tuple[Point, ...]:
    provisional = figures.rows(
        "select count(*), count(revision_cases) from marts.fct_figures"
        " where {own} and standing = 'provisional' and not is_calculated"
    )[0]
    cases = figures.rows(
        "select distinct measure_name, revision_cases, least_revision_pct, greatest_revision_pct"
        " from marts.fct_figures inner join marts.dim_measure using (measure_id)"
        " where {own} and revision_cases is not null and not is_calculated order by 1"
    )
    revised = figures.rows("select count(*) from marts.fct_revisions where {own}")[0][0]
    points = [
        Point(
            "Provisional figures",
            "The last quarter of a report is provisional: later reports revise it. "
            f"{provisional[0]} figures are provisional; for {provisional[1]} of them an earlier "
            "case shows what a revision may be.",
            "`fct_figures.standing`",
        ),
        Point(
            "Revised figures",
            f"The latest report's figure is used, and the earlier one stays: {revised} figures "
            "were changed by a later report. A figure is never changed here.",
            "`fct_revisions`; docs/decisions/0006-latest-release-per-figure.md",
        ),
    ]
    points += [
        Point(name, _cases_told(number, least, greatest), "`fct_figures.revision_cases`")
        for name, number, least, greatest in cases
    ]
    return tuple(points)


def _cases_told(number: int, least: Decimal, greatest: Decimal) -> str:
    if number == 1:
        return (
            f"The one last quarter that was printed again {changed_by(greatest)}. One case says "
            "little of what the next revision will be."
        )
    return (
        f"Of {number} last quarters that were printed again, one {changed_by(least)} and one "
        f"{changed_by(greatest)}."
    )


REPRODUCIBLE = (
    Point("Baseline: open-source language", "SQL and Python.", "models/, scripts/", MET),
    Point("Baseline: version control", "All of it is in Git.", "CHANGELOG.md", MET),
    Point(
        "Baseline: how to reproduce", "Two commands build and test all.", "README.md, Makefile", MET
    ),
    Point(
        "Baseline: peer review",
        "No record of a review by a second person is kept in the repository.",
        "none",
        NOT_MET,
    ),
    Point(
        "Baseline: code in the open",
        "The licence allows it, but no public address of the code is known.",
        "LICENSE",
        NOT_MET,
    ),
    Point(
        "Silver: outputs by code",
        "All outputs are; reading a report's tables may need the hand, which is checked.",
        "scripts/export_marts.py, scripts/build_report.py, docs/new-figures.md",
        MET,
    ),
    Point(
        "Silver: documented code",
        "Every model, column, module and function is described.",
        "models/docs.md, docs/decisions/, CONTRIBUTING.md",
        MET,
    ),
    Point(
        "Silver: structure and reuse",
        "A dbt project with macros; Python in modules of small typed functions.",
        "dbt_project.yml, macros/, scripts/",
        MET,
    ),
    Point(
        "Silver: coding standards",
        "ruff, mypy in strict mode and sqlfluff must pass.",
        "pyproject.toml, .sqlfluff",
        MET,
    ),
    Point(
        "Silver: tests",
        "dbt tests and pytest, and a measure of how many wrong digits they notice.",
        "tests/, docs/mutation.md",
        MET,
    ),
    Point(
        "Silver: dependencies",
        "Exact versions with hashes.",
        "pyproject.toml, requirements/",
        MET,
    ),
    Point(
        "Silver: logs",
        "A build says what it found and leaves dbt's log; runs are not kept for later.",
        "scripts/build.py",
        PARTLY,
    ),
    Point(
        "Silver: tidy data",
        "One figure in a row, with its standing and source.",
        "`fct_observations`, `fct_figures`",
        MET,
    ),
    Point(
        "Gold: packaged code",
        "The project is run from its folder; it is no package to install.",
        "pyproject.toml",
        NOT_MET,
    ),
    Point(
        "Gold: tests run by themselves",
        "A script for continuous integration is there; no service that runs it is set up here.",
        ".ci/run",
        PARTLY,
    ),
    Point(
        "Gold: runs on a schedule or an event",
        "A person starts every build.",
        "Makefile",
        NOT_MET,
    ),
    Point("Gold: changes are announced", "Changes are listed.", "CHANGELOG.md", MET),
)
CODE_OF_PRACTICE = (
    Point(
        "Trustworthiness: openness",
        "What was found wrong is published beside the figures, and methods as code.",
        "`fct_quality_findings`, docs/decisions/",
        MET,
    ),
    Point(
        "Trustworthiness: data governance",
        "No records of children are held; small counts are suppressed for the public.",
        "scripts/safeguarding/disclosure/control.py, tests/python/disclosure/test_disclosure.py",
        MET,
    ),
    Point(
        "Trustworthiness: orderly release",
        "No days of release are announced in advance, and no head of statistics decides on them.",
        "none",
        NOT_MET,
    ),
    Point(
        "Quality: suitable sources",
        "Printed reports and DfE's tables; where they differ, both are shown. How councils count "
        "is known only as far as the reports say.",
        "`dim_release`, docs/reconciliation.md",
        PARTLY,
    ),
    Point(
        "Quality: sound methods",
        "Shares, rates and ranks are worked out in tested SQL with one denominator.",
        "models/marts/, tests/python/figures/test_standings.py",
        MET,
    ),
    Point(
        "Quality: assured and not misleading",
        "A test reads every sentence of the report and looks up the standing of its figures.",
        "tests/python/report/test_report_standings.py",
        MET,
    ),
    Point(
        "Value: relevance to users",
        "No users have been asked what they need.",
        "none",
        NOT_MET,
    ),
    Point(
        "Value: clarity",
        "Every figure leads to its line in a report and to what is known of it.",
        "scripts/safeguarding/report/, tests/python/report/test_report_site.py",
        MET,
    ),
    Point(
        "Value: access",
        "Several open formats, under the terms of the sources.",
        "scripts/export_marts.py",
        MET,
    ),
)
