"""The marts that the SQL is timed against, with pandas: the tests' second computation, written.

Usage: python -m benchmarks.with_pandas EXTRACTS OUTPUT
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.contents import columns_of
from support import oracle


def main(folder: Path, output: Path) -> None:
    """Compute every output, and write the columns that are compared as Parquet."""
    output.mkdir(parents=True)
    for name, frame in oracle.compute(folder).items():
        columns = [each for each in columns_of(name) if each in frame.columns]
        frame[columns].to_parquet(output / f"{name}.parquet", index=False)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
