"""Compute facts and checks once: python -m benchmarks.run_twin pandas|polars EXTRACTS."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main(twin: str, extracts: str) -> None:
    """Import the one twin, so that the other's memory and start are not counted."""
    computed = importlib.import_module(f"benchmarks.with_{twin}").compute(Path(extracts))
    print({name: len(frame) for name, frame in computed.items()})


if __name__ == "__main__":
    main(*sys.argv[1:])
