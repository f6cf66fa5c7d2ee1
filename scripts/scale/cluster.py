"""A real Spark cluster on the loopback address, from the files that pyspark brings.

One master and two workers, each a process of its own. Only this machine can reach them.
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
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

ADDRESS = "127.0.0.1"
DEPLOY = "org.apache.spark.deploy"
WORKERS = 2
MEMORY = "2g"  # of each worker
SECONDS_TO_START = 60.0
PAUSE = 0.1  # seconds between two looks
LOG_CHARACTERS = 1000


class ClusterError(Exception):
    """The cluster could not be started; the message says why."""


class Cluster:
    """One master and two workers, from `with` to the end of the block, however that ends.

    Attributes:
        master_url: What a driver connects to, `spark://127.0.0.1:<port>`.
        ui_url: Where the master tells of itself, `http://127.0.0.1:<port>`.
        started: The processes of the master and, after it, the workers; each leads a group, of
            which a worker's executors are.
    """

    def __init__(self, folder: Path) -> None:
        """Plan a cluster whose logs, work and scratch files go to a folder; nothing starts yet."""
        self.folder = folder.resolve()
        ports = free_ports(2)
        self.master_url = f"spark://{ADDRESS}:{ports[0]}"
        self.ui_url = f"http://{ADDRESS}:{ports[1]}"
        self.started: list[subprocess.Popen[bytes]] = []
        self._before: Any = None

    def __enter__(self) -> Cluster:
        """Start it and wait until every worker is registered.

        Raises:
            ClusterError: A process ended or did not register in time; none is left.
        """
        # A request to end leaves `with` blocks in order.
        self._before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Kill every process: what they know stands in the driver and in files."""
        for process in self.started:
            _kill(process)
        signal.signal(signal.SIGTERM, self._before)

    def _start(self) -> None:
        port, ui_port = (url.rpartition(":")[2] for url in (self.master_url, self.ui_url))
        self._launch("master", "master.Master", "--port", port, "--webui-port", ui_port)
        self._wait(lambda: bool(self.state()), "the master did not answer")
        for number in range(WORKERS):
            name = f"worker-{number}"
            limits = ("--cores", "1", "--memory", MEMORY, "--webui-port", "0")
            place = ("--work-dir", str(self.folder / name), self.master_url)
            self._launch(name, "worker.Worker", *limits, *place)
        self._wait(
            lambda: self.state().get("aliveworkers") == WORKERS,
            f"not all of {WORKERS} workers registered with the master",
        )

    def _launch(self, name: str, main_class: str, *arguments: str) -> None:
        home = spark_home()
        (self.folder / "conf").mkdir(parents=True, exist_ok=True)
        program = [str(home / "bin" / "spark-class"), f"{DEPLOY}.{main_class}", "--host", ADDRESS]
        with (self.folder / f"{name}.log").open("wb") as log:
            # A group of its own: an interrupt at the terminal reaches this process alone.
            self.started.append(
                subprocess.Popen(
                    [*program, *arguments],
                    env=_environment(home, self.folder),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )

    def _wait(self, is_ready: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + SECONDS_TO_START
        while not is_ready():
            ended = any(process.poll() is not None for process in self.started)
            if ended or time.monotonic() > until:
                logs = (path.read_text(errors="replace") for path in self.folder.glob("*.log"))
                said = "\n".join(text[-LOG_CHARACTERS:] for text in logs)
                raise ClusterError(f"Spark cluster: {what}. The logs in {self.folder} end:\n{said}")
            time.sleep(PAUSE)

    def state(self) -> dict[str, Any]:
        """What the master says of itself, its workers and applications; empty if it is silent."""
        found = master_state(self.ui_url)
        return found if found.get("url") == self.master_url else {}

    def is_used(self) -> bool:
        """Whether every worker runs an executor."""
        workers = self.state().get("workers", [])
        return len(workers) == WORKERS and all(worker["coresused"] for worker in workers)

    def kill_worker(self, number: int) -> None:
        """Kill a worker, from 0 on, and its executors, as a machine that loses its power would."""
        _kill(self.started.pop(number + 1))


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with its group, and wait for it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


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
    sockets = [socket.create_server((ADDRESS, 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


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
