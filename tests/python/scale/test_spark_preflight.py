"""What stands in the way of a build on Spark is said in one clear message."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from safeguarding.warehouse import engines
from scale import preflight
from scale.cluster import ADDRESS, free_ports

JAVA_17 = 'openjdk version "17.0.15" 2025-04-15'
SHELL = shutil.which("sh")
Fake = Callable[[str], Path]


@pytest.fixture
def java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Put a Java on an otherwise empty PATH that says what it is told to."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    def fake(said: str) -> Path:
        program = tmp_path / "bin" / "java"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!{SHELL}\necho '{said}' >&2\n", encoding="utf-8")
        program.chmod(0o755)
        return program

    return fake


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Versions of packages that are installed; change them at will."""
    found = {"pyspark": "4.3.0", "dbt-spark": "1.11.0"}
    monkeypatch.setattr(preflight, "installed", found.get)
    return found


def test_a_java_that_is_new_enough_is_no_problem(java: Fake) -> None:
    for said in (JAVA_17, 'openjdk version "21" 2023-09-19', 'java version "25.0.1"'):
        java(said)
        assert list(preflight.java_problems()) == []


@pytest.mark.parametrize(
    ("said", "version"), [('openjdk version "11.0.2"', "11"), ('java version "1.8.0_392"', "8")]
)
def test_an_older_java_is_named(java: Fake, said: str, version: str) -> None:
    program = java(said)
    (message,) = preflight.java_problems()
    assert message.startswith(
        f"Java: found version {version} ({program}), expected 17 or newer. Install"
    )


def test_no_java_is_said(java: Fake) -> None:
    del java
    (message,) = preflight.java_problems()
    assert message.startswith("Java: found none on PATH. Install a Java runtime of version 17")


def test_java_home_comes_before_path(
    java: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spark's own scripts look there alone if it is set."""
    java(JAVA_17)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "gone"))
    (message,) = preflight.java_problems()
    assert f"found none in {tmp_path / 'gone' / 'bin'}, where JAVA_HOME points" in message
    java('openjdk version "11.0.2"').rename(tmp_path / "bin" / "old")
    (tmp_path / "home" / "bin").mkdir(parents=True)
    java(JAVA_17).rename(tmp_path / "home" / "bin" / "java")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    assert list(preflight.java_problems()) == []


def test_a_java_that_fails_is_named(java: Fake) -> None:
    program = java("no memory")
    (message,) = preflight.java_problems()
    assert message.startswith(f"Java: {program} does not say its version")


def test_a_missing_package_is_named(packages: dict[str, str], tmp_path: Path) -> None:
    packages.clear()
    assert list(preflight.package_problems(tmp_path)) == [
        "pyspark is not installed. Run: make .venv/spark/ready",
        "dbt-spark is not installed. Run: make .venv/spark/ready",
    ]


def test_another_version_than_the_pinned_one_is_named(
    packages: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "requirements").mkdir()
    pins = tmp_path / preflight.PINS
    pins.write_text("py4j==0.10.9.9 \\\n    --hash=sha256:0\npyspark==4.3.0 ; x \\\n    --hash=0\n")
    assert list(preflight.package_problems(tmp_path)) == []
    packages["pyspark"] = "4.2.1"
    assert list(preflight.package_problems(tmp_path)) == [
        "pyspark: found version 4.2.1, expected 4.3.0 (requirements/spark.txt)."
        " Run: make .venv/spark/ready"
    ]


@pytest.mark.parametrize("master", ["local", "local[2]", "local[*]", "local[2,4]"])
def test_a_local_master_needs_no_cluster(master: str) -> None:
    assert list(preflight.master_problems(master)) == []


@pytest.mark.parametrize("master", ["", "yarn", "127.0.0.1:7077", "spark://host", "local[x]"])
def test_a_master_that_is_none_is_said(master: str) -> None:
    (message,) = preflight.master_problems(master)
    assert message.startswith(f"Spark master: found '{master}', expected local[2] or spark://")


def test_a_master_that_does_not_answer_is_said() -> None:
    (port,) = free_ports(1)
    (message,) = preflight.master_problems(f"spark://127.0.0.1:{port}")
    assert f"nothing answers at spark://127.0.0.1:{port}, expected a running master" in message
    (message,) = preflight.master_problems("spark://127.0.0.1:99999")
    assert "nothing answers" in message


@pytest.fixture
def master(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, object]]:
    """A master's web address that tells what it is told to; `master` is the master itself."""
    with socket.create_server((ADDRESS, 0)) as listening:
        url = f"spark://{ADDRESS}:{listening.getsockname()[1]}"
        said: dict[str, object] = {"url": url, "status": "ALIVE", "aliveworkers": 2}
        page = '<span class="version me-3">4.3.0</span>'

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write((json.dumps(said) if "json" in self.path else page).encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        with HTTPServer((ADDRESS, 0), Answer) as server:
            monkeypatch.setenv(preflight.UI_VARIABLE, f"http://{ADDRESS}:{server.server_port}")
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield said
            server.shutdown()


def test_a_cluster_of_the_same_version_is_no_problem(
    master: dict[str, object], packages: dict[str, str]
) -> None:
    assert packages["pyspark"] == "4.3.0"
    assert list(preflight.master_problems(str(master["url"]))) == []


def test_a_cluster_without_workers_is_said(
    master: dict[str, object], packages: dict[str, str]
) -> None:
    del packages
    master["aliveworkers"] = 0
    (message,) = preflight.master_problems(str(master["url"]))
    assert "has no worker alive, expected at least one" in message


def test_a_master_in_recovery_is_said(master: dict[str, object], packages: dict[str, str]) -> None:
    del packages
    master["status"] = "STANDBY"
    (message,) = preflight.master_problems(str(master["url"]))
    assert "says it is STANDBY, expected ALIVE" in message


def test_a_cluster_of_another_version_is_said(
    master: dict[str, object], packages: dict[str, str]
) -> None:
    packages["pyspark"] = "4.2.1"
    (message,) = preflight.master_problems(str(master["url"]))
    assert "runs Spark 4.3.0, expected 4.2.1, the version of pyspark here" in message


def test_another_masters_account_does_not_count(
    master: dict[str, object], packages: dict[str, str]
) -> None:
    """Port 8080, where a master is asked if nothing else is said, may be another program's."""
    del packages
    url = str(master["url"])
    master.update(url="spark://127.0.0.1:1", aliveworkers=0)
    assert list(preflight.master_problems(url)) == []


def test_a_target_folder_with_a_space_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "TARGET", Path("a folder/target"))
    assert any("found a space in a folder/target" in said for said in engines.Spark().problems())
