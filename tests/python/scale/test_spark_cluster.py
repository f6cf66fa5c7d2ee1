"""No process of a cluster is left behind, whatever happens; a stand-in takes Spark's place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from scale import cluster
from scale.cluster import Cluster, ClusterError, Process, children

# A master or worker with an executor of its own.
OBEDIENT = "sleep 600 & exec sleep 600"
STUBBORN = "trap '' TERM; sleep 600 & while true; do sleep 0.1; done"


@pytest.fixture(autouse=True)
def spark_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Spark's program, here a shell script; the master's account is made up as well."""
    program = tmp_path / "home" / "bin" / "spark-class"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{OBEDIENT}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(cluster, "spark_home", lambda: tmp_path / "home")
    monkeypatch.setattr(Cluster, "state", account)
    return program


def account(self: Cluster) -> dict[str, Any]:
    """A master that knows of the workers that have an executor."""
    return {"aliveworkers": len([worker for worker in self.workers if children(worker.pid)])}


def test_all_processes_are_known_and_stopped(tmp_path: Path) -> None:
    with Cluster(tmp_path / "cluster", workers=2) as started:
        known = started.processes()
        assert len(known) == 5  # master, two workers and an executor of each
    assert not [process for process in known if process.is_alive()]


def test_an_exception_passes_through_a_stopped_cluster(tmp_path: Path) -> None:
    known: list[Process] = []
    with pytest.raises(ValueError, match="mine"), Cluster(tmp_path / "cluster") as started:
        known = started.processes()
        raise ValueError("mine")
    assert known
    assert not [process for process in known if process.is_alive()]


def test_a_process_that_will_not_end_is_killed(
    tmp_path: Path, spark_class: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spark_class.write_text(f"#!/bin/sh\n{STUBBORN}\n", encoding="utf-8")
    monkeypatch.setattr(cluster, "SECONDS_TO_STOP", 1.0)
    with Cluster(tmp_path / "cluster", workers=1) as started:
        known = started.processes()
    assert len(known) >= 3
    assert not [process for process in known if process.is_alive()]


@pytest.mark.parametrize("own", [None, ValueError("mine")])
def test_survivors_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: Exception | None
) -> None:
    """In an error of their own, or beside the one that was on its way."""
    monkeypatch.setattr(cluster, "SECONDS_TO_STOP", 0.3)
    known: list[Process] = []
    with (
        pytest.raises((ClusterError, ValueError)) as told,
        monkeypatch.context() as deaf,
        Cluster(tmp_path / "cluster", workers=1) as started,
    ):
        known = started.processes()
        deaf.setattr(Process, "send", lambda *_: None)
        if own:
            raise own
    said = " ".join([str(told.value), *getattr(told.value, "__notes__", [])])
    assert isinstance(told.value, type(own) if own else ClusterError)
    assert "could not be stopped" in said
    assert all(str(process.pid) in said for process in known)
    for process in known:
        process.send(signal.SIGKILL)


def test_a_killed_worker_takes_its_executor_with_it(tmp_path: Path) -> None:
    with Cluster(tmp_path / "cluster", workers=2) as started:
        (executor,) = children(started.workers[1].pid)
        assert started.kill_worker(1) == [executor]
        assert not executor.is_alive()
        assert not started.workers[1].is_alive()
        assert started.workers[0].is_alive()
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
    started = Cluster(tmp_path / "cluster", workers=2)
    with pytest.raises(ClusterError, match="not all of 2 workers registered"):
        started.__enter__()
    assert len(started.workers) == 2
    assert not started.processes()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_to_end_stops_the_cluster(
    tmp_path: Path, spark_class: Path, number: signal.Signals
) -> None:
    script = f"""
        import signal, sys, time
        from pathlib import Path
        from scale import cluster
        from scale.cluster import Cluster, children
        # What a shell started in the background does not hear it otherwise.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        cluster.spark_home = lambda: Path({str(spark_class.parents[1])!r})
        known = lambda self: sum(bool(children(worker.pid)) for worker in self.workers)
        Cluster.state = lambda self: {{"aliveworkers": known(self)}}
        with Cluster(Path({str(tmp_path / "cluster")!r})) as started:
            print(*(f"{{p.pid}} {{p.started}}" for p in started.processes()), sep=",", flush=True)
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
    said = asked.stdout.readline()
    known = [Process(*map(int, one.split())) for one in said.strip().split(",")]
    assert len(known) == 5
    assert all(process.is_alive() for process in known)
    asked.send_signal(number)
    asked.communicate(timeout=60)
    assert asked.returncode != 0
    assert not [process for process in known if process.is_alive()]


def test_an_id_that_was_given_again_is_another_process() -> None:
    with subprocess.Popen(["sleep", "600"]) as other:
        (mine,) = [p for p in children(os.getpid()) if p.pid == other.pid]
        assert mine.is_alive()
        later = Process(mine.pid, mine.started + 1)
        later.send(signal.SIGKILL)
        assert not later.is_alive()
        assert mine.is_alive()
        other.kill()
