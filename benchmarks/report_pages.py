"""The report of many authorities: SYNTHETIC releases, built, exported, and written as pages.

Memory is that of the process that writes; with `--jobs 1` it writes them all, so that memory at
several numbers of authorities tells whether it grows with them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.scale import DBT, PATH, SCRIPTS, SEED, Run, timed

AUTHORITIES = (15, 153)


class Size(NamedTuple):
    """What was measured: pages written, bytes of the heaviest, and both ways of writing them."""

    authorities: int
    pages: int
    heaviest: int
    together: Run
    alone: Run


def measure(authorities: int, folder: Path) -> Size:
    """Generate, build and export a set, and write its pages.

    Args:
        authorities: How many local authorities, each with one annual release.
        folder: An empty folder to work in.

    Raises:
        subprocess.CalledProcessError: A step failed.
    """
    extracts, exports = folder / "extracts", folder / "exports"
    environment = os.environ | {
        "DBT_TARGET_PATH": str(folder / "target"),
        "WAREHOUSE_PATH": str(folder / "warehouse.duckdb"),
        "PYTHONPATH": PATH,
    }
    timed(
        script("generate_releases.py", "--authorities", str(authorities), "--releases", "1",
               "--annual-only", "--seed", str(SEED), "--planted-errors", "--output", str(extracts)),
        environment,
    )  # fmt: skip
    variables = ["--vars", f"{{extracts_path: '{extracts}', reconcile_with_official: false}}"]
    timed([str(DBT), "--quiet", "--log-level-file", "none", "build", *variables], environment)
    timed([sys.executable, "-c", EXPORT, environment["WAREHOUSE_PATH"], str(exports)], environment)
    pages = script("build_report.py", "--output", str(exports), "--format", "pages")
    together = timed(pages, environment)
    alone = timed([*pages, "--jobs", "1"], environment)
    sizes = [path.stat().st_size for path in (exports / "report").rglob("*.html")]
    return Size(authorities, len(sizes), max(sizes), together, alone)


EXPORT = """
import sys
from pathlib import Path
from safeguarding.disclosure.control import Audience
from safeguarding.exports import export_commands
warehouse, output = map(Path, sys.argv[1:])
job = export_commands.Job(warehouse, output, ("duckdb",), (), Audience.INTERNAL)
export_commands.export(job)
"""


def script(name: str, *arguments: str) -> list[str]:
    """A command of this project."""
    return [sys.executable, str(SCRIPTS / name), *arguments]


def report(sizes: Sequence[Size]) -> None:
    """Print what was measured."""
    print(f"\n{'SYNTHETIC authorities':>21} {'pages':>6} {'heaviest':>9} {'all cores':>10} "
          f"{'one process':>12} {'its peak':>9}")  # fmt: skip
    for size in sizes:
        print(
            f"{size.authorities:>21} {size.pages:>6} {size.heaviest / 1000:>6.0f} kB"
            f" {size.together.seconds:>8.1f} s {size.alone.seconds:>10.1f} s"
            f" {size.alone.peak_mib:>6.0f} MiB"
        )
