"""Run `dbt build` with the dbt that is at hand, and read its own account of it.

dbt 1 is a Python package and runs in this process, as its Spark session must. dbt 2 is a program.
Either writes `run_results.json` and `manifest.json`: what is said of a failure comes from these.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safeguarding.warehouse import journal

TARGET = Path(os.environ.get("DBT_TARGET_PATH", "target"))
MANIFEST = "manifest.json"
RUN_RESULTS = "run_results.json"
FAILED = {"error", "fail"}
NOTHING_RAN = "Compilation Error"  # dbt 2's message of each node when it could not start
QUIETLY = ("--quiet", "--log-level-file", "error")
# dbt 2 would list where in its own program a fault occurred, and tell its publisher of its use.
SETTINGS = {"RUST_BACKTRACE": "0", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
LIBRARY, LIBRARY_PATH = "libduckdb.so", "LD_LIBRARY_PATH"
HEADING = re.compile(r"=+ Errors and Warnings =+|\[warning\].*")


class NoDbtError(Exception):
    """There is no dbt to build with; the message says what to do."""


@dataclass(frozen=True)
class Failed:
    """A node of a build that did not pass.

    Attributes:
        name: Its name.
        kind: dbt's resource type: `seed`, `model` or `test`.
        path: File it comes from, relative to the project.
        message: What dbt says of it.
        query: Of a data test that found rows, the query that returns them; else blank.
    """

    name: str
    kind: str
    path: str
    message: str
    query: str


@dataclass(frozen=True)
class Outcome:
    """How a build ended.

    Attributes:
        passed: Whether everything passed.
        failed: What did not.
        said: What dbt said instead if it came to run nothing.
    """

    passed: bool
    failed: Sequence[Failed] = ()
    said: str = ""


def program(named: str | None = None) -> str | None:
    """The dbt to start as a program: the one that is named, or what stands in for dbt 1.

    Returns:
        None for dbt 1 among this Python's packages.

    Raises:
        NoDbtError: There is neither.
    """
    if named is None and importlib.util.find_spec("dbt") and importlib.util.find_spec("dbt.cli"):
        return None
    found = shutil.which(named or "dbt")
    if not found:
        raise NoDbtError(f"{named or 'dbt'}: found no such program. Install dbt: make build.")
    return found


def build(dbt: str | None, arguments: Sequence[str]) -> Outcome:
    """Run `dbt build`; what it built is complete on disk afterwards.

    Args:
        dbt: The program, or None for dbt 1 in this process.
        arguments: What it is told besides.
    """
    # A dbt that fails early leaves those of an earlier run.
    (TARGET / RUN_RESULTS).unlink(missing_ok=True)
    passed, said = _run(dbt, arguments) if dbt else _run_here(arguments)
    if passed:
        return Outcome(passed)
    failed = list(_failed(TARGET))
    if not failed or any(node.message == NOTHING_RAN for node in failed):
        return Outcome(passed, said=said or "dbt says nothing of the reason.")
    return Outcome(passed, failed)


def _run(dbt: str, arguments: Sequence[str]) -> tuple[bool, str]:
    done = subprocess.run(
        [dbt, "build", *QUIETLY, *arguments],
        env=os.environ | SETTINGS | _library_path(Path(dbt).absolute().parents[1] / "lib"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = HEADING.sub("", f"{done.stdout}\n{done.stderr}").splitlines()
    return done.returncode == 0, "\n".join(line for line in lines if line.strip())


def _library_path(folder: Path) -> dict[str, str]:
    """Where dbt 2 finds DuckDB, if `make` put it there."""
    if not (folder / LIBRARY).exists():
        return {}
    return {LIBRARY_PATH: ":".join(filter(None, [str(folder), os.environ.get(LIBRARY_PATH)]))}


def _run_here(arguments: Sequence[str]) -> tuple[bool, str]:
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - it need not be installed

    quietly = ("--quiet", "--no-use-colors", "--log-level", "none")
    outcome = dbtRunner().invoke([*quietly, "build", *arguments])
    _close_connections()
    return outcome.success, journal.in_words(outcome.exception) if outcome.exception else ""


def _close_connections() -> None:
    """Close dbt's connections, so that the working file is complete on disk."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415

    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def _failed(target: Path) -> Iterator[Failed]:
    """What did not pass, as the files of a target folder tell."""
    try:
        results = json.loads((target / RUN_RESULTS).read_text(encoding="utf-8"))["results"]
        manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for result in results:
        if result["status"] in FAILED:
            key = result["unique_id"]
            node = manifest["nodes"].get(key) or manifest["unit_tests"].get(key) or {}
            kind = key.partition(".")[0]
            has_rows = kind == "test" and result["status"] == "fail"
            yield Failed(
                name=node.get("name", key),
                kind=kind,
                path=node.get("original_file_path", key),
                message=str(result.get("message") or "it could not be built"),
                query=_compiled(target, result, node) if has_rows else "",
            )


def _compiled(target: Path, result: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    """A node's query: in dbt 1's account of the run, or in a file that dbt 2 writes."""
    if query := result.get("compiled_code"):
        return str(query)
    name = Path(node.get("generated_sql_file") or node["path"]).name
    return next((target / "compiled").rglob(name)).read_text(encoding="utf-8")
