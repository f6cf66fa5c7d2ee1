"""Write the quality statement of all authorities as a page.

Usage: make pages
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb

from safeguarding.published.catalogue import WAREHOUSE
from safeguarding.report.pages.quality import statement, table_of
from safeguarding.warehouse.seed_files import PROJECT

REPORT = PROJECT / "docs" / "quality.md"
INTRODUCTION = (
    "# Quality statement",
    "",
    "How good the figures are, how they are revised, and how far the project meets the levels of",
    "reproducible analytical pipelines and the pillars of the Code of Practice for Statistics. The",
    "assessment is the project's own; no one else has made one.",
    "Written by `make pages`; a test compares it with the warehouse.",
)


def page(connection: duckdb.DuckDBPyConnection) -> str:
    """Give the page, from a warehouse.

    Raises:
        duckdb.Error: It lacks a table.
    """
    lines = [*INTRODUCTION]
    for heading, points in statement(connection).items():
        headers, *rows = table_of(points)
        lines += ["", f"## {heading}", "", row_of(headers), f"|{'---|' * len(headers)}"]
        lines += [row_of(row) for row in rows]
    return "\n".join(lines) + "\n"


def row_of(cells: Sequence[str]) -> str:
    """Give a row of a table in Markdown."""
    return f"| {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page; 0 if it was written, 2 if there is no warehouse."""
    parser = argparse.ArgumentParser(description="The quality statement, as a page.")
    parser.add_argument("--warehouse", type=Path, default=PROJECT / WAREHOUSE)
    parser.add_argument("--report", type=Path, default=REPORT, help="default: %(default)s")
    options = parser.parse_args(arguments)
    try:
        with duckdb.connect(str(options.warehouse), read_only=True) as connection:
            content = page(connection)
    except duckdb.Error as error:
        print(
            f"{options.warehouse} could not be read: {error}. Run make build first.",
            file=sys.stderr,
        )
        return 2
    options.report.write_text(content, encoding="utf-8")
    print(f"{options.report} written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
