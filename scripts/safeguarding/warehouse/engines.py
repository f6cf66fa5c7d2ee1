"""Build on one of two engines, DuckDB or Spark.

DuckDB builds in a file; Spark, through dbt-spark, in a folder of tables (docs/spark.md). Either way
the warehouse that everyone reads is a DuckDB file, and only a complete build replaces it.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from safeguarding.warehouse import database_files, replacement
from safeguarding.warehouse.compiled_project import rows_of
from safeguarding.warehouse.dbt_builds import TARGET

LOCAL_MASTER = "local[2]"


class Engine(ABC):
    """An engine to build on.

    Attributes:
        name: dbt's name of the target.
        formats: Formats of extracts that it reads.
    """

    name: str
    formats: tuple[str, ...]

    def problems(self) -> Iterator[str]:
        """Report what prevents a build."""
        yield from ()

    def start_afresh(self) -> None:  # noqa: B027 - the engine need not
        """Remove the result of an earlier build."""

    @abstractmethod
    def rows(self, query: str) -> list[dict[str, Any]]:
        """Return the rows of a query of the built warehouse."""

    @abstractmethod
    def replace_warehouse(self, warehouse: Path) -> None:
        """Replace the warehouse by the built one, in one step.

        Raises:
            OSError, duckdb.Error, NotReplacedError: It could not be written; the warehouse is as
                it was.
        """

    def stop(self) -> None:  # noqa: B027
        """End what it started."""


class DuckDB(Engine):
    """DuckDB: a file below the target folder."""

    name = "duckdb"
    formats = ("parquet", "csv")
    built = TARGET / "warehouse.duckdb"

    def start_afresh(self) -> None:
        """Remove the file: replacing tables in it would leave it half empty."""
        database_files.remove(self.built)

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Return rows of the built file."""
        with duckdb.connect(str(self.built), read_only=True) as connection:
            return rows_of(connection.sql(query))

    def replace_warehouse(self, warehouse: Path) -> None:
        """Copy the file."""
        replacement.replace_warehouse(self.built, warehouse)


class Spark(Engine):
    """Spark, a session of it in this process, with a master of its own or a cluster's."""

    name = "spark"
    formats = ("parquet",)

    def problems(self) -> Iterator[str]:
        """Report what is missing: Java, packages, the cluster."""
        from scale import preflight  # noqa: PLC0415 - only what builds on Spark needs its modules

        if " " in str(TARGET):
            yield (
                f"DBT_TARGET_PATH: found a space in {TARGET}, where Java's options would end."
                " Name a folder without one."
            )
        yield from preflight.problems(os.environ.get("SPARK_MASTER", LOCAL_MASTER))

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Return rows as Spark does."""
        return [row.asDict() for row in self._session().sql(query).collect()]

    def replace_warehouse(self, warehouse: Path) -> None:
        """Read the tables in place into a DuckDB file."""
        from scale import spark_to_duckdb  # noqa: PLC0415

        spark_to_duckdb.write_warehouse(TARGET, warehouse, self._session())

    def stop(self) -> None:
        """End the session, if dbt started one."""
        from pyspark.sql import SparkSession  # noqa: PLC0415

        if session := SparkSession.getActiveSession():
            session.stop()

    def _session(self) -> Any:  # noqa: ANN401 - pyspark is not among the packages of every environment
        from pyspark.sql import SparkSession  # noqa: PLC0415

        return SparkSession.builder.getOrCreate()


ENGINES: dict[str, type[Engine]] = {"duckdb": DuckDB, "spark": Spark}
