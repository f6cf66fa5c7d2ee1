"""Build once, and each change of a seed on a copy of that."""

from __future__ import annotations

import copy
import hashlib
import json
import pickle
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Self

import duckdb

from safeguarding.warehouse.compiled_project import (
    OFFICIAL,
    CompiledProject,
    Row,
    connect,
    fingerprint,
    literal,
    load_rows,
    rows_of,
)
from support.made_once import made_once

FAILING = "failing.pickle"
COUNCILS = "councils"  # stands for what the seeds say of them among what a model is made of
# DuckDB keeps what was replaced in a database, and takes ever longer over it: so each build has a
# copy of its own, of which nothing is ever committed.
_BASES: dict[tuple[str, str], Any] = {}


class SharedBuild(CompiledProject):
    """The project, whose builds begin with what one build made of its own seeds."""

    shared: Path | None = None  # where other processes of a run find what one of them built

    def __init__(self, target: Path, project: Path) -> None:
        """Read which nodes each node is made of, too."""
        super().__init__(target, project)
        nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
        self._parents = {
            (node["resource_type"], node["name"]): {
                nodes[key]["name"] for key in node["depends_on"]["nodes"] if key in nodes
            }
            | ({COUNCILS} if node["name"] == OFFICIAL else set())
            for node in nodes.values()
        }
        self._folder = tempfile.TemporaryDirectory(prefix="base.")
        self._of = ""  # what a base is made of, but its seeds
        self._seeds: dict[str, list[Row]] = {}
        self._failing: dict[str, list[dict[str, Any]]] = {}
        self._last: tuple[duckdb.DuckDBPyConnection | None, set[str]] = (None, set())

    @classmethod
    def beside(cls, project: Path) -> Self:
        """The project of a copy: it shares the build of those whose SQL is the same."""
        files = sorted(project.glob("seeds/**/*.parquet"))
        official = b"".join(path.read_bytes() for path in files)
        key = (fingerprint(project), hashlib.sha256(official).hexdigest())
        if key not in _BASES:
            _BASES[key] = cls.of(project)
            _BASES[key]._of = "".join(key)
        one: Self = copy.copy(_BASES[key])
        one.project = project
        return one

    def build(
        self,
        seeds: Mapping[str, list[Row]],
        path: str = ":memory:",
        settings: Mapping[str, str] | None = None,
    ) -> duckdb.DuckDBPyConnection:
        """Build from `seeds`, but only what the changed ones lead to."""
        if settings:
            return super().build(seeds, path, settings)
        is_file = path != ":memory:"
        base = self._base(official=is_file)
        if is_file:
            connection = connect(str(shutil.copyfile(base, path)))
        else:
            with tempfile.TemporaryDirectory() as folder:
                connection = connect(str(shutil.copyfile(base, Path(folder) / base.name)))
            connection.execute("set threads = 1")
            connection.begin()
        connection.execute(f"set file_search_path = {literal(str(self.project))}")
        changed = self._change(connection, seeds, official=is_file)
        self._last = (connection, changed)
        return connection

    def _base(self, official: bool) -> Path:
        """The build of the project's seeds, with or without all official statistics."""
        self._seeds.update(self._seeds or self.read_seeds())
        of = hashlib.sha256(f"{self._of}{json.dumps(self._seeds)}".encode()).hexdigest()[:16]
        folder = self.shared or Path(self._folder.name)
        made = made_once(folder / f"base-{of}-{official:d}", partial(self._make_base, official))
        if not self._failing:
            self._failing.update(pickle.loads((made / FAILING).read_bytes()))  # noqa: S301 - our own
        return made / "base.duckdb"

    def _make_base(self, official: bool, folder: Path) -> None:
        with connect(str(folder / "base.duckdb")) as connection:
            self.load_seeds(connection, self._seeds)
            self.run_models(connection, official)
            failing = dict(super().failing_tests(connection))
        (folder / FAILING).write_bytes(pickle.dumps(failing))

    def failing_tests(
        self, connection: duckdb.DuckDBPyConnection
    ) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """The same, asking only those tests again that look at what has changed."""
        last, changed = self._last
        for node in self.nodes:
            if node.kind == "test" and not node.is_official:
                is_kept = connection is last and not self._parents[node.kind, node.name] & changed
                kept = self._failing.get(node.name, [])
                rows = kept if is_kept else rows_of(connection.sql(node.sql))
                if rows:
                    yield node.name, rows

    def _change(
        self,
        connection: duckdb.DuckDBPyConnection,
        seeds: Mapping[str, list[Row]],
        official: bool,
    ) -> set[str]:
        changed: set[str] = set()
        if not official and _councils(seeds) != _councils(self._seeds):
            changed.add(COUNCILS)
        for node in self.nodes:
            if node.kind == "seed" and seeds[node.name] != self._seeds[node.name]:
                load_rows(connection, node.relation, node.columns, seeds[node.name])
                changed.add(node.name)
            elif node.kind == "model" and self._parents[node.kind, node.name] & changed:
                changed.add(node.name)
                if node.sql and not node.is_view and (official or not node.is_official):
                    self.make(connection, node, official)
        return changed


def _councils(seeds: Mapping[str, list[Row]]) -> set[str | None]:
    """Councils that a seed names, which decide what official statistics are read."""
    return {row.get("local_authority_code") for rows in seeds.values() for row in rows} | {
        row["region_code"] for row in seeds["local_authorities"]
    }
