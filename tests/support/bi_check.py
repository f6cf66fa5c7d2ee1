"""Prove that a real BI server reads the published database, while it is published again.

Starts Apache Superset (installed in an environment of its own, see `make bi-check`), registers
`exports/safeguarding.duckdb` read-only, makes a dataset and a chart through its REST API, compares
the chart's data with the mart, publishes again while Superset holds the file, and compares again.

Usage: make bi-check
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from safeguarding.warehouse.seed_files import PROJECT

ADDRESS = "http://127.0.0.1"
DATABASE = PROJECT / "exports" / "safeguarding.duckdb"
TABLE = "fct_care_flows"
METRICS = ("entered_care", "left_care")
SECONDS_TO_START = 180


class Superset:
    """A session with a Superset server through its REST API."""

    def __init__(self, port: int) -> None:
        """Prepare a session; nothing is sent before `log_in`."""
        self.base = f"{ADDRESS}:{port}"
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        self.headers = {"Content-Type": "application/json", "Referer": self.base}

    def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        """Send a request and return the JSON answer.

        Raises:
            RuntimeError: The server refuses; its words are in the message.
        """
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - a fixed address of this machine
            self.base + path, data=data, headers=self.headers, method=method
        )
        try:
            with self.opener.open(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            words = error.read().decode(errors="replace")
            raise RuntimeError(f"{method} {path}: {error.code} {words[:500]}") from error

    def log_in(self, user: str, password: str) -> None:
        """Log in and carry the tokens from then on."""
        login = {"username": user, "password": password, "provider": "db", "refresh": False}
        token = self.call("POST", "/api/v1/security/login", login)["access_token"]
        self.headers["Authorization"] = f"Bearer {token}"
        csrf = self.call("GET", "/api/v1/security/csrf_token/")["result"]
        self.headers["X-CSRFToken"] = csrf

    def register(self, database: Path) -> int:
        """Register a DuckDB file read-only and return its number."""
        body = {
            "database_name": "Safeguarding",
            "sqlalchemy_uri": f"duckdb:///{database}",
            "extra": json.dumps(
                {"engine_params": {"connect_args": {"read_only": True}}, "allows_virtual_table": 1}
            ),
        }
        return int(self.call("POST", "/api/v1/database/", body)["id"])

    def dataset(self, database: int) -> int:
        """Make a dataset of the care flows and return its number."""
        body = {"database": database, "schema": "marts", "table_name": TABLE}
        return int(self.call("POST", "/api/v1/dataset/", body)["id"])

    def chart(self, dataset: int) -> int:
        """Make a chart of children entering and leaving care by quarter and return its number."""
        body = {
            "slice_name": "Children entering and leaving care",
            "viz_type": "table",
            "datasource_id": dataset,
            "datasource_type": "table",
            "params": json.dumps({"groupby": ["period_id"], "metrics": metrics()}),
            "query_context": json.dumps(query_context(dataset)),
        }
        return int(self.call("POST", "/api/v1/chart/", body)["id"])

    def chart_data(self, dataset: int) -> dict[str, tuple[int, ...]]:
        """Ask for the chart's data, past any cache: figures by period."""
        answer = self.call("POST", "/api/v1/chart/data", query_context(dataset))
        rows = answer["result"][0]["data"]
        return {row["period_id"]: tuple(int(row[name]) for name in METRICS) for row in rows}


def metrics() -> list[dict[str, object]]:
    """The chart's sums, as Superset writes them."""
    return [
        {
            "expressionType": "SIMPLE",
            "column": {"column_name": name},
            "aggregate": "SUM",
            "label": name,
        }
        for name in METRICS
    ]


def query_context(dataset: int) -> dict[str, object]:
    """The chart's query."""
    return {
        "datasource": {"id": dataset, "type": "table"},
        "force": True,
        "queries": [{"columns": ["period_id"], "metrics": metrics(), "row_limit": 1000}],
        "result_format": "json",
        "result_type": "full",
    }


def expected(database: Path) -> dict[str, tuple[int, ...]]:
    """The same figures from the mart itself."""
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.sql(
            f"select period_id, {', '.join(f'sum({name})' for name in METRICS)}"
            f" from marts.{TABLE} group by period_id"
        ).fetchall()
    return {period: tuple(int(value) for value in values) for period, *values in rows}


@contextmanager
def server(superset: Path, home: Path, port: int, password: str) -> Iterator[None]:
    """Set Superset up in `home` and run it until the block ends."""
    config = home / "superset_config.py"
    config.write_text(
        f"SECRET_KEY = {secrets.token_hex(24)!r}\n"
        f"SQLALCHEMY_DATABASE_URI = 'sqlite:///{home}/superset.db'\n"
        "PREVENT_UNSAFE_DB_CONNECTIONS = False\n"
        "TALISMAN_ENABLED = False\n"
        "SCARF_ANALYTICS = False\n"
    )
    environment = os.environ | {
        "SUPERSET_CONFIG_PATH": str(config),
        "SUPERSET_HOME": str(home),
        "FLASK_APP": "superset.app:create_app()",
        "SCARF_ANALYTICS": "false",
    }
    command = [str(superset / "bin" / "superset")]
    names = ["--firstname", "bi", "--lastname", "check", "--email", "bi@check.example"]
    admin = ["fab", "create-admin", "--username", "admin", "--password", password, *names]
    log = (home / "superset.log").open("w")
    for step in (["db", "upgrade"], admin, ["init"]):
        subprocess.run(
            [*command, *step], env=environment, check=True, stdout=log, stderr=subprocess.STDOUT
        )
    process = subprocess.Popen(
        [*command, "run", "--host", "127.0.0.1", "--port", str(port), "--with-threads"],
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_until_healthy(process, port)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()


def wait_until_healthy(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait for the server to answer.

    Raises:
        RuntimeError: It ended, or does not answer in time.
    """
    for _ in range(SECONDS_TO_START):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{ADDRESS}:{port}/health", timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(1)
    raise RuntimeError("Superset did not start")


def publish_again() -> None:
    """Run the export as a user would, in a process of its own."""
    script = PROJECT / "scripts" / "export_marts.py"
    subprocess.run([sys.executable, str(script), "--format", "duckdb"], cwd=PROJECT, check=True)


def check(bi: Superset) -> None:
    """Compare the chart with the mart before and after a publication, and say so.

    Raises:
        AssertionError: They differ, or the file was not replaced.
    """
    figures = expected(DATABASE)
    dataset = bi.dataset(bi.register(DATABASE))
    bi.chart(dataset)
    compare(bi.chart_data(dataset), figures, "before")
    inode = DATABASE.stat().st_ino
    publish_again()
    if DATABASE.stat().st_ino == inode:
        raise AssertionError("the file was not replaced while Superset held it")
    compare(bi.chart_data(dataset), figures, "after")


def compare(
    found: dict[str, tuple[int, ...]], figures: dict[str, tuple[int, ...]], when: str
) -> None:
    """Say that the chart's data is the mart's.

    Raises:
        AssertionError: It is not.
    """
    if found != figures:
        raise AssertionError(f"{when} publishing again, the chart says {found}, not {figures}")
    print(f"{when} publishing again: {len(found)} quarters, all as in the mart")


def main() -> None:
    """Run the check against a server of its own."""
    parser = argparse.ArgumentParser(description="Check the published database with Superset.")
    parser.add_argument("--superset", type=Path, required=True, help="its Python environment")
    parser.add_argument("--port", type=int, default=8099)
    options = parser.parse_args()
    password = secrets.token_hex(12)
    with (
        tempfile.TemporaryDirectory() as folder,
        server(options.superset, Path(folder), options.port, password),
    ):
        bi = Superset(options.port)
        bi.log_in("admin", password)
        check(bi)
    print("Superset reads the published database, and publishing does not disturb it.")


if __name__ == "__main__":
    main()
