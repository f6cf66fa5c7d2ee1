"""Where exports are made before they are published, by one process at a time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from safeguarding.homes import places
from safeguarding.warehouse.database_files import explain, take_permissions

DATABASE = "safeguarding.duckdb"  # what every other export and the report are made from
UNFINISHED = ".publishing"
LOCK = ".lock"
OLD = ".old"


class ExportError(Exception):
    """What stopped the export, said to a person."""


@contextmanager
def workspace_in(output: Path, *, is_made: bool = True) -> Iterator[Path]:
    """Give an empty folder to work in in `output` to the one export that may run at a time.

    What a killed export left there is removed, or put back if it was being replaced.

    Args:
        output: The folder of exports.
        is_made: Whether to make it if it is not there.

    Raises:
        ExportError: Another export runs, or the folder is not there or cannot be written.
    """
    workspace = output / UNFINISHED
    try:
        if is_made:
            output.mkdir(parents=True, exist_ok=True)
        else:
            output.stat()
        with FileLock(output / LOCK, timeout=0):
            for old in workspace.glob(f"*{OLD}"):
                if not (place := output / old.name.removesuffix(OLD)).exists():
                    old.rename(place)
            shutil.rmtree(workspace, ignore_errors=True)
            workspace.mkdir()
            try:
                yield workspace
            finally:
                shutil.rmtree(workspace, ignore_errors=True)
    except Timeout as error:
        raise ExportError(f"Another export to {output} is running. Try again later.") from error
    except FileNotFoundError as error:
        say = f"{output} is not there. Run {places.command('export')} first."
        raise ExportError(say) from error
    except (FileExistsError, NotADirectoryError) as error:
        raise ExportError(
            f"{output}: found a file, expected a folder. Move it, or name another folder with"
            " --output."
        ) from error
    except OSError as error:
        raise ExportError(explain(error, output)) from error


def replace_folder(made: Path, place: Path, workspace: Path) -> None:
    """Put a whole folder in the place of its predecessor, which comes back if that fails.

    Args:
        made: The new folder, in `workspace`.
        place: Where it belongs.
        workspace: Where the old one is moved to, and removed with.

    Raises:
        ExportError: A file of the old folder is open in a program that does not let it go.
    """
    old = workspace / f"{place.name}{OLD}"
    for folder, _, names in os.walk(made):
        below = Path(folder)
        take_permissions(below, place / below.relative_to(made))
        for name in names:
            take_permissions(below / name, place / (below / name).relative_to(made))
    try:
        if place.exists():
            place.rename(old)
        made.rename(place)
    except OSError as error:
        if old.exists() and not place.exists():
            old.rename(place)
        raise ExportError(
            f"{place} was not changed: {error}. Close what has a file of it open and try again."
        ) from error
