"""Run `dbt build` with the available dbt, and read its results.

dbt 1 is a Python package and runs in this process, as its Spark session must. dbt 2 is a program.
Both write `run_results.json` and `manifest.json`, from which failures are explained.
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
# dbt 2 would print a backtrace of its own program, and report its use to its publisher.
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
        message: dbt's message.
        query: For a data test that found rows, the query that returns them; else blank.
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
        said: dbt's output if it ran nothing.
    """

    passed: bool
    failed: Sequence[Failed] = ()
    said: str = ""


def program(named: str | None = None) -> str | None:
    """Find the dbt to start as a program: the one named, or another if dbt 1 is missing.

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
    """Run `dbt build`; its result is complete on disk afterwards.

    Args:
        dbt: The program, or None for dbt 1 in this process.
        arguments: More arguments for it.
    """
    # A dbt that fails early leaves the files of an earlier run.
    (TARGET / RUN_RESULTS).unlink(missing_ok=True)
    passed, said = _run(dbt, arguments) if dbt else _run_here(arguments)
    if passed:
        return Outcome(passed)
    failed = list(_failed(TARGET))
    if not failed or any(node.message == NOTHING_RAN for node in failed):
        return Outcome(passed, said=said or "dbt gives no reason.")
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
    """Return the environment in which dbt 2 finds DuckDB, if `make` installed it."""
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
    """Read what did not pass from the files of a target folder."""
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
    """Read a node's query from dbt 1's results, or from a file that dbt 2 writes."""
    if query := result.get("compiled_code"):
        return str(query)
    name = Path(node.get("generated_sql_file") or node["path"]).name
    return next((target / "compiled").rglob(name)).read_text(encoding="utf-8")
