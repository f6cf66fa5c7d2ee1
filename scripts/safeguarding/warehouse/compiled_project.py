"""Run the SQL that dbt compiled directly in DuckDB, without dbt.

A build of a few hundred figures spends nearly all its time in dbt itself. Checks of new figures,
tests that break something on purpose and the benchmark run the same SQL here instead, in memory.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import duckdb

from safeguarding import progress
from safeguarding.warehouse import seed_files

Row = seed_files.Row
COMPILED = Path("target") / "judge"
# What the compiled SQL depends on, besides the versions of dbt and its adapter. Only names and data
# sheets of seeds matter: their rows are read each time.
SOURCES = (
    "dbt_project.yml", "profiles.yml", "models/**/*", "macros/**/*", "tests/*", "tests/generic/*",
    "seeds/**/*",
)  # fmt: skip
SOURCE_ENDINGS = {".sql", ".yml", ".md", ".csv"}
OFFICIAL = "stg_official_statistics"
STORAGE = "v1.3.0"  # as in profiles.yml
PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb")
KEPT_OF_A_NODE = (
    "name", "resource_type", "schema", "alias", "compiled_code", "original_file_path",
)  # fmt: skip


class NotCompiledError(Exception):
    """dbt cannot compile the project; the message says why and what to do."""


@dataclass(frozen=True)
class Node:
    """A seed, model or test of dbt's manifest.

    Attributes:
        name: Its name.
        kind: dbt's resource type: `seed`, `model` or `test`.
        relation: Qualified name without the database, e.g. `"marts"."dim_period"`.
        sql: The compiled query; empty for a seed.
        is_view: Whether dbt makes a view of it.
        path: File it comes from, relative to the project.
        columns: Seeds: the names of the columns that the data sheet declares, in order.
    """

    name: str
    kind: str
    relation: str
    sql: str
    is_view: bool
    path: Path
    columns: tuple[str, ...] = ()

    @property
    def is_official(self) -> bool:
        """Whether it is a mart or test of official statistics, which no report changes."""
        is_mart = self.path.is_relative_to("models/marts/official")
        return is_mart or self.path.name.startswith("official_")


class CompiledProject:
    """The project's SQL as dbt compiled it. Use `CompiledProject.of(project)`.

    Args:
        target: dbt's target folder, with the `manifest.json` of a build or `dbt compile`.
        project: The project's root, where the seeds are.

    Raises:
        FileNotFoundError: There is no manifest.
    """

    def __init__(self, target: Path, project: Path) -> None:
        """Read the manifest and put its nodes in order of dependency."""
        self.project = project
        manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
        nodes: dict[str, Any] = manifest["nodes"]
        self.nodes = [_node(nodes[key]) for key in _in_order(nodes)]

    @classmethod
    def of(cls, project: Path, compiled: Path = COMPILED, *options: str) -> Self:
        """Return the project as its files are now, whatever dbt last did with it.

        It is compiled, which takes some seconds, only if that was not done before with the same
        files; the compiled SQL is kept below `target/judge`.

        Args:
            project: The project's root.
            compiled: Folder below it to keep what was compiled in: one for each set of options.
            options: More options of `dbt compile`, such as variables.

        Raises:
            NotCompiledError: dbt cannot compile the project.
        """
        kept = project / compiled / fingerprint(project)
        try:
            return cls(kept, project)
        except (OSError, ValueError):
            pass  # not there, or being removed
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder)
            _compile(project, made, *options)
            _keep(made / "manifest.json", kept)
            return cls(made, project)

    def read_seeds(self) -> dict[str, list[Row]]:
        """Read the rows of every seed, by its name; every value is text.

        Raises:
            seed_files.UnreadableSeedsError: A seed cannot be read, or has other columns or cells
                than its data sheet says.
        """
        seeds, problems = {}, []
        for node in self.nodes:
            if node.kind == "seed":
                rows, found = seed_files.read(self.project / node.path, node.columns)
                seeds[node.name] = rows
                problems += [f"{node.path.as_posix()}{problem}" for problem in found]
        if problems:
            raise seed_files.UnreadableSeedsError(problems)
        return seeds

    def load_seeds(
        self, connection: duckdb.DuckDBPyConnection, seeds: Mapping[str, list[Row]]
    ) -> None:
        """Make a table of text columns for each seed, a blank cell being null."""
        for node in self.nodes:
            if node.kind == "seed":
                _create_schema(connection, node.relation)
                load_rows(connection, node.relation, node.columns, seeds[node.name])

    def run_models(self, connection: duckdb.DuckDBPyConnection, official: bool = False) -> None:
        """Make every model, in order, from the loaded seeds.

        Paths in the SQL are below the project.

        Args:
            connection: Where the seeds are.
            official: Whether to make the marts of official statistics for all areas too: they take
                ten times as long as all the others.
        """
        connection.execute(f"set file_search_path = {literal(str(self.project))}")
        for node in self.nodes:
            if node.kind == "model" and node.sql and (official or not node.is_official):
                _create_schema(connection, node.relation)
                self.make(connection, node, official)

    def make(
        self, connection: duckdb.DuckDBPyConnection, node: Node, official: bool = False
    ) -> None:
        """Make one model; official statistics of all areas only if asked for."""
        kind = "view" if node.is_view else "table"
        is_narrowed = node.name == OFFICIAL and not official
        sql = self._of_reported_regions(node.sql) if is_narrowed else node.sql
        connection.execute(f"create or replace {kind} {node.relation} as {sql}")

    def _of_reported_regions(self, sql: str) -> str:
        """Limit official statistics to the regions of reports: no figure needs any other."""
        seeds = {node.name: node for node in self.nodes if node.kind == "seed"}
        authorities = seeds["local_authorities"].relation
        reported = " union ".join(
            f"select local_authority_code from {seed.relation}"
            for seed in seeds.values()
            if seed.path.is_relative_to("seeds/figures")
        )
        return (
            f"with reported as ({reported}), regions as (select region_code from {authorities}"
            " where local_authority_code in (from reported)) "
            f"select * from ({sql}) where area_code in (from reported) or area_code in"
            f" (select local_authority_code from {authorities}"
            " where region_code in (from regions))"
        )

    def build(
        self,
        seeds: Mapping[str, list[Row]],
        path: str = ":memory:",
        settings: Mapping[str, str] | None = None,
    ) -> duckdb.DuckDBPyConnection:
        """Build from `seeds` and return the connection to it.

        A file has everything; in memory, official statistics are left out.

        Args:
            seeds: Rows of every seed, by its name.
            path: Where to build.
            settings: DuckDB's, by name, if not its own.
        """
        connection = connect(path)
        for name, value in (settings or {}).items():
            connection.execute(f"set {name} = {literal(value)}")
        self.load_seeds(connection, seeds)
        self.run_models(connection, official=path != ":memory:")
        return connection

    def failures(
        self, connection: duckdb.DuckDBPyConnection, name_part: str
    ) -> list[dict[str, Any]]:
        """Return the rows of the data tests whose names contain `name_part`.

        Tests of official statistics are left out, like their models, unless named.

        Raises:
            LookupError: No test has such a name, so a check of it would assert nothing.
        """
        tests = [
            node
            for node in self.nodes
            if node.kind == "test"
            and name_part in node.name
            and (not node.is_official or name_part.startswith("official"))
        ]
        if not tests:
            raise LookupError(f"no dbt test has '{name_part}' in its name")
        return [row for test in tests for row in rows_of(connection.sql(test.sql))]

    def failing_tests(
        self, connection: duckdb.DuckDBPyConnection
    ) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield name and rows of each failing data test, except those of official statistics."""
        for node in self.nodes:
            if node.kind == "test" and not node.is_official:
                rows = rows_of(connection.sql(node.sql))
                if rows:
                    yield node.name, rows


def fingerprint(project: Path) -> str:
    """Return a hash of everything that the compiled SQL depends on."""
    digest = hashlib.sha256()
    for name in PACKAGES:
        digest.update(f"{name} {importlib.metadata.version(name)}\n".encode())
    found = (path for pattern in SOURCES for path in sorted(project.glob(pattern)))
    for path in (path for path in found if path.suffix in SOURCE_ENDINGS):
        # dbt names seeds by their files; their rows do not matter to the SQL.
        content = b"" if path.suffix == ".csv" else path.read_bytes()
        name = path.relative_to(project).as_posix()
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:32]


def _compile(project: Path, target: Path, *more: str) -> None:
    """Let dbt compile the whole project into a separate target folder.

    It runs in a separate process without the caller's settings: it prints nothing on standard
    output, shares no files with other dbt commands, and leaves nothing behind in this process.
    """
    progress.say("Preparing the checks (once after each change to the project)")
    environment = {n: value for n, value in os.environ.items() if not n.startswith("DBT_")}
    call = "import sys; from dbt.cli.main import cli; cli(sys.argv[1:])"
    options = (
        *("--no-use-colors", "--log-level", "error", "--log-level-file", "none"),
        *("--no-version-check", "--no-partial-parse", "--log-path", str(target)),
        *("compile", "--target", "duckdb", "--target-path", str(target)),
        *("--project-dir", str(project), "--profiles-dir", str(project)),
        *more,
    )
    done = subprocess.run(
        [sys.executable, "-c", call, *options],
        cwd=project,
        env=environment | {"DBT_TARGET_PATH": str(target), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not (target / "manifest.json").exists():
        raise NotCompiledError(
            "dbt could not compile the project's SQL. Undo the last change to it (git diff"
            " shows it), then try again. dbt says: "
            + ((done.stdout or done.stderr).strip() or f"nothing, but ended with {done.returncode}")
        )


def _keep(manifest: Path, kept: Path) -> None:
    """Keep the needed part of a manifest, in one step, and remove the earlier one.

    If that is impossible (read-only folder, full disk), only the next call takes longer.
    """
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    slim = {"nodes": {key: _kept_of(node) for key, node in nodes.items()}}
    manifest.write_text(json.dumps(slim), encoding="utf-8")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        old = [path for path in kept.parent.iterdir() if path != kept]
        with tempfile.TemporaryDirectory(prefix=".new.", dir=kept.parent) as folder:
            new = Path(folder) / kept.name
            new.mkdir()
            shutil.copyfile(manifest, new / manifest.name)
            new.rename(kept)
    except OSError:
        return  # or another process has just kept the same
    for path in old:
        if not path.name.startswith(".new."):
            shutil.rmtree(path, ignore_errors=True)


def _kept_of(node: Mapping[str, Any]) -> dict[str, Any]:
    config = {name: node["config"].get(name) for name in ("materialized", "column_types")}
    parents = {"nodes": node.get("depends_on", {}).get("nodes", [])}
    kept = {name: node.get(name) for name in KEPT_OF_A_NODE}
    return kept | {"config": config, "depends_on": parents}


def rows_of(relation: duckdb.DuckDBPyRelation) -> list[dict[str, Any]]:
    """Return the rows of a relation by column name."""
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def connect(path: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """Connect to a database whose catalog has the name that the compiled SQL uses."""
    connection = duckdb.connect(":memory:")
    # Otherwise the bar is printed among messages wherever Python runs no script file.
    connection.execute("set enable_progress_bar = false")
    if path == ":memory:":  # for so few rows, two threads take a fifth more time than one
        connection.execute("set threads = 1")
    form = "" if path == ":memory:" else f" (storage_version '{STORAGE}')"
    connection.execute(f"attach {literal(path)} as warehouse{form}")
    connection.execute("use warehouse")
    return connection


def load_rows(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    columns: Iterable[str],
    rows: list[Row],
) -> None:
    """Make a table of text columns out of rows, a blank value being null."""
    names = list(columns)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        types = ", ".join(f"'{name}': 'varchar'" for name in names)
        connection.execute(
            f"create or replace table {relation} as"
            f" select * from read_csv({literal(str(path))}, header = true, columns = {{{types}}},"
            """ quote = '"', escape = '"', strict_mode = false)"""
        )


def literal(text: str) -> str:
    """Quote a text for SQL, since a parameter makes duckdb import pandas."""
    return "'" + text.replace("'", "''") + "'"


def _create_schema(connection: duckdb.DuckDBPyConnection, relation: str) -> None:
    connection.execute(f"create schema if not exists {relation.partition('.')[0]}")


def _node(raw: Mapping[str, Any]) -> Node:
    is_ephemeral = raw["config"].get("materialized") == "ephemeral"
    return Node(
        name=raw["name"],
        kind=raw["resource_type"],
        relation=f'"{raw["schema"]}"."{raw["alias"]}"',
        sql="" if is_ephemeral else (raw.get("compiled_code") or ""),
        is_view=raw["config"].get("materialized") == "view",
        path=Path(raw["original_file_path"]),
        columns=tuple(raw["config"].get("column_types") or {}),
    )


def _in_order(nodes: Mapping[str, Any]) -> list[str]:
    ordered: dict[str, None] = {}

    def visit(key: str) -> None:
        if key in nodes and key not in ordered:
            for parent in nodes[key].get("depends_on", {}).get("nodes", []):
                visit(parent)
            ordered[key] = None

    for key in nodes:
        visit(key)
    return list(ordered)
