"""Time ways to do one thing in turn, and keep what was measured until the page is written."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from safeguarding.warehouse.seed_files import PROJECT

AGAIN = ", again"
OWN_PEAK = Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Run:
    """Seconds on the clock and of the processor, and peak memory (MiB; zero if not its own)."""

    wall: float
    cpu: float
    peak: float = 0.0


@dataclass(frozen=True)
class Way:
    """One way to do it, by a name that people understand."""

    name: str
    run: Callable[[], Run]


@dataclass(frozen=True)
class Row:
    """A line of the table of aims: what is measured, the figure, and the most that it may be."""

    what: str
    measure: str
    value: float
    most: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the aim is met, as far as it is shown; None without one."""
        return None if self.most is None else round(self.value, 2) <= self.most


@dataclass
class Part:
    """What one part of the benchmark measured.

    Attributes:
        name: The part.
        rows: Its lines of the table of aims.
        runs: All runs, by way.
        notes: What a reader must know of it, or why it was not measured.
    """

    name: str
    rows: list[Row] = field(default_factory=list)
    runs: dict[str, list[Run]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def ratio(self, one: Way, other: Way, measure: str, most: float | None = None) -> None:
        """Add the ratio of two ways' medians, `wall`, `cpu` or `peak`."""
        value = self.median(one.name, measure) / self.median(other.name, measure)
        self.rows.append(Row(f"{one.name} / {other.name}", measure, value, most))

    def median(self, way: str, measure: str) -> float:
        """The median of a way's runs."""
        return float(statistics.median(getattr(run, measure) for run in self.runs[way]))

    def keep(self, folder: Path) -> None:
        """Write it down for the page."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.name}.json").write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def kept(cls, path: Path) -> Part:
        """What was written down."""
        content = json.loads(path.read_text(encoding="utf-8"))
        runs = {name: [Run(**run) for run in runs] for name, runs in content["runs"].items()}
        rows = [Row(**row) for row in content["rows"]]
        return cls(content["name"], rows, runs, content["notes"])


def in_turn(part: Part, ways: Sequence[Way], rounds: int) -> None:
    """Run each in turn, and the first once more in each round: A B A, A B A."""
    again = Way(ways[0].name + AGAIN, ways[0].run)
    for _ in range(rounds):
        for way in (*ways, again):
            part.runs.setdefault(way.name, []).append(way.run())


def process(command: Sequence[object], environment: Mapping[str, str]) -> Run:
    """Run a command in the project, and all that it starts.

    Raises:
        subprocess.CalledProcessError: It failed.
    """
    # Linux hands this process's own peak on to what it starts: from here on, what it holds now.
    if OWN_PEAK.exists():
        OWN_PEAK.write_text("5", encoding="ascii")
    begin = time.perf_counter()
    started = subprocess.Popen(
        list(map(str, command)), cwd=PROJECT, env=environment, stdout=sys.stderr
    )
    _, status, usage = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode:
        raise subprocess.CalledProcessError(started.returncode, list(map(str, command)))
    seconds = time.perf_counter() - begin
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def here(function: Callable[[], object]) -> Run:
    """Call a function in this process, whose memory is not its own."""
    begin, cpu = time.perf_counter(), time.process_time()
    function()
    return Run(time.perf_counter() - begin, time.process_time() - cpu)
