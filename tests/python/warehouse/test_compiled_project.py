"""What judges figures is compiled when the project changed, whatever dbt was last asked to do."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from ast import literal_eval
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import PROJECT, Seeds, row_of
from safeguarding.warehouse import compiled_project, seed_files
from safeguarding.warehouse.compiled_project import (
    COMPILED,
    CompiledProject,
    NotCompiledError,
    fingerprint,
)

# What dbt leaves in `target` by commands of each kind: a manifest of a part, of a build that failed
# with other variables, without SQL and of another engine. What is compiled first finds nothing
# there, as after `dbt clean`.
COMMANDS = {
    "a part": ["compile", "--select", "dim_small"],
    "a failed build": ["build", "--vars", "{least: no_number}"],
    "spark": ["parse", "--target", "spark"],
}

# To dbt this is as much a project as the whole one, which takes it ten times as long.
SMALL = {
    "dbt_project.yml": "{name: small, profile: small, vars: {least: 3}}",
    "profiles.yml": """
        small:
          target: duckdb
          outputs:
            duckdb: {type: duckdb, path: "{{ env_var('DBT_TARGET_PATH', 'target') }}/small.duckdb"}
            spark: {type: spark, method: session, host: none, schema: marts}
        """,
    "models/dim_small.sql": "select a, {{ var('least') }} as least from {{ ref('small') }}",
    "models/dim_other.sql": "select '{{ target.name }}' as target from {{ ref('dim_small') }}",
    "seeds/small.csv": "a\n1\n",
}


def sql_of(compiled: CompiledProject) -> dict[str, str]:
    return {node.name: node.sql for node in compiled.nodes}


@pytest.fixture
def project(project_copy: Callable[[], Path], compiled: CompiledProject) -> Path:
    return project_copy()


def write_small(folder: Path) -> Path:
    for name, text in SMALL.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_small(tmp_path)


@pytest.fixture(scope="module")
def sql_of_small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    sql = sql_of(CompiledProject.of(write_small(tmp_path_factory.mktemp("small"))))
    assert "3 as least" in sql["dim_small"]
    assert "'duckdb' as target" in sql["dim_other"]
    return sql


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_what_dbt_was_last_asked_does_not_matter(
    command: str, small: Path, sql_of_small: dict[str, str]
) -> None:
    dbt = Path(sys.executable).with_name("dbt")
    subprocess.run(
        [dbt, "--quiet", "--log-level", "none", *COMMANDS[command]],
        cwd=small,
        capture_output=True,
        check=False,
    )
    assert sql_of(CompiledProject.of(small)) == sql_of_small


def test_it_is_compiled_once_and_again_after_a_change(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def compile_it(project: Path, target: Path) -> None:
        calls.append(fingerprint(project))
        kept = PROJECT / COMPILED / fingerprint(PROJECT) / "manifest.json"
        shutil.copy(kept, target / "manifest.json")

    monkeypatch.setattr(compiled_project, "_compile", compile_it)
    for _ in range(2):
        CompiledProject.of(project)
    assert len(calls) == 1
    with (project / "models/marts/dimensions/dim_period.sql").open("a") as file:
        file.write("-- changed\n")
    for _ in range(2):
        CompiledProject.of(project)
    assert len(set(calls)) == len(calls) == 2
    kept = [path.name for path in (project / COMPILED).iterdir()]
    assert kept == [calls[-1]], "what was kept before is removed"


@pytest.mark.parametrize(
    ("name", "matters"),
    [
        ("models/marts/dimensions/dim_period.sql", True),
        ("models/marts/dimensions/dim_period.yml", True),
        ("macros/keys.sql", True),
        ("tests/errors_are_explained.sql", True),
        ("tests/generic/keys.sql", True),
        ("seeds/reference/releases.yml", True),
        ("dbt_project.yml", True),
        ("profiles.yml", True),
        ("seeds/reference/releases.csv", False),
        ("scripts/release.py", False),
    ],
)
def test_what_the_sql_depends_on(name: str, matters: bool, project: Path) -> None:
    before = fingerprint(project)
    with (project / name).open("a") as file:
        file.write("\n")
    assert (fingerprint(project) != before) is matters


def test_a_seed_more_matters(project: Path) -> None:
    before = fingerprint(project)
    (project / "seeds/reference/more.csv").write_text("a\n", encoding="utf-8")
    assert fingerprint(project) != before


@pytest.mark.parametrize("name", compiled_project.PACKAGES)
def test_the_versions_of_packages_matter(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(PROJECT)
    real = importlib.metadata.version
    other = lambda of: "0.0.0" if of == name else real(of)  # noqa: E731
    monkeypatch.setattr(importlib.metadata, "version", other)
    assert fingerprint(PROJECT) != before


def test_settings_of_the_caller_do_not_matter(
    small: Path, sql_of_small: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_TARGET", "spark")
    monkeypatch.setenv("DBT_TARGET_PATH", str(small / "elsewhere"))
    assert sql_of(CompiledProject.of(small)) == sql_of_small
    assert not (small / "elsewhere").exists()


def test_sql_that_cannot_be_compiled_is_said_to_be(small: Path) -> None:
    (small / "models/dim_small.sql").write_text("{{ no_macro() }}\n")
    with pytest.raises(NotCompiledError, match="no_macro"):
        CompiledProject.of(small)
    assert not (small / COMPILED).exists()


def test_two_at_once_and_one_that_cleans(
    project: Path, compiled: CompiledProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each finds what is kept whole, or makes it; `dbt clean` may take it away between."""

    def compile_it(_: Path, target: Path) -> None:
        kept = PROJECT / COMPILED / fingerprint(PROJECT) / "manifest.json"
        shutil.copy(kept, target / "manifest.json")

    monkeypatch.setattr(compiled_project, "_compile", compile_it)
    found: list[dict[str, str]] = []
    failed: list[Exception] = []

    def check() -> None:
        try:
            found.extend(sql_of(CompiledProject.of(project)) for _ in range(20))
        except Exception as error:
            failed.append(error)

    checks = [threading.Thread(target=check) for _ in range(4)]
    for thread in checks:
        thread.start()
    while any(thread.is_alive() for thread in checks):
        shutil.rmtree(project / "target", ignore_errors=True)
    assert failed == []
    assert len(found) == 80
    assert all(one == sql_of(compiled) for one in found)


@pytest.fixture
def read_only() -> Iterator[Callable[[Path], list[str]]]:
    """Make a folder read-only, and give what a command begins with so that root heeds it, too."""
    made: list[Path] = []

    def make(folder: Path) -> list[str]:
        made.append(folder)
        for path in [folder, *folder.rglob("*")]:
            path.chmod(path.stat().st_mode & ~0o222)
        if os.geteuid():
            return []
        if not shutil.which("setpriv"):
            pytest.skip("root heeds no permission here, and there is no setpriv to make it")
        return ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]

    yield make
    for folder in made:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(path.stat().st_mode | 0o200)


def test_a_project_that_cannot_be_written_to(
    project: Path, read_only: Callable[[Path], list[str]]
) -> None:
    """What only reads works; what writes says in a sentence why it cannot. Never a traceback."""
    shutil.copytree(PROJECT / COMPILED, project / COMPILED)
    before = {p: p.read_bytes() for p in (project / "seeds").rglob("*.csv")}
    begin = [*read_only(project), sys.executable]
    figures = PROJECT / "tests/python/intake/cases/judge_saved_by_excel"
    for arguments, code, says in (
        (["scripts/release.py", "check", str(figures)], 0, "2 figures, no problems found"),
        (["scripts/release.py", "load", str(figures)], 2, "Permission denied. Allow the file"),
        (["scripts/release.py", "undo", "hampshire-asr-2021-22"], 2, "Permission denied. Allow"),
        (["scripts/build.py"], 1, "Permission denied. Allow the file"),
    ):
        done = subprocess.run(
            [*begin, *arguments], cwd=project, capture_output=True, text=True, check=False
        )
        said = done.stdout + done.stderr
        assert done.returncode == code, said
        assert says in said
        assert "Traceback" not in said
    assert {p: p.read_bytes() for p in before} == before
    assert not list(project.glob(".pending*"))


def test_what_is_not_compiled_is_compiled_beside_a_project_that_cannot_be_written_to(
    small: Path, sql_of_small: dict[str, str], read_only: Callable[[Path], list[str]]
) -> None:
    script = (
        "from pathlib import Path; from safeguarding.warehouse.compiled_project import *;"
        " print({node.name: node.sql for node in CompiledProject.of(Path.cwd()).nodes})"
    )
    done = subprocess.run(
        [*read_only(small), sys.executable, "-c", script],
        cwd=small,
        env=os.environ | {"PYTHONPATH": str(PROJECT / "scripts")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert literal_eval(done.stdout) == sql_of_small


@pytest.mark.parametrize("name", ["seeds/figures/care_flows.csv", "seeds/reference/measures.csv"])
def test_a_seed_that_is_gone_is_named(name: str, project: Path, compiled: CompiledProject) -> None:
    nodes = CompiledProject.of(PROJECT)
    nodes.project = project
    (project / name).unlink()
    with pytest.raises(seed_files.UnreadableSeedsError, match=name):
        nodes.read_seeds()


def test_a_build_upon_another_is_as_a_whole_one(compiled: CompiledProject, seeds: Seeds) -> None:
    """What the tests build is the copy of a build with what a change leads to made again."""
    compiled.build(seeds | {"known_issues": []})  # leaves nothing to the next one
    row_of(
        seeds,
        "children_looked_after",
        release_id="hampshire-asr-2022-23",
        period_label="2021-22",
        unit="count",
    )["value_as_printed"] = "1726"
    del seeds["care_flows"][0]
    whole = CompiledProject.of(PROJECT)
    with compiled.build(seeds) as on_top, whole.build(seeds) as afresh:
        assert list(compiled.failing_tests(on_top)) == list(whole.failing_tests(afresh)) != []
        models = [node for node in whole.nodes if node.kind == "model" and not node.is_official]
        assert len(models) > 90
        for node in models:
            query = f"from {node.relation} order by all"
            assert on_top.sql(query).fetchall() == afresh.sql(query).fetchall(), node.name
