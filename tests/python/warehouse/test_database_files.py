"""A database that is replaced is read as it was made, whatever a dead program left beside it."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_IMODE

import duckdb
import pytest

from safeguarding.exports import export_commands
from safeguarding.published import audit
from safeguarding.report import report_commands
from safeguarding.warehouse import database_files, engines, replacement

OLD, NEW, CHANGED = 1, 2, 0
ROWS = 5
CHANGES = (
    f"update marts.t set v = {CHANGED}",
    "delete from marts.t where i = 3",
    "create view marts.added as select 7 as x",
)
# As a session that dies: its changes are in the log, the file is as it was.
SESSION = """
import duckdb, os, signal, sys
path, end, *statements = sys.argv[1:]
connection = duckdb.connect(path)
connection.execute("set checkpoint_threshold = '1TB'")
for statement in statements:
    connection.execute(statement)
print("open", flush=True)
if end == "wait":
    sys.stdin.readline()
elif end == "exit":
    os._exit(1)
else:
    os.kill(os.getpid(), signal.SIGKILL)
"""
READER = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
sys.stdin.readline()
"""
Found = tuple[set[int], int, list[str]]  # values, number of rows, views
STEPS = {"open", "os.chmod", "os.mkdir", "os.remove", "os.rename", "os.rmdir"}
MOST_STEPS = 200


def make(path: Path, value: int) -> Path:
    """A database of one table, as a build makes it."""
    path.parent.mkdir(exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            f"create table marts.t as select {value} as v, i from range({ROWS}) as r (i)"
        )
    return path


def die(path: Path, end: str = "kill", statements: tuple[str, ...] = CHANGES) -> None:
    """Change a database in a process that dies with it open."""
    subprocess.run(
        [sys.executable, "-c", SESSION, str(path), end, *statements],
        capture_output=True,
        check=False,
    )
    assert path.with_name(f"{path.name}.wal").stat().st_size > 0


@contextmanager
def opened(program: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has a database open meanwhile."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout
    assert process.stdout.readline() == b"open\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read(path: Path) -> Found:
    """What a reader finds."""
    with duckdb.connect(str(path), read_only=True) as connection:
        values = connection.sql("select v from marts.t").fetchall()
        views = connection.sql(
            "select view_name from duckdb_views() where schema_name = 'marts'"
        ).fetchall()
    return {int(value) for (value,) in values}, len(values), [str(name) for (name,) in views]


AS_MADE: Found = ({NEW}, ROWS, [])
AS_BEFORE: Found = ({OLD}, ROWS, [])
AS_CHANGED: Found = ({CHANGED}, ROWS - 1, ["added"])


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A green build that is to be published."""
    path = make(tmp_path / "target" / "warehouse.duckdb", NEW)
    path.with_name(replacement.MANIFEST).write_text(json.dumps({"nodes": {}}))
    return path


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """The warehouse of before."""
    return make(tmp_path / "warehouse.duckdb", OLD)


def garbage(path: Path) -> None:
    path.with_name(f"{path.name}.wal").write_bytes(b"garbage" * 1000)


def of_another_version(path: Path) -> None:
    """A log whose head is not what this version of DuckDB writes."""
    die(path)
    log = path.with_name(f"{path.name}.wal")
    content = bytearray(log.read_bytes())
    content[8:24] = b"\xff" * 16
    log.write_bytes(content)


def read_only(path: Path) -> None:
    die(path)
    path.with_name(f"{path.name}.wal").chmod(0o444)


def halfway_through_a_checkpoint(path: Path) -> None:
    die(path)
    for suffix in (".wal.checkpoint", ".wal.recovery"):
        shutil.copy(path.with_name(f"{path.name}.wal"), path.with_name(f"{path.name}{suffix}"))


def folder_of_what_did_not_fit(path: Path) -> None:
    folder = path.with_name(f"{path.name}.tmp")
    folder.mkdir()
    (folder / "duckdb_temp_storage-0.tmp").write_bytes(b"rows")


@pytest.mark.parametrize(
    "leave",
    [
        lambda path: die(path, "exit"),
        lambda path: die(path, "kill"),
        garbage,
        of_another_version,
        read_only,
        halfway_through_a_checkpoint,
        folder_of_what_did_not_fit,
    ],
)
def test_what_a_dead_session_left_goes_with_the_file(
    leave: Callable[[Path], None], built: Path, warehouse: Path
) -> None:
    leave(warehouse)
    replacement.replace_warehouse(built, warehouse)
    assert read(warehouse) == AS_MADE
    assert {path.name for path in warehouse.parent.iterdir()} == {"target", warehouse.name}


def test_the_log_would_have_been_replayed(built: Path, warehouse: Path) -> None:
    """What the test above guards against is real in this version of DuckDB."""
    die(warehouse)
    assert read(warehouse) == AS_CHANGED
    shutil.copy(built, warehouse)
    assert read(warehouse) == AS_CHANGED


def test_log_of_the_working_file_is_part_of_it(
    built: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own log belongs to the build, copied table by table or as a file."""
    for largest in (replacement.LARGE, 0):
        monkeypatch.setattr(replacement, "LARGE", largest)
        monkeypatch.setattr(replacement, "MOST_FREE", 2.0)
        die(built, statements=(f"update marts.t set v = {NEW + 1}",))
        replacement.replace_warehouse(built, warehouse)
        assert read(warehouse) == ({NEW + 1}, ROWS, [])


def test_a_build_from_nothing_starts_without_the_log(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed build's log beside the working file; removed half-way, too."""
    monkeypatch.setattr(engines.DuckDB, "built", built)
    die(built)
    engines.DuckDB().start_afresh()
    assert {path.name for path in built.parent.iterdir()} == {replacement.MANIFEST}
    die(make(built, OLD))
    built.unlink()
    assert read(make(built, NEW)) == AS_MADE


def killed_at(step: int, built: Path, warehouse: Path) -> None:
    """Publish, and die at the n-th thing done to a file of the warehouse's folder."""
    done = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal done
        if event in STEPS and str(warehouse.parent) in str(arguments):
            done += 1
            if done == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    replacement.replace_warehouse(built, warehouse)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows starts no copy of a process")
def test_killed_at_each_step(built: Path, warehouse: Path) -> None:
    """The file is the old one, with its log or without, or the new one; nothing stays behind."""
    die(warehouse)
    before = warehouse.parent / "target" / "before"
    before.mkdir()
    for path in (warehouse, warehouse.with_name(f"{warehouse.name}.wal")):
        shutil.copy(path, before)
    seen = []
    for step in range(1, MOST_STEPS):
        for path in before.iterdir():
            shutil.copy(path, warehouse.parent)
        process = multiprocessing.get_context("fork").Process(
            target=killed_at, args=(step, built, warehouse)
        )
        process.start()
        process.join()
        found = read(warehouse)
        assert found in (AS_BEFORE, AS_CHANGED, AS_MADE), step
        seen.append(found)
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        replacement.replace_warehouse(built, warehouse)
        assert read(warehouse) == AS_MADE
        assert {path.name for path in warehouse.parent.iterdir()} == {"target", warehouse.name}
    assert process.exitcode == 0
    # Never back to the old file once the new one is there.
    assert seen == sorted(seen, key=[AS_CHANGED, AS_BEFORE, AS_MADE].index)
    assert [seen.count(each) > 0 for each in (AS_CHANGED, AS_BEFORE, AS_MADE)] == [True] * 3


def test_leftovers_of_the_dead_go_and_of_the_living_stay(warehouse: Path) -> None:
    abandoned = warehouse.with_name(f".{warehouse.name}.k3j_x81a")
    abandoned.mkdir(mode=0o700)
    shutil.copy(warehouse, abandoned)
    with database_files.working_folder(warehouse) as first:
        assert not abandoned.exists()
        (first / "work").touch()
        with database_files.working_folder(warehouse) as second:
            assert first != second
            assert (first / "work").exists()
    assert {path.name for path in warehouse.parent.iterdir()} == {warehouse.name}


def test_open_for_writing_elsewhere(built: Path, warehouse: Path) -> None:
    """It may make a log at any moment, so nothing is replaced; once it has died, all is."""
    with opened(SESSION, str(warehouse), "wait") as session:
        with pytest.raises(OSError, match=rf"process {session.pid}\)\. Close it there"):
            replacement.replace_warehouse(built, warehouse)
        session.kill()
        session.communicate()
    assert read(warehouse) == AS_BEFORE
    replacement.replace_warehouse(built, warehouse)
    assert read(warehouse) == AS_MADE


def test_readers_do_not_hinder_and_keep_their_folder(built: Path, warehouse: Path) -> None:
    folder_of_what_did_not_fit(warehouse)
    with opened(READER, str(warehouse)):
        replacement.replace_warehouse(built, warehouse)
        assert read(warehouse) == AS_MADE
        assert warehouse.with_name(f"{warehouse.name}.tmp").exists()


def test_a_move_that_fails_brings_the_log_back(
    built: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows has it, where a file is open elsewhere."""
    die(warehouse)
    real = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target == warehouse:
            raise PermissionError(13, "Permission denied", str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PermissionError):
        replacement.replace_warehouse(built, warehouse)
    assert read(warehouse) == AS_CHANGED


@pytest.mark.parametrize("umask", [0o022, 0o077])
@pytest.mark.parametrize(
    ("folder", "expected"), [(0o755, 0o644), (0o2775, 0o664), (0o700, 0o600), (0o1777, 0o644)]
)
def test_who_reads_the_folder_reads_the_file(
    umask: int, folder: int, expected: int, built: Path, warehouse: Path
) -> None:
    """Whatever the builder's umask; what is replaced keeps its permissions."""
    warehouse.unlink()
    warehouse.parent.chmod(folder)
    before = os.umask(umask)
    try:
        replacement.replace_warehouse(built, warehouse)
        assert S_IMODE(warehouse.stat().st_mode) == expected
        warehouse.chmod(0o640)
        replacement.replace_warehouse(built, warehouse)
        assert S_IMODE(warehouse.stat().st_mode) == 0o640
    finally:
        os.umask(before)


def of_a_newer_version(path: Path) -> None:
    """The head of a file says version 999, and its checksum is right."""
    make(path, OLD)
    content = bytearray(path.read_bytes())
    content[12:20] = struct.pack("<Q", 999)
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", content[8:4096]):
        checksum ^= word * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    content[:8] = struct.pack("<Q", checksum)
    path.write_bytes(content)


def cut_off(path: Path) -> None:
    make(path, OLD)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def spoilt(path: Path) -> None:
    make(path, OLD)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "does not exist. Run make"),
    "text": (lambda path: path.write_text("not a database"), "is not a DuckDB database. Run make"),
    "empty": (lambda path: path.touch(), "is not a DuckDB database. Run make"),
    "folder": (lambda path: path.mkdir(), "is a folder, expected a file"),
    "newer": (of_a_newer_version, "was written by another version of DuckDB"),
    "cut off": (cut_off, "is damaged: it was cut off"),
    "spoilt": (spoilt, "is damaged. Run make"),
    "log": (lambda path: die(make(path, OLD)), "and did not finish. Run make"),
    "other": (lambda path: make(path, OLD), "Run make"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_cannot_be_read_is_said_in_a_sentence(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By each command that reads a database."""
    spoil, said = BROKEN[kind]
    database = tmp_path / export_commands.DATABASE
    spoil(database)
    before = sorted(path.name for path in tmp_path.iterdir())
    monkeypatch.setattr(export_commands, "WAREHOUSE", database)
    commands: tuple[tuple[int, Callable[[list[str]], int], list[str]], ...] = (
        (2, audit.main, ["--warehouse", str(database)]),
        (1, export_commands.main, ["--output", str(tmp_path / "out")]),
        (1, report_commands.main, ["--output", str(tmp_path)]),
    )
    for code, run, arguments in commands:
        assert run(arguments) == code
        message = capsys.readouterr().err
        assert said in message
        assert database.name in message
    (tmp_path / ".lock").unlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_open_elsewhere_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database = make(tmp_path / export_commands.DATABASE, OLD)
    monkeypatch.setattr(export_commands, "WAREHOUSE", database)
    with opened(SESSION, str(database), "wait") as session:
        assert audit.main(["--warehouse", str(database)]) == 2
        assert export_commands.main(["--output", str(tmp_path / "out")]) == 1
        assert report_commands.main(["--output", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said.count(f"process {session.pid}). Close it there and try again.") == 3
    assert "IO Error" not in said


@pytest.mark.parametrize("run", [export_commands.main, report_commands.main])
def test_output_that_is_a_file(
    run: Callable[[list[str]], int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "exports"
    output.write_text("a file")
    for each in (output, output / "below"):
        assert run(["--output", str(each)]) == 1
        assert f"{each}: found a file, expected a folder." in capsys.readouterr().err
    assert output.read_text() == "a file"
