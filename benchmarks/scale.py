"""The national set at four sizes, built as councils do and by others' means.

By others' means: the same SQL straight in DuckDB; part of it, as SQL and in polars (the outputs of
`straight.outputs`); and Spark on two workers of this machine where it is installed. Each is a
process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import duckdb

from safeguarding.warehouse.seed_files import PROJECT

# Authorities and years of releases: about 0.02, 0.2, 2 and 20 million figures.
SIZES = ((2, 20), (15, 20), (153, 20), (153, 200))
# Figures beyond which another means is not tried: polars holds everything in memory, and two
# workers that share two cores take minutes where DuckDB takes seconds.
MOST_IN_MEMORY = 3_000_000
MOST_ON_SPARK = 300_000
SEED = 7
DBT = Path(sys.executable).with_name("dbt")
SPARK = PROJECT / ".venv" / "spark" / "bin" / "python"
SCRIPTS = PROJECT / "scripts"
PATH = os.pathsep.join(map(str, (SCRIPTS, PROJECT / "tests", PROJECT)))
BUILD, ON_SPARK = "dbt, with all tests", "Spark, 2 workers"
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
    """Seconds and peak memory (MiB) of one process."""

    seconds: float
    peak_mib: float


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


def measure(authorities: int, years: int, folder: Path, sets: Path) -> Size:
    """Build a set in every way.

    Args:
        authorities: How many local authorities the set has.
        years: Over how many years of releases.
        folder: An empty folder to work in.
        sets: Where sets are, by authorities and years; one that is not there yet is generated.

    Raises:
        subprocess.CalledProcessError: One of the ways failed.
    """
    target = folder / "target"
    python = [sys.executable]
    environment = os.environ | {
        "DBT_TARGET_PATH": str(target),
        "WAREHOUSE_PATH": str(folder / "warehouse.duckdb"),
        "PYTHONPATH": PATH,
    }
    extracts = sets / f"{authorities}-authorities-{years}-years"
    if not extracts.exists():
        generate(authorities, years, extracts, environment)
    build = [*python, str(SCRIPTS / "build.py"), "--extracts", str(extracts)]
    runs = {BUILD: timed(build, environment)}
    straight = [*python, "-m", "benchmarks.straight", str(target), str(folder / "raw.duckdb")]
    runs["the same SQL in DuckDB"] = timed(straight, environment)
    outputs = [*straight[:-1], str(folder / "outputs.duckdb"), "outputs"]
    runs["facts, revisions, three checks in SQL"] = timed(outputs, environment)
    figures, missed, unexpected = judged(folder / "warehouse.duckdb", extracts / "truth")
    if figures <= MOST_IN_MEMORY:
        polars = [*python, "-m", "benchmarks.with_polars", str(extracts)]
        runs["the same outputs in polars"] = timed(polars, environment)
    if figures <= MOST_ON_SPARK and SPARK.is_file():
        runs[ON_SPARK] = on_spark(folder / "spark", extracts, environment)
    return Size(figures, runs, missed, unexpected)


def generate(authorities: int, years: int, extracts: Path, environment: Mapping[str, str]) -> None:
    """Make a SYNTHETIC set; only a whole one goes by its name."""
    unfinished = extracts.with_name(f"{extracts.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    command = [
        sys.executable, str(SCRIPTS / "generate_releases.py"), "--authorities", str(authorities),
        "--releases", str(years), "--seed", str(SEED), "--planted-errors", "--output",
        str(unfinished),
    ]  # fmt: skip
    timed(command, environment)
    unfinished.rename(extracts)


def on_spark(folder: Path, extracts: Path, environment: Mapping[str, str]) -> Run:
    """Build on a cluster of this machine's own."""
    command = [str(SPARK), "-m", "benchmarks.on_spark", str(folder), str(extracts)]
    said = subprocess.run(
        command, cwd=PROJECT, env=environment, check=True, capture_output=True, text=True
    ).stdout
    return Run(*map(float, said.splitlines()[-1].split()))


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
    print("\nThe national set, SYNTHETIC, one process each (seconds, peak MiB, ratio to first):")
    for size in sizes:
        print(
            f"{size.figures:,} figures; planted errors and revisions missed: {size.missed},"
            f" found though not planted: {size.unexpected}"
        )
        build = size.runs[BUILD].seconds
        for name, run in size.runs.items():
            print(
                f"  {name:46} {run.seconds:8.1f} s {run.peak_mib:8.0f} MiB"
                f" {run.seconds / build:7.2f}"
            )
    for earlier, later in pairwise(sizes):
        growth = later.figures / earlier.figures
        said = ", ".join(
            f"{name} {math.log(run.seconds / earlier.runs[name].seconds) / math.log(growth):.2f}"
            for name, run in later.runs.items()
            if name in earlier.runs
        )
        print(f"Growth exponent from {earlier.figures:,} to {later.figures:,}: {said}")
