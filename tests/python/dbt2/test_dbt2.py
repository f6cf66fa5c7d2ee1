"""dbt 2 builds what dbt 1 builds, and says the same of what stops it (make test-dbt2)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from safeguarding.warehouse.seed_files import PROJECT
from scale import build_comparison

DBT = PROJECT / os.environ.get("DBT_2", ".venv/dbt2") / "bin" / "dbt"
FLOWS = Path("seeds/figures/care_flows.csv")
MODEL = Path("models/marts/trust/fct_revisions.sql")

pytestmark = pytest.mark.skipif(
    not (DBT.parents[1] / "ready").exists(),
    reason=f"dbt 2 is not installed in {DBT.parents[1]} (Linux on x64, pip and npm)",
)


def build(project: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Build a project into a folder."""
    places = {
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "WAREHOUSE_PATH": str(folder / "warehouse.duckdb"),
    }
    return subprocess.run(
        [sys.executable, "scripts/build.py", *arguments],
        cwd=project,
        env=os.environ | places,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_every_table_is_the_same(tmp_path: Path) -> None:
    ours = PROJECT / "warehouse.duckdb"
    outcome = build(PROJECT, tmp_path, "--dbt", str(DBT))
    assert outcome.returncode == 0, outcome.stderr
    found = list(build_comparison.compare(ours, tmp_path / ours.name))
    assert len(found) > 80
    assert [message for table in found for message in table.differences] == []


def stopped(project: Path, folder: Path, *arguments: str) -> str:
    """What is said of a build that must stop."""
    outcome = build(project, folder, *arguments)
    assert outcome.returncode == 1, outcome.stdout
    assert not (folder / "warehouse.duckdb").exists()
    return outcome.stderr


def test_the_same_is_said_of_a_wrong_seed(project_copy: Callable[[], Path], tmp_path: Path) -> None:
    project = project_copy()
    wrong = (project / FLOWS).read_text(encoding="utf-8").replace(",count,155,", ",cuont,155,", 1)
    (project / FLOWS).write_text(wrong.replace(",166,", ",16b,"), encoding="utf-8")
    first = stopped(project, tmp_path / "one")
    assert f"{FLOWS.as_posix()} row 3, column unit: found 'cuont', expected a unit" in first
    assert stopped(project, tmp_path / "two", "--dbt", str(DBT)) == first


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("select nosuch from final", f"- {MODEL.as_posix()}: Database Error in model"),
        ("select * from {{ ref('nosuch') }}", "Ref 'nosuch' not found in project."),
        ("select {{ nosuch( }}", f"--> {MODEL.as_posix()}:"),
    ],
)
def test_a_model_that_cannot_be_built(
    written: str, message: str, project_copy: Callable[[], Path], tmp_path: Path
) -> None:
    """One message: of what hangs on the model and of dbt's own insides nothing is said."""
    project = project_copy()
    sql = (project / MODEL).read_text(encoding="utf-8")
    (project / MODEL).write_text(sql.replace("select * from final", written), encoding="utf-8")
    said = stopped(project, tmp_path, "--dbt", str(DBT))
    assert message in said
    assert f"\n{said}".count("\n- ") == 1
    assert "<unknown>" not in said
