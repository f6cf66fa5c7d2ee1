"""A build is told by the files that dbt leaves, whichever dbt it is."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from safeguarding.warehouse import dbt_builds
from safeguarding.warehouse.dbt_builds import Failed, Outcome

TEST, MODEL = "test.p.figures_are_readable", "model.p.fct"
NODES = {
    TEST: {
        "name": "figures_are_readable",
        "path": "figures_are_readable.sql",
        "original_file_path": "tests/figures_are_readable.sql",
    },
    MODEL: {"name": "fct", "path": "fct.sql", "original_file_path": "models/fct.sql"},
}
SAID = "=== Errors and Warnings ===\n[warning] old\n[error] no such file\n  --> a.sql"


def program_that(leaves: Mapping[str, str], target: Path, code: int) -> str:
    """A program that writes files below the target folder, says something and ends with a code."""
    program = target.parent / "env" / "bin" / "dbt"
    program.parent.mkdir(parents=True)
    lines = [
        f"#!{sys.executable}",
        "import os, sys",
        "from pathlib import Path",
        f"for name, content in {dict(leaves)!r}.items():",
        f"    path = Path({str(target)!r}) / name",
        "    path.parent.mkdir(parents=True, exist_ok=True)",
        "    path.write_text(content)",
        f"path = Path({str(target)!r}) / 'told'",
        "path.write_text('\\n'.join([*sys.argv[1:], os.environ.get('LD_LIBRARY_PATH', '')]))",
        f"print({SAID!r}, file=sys.stderr)",
        f"sys.exit({code})",
    ]
    program.write_text("\n".join(lines))
    program.chmod(0o755)
    return str(program)


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def account(*results: Mapping[str, Any]) -> dict[str, str]:
    return {
        dbt_builds.RUN_RESULTS: json.dumps({"results": results}),
        dbt_builds.MANIFEST: json.dumps({"nodes": NODES}),
        "compiled/p/tests/figures_are_readable.sql": "select 1 as n",
    }


def failed(unique_id: str, status: str, **more: object) -> dict[str, object]:
    return {"unique_id": unique_id, "status": status, "message": "Error", **more}


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A target folder with what an earlier build left, which failed."""
    target = tmp_path / "target"
    target.mkdir()
    for name, content in account(failed(MODEL, "error", message="earlier")).items():
        write(target / name, content)
    monkeypatch.setattr(dbt_builds, "TARGET", target)
    return target


@pytest.mark.parametrize(
    ("more", "query"),
    [({}, "select 1 as n"), ({"compiled_code": "select 2 as n"}, "select 2 as n")],
)
def test_what_failed(more: dict[str, object], query: str, target: Path) -> None:
    """The query is in the account (dbt 1) or a file (dbt 2); what was skipped is left out."""
    leaves = account(failed(TEST, "fail", **more), failed(MODEL, "error"), failed(MODEL, "skipped"))
    assert dbt_builds.build(program_that(leaves, target, 1), []) == Outcome(
        passed=False,
        failed=[
            Failed(
                "figures_are_readable",
                "test",
                "tests/figures_are_readable.sql",
                "Error",
                query,
            ),
            Failed("fct", "model", "models/fct.sql", "Error", ""),
        ],
    )


@pytest.mark.parametrize(
    "leaves", [{}, account(failed(MODEL, "error", message=dbt_builds.NOTHING_RAN))]
)
def test_what_dbt_says_if_nothing_ran(leaves: dict[str, str], target: Path) -> None:
    """Whatever an earlier build left."""
    outcome = dbt_builds.build(program_that(leaves, target, 1), [])
    assert outcome == Outcome(False, said="[error] no such file\n  --> a.sql")


def test_what_dbt_is_told(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments, and where DuckDB's library is, if it is there."""
    monkeypatch.setenv("LD_LIBRARY_PATH", "/before")
    program = program_that({}, target, 0)
    assert dbt_builds.build(program, ["--vars", "{}"]) == Outcome(True)
    *arguments, path = (target / "told").read_text().splitlines()
    assert (arguments[0], arguments[-2:], path) == ("build", ["--vars", "{}"], "/before")
    library = target.parent / "env" / "lib" / dbt_builds.LIBRARY
    library.parent.mkdir()
    library.touch()
    dbt_builds.build(program, [])
    assert (target / "told").read_text().endswith(f"\n{library.parent}:/before")


def test_which_dbt(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that is named, else dbt 1 of this Python, else a program of that name."""
    program = program_that({}, target, 0)
    assert dbt_builds.program(program) == program
    assert dbt_builds.program() is None
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(Path(program).parent))
    assert dbt_builds.program() == shutil.which("dbt") == program
    monkeypatch.setenv("PATH", "")
    with pytest.raises(dbt_builds.NoDbtError, match="no such program"):
        dbt_builds.program()
