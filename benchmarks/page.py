"""docs/performance.md and the printed table, from what every part last measured."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import AGAIN, Part

PAGE = Path("docs/performance.md")
PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "polars", "pandas")
UNITS = {"cpu": "processor time", "wall": "time", "peak": "peak memory"}
HEAD = """\
# Performance

Written by `make bench`, which times this project beside other means on one machine. Ratios of
medians tell; seconds are this machine's. The ways of a part are run in turn, the first once more in
each round ("again"): how far that ratio is from 1 is what the machine adds by itself. The many
figures are SYNTHETIC: 153 authorities with 20 or 200 years of releases, with errors, breaks in
series, adjudications, registered precision and suppressed figures planted.
"""


def write(parts: Sequence[Part]) -> str:
    """Write the page, and return what is printed: its tables."""
    told = "\n".join([*aims(parts), *took(parts), *notes(parts)])
    PAGE.write_text(f"{HEAD}\n{machine()}\n\n{told}\n", encoding="utf-8")
    return told


def machine() -> str:
    """One sentence on where and with what it was measured."""
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    return (
        f"Last measured on {datetime.now(UTC):%Y-%m-%d}: {len(models)} processors ({models[0]}),"
        f" {pages / 2**30:.0f} GiB, {platform.system()} {platform.release()};"
        f" Python {platform.python_version()}, {versions}."
    )


def aims(parts: Sequence[Part]) -> Iterator[str]:
    """The table of ratios and aims."""
    yield "| part | what | measure | measured | aim | met |"
    yield "|---|---|---|---|---|---|"
    said = {True: "yes", False: "**no**", None: ""}
    for part in parts:
        for row in part.rows:
            most = "" if row.most is None else f"≤ {row.most:g}"
            measure = UNITS.get(row.measure, row.measure)
            yield (
                f"| {part.name} | {row.what} | {measure} | {row.value:.2f} | {most} |"
                f" {said[row.is_met]} |"
            )


def took(parts: Sequence[Part]) -> Iterator[str]:
    """The table of medians, with the same run again beside the first of each part."""
    yield "\n| part | way | runs | time, s | processor, s | peak, MiB | again, processor |"
    yield "|---|---|---|---|---|---|---|"
    for part in parts:
        for way, runs in part.runs.items():
            if way.endswith(AGAIN):
                continue
            wall, cpu, peak = (part.median(way, name) for name in ("wall", "cpu", "peak"))
            control = ""
            if way + AGAIN in part.runs:
                second = statistics.median(run.cpu for run in part.runs[way + AGAIN])
                control = f"{second / cpu:.3f}"
            yield (
                f"| {part.name} | {way} | {len(runs)} | {wall:.2f} | {cpu:.2f} |"
                f" {f'{peak:.0f}' if peak else ''} | {control} |"
            )


def notes(parts: Sequence[Part]) -> Iterator[str]:
    """What is to be known of each part."""
    yield ""
    for part in parts:
        yield from (f"- {part.name}: {note}" for note in part.notes)
