"""Prove that Spark builds what DuckDB builds: every table, cell by cell, on a cluster.

Starts a master and two workers on this machine. Builds both ways from the seeds, then figures from
SYNTHETIC records, then from SYNTHETIC releases, while a worker is killed; and compares each.

Usage: make spark-check ARGS="[--folder FOLDER] [--authorities N] [--releases N]"
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from safeguarding.records import counting
from safeguarding.records.request import Request
from safeguarding.warehouse.seed_files import PROJECT
from scale import build_comparison, preflight
from scale.cluster import Cluster, ClusterError
from support import synthetic_records
from support.hampshire_targets import HAMPSHIRE
from support.planted_faults import plant
from support.record_files import write_ssd

FOLDER = Path("target/spark-check")
JAVA_PACKAGE = "default-jre-headless"
# Below Spark's folder of tables: the models' schemas (not those of seeds and views), and what is in
# a table's folder while tasks write it and once it is whole.
MODELS = ("intermediate", "marts")
UNFINISHED, FINISHED = "_temporary", "_SUCCESS"
OUTPUT = "output.txt"
LINES = 15  # of a failed command's output
PAUSE = 0.02
RATE_OF_FAULTS = 0.01


class CheckError(Exception):
    """A step failed; the message says which and what it said."""


@contextmanager
def step(name: str) -> Iterator[None]:
    """Time a step and say that it is done."""
    start = time.monotonic()
    yield
    print(f"{name:<58}{time.monotonic() - start:>8.1f} s", flush=True)


@dataclass(frozen=True)
class Build:
    """A build with a folder of its own.

    Attributes:
        folder: Where all that it writes goes.
        arguments: What `scripts/build.py` is told, the engine included.
        settings: Environment variables, besides those that name the folder.
        program: What is run with the arguments.
    """

    folder: Path
    arguments: Sequence[str]
    settings: Mapping[str, str]
    program: Sequence[str] = (sys.executable, "scripts/build.py")

    @property
    def target(self) -> Path:
        """Dbt's target folder."""
        return self.folder / "target"

    @property
    def warehouse(self) -> Path:
        """The file that the build publishes."""
        return self.folder / "warehouse.duckdb"

    def environment(self) -> dict[str, str]:
        """The environment that it runs in."""
        return {
            **os.environ,
            **self.settings,
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "WAREHOUSE_PATH": str(self.warehouse),
        }

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """Start it; after the block it has ended.

        Raises:
            CheckError: It failed.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [*self.program, *self.arguments]
        output = self.folder / OUTPUT
        with output.open("wb") as file:
            process = subprocess.Popen(
                command, env=self.environment(), stdout=file, stderr=subprocess.STDOUT
            )
            try:
                yield process
                process.wait()
            finally:
                process.kill()
                process.wait()
        if process.returncode:
            said = output.read_text(encoding="utf-8", errors="replace").splitlines()[-LINES:]
            raise CheckError("\n".join([f"{' '.join(command)} failed. {output} ends:", *said]))


def main(arguments: list[str] | None = None) -> int:
    """Build, compare and say what was found; 0 if all is equal, 1 if not."""
    parser = argparse.ArgumentParser(description="Compare builds on Spark with builds on DuckDB.")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="folder to work in")
    parser.add_argument("--authorities", type=int, default=2, help="of the SYNTHETIC releases")
    parser.add_argument("--releases", type=int, default=3, help="years of SYNTHETIC releases")
    options = parser.parse_args(arguments)
    os.chdir(PROJECT)
    install_java()
    if found := list(preflight.problems("local")):
        for message in found:
            print(f"- {message}", file=sys.stderr)
        return 1
    shutil.rmtree(options.folder, ignore_errors=True)
    try:
        are_equal = check(options.folder.resolve(), options.authorities, options.releases)
    except (CheckError, ClusterError, duckdb.Error, OSError) as error:
        print(f"- {error}", file=sys.stderr)
        return 1
    print("All is equal." if are_equal else "The builds differ.")
    return 0 if are_equal else 1


def install_java() -> None:
    """Install a Java runtime on a Debian machine that has none, if this process may."""
    may_install = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")
    if os.environ.get("JAVA_HOME") or shutil.which("java") or not may_install:
        return
    print(f"Installing {JAVA_PACKAGE} ...", flush=True)
    subprocess.run(["apt-get", "update", "-qq"], check=False)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", JAVA_PACKAGE],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdout=subprocess.DEVNULL,
        check=False,
    )


def check(folder: Path, authorities: int, releases: int) -> bool:
    """Do all of it; whether all is equal.

    Args:
        folder: Folder to work in.
        authorities: Number of authorities with SYNTHETIC releases.
        releases: Number of financial years with SYNTHETIC releases.

    Raises:
        CheckError: A build failed, or the worker to kill had no part in it.
        ClusterError: The cluster did not start.
    """
    synthetic = folder / "synthetic-releases"
    with step("SYNTHETIC releases"):
        generate(synthetic, authorities, releases)
    with Cluster(folder / "cluster") as cluster:
        place = {"SPARK_MASTER": cluster.master_url, "SPARK_MASTER_UI": cluster.ui_url}
        are_equal = build_both("seeds", folder, [], place)
        are_equal &= build_records(folder / "records", place)
        extracts = ["--extracts", str(synthetic)]
        are_equal &= build_both("SYNTHETIC", folder, extracts, place, to_harm=cluster)
        if cluster.state().get("aliveworkers") != 1:
            raise CheckError("The cluster does not know that a worker is lost.")
    return are_equal


def build_both(
    name: str,
    folder: Path,
    arguments: Sequence[str],
    place: Mapping[str, str],
    *,
    to_harm: Cluster | None = None,
) -> bool:
    """Build on DuckDB and on Spark, and compare; whether both are equal.

    Args:
        name: What is built; it names the folders of the builds.
        folder: Where they are.
        arguments: What `scripts/build.py` is told, but for the engine.
        place: Environment variables that say where the cluster is.
        to_harm: The cluster that loses a worker while Spark builds, if it is to.

    Raises:
        CheckError: A build failed, or the worker to kill had no part in it.
    """
    on_duckdb = Build(folder / name / "duckdb", arguments, {})
    on_spark = Build(folder / name / "spark", [*arguments, "--target", "spark"], place)
    lost = ", a worker lost" if to_harm else ""
    with step(f"{name}: build on DuckDB"), on_duckdb.running():
        pass
    with step(f"{name}: build on Spark{lost}"), on_spark.running() as process:
        if to_harm:
            model = kill_worker(to_harm, on_spark, process)
            print(f"Worker 1 and its executors were killed while {model} was built.", flush=True)
    return compare_builds(name, on_duckdb.warehouse, on_spark.target / "spark" / "warehouse")


def build_records(folder: Path, place: Mapping[str, str]) -> bool:
    """Count SYNTHETIC records, with faults, on DuckDB and on Spark; whether both are equal.

    Raises:
        CheckError: A build failed.
    """
    # Records are read from outside the repository alone.
    with tempfile.TemporaryDirectory() as name:
        tables, _ = plant(synthetic_records.generate(HAMPSHIRE), RATE_OF_FAULTS)
        write_ssd(tables, Path(name) / "ssd")
        year, day = (
            f"{HAMPSHIRE.start}-{HAMPSHIRE.start % 100 + 1}",
            date(HAMPSHIRE.start + 1, 6, 30),
        )
        request = Request(Path(name) / "ssd", "E10000014", year, day)
        counting.count(PROJECT, request, keep=Path(name) / "kept")
        records = Path(name) / "kept" / counting.RECORDS
        of_records = ("--select", "path:models/records", "path:seeds/records")
        arguments = ["build", "--vars", f"{{records_path: '{records}'}}", *of_records]
        dbt = (str(Path(sys.executable).with_name("dbt")),)
        on_duckdb = Build(folder / "duckdb", arguments, {}, dbt)
        on_spark = Build(folder / "spark", [*arguments, "--target", "spark"], place, dbt)
        with step("records: build on DuckDB"), on_duckdb.running():
            pass
        with step("records: build on Spark"), on_spark.running():
            pass
    built = on_duckdb.target / "warehouse.duckdb"
    return compare_builds("records", built, on_spark.target / "spark" / "warehouse")


def generate(folder: Path, authorities: int, releases: int) -> None:
    """Write SYNTHETIC releases with planted errors.

    Raises:
        CheckError: They could not be made.
    """
    order = ["--authorities", str(authorities), "--releases", str(releases)]
    order += ["--planted-errors", "--output", str(folder)]
    made = subprocess.run(
        [sys.executable, "scripts/generate_releases.py", *order],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise CheckError(f"SYNTHETIC releases could not be made: {made.stdout}{made.stderr}")


def kill_worker(cluster: Cluster, build: Build, process: subprocess.Popen[bytes]) -> str:
    """Kill the second worker while a model is known to be running on it.

    Args:
        cluster: The cluster.
        build: The build on it.
        process: The build's process.

    Returns:
        The model that was being built.

    Raises:
        CheckError: The build ended before, or the worker had no executor.
    """
    warehouse = build.target / "spark" / "warehouse"
    while process.poll() is None:
        running = models_with(UNFINISHED, warehouse, MODELS)
        # Not before figures are made: what is left then reads what the lost worker helped to make.
        if running and models_with(FINISHED, warehouse, MODELS[:1]):
            if not cluster.is_used():
                raise CheckError("A worker has no executor: the build does not use it.")
            cluster.kill_worker(1)
            return running[0]
        time.sleep(PAUSE)
    raise CheckError(f"The build ended before a worker could be killed. See {build.folder}.")


def models_with(name: str, warehouse: Path, schemas: Sequence[str]) -> list[str]:
    """Models of some schemas whose table's folder has an entry of that name."""
    places = [place for schema in schemas for place in warehouse.glob(f"{schema}.db/*/{name}")]
    return [place.parent.name for place in places]


def compare_builds(name: str, first: Path, second: Path) -> bool:
    """Compare the tables of two builds (see `build_comparison`); print differences."""
    with step(f"{name}: comparison"):
        found = list(build_comparison.compare(first, second))
    different = [comparison for comparison in found if comparison.differences]
    rows = sum(comparison.rows for comparison in found)
    print(f"{name}: {len(found)} tables with {rows:,} rows compared, {len(different)} different.")
    for comparison in different:
        for message in comparison.differences:
            print(f"  {message}")
    return bool(found) and not different


if __name__ == "__main__":
    sys.exit(main())
