"""Say where one is and what to do next: without dbt or DuckDB, so that the answer comes at once."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safeguarding.homes import places
from safeguarding.homes.places import Home

LOADED, BUILT = "loaded.json", "built.json"
READABLE = {".xlsx", ".ods", ".csv", ".txt", ".docx", ".pdf"}


@dataclass(frozen=True)
class Status:
    """Where one is.

    Attributes:
        place: The folder; blank where there is none.
        state: `no home`, `repository`, `empty`, `file to check`, `to build`, `to report`,
            `other version`, `reported`, or `failed` where the home cannot be read.
        holds: What is there, in a sentence.
        next: What to do next.
    """

    place: str
    state: str
    holds: str
    next: str

    @property
    def lines(self) -> list[str]:
        """Three lines for a person."""
        return [f"Here: {self.place or 'no home'}", self.holds, f"Next: {self.next}"]

    def as_json(self) -> dict[str, str]:
        """The same for a program."""
        return {"place": self.place, "state": self.state, "holds": self.holds, "next": self.next}


def look(start: Path) -> Status:
    """Look where a folder is.

    Raises:
        HomeError: It is a home that cannot be used.
    """
    root = places.find(start)
    if root is None:
        if places.is_repository() and start.resolve().is_relative_to(places.product()):
            holds = "This is the product's repository: its seeds hold Hampshire's two reports."
            return Status(str(places.product()), "repository", holds, "make build")
        holds = "Nothing is here yet: a home is a folder for a council's figures."
        do = "safeguarding init my-council --authority CODE (or: safeguarding demo FOLDER)"
        return Status("", "no home", holds, do)
    return _of_home(places.read(root), start)


def _of_home(home: Home, start: Path) -> Status:
    where, releases = str(home.root), releases_of(home)
    codes = ", ".join(home.authorities)
    several = "release" if len(releases) == 1 else "releases"
    holds = f"It holds {len(releases) or 'no'} {several} of {codes}"
    if other := places.other_version(home):
        return Status(where, "other version", *other)
    waiting = _waiting(home)
    is_public = home.audience == places.AUDIENCES[0]
    report = home.folder("exports" if is_public else "exports_internal") / "report" / "index.html"
    if waiting:
        shown = Path(os.path.relpath(waiting[0], start))
        more = f", and {len(waiting) - 1} more" if len(waiting) > 1 else ""
        name = shown.as_posix()
        name = f'"{name}"' if " " in name else name
        holds = f"{holds}; {shown.name}{more} in the inbox is not loaded."
        return Status(where, "file to check", holds, f"safeguarding check {name}, then load")
    if not releases:
        inbox = home.folders["inbox"]
        do = f"put a file of figures into {inbox} (a blank one: safeguarding template --help)"
        return Status(where, "empty", f"{holds}.", do)
    if not home.warehouse.exists() or not is_built(home):
        return Status(where, "to build", f"{holds}, loaded and not built.", "safeguarding build")
    if not report.exists() or report.stat().st_mtime < home.warehouse.stat().st_mtime:
        return Status(where, "to report", f"{holds}, built.", "safeguarding report")
    return Status(where, "reported", f"{holds}, built and reported.", f"open {report}")


def is_built(home: Home) -> bool:
    """Whether the last build was of the home's files as they are."""
    return bool(_read(home, BUILT).get("of") == places.digest_of_home(home))


def keep_built(home: Home, of: str) -> None:
    """Note the digest of what the warehouse was built from."""
    _write(home, BUILT, {"of": of})


def keep_loaded(home: Home, file: Path, releases: Iterable[str]) -> None:
    """Note that a file was loaded as releases, so that nobody is told to check it."""
    if file.is_file():
        _write(home, LOADED, _read(home, LOADED) | {_digest(file): sorted(releases)})


def forget_loaded(home: Home, release: str) -> None:
    """Forget the files that a release was loaded from, since it was taken out."""
    loaded = _read(home, LOADED)
    _write(home, LOADED, {key: of for key, of in loaded.items() if of and release not in of})


def releases_of(home: Home) -> set[str]:
    """The releases that a home holds."""
    files = places.files_in(home.root / places.FIGURES)
    return {path.stem for path in files if path.suffix == ".csv"}


def _waiting(home: Home) -> list[Path]:
    loaded = _read(home, LOADED)
    return [
        path
        for path in places.files_in(home.folder("inbox"))
        if path.suffix.lower() in READABLE and _digest(path) not in loaded
    ]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read(home: Home, name: str) -> dict[str, Any]:
    return places.read_json(home.derived / name)


def _write(home: Home, name: str, content: dict[str, Any]) -> None:
    with suppress(OSError):  # where nobody may write, the status is told again
        (home.derived / name).write_text(json.dumps(content), encoding="utf-8")
