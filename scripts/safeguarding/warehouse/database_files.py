"""Replace and open DuckDB files so that a reader never sees a mixture.

DuckDB keeps files beside a database that it finds by name alone: a write-ahead log, replayed onto
whatever file has the name, and a folder for data that does not fit in memory. A program that died
with the database open leaves them behind, so they must be replaced together with the database.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_IMODE, S_ISGID

import duckdb
from filelock import FileLock, Timeout

if sys.platform != "win32":
    import fcntl

LOGS = (".wal", ".wal.checkpoint", ".wal.recovery")
SPILLED = ".tmp"
OWNER = ".owner"  # the lock in a working folder, held while the process that made it is running
# Permissions that files and folders take from the folder they are in.
READ_BY_ALL, SHARED = 0o755, S_ISGID | 0o020


class DatabaseFileError(OSError):
    """A database cannot be read or replaced; the message says why and what to do."""


def logs(database: Path) -> list[Path]:
    """List the write-ahead logs beside a database."""
    places = (database.with_name(f"{database.name}{suffix}") for suffix in LOGS)
    return [place for place in places if os.path.lexists(place)]


@contextmanager
def reading(database: Path, renewed_by: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published database read-only.

    Args:
        database: The file.
        renewed_by: The command that makes it.

    Raises:
        DatabaseFileError: It is missing, not a database, open for writing elsewhere, or changed by
            a program that died, so that it is no longer what was published.
    """
    try:
        database.lstat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DatabaseFileError(f"{database} does not exist. Run {renewed_by} first.") from error
    except PermissionError as error:
        raise DatabaseFileError(explain(error, database, renewed_by)) from error
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            if found := logs(database):
                raise DatabaseFileError(
                    f"{found[0]} holds changes that a program made to {database.name} and did not"
                    f" finish. Run {renewed_by}, which replaces both."
                )
            yield connection
    except (PermissionError, duckdb.Error) as error:
        raise DatabaseFileError(explain(error, database, renewed_by)) from error


def explain(error: Exception, place: Path, renewed_by: str = "") -> str:
    """Explain an error of DuckDB or of the system about a file, and what to do.

    Args:
        error: The error.
        place: The file or folder that was read or written.
        renewed_by: The command that makes it, if there is one.
    """
    if isinstance(error, DatabaseFileError):
        return str(error)
    said = str(error).strip().partition("\n")[0]
    again = f" Run {renewed_by} to make it again." if renewed_by else ""
    if held := re.search(r"lock is held in (.*?) ?\(PID (\d+)\)", said):
        program = re.split(r"[/\\]", held[1])[-1] or "a program"
        return (
            f"{place} is open in another program ({program}, process {held[2]})."
            " Close it there and try again."
        )
    if "Catalog Error" in said:
        return f"{place} lacks a table ({said.partition(': ')[2].rstrip('!.')}).{again}"
    known = {
        "Could not set lock": "is open in another program. Close it there and try again.",
        "used by another process": "is open in another program. Close it there and try again.",
        "not a valid DuckDB database": f"is not a DuckDB database.{again}",
        "version number": f"was written by another version of DuckDB than {duckdb.__version__}."
        f"{again}",
        "Corrupt database file": f"is damaged.{again}",
        "Could not read enough bytes": f"is damaged: it was cut off.{again}",
        "Is a directory": "is a folder, expected a file. Move it and try again.",
        "No space left": "cannot be written: the disk is full. Free some space and try again.",
        "File too large": "cannot be written: the disk is full. Free some space and try again.",
        "Permission denied": "cannot be opened without permission. Ask its owner for it.",
        "Read-only file system": "cannot be written: the disk is read-only.",
    }
    for sign, meaning in known.items():
        if sign in said:
            return f"{place} {meaning}"
    return f"{place}: {said.rstrip('.')}.{again}"


def replace(made: Path, place: Path) -> None:
    """Put a complete database in the place of another, whose logs go with it.

    A log of the old file must never be beside the new one. So, in this order:

    1. The old file is locked as a reader locks it. A program that has it open for writing could
       make a log at any moment: then nothing is replaced.
    2. The logs are moved away. From now on readers see the old file as its last checkpoint left it,
       which is how it was published.
    3. The new file takes the old one's name, in one step.

    A process killed in between leaves the old file without the logs; a log is never left beside
    another file.

    Args:
        made: The new file, closed; in a folder on the same disk, where the old logs are moved.
        place: The file to replace, if it is there.

    Raises:
        DatabaseFileError: A program has the old file open for writing.
        OSError: The new file is not complete, or cannot be moved; the old one is as it was.
    """
    if logs(made):
        raise OSError(f"{made.name} was not written to its end")
    with _no_writer(place) as has_no_reader:
        moved = []
        try:
            for log in logs(place):
                aside = made.with_name(f"{log.name}.old")
                log.rename(aside)
                moved.append((aside, log))
            made.replace(place)
        except OSError:
            for aside, log in moved:
                aside.rename(log)
            raise
        if has_no_reader:
            shutil.rmtree(place.with_name(place.name + SPILLED), ignore_errors=True)


def remove(database: Path) -> None:
    """Remove a database with the files beside it: a log without its file is never replayed."""
    database.unlink(missing_ok=True)
    for log in logs(database):
        log.unlink()
    shutil.rmtree(database.with_name(database.name + SPILLED), ignore_errors=True)


@contextmanager
def _no_writer(database: Path) -> Iterator[bool]:
    """Keep others from opening a database for writing; yield whether nobody reads it either.

    Raises:
        DatabaseFileError: A program has it open for writing.
    """
    # Windows does not allow an open file to be replaced, so nothing can go wrong there.
    if sys.platform == "win32" or not database.is_file():
        yield False
        return
    try:
        descriptor = os.open(database, os.O_RDWR)
    except PermissionError:
        descriptor = os.open(database, os.O_RDONLY)
    try:
        yield _lock(descriptor, database)
    finally:
        os.close(descriptor)


if sys.platform != "win32":

    def _lock(descriptor: int, database: Path) -> bool:
        """Lock a file exclusively, or else with other readers; return which."""
        with suppress(OSError):
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError) as error:
            raise DatabaseFileError(_writer(database)) from error
        except OSError:
            pass  # this file system has no locks, so DuckDB has none there either
        return False


def _writer(database: Path) -> str:
    """Ask DuckDB which program has a database open."""
    try:
        duckdb.connect(str(database), read_only=True).close()
    except duckdb.Error as error:
        return explain(error, database)
    return f"{database} is open in another program. Close it there and try again."


@contextmanager
def working_folder(destination: Path) -> Iterator[Path]:
    """Yield a new folder beside a file, to make its successor in; remove it afterwards.

    Folders that killed processes left there are removed too. A running process holds the lock in
    its folder.
    """
    _remove_abandoned(destination)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f".{destination.name}.", dir=destination.parent))
        owner = FileLock(folder / OWNER)
        with suppress(Timeout, FileNotFoundError):
            owner.acquire(timeout=0)
            if (folder / OWNER).exists():
                break
        # Another process, cleaning up, removed it before it was locked: try again.
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        owner.release()
        shutil.rmtree(folder, ignore_errors=True)  # Windows does not remove a locked file


def _remove_abandoned(destination: Path) -> None:
    for folder in destination.parent.glob(f".{destination.name}.*"):
        if not folder.is_dir():
            continue
        lock = FileLock(folder / OWNER)
        with suppress(Timeout, OSError), lock.acquire(timeout=0):
            shutil.rmtree(folder, ignore_errors=True)
        if not lock.is_locked and not (folder / OWNER).exists():
            shutil.rmtree(folder, ignore_errors=True)


def take_permissions(made: Path, place: Path) -> None:
    """Set the permissions that readers rely on, before a file or folder is moved.

    They are those of the file it replaces, or else follow from its new folder: whoever may read
    that may read it, whatever the process's umask. Whoever may write to a folder shared by its
    group (setgid) may write to it too.

    Args:
        made: The file or folder.
        place: Where it belongs.
    """
    if place.exists():
        made.chmod(S_IMODE(place.stat().st_mode))
        return
    around = next(each for each in place.parents if each.exists())
    made.chmod(mode_in(around, is_folder=made.is_dir()))


def mode_in(folder: Path, *, is_folder: bool) -> int:
    """Return the permissions of a new file or folder in a folder."""
    around = S_IMODE(folder.stat().st_mode)
    taken = around & (READ_BY_ALL | (SHARED if around & S_ISGID else 0))
    return taken | 0o700 if is_folder else taken & 0o666 | 0o600
