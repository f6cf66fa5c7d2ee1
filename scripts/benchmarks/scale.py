"""The national set at three sizes: dbt, the same SQL straight in DuckDB, pandas and polars.

Each runs as a process of its own, so that its peak memory is its own too.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import duckdb

from seed_files import PROJECT

AUTHORITIES = (2, 15, 153)
YEARS = 20
SEED = 7
DBT = Path(sys.executable).with_name("dbt")
SCRIPTS = Path(__file__).resolve().parent.parent
KEYS = {
    "fct_quality_findings": (
        "expected_findings.csv",
        ("check_id", "release_id", "local_authority_code", "period_id", "measure_id"),
    ),
    "fct_revisions": (
        "expected_revisions.csv",
        ("later_release_id", "local_authority_code", "period_id", "measure_id", "unit"),
    ),
}


@dataclass(frozen=True)
class Run:
    """Seconds and peak memory (MB) of one process."""

    seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Size:
    """What was measured at one size.

    Attributes:
        figures: Rows of the figure tables.
        runs: By what ran.
        missed: Findings and revisions that were planted and not found.
        unexpected: Findings and revisions that were not planted.
    """

    figures: int
    runs: Mapping[str, Run]
    missed: int
    unexpected: int


def measure(authorities: int, folder: Path) -> Size:
    """Generate a set and build it in every way.

    Args:
        authorities: How many local authorities the set has, over twenty years.
        folder: An empty folder to work in.

    Raises:
        subprocess.CalledProcessError: One of the ways failed.
    """
    extracts, target = folder / "extracts", folder / "target"
    python = [sys.executable]
    generate = [
        *python, str(SCRIPTS / "generate_releases.py"), "--authorities", str(authorities),
        "--releases", str(YEARS), "--seed", str(SEED), "--planted-errors", "--output",
        str(extracts),
    ]  # fmt: skip
    environment = os.environ | {
        "DBT_TARGET_PATH": str(target),
        "WAREHOUSE_PATH": str(folder / "warehouse.duckdb"),
        "PYTHONPATH": str(SCRIPTS),
    }
    dbt = [str(DBT), "--quiet", "--log-level-file", "none"]
    variables = ["--vars", f"{{extracts_path: '{extracts}'}}"]
    runs = {"generate": timed(generate, environment)}
    timed([*dbt, "parse", *variables], environment)
    runs["dbt build, all tests"] = timed([*dbt, "build", *variables], environment)
    straight = [*python, "-m", "benchmarks.straight", str(target), str(folder / "raw.duckdb")]
    runs["the same SQL in DuckDB"] = timed(straight, environment)
    for twin in ("pandas", "polars"):
        command = [*python, "-m", "benchmarks.run_twin", twin, str(extracts)]
        runs[twin] = timed(command, environment)
    figures, missed, unexpected = judged(folder / "warehouse.duckdb", extracts / "truth")
    return Size(figures, runs, missed, unexpected)


def timed(command: Sequence[str], environment: Mapping[str, str]) -> Run:
    """Run a command; its time on the clock and the most memory that it held."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return Run(time.perf_counter() - begin, usage.ru_maxrss / 1024)


def judged(warehouse: Path, truth: Path) -> tuple[int, int, int]:
    """How many figures there are, and how the findings and revisions compare with the truth."""
    missed = unexpected = 0
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        (figures,) = connection.sql("select count(*) from marts.fct_observations").fetchone() or (
            0,
        )
        for mart, (file, keys) in KEYS.items():
            columns = ", ".join((*keys, "coalesce(category_id, '') as category_id"))
            found = f"select {columns} from marts.{mart}"
            rows = f"read_csv('{truth / file}', all_varchar = true, header = true)"
            expected = f"select {columns} from {rows}"
            for one, other in ((expected, found), (found, expected)):
                query = f"select count(*) from ({one} except all {other})"
                (number,) = connection.sql(query).fetchone() or (0,)
                missed += number if one == expected else 0
                unexpected += number if one == found else 0
    return figures, missed, unexpected


def report(sizes: Sequence[Size]) -> None:
    """Print seconds, peak memory, ratios to dbt and how the time grows with the figures."""
    print("\nThe national set, SYNTHETIC, one process each (seconds, peak MB, ratio to dbt build):")
    for size in sizes:
        print(
            f"{size.figures:,} figures; planted errors and revisions missed: {size.missed},"
            f" found though not planted: {size.unexpected}"
        )
        build = size.runs["dbt build, all tests"].seconds
        for name, run in size.runs.items():
            print(
                f"  {name:24} {run.seconds:8.1f} s {run.peak_mb:8.0f} MB {run.seconds / build:7.2f}"
            )
    for earlier, later in pairwise(sizes):
        growth = later.figures / earlier.figures
        said = ", ".join(
            f"{name} {math.log(run.seconds / earlier.runs[name].seconds) / math.log(growth):.2f}"
            for name, run in later.runs.items()
        )
        print(f"Growth exponent from {earlier.figures:,} to {later.figures:,}: {said}")
