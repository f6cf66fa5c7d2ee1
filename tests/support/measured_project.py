"""A copy of the project with new measures: one of a fact, and a council's own by rows alone.

One build, export and report for the tests of both. Each is SYNTHETIC.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conftest import PROJECT, Judging, run_build
from safeguarding.intake import desk
from safeguarding.intake import release_commands as command

RUTLAND = "E06000017"
# The rows that a council writes are those that the pages say.
PAGES = ("new-figures.md", "common-measures.md")
ROWS_OF_A_SEED = re.compile(
    r"`seeds/reference/(\w+)\.csv`(?:(?!```).)*?```csv\n(.*?)```", re.DOTALL
)
FIRST = """\
SYNTHETIC conferences,,,,
,2020-21,,2021-22,
,Number,%,Number,%
Initial child protection conferences,400,,412,
Conferences held within 15 working days,380,95.0,371,85.0
"""
# 371 of 412 is 90.0%, and the release of the year before has 85.0.
SECOND = """\
SYNTHETIC conferences,,,,
,2021-22,,2022-23,
,Number,%,Number,%
Initial child protection conferences,412,,398,
Conferences held within 15 working days,371,90.0,4,1.0
Re-referrals within 12 months,112,18.0,120,19.1

,2021-22,2022-23
Children in need at 31 March,512,530
All child protection plans started,61,66
Child protection plans ended,58,60
"Children looked after, rate per 10,000",48.1,50.2
Early help assessments completed,401,390
Average caseload,16.8,18.35
Unaccompanied children looked after at 31 March,9,12
Visits to children looked after on time,91.2%,90.4%
Children looked after aged under 10,38,3
Children looked after aged 10 to 17,64,101
Children looked after from the North district,50,55
Children looked after from the South district,52,49
"""
NAME = "SYNTHETIC children entering care at night"
LABEL = "Of those entering: at night"
VALUES = {"Oct-Dec 2022": 41, "Jan-Mar 2023": 52, "Apr-Jun 2023": 63}
PERIODS = ("2022-23 Q3", "2022-23 Q4", "2023-24 Q1")
COLUMN = """\
      - name: entered_at_night
        data_type: bigint
        description: "SYNTHETIC: of those entering, at night. Unit: count."
"""
DECLARATION = """\
        config:
          meta:
            figure: {measure: care_entered_at_night, unit: count}
            label: SYNTHETIC number of children entering care at night
            open_data: {column: entered_care_at_night_count, order: 9}
            report: {table: care_flows, order: 9}
"""
BEFORE = "      - name: has_break_in_series\n"
FACT = "models/marts/facts/fct_care_flows.yml"
ROWS = {
    "seeds/reference/measures.csv": f"care_entered_at_night,{NAME},flow,false,SYNTHETIC.,None\n",
    "seeds/reference/published_rows.csv": (
        f"care_flows,entered_at_night,{LABEL},count,care_entered_at_night,,6\n"
    ),
    "seeds/reference/row_label_variants.csv": f"care_flows,{LABEL},entered_at_night,,\n",
    "seeds/figures/care_flows.csv": "".join(
        f"hampshire-asr-2022-23,E10000014,15.3,{line},,{LABEL},{period},{period},count,{value},,\n"
        for line, (period, value) in enumerate(VALUES.items(), start=9001)
    ),
}
# What says how many rows there are, so that a slip is noticed.
COUNTS = {
    "seeds/registers/expected_row_counts.csv": (
        "2022-23,care_flows,65,0",
        "2022-23,care_flows,68,0",
    ),
    "seeds/reference/measures.yml": ("rows: 53\n", "rows: 54\n"),
}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, path
    path.write_text(text.replace(old, new), encoding="utf-8")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def declare(project: Path) -> None:
    for page in PAGES:
        text = (PROJECT / "docs" / page).read_text(encoding="utf-8")
        for seed, rows in ROWS_OF_A_SEED.findall(text.partition("of your own\n")[2] or text):
            with (project / "seeds" / "reference" / f"{seed}.csv").open(
                "a", encoding="utf-8"
            ) as to:
                to.write(textwrap.dedent(rows))


def release(project: Path, *arguments: str, code: int = 0) -> str:
    """Run a command of releases on the copy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "PROJECT", project)
        patch.setattr(desk, "CompiledProject", Judging)
        done = CliRunner().invoke(command.app, arguments)
    assert done.exit_code == code, done.output
    return done.stdout


def load(project: Path, files: Path) -> None:
    """Load two releases of the council's measures, the first with a contradiction explained."""
    for year, content, published in (("2021-22", FIRST, True), ("2022-23", SECOND, False)):
        path = files / f"{year}.csv"
        path.write_text(content, encoding="utf-8")
        about = (
            *("--authority", RUTLAND, "--release", f"synthetic-asr-{year}", "--title", "SYNTHETIC"),
            *("--financial-year", year, "--published-date", f"20{year[-2:]}-12-10"),
            "--published" if published else "--unpublished",
        )
        if published:  # its contradiction must be explained first
            stubs = files / "registers"
            told = release(project, "check", str(path), *about, "--stubs", str(stubs), code=3)
            assert "printed as 85%, but 371 of 412 is 90.05%" in told
            (issue,) = rows_of(stubs / "known_issues.csv")
            with (stubs / "known_issues.csv").open("w", encoding="utf-8", newline="") as lines:
                writer = csv.DictWriter(lines, list(issue))
                writer.writeheader()
                writer.writerow(issue | {"reason": "SYNTHETIC slip", "evidence": "SYNTHETIC"})
        explained = ("--registers", str(files / "registers")) if published else ()
        release(project, "load", str(path), *about, *explained)


def run(project: Path, script: str, *arguments: str) -> None:
    """Run a script of the copy."""
    done = subprocess.run(
        [sys.executable, f"scripts/{script}", *arguments],
        cwd=project,
        env={"PYTHONPATH": "scripts"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def make(project: Path, files: Path) -> None:
    """Declare the measures in a copy, load figures of them, build, export and report."""
    declare(project)
    load(project, files)
    for file, rows in ROWS.items():
        with (project / file).open("a", encoding="utf-8") as lines:
            lines.write(rows)
    for file, (before, after) in COUNTS.items():
        edit(project / file, before, after)
    edit(project / FACT, BEFORE, COLUMN + DECLARATION + BEFORE)
    built = run_build(project)
    assert built.returncode == 0, built.stderr
    run(project, "export_marts.py", "--format", "duckdb", "csv", "workbook", "open-data")
    run(project, "build_report.py", "--year", "2022-23", "--format", "pages")
