"""Build in memory once, and each change of a seed upon that, to be rolled back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import duckdb

from safeguarding.warehouse.compiled_project import (
    OFFICIAL,
    CompiledProject,
    Row,
    literal,
    load_rows,
)

COUNCILS = "councils"  # stands for what the seeds say of them among what a model is made of


class RollbackProject(CompiledProject):
    """The project, whose builds in memory share one database.

    The next build in memory takes the last one back: who keeps a connection longer builds with a
    `CompiledProject` of its own. A build in a file is as ever.
    """

    def __init__(self, target: Path, project: Path) -> None:
        """Read which nodes each node is made of, too."""
        super().__init__(target, project)
        nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
        self._parents = {
            node["name"]: {
                nodes[key]["name"] for key in node["depends_on"]["nodes"] if key in nodes
            }
            | ({COUNCILS} if node["name"] == OFFICIAL else set())
            for node in nodes.values()
        }
        self._seeds: Mapping[str, list[Row]] = {}
        self._shared: duckdb.DuckDBPyConnection | None = None
        self._last = duckdb.connect()
        self._last.begin()

    def build(
        self,
        seeds: Mapping[str, list[Row]],
        path: str = ":memory:",
        settings: Mapping[str, str] | None = None,
    ) -> duckdb.DuckDBPyConnection:
        """Build from `seeds`: in memory, only what the changed ones lead to."""
        if path != ":memory:" or settings:
            return super().build(seeds, path, settings)
        if self._shared is None:
            self._seeds = self.read_seeds()
            self._shared = super().build(self._seeds)
        with suppress(duckdb.ConnectionException):  # closed by its test, and so rolled back
            self._last.rollback()
        self._last = self._shared.cursor()
        # What a connection is told, another does not know.
        self._last.execute("use warehouse")
        self._last.execute(f"set file_search_path = {literal(str(self.project))}")
        self._last.begin()
        self._change(self._last, seeds)
        return self._last

    def _change(
        self, connection: duckdb.DuckDBPyConnection, seeds: Mapping[str, list[Row]]
    ) -> None:
        changed: set[str] = set()
        if _councils(seeds) != _councils(self._seeds):
            changed.add(COUNCILS)
        for node in self.nodes:
            if node.kind == "seed" and seeds[node.name] != self._seeds[node.name]:
                load_rows(connection, node.relation, node.columns, seeds[node.name])
                changed.add(node.name)
            elif node.kind == "model" and self._parents[node.name] & changed:
                changed.add(node.name)
                if node.sql and not node.is_view and not node.is_official:
                    self.make(connection, node)


def _councils(seeds: Mapping[str, list[Row]]) -> set[str | None]:
    """Councils that a seed names, which decide what official statistics are read."""
    return {row.get("local_authority_code") for rows in seeds.values() for row in rows} | {
        row["region_code"] for row in seeds["local_authorities"]
    }
