"""Change several seed files together: all or none, whatever happens on the way.

A set of files cannot be replaced in one step on every system. So the new contents are written to a
journal first, and become valid when its list of files is renamed into place. A process that dies
before that has changed nothing. If it dies after that, the next command that reads the seeds
finishes the change (`recover`).
"""

from __future__ import annotations

import errno
import getpass
import hashlib
import json
import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

JOURNAL = ".pending-load"
LOCK = ".pending-load.lock"
HOLDER = (
    ".pending-load.holder"  # who holds the lock: some systems let nobody else read the lock file
)
DECIDED = "decided.json"
WAIT_SECONDS = 30.0


_PERMISSION = "Allow the file or its folder to be read and written, then try again."
_SPACE = "Free space on the disk, then try again."
_ADVICE = {
    errno.EACCES: _PERMISSION,
    errno.EPERM: _PERMISSION,
    errno.EROFS: _PERMISSION,
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.ENOENT: "Restore it, then try again.",
}


class SeedsBusyError(Exception):
    """Another process is changing the seeds."""


class SeedsChangedError(Exception):
    """A seed was edited after a load was interrupted, so that the load cannot be finished."""


class SeedsLockedError(Exception):
    """A seed cannot be replaced: open in a spreadsheet, read-only, or the disk is full."""


ERRORS = (SeedsBusyError, SeedsChangedError, SeedsLockedError)


def in_words(error: BaseException) -> str:
    """Describe a file of the project that could not be read or written."""
    if not isinstance(error, OSError):
        return str(error)
    name = error.filename or "A file of the project"
    advice = _ADVICE.get(error.errno or 0, "Find out what is blocking it, then try again.")
    return f"{name}: {error.strerror or error}. {advice}"


@contextmanager
def lock(project: Path) -> Iterator[None]:
    """Lock the seeds from reading them to replacing them.

    Raises:
        SeedsBusyError: Another process holds them for longer than half a minute.
        SeedsLockedError: The project's folder cannot be written to.
    """
    held = FileLock(str(project / LOCK), timeout=WAIT_SECONDS)
    try:
        held.acquire()
    except Timeout as error:
        raise SeedsBusyError(
            f"Another process is changing the seeds{_held_by(project)}."
            " Wait until it is done, then try again."
        ) from error
    except OSError as error:
        raise SeedsLockedError(f"{in_words(error)} Nothing was changed.") from error
    try:
        with suppress(OSError):
            (project / HOLDER).write_text(_myself(), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            (project / HOLDER).unlink(missing_ok=True)
        held.release()


def _myself() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a machine that does not name its users
        user = "an unnamed user"
    since = datetime.now().astimezone()
    return f"{user} on {socket.gethostname()} since {since:%H:%M on %d %B %Y}"


def _held_by(project: Path) -> str:
    try:
        return f" ({(project / HOLDER).read_text(encoding='utf-8')})"
    except (OSError, ValueError):
        return ""


def replace(project: Path, contents: Mapping[str, bytes | None]) -> None:
    """Replace files below the project by new contents, all or none. The caller holds the lock.

    Args:
        project: The project's root.
        contents: New content of each file, by its path relative to the root; None removes it. A
            file that is not there is made.

    Raises:
        SeedsLockedError: A file could not be replaced; all are as they were.
    """
    journal = project / JOURNAL
    try:
        _write_journal(project, contents)
    except OSError as error:
        shutil.rmtree(journal, ignore_errors=True)
        raise SeedsLockedError(f"{in_words(error)} Nothing was changed.") from error
    try:
        _finish(project)
    except OSError as error:
        _put_back(project, contents)
        raise SeedsLockedError(
            f"{Path(error.filename or '').name or 'A seed'} could not be replaced:"
            f" {error.strerror}. Close it in other programs and try again. Nothing was changed."
        ) from error


def recover(project: Path) -> bool:
    """Finish or discard a load that was interrupted.

    Returns:
        Whether there was one to finish, which is now complete.

    Raises:
        SeedsChangedError: A file was edited since; nothing is overwritten.
        SeedsBusyError: Another process is changing the seeds.
    """
    if not (project / JOURNAL).exists():
        return False
    with lock(project):
        return recover_locked(project)


def recover_locked(project: Path) -> bool:
    """Do the same as `recover`, for a caller who holds the lock."""
    journal = project / JOURNAL
    if not (journal / DECIDED).exists():
        shutil.rmtree(journal, ignore_errors=True)
        return False
    decided: dict[str, dict[str, str]] = json.loads((journal / DECIDED).read_text("utf-8"))
    for name, digests in decided.items():
        if _digest(project / name) not in digests.values():
            raise SeedsChangedError(
                f"A load was interrupted, and {name} was edited since. Undo the edit"
                f" (git checkout {name}) and run the command again, or delete the folder"
                f" {JOURNAL} to discard the interrupted load."
            )
    _finish(project)
    return True


def _write_journal(project: Path, contents: Mapping[str, bytes | None]) -> None:
    journal = project / JOURNAL
    shutil.rmtree(journal, ignore_errors=True)
    digests = {}
    for name, content in contents.items():
        digests[name] = {"old": _digest(project / name), "new": ""}
        if digests[name]["old"]:
            _write(journal / "old" / name, (project / name).read_bytes())
        if content is not None:
            _write(journal / "new" / name, content)
            digests[name]["new"] = hashlib.sha256(content).hexdigest()
    _write(journal / "list.json", json.dumps(digests, indent=2).encode())
    (journal / "list.json").replace(journal / DECIDED)


def _finish(project: Path) -> None:
    journal = project / JOURNAL
    for name, digests in json.loads((journal / DECIDED).read_text("utf-8")).items():
        new = journal / "new" / name
        if not digests["new"]:
            (project / name).unlink(missing_ok=True)
        # A file that is gone from the journal is already in its place.
        elif new.exists():
            (project / name).parent.mkdir(exist_ok=True)
            new.replace(project / name)
    _remove(journal)


def _put_back(project: Path, contents: Mapping[str, bytes | None]) -> None:
    journal = project / JOURNAL
    for name in contents:
        if (journal / "new" / name).exists():
            continue
        if (old := journal / "old" / name).exists():
            old.replace(project / name)
        else:
            (project / name).unlink(missing_ok=True)
    _remove(journal)


def _remove(journal: Path) -> None:
    # First the list that makes the journal valid, so that nothing is left to finish.
    (journal / DECIDED).unlink()
    shutil.rmtree(journal, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
