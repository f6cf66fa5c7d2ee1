"""Explain why a command of releases did not run."""

from __future__ import annotations

import sys
import tempfile
import traceback
from pathlib import Path

import duckdb

from safeguarding.homes import places
from safeguarding.homes.places import HomeError
from safeguarding.intake.desk import UnknownReleaseError
from safeguarding.warehouse import journal
from safeguarding.warehouse.compiled_project import NotCompiledError
from safeguarding.warehouse.seed_files import PROJECT, UnreadableSeedsError


class CommandError(Exception):
    """The command cannot run; the message says why and what to do."""


# What keeps a command from running, and says so itself.
EXPECTED = (
    CommandError,
    HomeError,
    NotCompiledError,
    UnreadableSeedsError,
    UnknownReleaseError,
    *journal.ERRORS,
)


def explained(error: Exception) -> str:
    """Explain why a command did not run; the traceback of a program fault goes to a file."""
    if isinstance(error, EXPECTED):
        return str(error)
    if hasattr(error, "format_message"):  # the command line itself, as typer understands it
        return f"{error.format_message()} See: {Path(sys.argv[0]).name} --help"
    if isinstance(error, OSError):
        return journal.in_words(error)
    if isinstance(error, duckdb.Error):
        return (
            f"The new figures could not be checked. Run {places.command('build')}, which lists"
            f" what is wrong with the seeds. DuckDB says: {str(error).splitlines()[0]}"
        )
    kept = save_traceback()
    where = f"The details are in {kept}: send that file" if kept else "Send this message"
    return (
        "This is a fault in the program, not in your file"
        f" ({type(error).__name__}: {error}). {where} to the maintainers of this project."
    )


def save_traceback() -> Path | None:
    """Write the traceback of the current error to a new file; None if it cannot be written."""
    for folder in (PROJECT / "logs", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", prefix="fault-", suffix=".log", dir=folder, delete=False
            ) as file:
                file.write(traceback.format_exc())
            return Path(file.name)
        except OSError:
            continue
    return None
