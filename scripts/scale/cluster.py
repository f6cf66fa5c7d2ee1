"""A real Spark cluster on the loopback address, from the files that pyspark brings.

One master and any number of workers, each a process of its own. Only this machine can reach them.
Needs Linux: processes are known by what `/proc` says of them.
"""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

ADDRESS = "127.0.0.1"
MASTER = "org.apache.spark.deploy.master.Master"
WORKER = "org.apache.spark.deploy.worker.Worker"
SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 10.0
PAUSE = 0.1  # seconds between two looks
LOG_LINES = 10


class ClusterError(Exception):
    """The cluster could not be started, or not be stopped; the message says which and why."""


@dataclass(frozen=True)
class Process:
    """A process, told from a later one that the system gave the same id.

    Attributes:
        pid: Its id.
        started: When it started, in the kernel's ticks since the machine's start.
    """

    pid: int
    started: int

    def is_alive(self) -> bool:
        """Whether it still runs; one that ended and was not waited for does not."""
        state = _stat(self.pid)
        return state is not None and state.started == self.started and state.letter not in "ZX"

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.is_alive():
            os.kill(self.pid, number)


@dataclass(frozen=True)
class _Stat:
    letter: str
    parent: int
    started: int


def _stat(pid: int) -> _Stat | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may hold anything
    return _Stat(letter=fields[0], parent=int(fields[1]), started=int(fields[19]))


def children(parent: int) -> list[Process]:
    """Processes that the one of this id has started and that still run."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            state = _stat(int(folder.name))
            if state is not None and state.parent == parent:
                found.append(Process(int(folder.name), state.started))
    return [process for process in found if process.is_alive()]


class Cluster:
    """One master and its workers, from `with` to the end of the block.

    They are stopped by id, also after an exception, an interrupt or a request to end.

    Attributes:
        folder: Where logs, work and scratch files go.
        master_url: What a driver connects to, `spark://127.0.0.1:<port>`.
        ui_url: Where the master tells of itself, `http://127.0.0.1:<port>`.
        master: The master's process.
        workers: The workers' processes, those that were killed included.
    """

    def __init__(self, folder: Path, workers: int = 2, cores: int = 1, memory: str = "2g") -> None:
        """Plan a cluster; nothing starts yet.

        Args:
            folder: Folder for its files; made if it is not there.
            workers: How many.
            cores: Cores of each worker.
            memory: Memory of each worker, as Spark writes it.
        """
        self.folder = folder.resolve()
        self.size, self.cores, self.memory = workers, cores, memory
        self.master: Process | None = None
        self.workers: list[Process] = []
        self.master_url = self.ui_url = ""
        self._started: list[subprocess.Popen[bytes]] = []
        self._handlers: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Cluster:
        """Start it and wait until every worker is registered.

        Raises:
            ClusterError: A process ended or did not register in time; none is left.
        """
        if threading.current_thread() is threading.main_thread():
            self._handlers = {signal.SIGTERM: signal.signal(signal.SIGTERM, _end)}
        try:
            self._start()
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop every process.

        Raises:
            ClusterError: One survived, and nothing else went wrong.
        """
        survivors = self.stop()
        if not survivors:
            return
        message = f"Processes that could not be stopped: {', '.join(str(p.pid) for p in survivors)}"
        if error is None:
            raise ClusterError(message)
        error.add_note(message)

    def _start(self) -> None:
        ports = free_ports(2)
        self.master_url = f"spark://{ADDRESS}:{ports[0]}"
        self.ui_url = f"http://{ADDRESS}:{ports[1]}"
        at = ["--host", ADDRESS]
        self.master = self._launch(
            "master", MASTER, [*at, "--port", str(ports[0]), "--webui-port", str(ports[1])]
        )
        self._wait(lambda: bool(self.state()), "the master did not answer")
        limits = ["--cores", str(self.cores), "--memory", self.memory, "--webui-port", "0"]
        for number in range(self.size):
            name = f"worker-{number}"
            place = ["--work-dir", str(self.folder / name)]
            self.workers.append(self._launch(name, WORKER, [*at, *limits, *place, self.master_url]))
        self._wait(
            lambda: self.state().get("aliveworkers") == self.size,
            f"not all of {self.size} workers registered with the master",
        )

    def _launch(self, name: str, main_class: str, arguments: Iterable[str]) -> Process:
        home = spark_home()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "conf").mkdir(exist_ok=True)
        with (self.folder / f"{name}.log").open("wb") as log:
            # A session of its own: an interrupt at the terminal reaches this process alone, which
            # then stops the cluster in order.
            started = subprocess.Popen(
                [str(home / "bin" / "spark-class"), main_class, *arguments],
                env=_environment(home, self.folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._started.append(started)
        state = _stat(started.pid)
        if state is None:
            raise ClusterError(f"The {name} ended at once. {self._end_of_logs()}")
        return Process(started.pid, state.started)

    def _wait(self, is_ready: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + SECONDS_TO_START
        while not is_ready():
            ended = any(started.poll() is not None for started in self._started)
            if ended or time.monotonic() > until:
                raise ClusterError(f"Spark cluster: {what}. {self._end_of_logs()}")
            time.sleep(PAUSE)

    def _end_of_logs(self) -> str:
        said = []
        for log in sorted(self.folder.glob("*.log")):
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
            said.append("\n".join([f"The end of {log}:", *lines]))
        return "\n".join(said)

    def state(self) -> dict[str, Any]:
        """What the master says of itself, its workers and applications; empty if it is silent."""
        found = master_state(self.ui_url)
        return found if found.get("url") == self.master_url else {}

    def processes(self) -> list[Process]:
        """Every process of the cluster that runs: workers, executors and the master."""
        executors = [child for worker in self.workers for child in children(worker.pid)]
        known = [*self.workers, *executors, *([self.master] if self.master else [])]
        return [process for process in known if process.is_alive()]

    def kill_worker(self, number: int) -> list[Process]:
        """Kill a worker and its executors, as a machine that loses its power would.

        Args:
            number: Which, from 0 on.

        Returns:
            The executors that died with it.
        """
        worker = self.workers[number]
        executors = children(worker.pid)
        for process in [worker, *executors]:
            process.send(signal.SIGKILL)
        self._started[number + 1].wait()
        while any(executor.is_alive() for executor in executors):
            time.sleep(PAUSE)
        return executors

    def stop(self) -> list[Process]:
        """End every process, by force where asking does not help.

        Returns:
            The processes that survived, of which there should be none.
        """
        in_main = bool(self._handlers)
        interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN) if in_main else None
        if in_main:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        try:
            return self._stop()
        finally:
            if in_main:
                signal.signal(signal.SIGINT, interrupt)
                signal.signal(signal.SIGTERM, self._handlers.pop(signal.SIGTERM))

    def _stop(self) -> list[Process]:
        remaining = self.processes()
        for number in (signal.SIGTERM, signal.SIGKILL):
            for process in remaining:
                process.send(number)
            until = time.monotonic() + SECONDS_TO_STOP
            while remaining and time.monotonic() < until:
                time.sleep(PAUSE)
                for started in self._started:
                    started.poll()
                remaining = [process for process in remaining if process.is_alive()]
        return remaining


def _end(number: int, frame: FrameType | None) -> None:
    """Turn a request to end into an exception, so that `with` blocks are left in order."""
    del frame
    sys.exit(128 + number)


def _environment(home: Path, folder: Path) -> dict[str, str]:
    """The environment of a Spark process: nobody's settings but these, and the loopback address."""
    own = {name: text for name, text in os.environ.items() if not name.startswith("SPARK_")}
    return {
        **own,
        "SPARK_HOME": str(home),
        "SPARK_CONF_DIR": str(folder / "conf"),
        "SPARK_LOCAL_DIRS": str(folder / "scratch"),
        "SPARK_LOCAL_IP": ADDRESS,
        "SPARK_DAEMON_MEMORY": "512m",
        "SPARK_MASTER_OPTS": "-Dspark.master.rest.enabled=false",
    }


def spark_home() -> Path:
    """Folder of pyspark's own Spark.

    Raises:
        ClusterError: pyspark is not installed.
    """
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        raise ClusterError("pyspark is not installed. Run: make .venv/spark/ready")
    return Path(found.origin).parent


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody uses at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind((ADDRESS, 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


def read_page(url: str, seconds: float = 2.0) -> str:
    """The text at an http address, empty if nothing answers."""
    # Past any proxy: the address is this machine's or a neighbour's.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=seconds) as answer:
            return str(answer.read().decode("utf-8", errors="replace"))
    except (OSError, ValueError, http.client.HTTPException):
        return ""


def master_state(ui_url: str, seconds: float = 2.0) -> dict[str, Any]:
    """A master's own account of itself, from its web address; empty if it gives none."""
    try:
        found = json.loads(read_page(f"{ui_url}/json/", seconds) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
