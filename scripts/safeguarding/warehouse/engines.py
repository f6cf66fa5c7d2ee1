"""The two engines that a warehouse is built on, as the build needs them.

DuckDB builds in a file; Spark, through dbt-spark, in a folder of tables (docs/spark.md). Either way
the warehouse that everyone reads is a DuckDB file, and only a green build replaces it.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from safeguarding.warehouse import database_files, publish
from safeguarding.warehouse.compiled_project import rows_of
from safeguarding.warehouse.dbt_builds import TARGET

LOCAL_MASTER = "local[2]"


class Engine(ABC):
    """What builds.

    Attributes:
        name: dbt's name of the target.
        formats: Formats of extracts that it reads.
    """

    name: str
    formats: tuple[str, ...]

    def problems(self) -> Iterator[str]:
        """Say what keeps it from building at all."""
        yield from ()

    def start_afresh(self) -> None:  # noqa: B027 - the engine need not
        """Leave nothing of an earlier build; everything is about to be built."""

    @abstractmethod
    def rows(self, query: str) -> list[dict[str, Any]]:
        """Rows that a query of what was built returns."""

    @abstractmethod
    def publish(self, warehouse: Path) -> None:
        """Put what was built in the warehouse's place, in one step.

        Raises:
            OSError, duckdb.Error, NotPublishedError: It could not be written; the warehouse is as
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
        """Remove the file: tables made again beside their old selves leave it half empty."""
        database_files.remove(self.built)

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Rows of the built file."""
        with duckdb.connect(str(self.built), read_only=True) as connection:
            return rows_of(connection.sql(query))

    def publish(self, warehouse: Path) -> None:
        """Copy the file."""
        publish.publish(self.built, warehouse)


class Spark(Engine):
    """Spark, a session of it in this process, with a master of its own or a cluster's."""

    name = "spark"
    formats = ("parquet",)

    def problems(self) -> Iterator[str]:
        """Say what is missing: Java, packages, the cluster."""
        from scale import preflight  # noqa: PLC0415 - only what builds on Spark needs its modules

        if " " in str(TARGET):
            yield (
                f"DBT_TARGET_PATH: found a space in {TARGET}, where Java's options would end."
                " Name a folder without one."
            )
        yield from preflight.problems(os.environ.get("SPARK_MASTER", LOCAL_MASTER))

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Rows as Spark returns them."""
        return [row.asDict() for row in self._session().sql(query).collect()]

    def publish(self, warehouse: Path) -> None:
        """Read the tables where they lie into a DuckDB file."""
        from scale import spark_publishing  # noqa: PLC0415

        spark_publishing.publish_build(TARGET, warehouse, self._session())

    def stop(self) -> None:
        """End the session, if dbt came to start one."""
        from pyspark.sql import SparkSession  # noqa: PLC0415

        if session := SparkSession.getActiveSession():
            session.stop()

    def _session(self) -> Any:  # noqa: ANN401 - pyspark is not among the packages of every environment
        from pyspark.sql import SparkSession  # noqa: PLC0415

        return SparkSession.builder.getOrCreate()


ENGINES: dict[str, type[Engine]] = {"duckdb": DuckDB, "spark": Spark}
