"""Build extracts on Spark; print seconds and peak MiB.

Usage, in the environment that Spark is in: python -m benchmarks.on_spark FOLDER EXTRACTS

The cluster is a master and two workers of this machine, each with one core.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from scale.cluster import Cluster

PAUSE = 0.5  # seconds between two looks at the memory in use


def main(folder: Path, extracts: Path) -> None:
    """Build, and print what it took.

    Args:
        folder: A folder to work in.
        extracts: The folder of extracts.

    Raises:
        subprocess.CalledProcessError: The build failed.
        scale.cluster.ClusterError: The cluster did not start or stop.
    """
    with Cluster(folder / "cluster") as cluster:
        build(folder, extracts, cluster)


def build(folder: Path, extracts: Path, cluster: Cluster) -> None:
    """Build once, and print what it took: the memory of all its processes, and of the cluster."""
    environment = os.environ | {
        "DBT_TARGET_PATH": str(folder / "target"),
        "WAREHOUSE_PATH": str(folder / "warehouse.duckdb"),
        "SPARK_MASTER": cluster.master_url,
        "SPARK_MASTER_UI": cluster.ui_url,
    }
    command = [sys.executable, "scripts/build.py", "--target", "spark", "--extracts", str(extracts)]
    begin = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=sys.stderr)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, memory_in_use(process.pid, cluster))
        time.sleep(PAUSE)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    print(time.perf_counter() - begin, peak)


def memory_in_use(build_id: int, cluster: Cluster) -> float:
    """Memory (MiB) of a build, of what it started and of the cluster, as they are now."""
    leaders = ",".join(str(process.pid) for process in cluster.started)
    whose = ("--pid", str(build_id), "--ppid", str(build_id), "--sid", leaders)
    said = subprocess.run(["ps", "-o", "rss=", *whose], capture_output=True, text=True, check=False)
    return sum(map(int, said.stdout.split())) / 1024


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
