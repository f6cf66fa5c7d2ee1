"""Report where the time of a build goes. A report, not a test: machines are noisy, ratios tell.

Usage: python scripts/bench.py [--runs N]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from compiled_project import CompiledProject
from seed_files import PROJECT

DBT = Path(sys.executable).with_name("dbt")


def main() -> None:
    """Time each command `--runs` times in turn and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=3, help="times to run each (default 3)")
    runs = parser.parse_args().runs
    os.chdir(PROJECT)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "target"
        environment = os.environ | {
            "DBT_TARGET_PATH": str(target),
            "WAREHOUSE_PATH": str(Path(folder) / "warehouse.duckdb"),
        }

        def dbt(*arguments: str) -> None:
            subprocess.run(
                [DBT, "--quiet", "--log-level-file", "none", *arguments],
                env=environment,
                check=True,
            )

        def cold() -> None:
            shutil.rmtree(target, ignore_errors=True)
            dbt("build")

        times: dict[str, list[float]] = {}
        for _ in range(runs):
            note(times, "start-up: import dbt", import_dbt)
            note(times, "dbt parse --no-partial-parse", lambda: dbt("parse", "--no-partial-parse"))
            note(times, "dbt build from nothing", cold)
            note(times, "dbt build again (warm)", lambda: dbt("build"))
            note(times, "the same SQL straight in DuckDB", lambda: straight(target))
        report(times, target)


def import_dbt() -> None:
    """Start Python and import dbt's command line: what every dbt command begins with."""
    subprocess.run([sys.executable, "-c", "import dbt.cli.main"], check=True)


def note(times: dict[str, list[float]], what: str, run: Callable[[], None]) -> None:
    """Run once and write down the seconds it took."""
    start = time.perf_counter()
    run()
    times.setdefault(what, []).append(time.perf_counter() - start)


def straight(target: Path) -> None:
    """Load the seeds, make every model and run every data test, without dbt."""
    compiled = CompiledProject(target, PROJECT)
    connection = compiled.build(compiled.read_seeds())
    compiled.failures(connection, "")


def report(times: dict[str, list[float]], target: Path) -> None:
    """Print medians, ranges, the ratio to `dbt parse` and dbt's own account by kind of node."""
    parse = statistics.median(times["dbt parse --no-partial-parse"])
    print(f"{'median of ' + str(len(next(iter(times.values())))):40} seconds   range      / parse")
    for what, seconds in times.items():
        middle, least, most = statistics.median(seconds), min(seconds), max(seconds)
        print(f"{what:40} {middle:7.2f}   {least:.2f}-{most:.2f}  {middle / parse:6.2f}")
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    by_kind: dict[str, list[float]] = {}
    for result in results:
        by_kind.setdefault(result["unique_id"].split(".")[0], []).append(result["execution_time"])
    print("\nThe last warm build by kind of node (two threads, so the sums exceed the clock):")
    for kind, seconds in sorted(by_kind.items(), key=lambda item: -sum(item[1])):
        print(
            f"  {kind:10} {len(seconds):4} nodes {sum(seconds):6.2f} s,"
            f" {1000 * sum(seconds) / len(seconds):5.0f} ms each"
        )


if __name__ == "__main__":
    main()
