"""What must hold before a build on Spark; each failure is one message that says what to do."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from safeguarding.warehouse.seed_files import PROJECT
from scale.cluster import master_state, read_page

LEAST_JAVA = 17
INSTALL = "Run: make .venv/spark/ready"
INSTALL_JAVA = (
    f"Install a Java runtime of version {LEAST_JAVA} or newer (on Debian: apt-get install"
    " default-jre-headless), or point JAVA_HOME at one."
)
PACKAGES = ("pyspark", "dbt-spark")
PINS = Path("requirements/spark.txt")
LOCAL = re.compile(r"local(\[(\*|\d+)(,\s*\d+)?\])?")
CLUSTER = re.compile(r"spark://([^:/,\s]+):(\d+)")
UI_VARIABLE = "SPARK_MASTER_UI"
UI_PORT = 8080
SECONDS = 0.5  # for each question to a cluster
SECONDS_FOR_JAVA = 10


def problems(master: str, project: Path = PROJECT) -> Iterator[str]:
    """Say what stands in the way of a build on Spark.

    Args:
        master: Where Spark runs: `local[2]`, or `spark://host:port` for a cluster, whose web
            address is `SPARK_MASTER_UI` in the environment, or port 8080 of the same host.
        project: The project's root, where the versions of packages are pinned.
    """
    yield from java_problems()
    yield from package_problems(project)
    yield from master_problems(master)


def java_problems() -> Iterator[str]:
    """Say whether a Java that Spark can run on is there, at JAVA_HOME or on PATH."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if java is None:
        where = f"in {Path(home) / 'bin'}, where JAVA_HOME points" if home else "on PATH"
        yield f"Java: found none {where}. {INSTALL_JAVA}"
        return
    version = java_version(java)
    if version is None:
        yield f"Java: {java} does not say its version when run with -version. {INSTALL_JAVA}"
    elif version < LEAST_JAVA:
        yield (
            f"Java: found version {version} ({java}), expected {LEAST_JAVA} or newer."
            f" {INSTALL_JAVA}"
        )


def java_version(java: str) -> int | None:
    """The major version of a Java program, 8 for `1.8.0`; None if it does not say."""
    try:
        said = subprocess.run(
            [java, "-version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS_FOR_JAVA,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', said.stderr + said.stdout)
    return int(found[1]) if found and said.returncode == 0 else None


def package_problems(project: Path = PROJECT) -> Iterator[str]:
    """Say which package for Spark is missing or of another version than the pinned one."""
    pins = pinned(project / PINS)
    for package in PACKAGES:
        found = installed(package)
        if found is None:
            yield f"{package} is not installed. {INSTALL}"
        elif found != pins.get(package, found):
            yield (
                f"{package}: found version {found}, expected {pins[package]} ({PINS}). {INSTALL}"
            )


def installed(package: str) -> str | None:
    """The installed version of a package, None if there is none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def pinned(requirements: Path) -> dict[str, str]:
    """Versions by package, as a file of requirements pins them; none if there is no file."""
    if not requirements.exists():
        return {}
    text = requirements.read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", text, flags=re.MULTILINE))


def master_problems(master: str) -> Iterator[str]:
    """Say what is wrong with the place where Spark is to run.

    A cluster whose web address does not answer is not asked for its workers and version.
    """
    if LOCAL.fullmatch(master):
        return
    address = CLUSTER.fullmatch(master)
    if address is None:
        yield (
            f"Spark master: found '{master}', expected local[2] or spark://host:port, such as"
            " spark://127.0.0.1:7077. Set SPARK_MASTER."
        )
        return
    host, port = address[1], int(address[2])
    if not answers(host, port):
        yield (
            f"Spark master: nothing answers at {master}, expected a running master there. Start"
            " the cluster or correct SPARK_MASTER."
        )
        return
    yield from cluster_problems(master, os.environ.get(UI_VARIABLE) or f"http://{host}:{UI_PORT}")


def answers(host: str, port: int) -> bool:
    """Whether a program listens at an address."""
    try:
        with socket.create_connection((host, port), timeout=SECONDS):
            return True
    except (OSError, OverflowError):
        return False


def cluster_problems(master: str, ui_url: str) -> Iterator[str]:
    """Report what a master's own status shows to be wrong.

    Args:
        master: The master, `spark://host:port`.
        ui_url: Its web address.
    """
    state = master_state(ui_url, SECONDS)
    # Port 8080 may be anybody's; a master behind a name tells its URL with an address.
    if str(state.get("url")).rpartition(":")[2] != master.rpartition(":")[2]:
        return
    if state.get("status") != "ALIVE":
        yield (
            f"Spark master: {master} says it is {state.get('status')}, expected ALIVE. Wait until"
            " it is, or name the master that leads."
        )
    elif not state.get("aliveworkers"):
        yield (
            f"Spark master: {master} has no worker alive, expected at least one. Start a worker"
            f" ({ui_url} shows those it knows)."
        )
    version = re.search(r'class="version[^"]*">\s*([^<\s]+)', read_page(ui_url, SECONDS))
    driver = installed("pyspark")
    if version and driver and version[1] != driver:
        yield (
            f"Spark master: {master} runs Spark {version[1]}, expected {driver}, the version of"
            f" pyspark here. Both must be the same: start a cluster of Spark {driver}."
        )
