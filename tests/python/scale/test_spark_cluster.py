"""No process of a cluster is left behind, whatever happens; a stand-in takes Spark's place."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from scale import cluster
from scale.cluster import Cluster, ClusterError

# A master or worker with an executor of its own, neither of which ends when asked.
STUBBORN = "trap '' TERM; sleep 600 & while true; do sleep 0.1 & wait $!; done"


@pytest.fixture(autouse=True)
def spark_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Spark's program, here a shell script; the master's account is made up as well."""
    program = tmp_path / "home" / "bin" / "spark-class"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{STUBBORN}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(cluster, "spark_home", lambda: tmp_path / "home")
    monkeypatch.setattr(Cluster, "state", account)
    return program


def account(self: Cluster) -> dict[str, Any]:
    """A master that knows of the workers that have an executor."""
    return {"aliveworkers": sum(len(running(one.pid)) > 1 for one in self.started[1:])}


def running(*leaders: int) -> list[int]:
    """Ids of the processes of some groups that have not ended."""
    groups = ("--sid", ",".join(map(str, leaders)))
    said = subprocess.run(["ps", "-o", "pid=,stat=", *groups], capture_output=True, check=False)
    found = (line.split() for line in said.stdout.decode().splitlines())
    return [int(number) for number, state in found if not state.startswith("Z")]


def test_all_processes_are_stopped_whatever_happens(tmp_path: Path) -> None:
    leaders: list[int] = []
    with pytest.raises(ValueError, match="mine"), Cluster(tmp_path / "cluster") as started:
        leaders = [process.pid for process in started.started]
        assert len(running(*leaders)) >= 6  # master, two workers and a child of each
        raise ValueError("mine")
    assert len(leaders) == 3
    assert running(*leaders) == []


def test_a_killed_worker_takes_its_executor_with_it(tmp_path: Path) -> None:
    with Cluster(tmp_path / "cluster") as started:
        worker, other = started.started[2].pid, started.started[1].pid
        started.kill_worker(1)
        assert running(worker) == []
        assert running(other)
        assert started.state() == {"aliveworkers": 1}


def test_a_cluster_that_does_not_start_says_why_and_leaves_nothing(
    tmp_path: Path, spark_class: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spark_class.write_text("#!/bin/sh\necho no memory\nexit 1\n", encoding="utf-8")
    monkeypatch.setattr(Cluster, "state", lambda _: {})
    with pytest.raises(ClusterError, match=r"master did not answer(.|\n)*no memory"):
        Cluster(tmp_path / "cluster").__enter__()


def test_workers_that_do_not_register_are_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cluster, "state", lambda _: {"aliveworkers": 1})
    monkeypatch.setattr(cluster, "SECONDS_TO_START", 1.0)
    started = Cluster(tmp_path / "cluster")
    with pytest.raises(ClusterError, match="not all of 2 workers registered"):
        started.__enter__()
    assert len(started.started) == 3
    assert running(*(process.pid for process in started.started)) == []


@pytest.mark.parametrize(("executors", "is_used"), [((1, 1), True), ((1, 0), False), ((1,), False)])
def test_a_cluster_is_used_once_every_worker_has_an_executor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, executors: tuple[int, ...], *, is_used: bool
) -> None:
    workers = [{"coresused": number} for number in executors]
    monkeypatch.setattr(Cluster, "state", lambda _: {"workers": workers})
    assert Cluster(tmp_path).is_used() == is_used


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_to_end_stops_the_cluster(
    tmp_path: Path, spark_class: Path, number: signal.Signals
) -> None:
    script = f"""
        import signal, time
        from pathlib import Path
        from scale import cluster
        from scale.cluster import Cluster
        # What a shell started in the background does not hear it otherwise.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        cluster.spark_home = lambda: Path({str(spark_class.parents[1])!r})
        Cluster.state = lambda self: {{"aliveworkers": len(self.started) - 1}}
        with Cluster(Path({str(tmp_path / "cluster")!r})) as started:
            print(*(process.pid for process in started.started), flush=True)
            time.sleep(600)
    """
    asked = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={"PYTHONPATH": str(Path(cluster.__file__).parents[1])},
    )
    assert asked.stdout is not None
    leaders = [int(one) for one in asked.stdout.readline().split()]
    assert running(*leaders)
    asked.send_signal(number)
    asked.communicate(timeout=60)
    assert asked.returncode != 0
    assert running(*leaders) == []
