"""Run a command in a home: prepare its project, name its folders, note what came of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from safeguarding.homes import places, status
from safeguarding.homes.places import Home, HomeError

OF_RELEASES = ("template", "check", "load", "undo")
READ_FILES = ("check", "load")
PUBLISH = ("export", "report", "audit")
NOT_BUILT = (
    "The home's files changed since the last build: what follows has the figures of that build."
    " For the new ones, run safeguarding build first."
)
CANNOT_RUN = 2
CONTACT_VARIABLE = "SAFEGUARDING_CONTACT"  # whom readers of the workbooks are told to ask
Run = Callable[[str, list[str]], int]


def enter(start: Path) -> Home | None:
    """Have this process work in the home that a folder is in; None where the repository is used.

    Raises:
        HomeError: There is no home and no repository, or the home cannot be used.
    """
    root = places.find(start)
    if root is None:
        if places.is_repository():
            return None
        raise HomeError(
            f"{start} is in no home. Make one: safeguarding init my-council --authority CODE,"
            " or go to the one that you have."
        )
    home = places.read(root)
    os.environ[places.HOME_VARIABLE] = str(home.root)
    os.environ[places.PROJECT_VARIABLE] = str(home.project)
    os.environ["WAREHOUSE_PATH"] = str(home.warehouse)
    os.environ["DBT_TARGET_PATH"] = str(home.derived / "target")
    if home.contact:
        os.environ.setdefault(CONTACT_VARIABLE, home.contact)
    return home


def run_in(home: Home, name: str, rest: list[str], run: Run) -> int:
    """Run a command in a home; returns its exit code."""
    if {"-h", "--help"} & set(rest):
        return run(name, rest)
    files = [Path(each) for each in rest if name in READ_FILES and Path(each).exists()]
    if problem := prepared(home, name, files) or nothing_to_publish(home, name, rest):
        return fail(problem, name, rest)
    before = places.digest_of_home(home), status.releases_of(home)
    if name in PUBLISH and home.warehouse.exists() and not status.is_built(home):
        print(NOT_BUILT, file=sys.stderr)
    if name == "report" and _is_unexported(home, rest):
        code = run("export", defaults(home, "export", ()))
        if code:
            return code
    code = run(name, [*defaults(home, name, rest), *rest])
    if code:
        return code
    if name == "build":
        status.keep_built(home, before[0])
    elif name == "load" and files:
        status.keep_loaded(home, files[0], status.releases_of(home) - before[1])
    elif name == "undo":
        for release in before[1] - status.releases_of(home):
            status.forget_loaded(home, release)
    elif name == "official":
        return _keep_official(home, rest)
    return code


def nothing_to_publish(home: Home, name: str, rest: Sequence[str]) -> str:
    """Why a command has nothing to work on, and the one that comes first; blank if it has."""
    if name not in PUBLISH or any(each.startswith(("--output", "--warehouse")) for each in rest):
        return ""
    if not home.warehouse.exists():
        found = "Nothing is built yet."
    elif name != "audit" and not status.releases_of(home) and status.is_built(home):
        found = "The home holds no release. Exports and reports of earlier builds are as they were."
    else:
        return ""
    return f"{found} Next: {status.look(home.root).next}"


def prepared(home: Home, name: str, files: Sequence[Path]) -> str:
    """Have the home's project say what its files say; returns what keeps it from that."""
    from safeguarding.homes import working_project  # noqa: PLC0415 - what is loaded takes time
    from safeguarding.warehouse import journal  # noqa: PLC0415

    try:
        for file in files:
            working_project.refuse_placeholder(file)
        # A home that nobody may write is still read, once its project is derived.
        if (home.root / journal.JOURNAL).exists() or not working_project.is_current(home):
            with journal.lock(home.root):
                journal.recover_locked(home.root)
                working_project.prepare(home)
        if name == "official":  # what it adds to the project is the home's once it is kept there
            (home.project / places.STATE).unlink()
    except (HomeError, OSError, *journal.ERRORS) as error:
        return unwritten(home, error)
    return ""


def _keep_official(home: Home, rest: Sequence[str]) -> int:
    from safeguarding.homes import working_project  # noqa: PLC0415

    try:
        working_project.keep_official(home)
    except OSError as error:
        return fail(unwritten(home, error), "official", rest)
    return 0


def defaults(home: Home, name: str, rest: Sequence[str]) -> list[str]:
    """What the home's settings say in place of options that are not given."""
    if name == "template" and len(home.authorities) == 1:
        return ["--authority", home.authorities[0]]
    if name not in ("export", "report"):
        return []
    given = [value for option, value in pairwise(rest) if option == "--audience"]
    given += [each.partition("=")[2] for each in rest if each.startswith("--audience=")]
    audience = given[-1] if given else home.audience
    folder = "exports" if audience == places.AUDIENCES[0] else "exports_internal"
    output = ["--output", str(home.folder(folder))]
    if name == "export":
        return ["--audience", audience, *output]
    return [*output, *(["--template", str(home.root / home.template)] if home.template else [])]


def _is_unexported(home: Home, rest: Sequence[str]) -> bool:
    """Whether a report must wait for an export: there is none of the warehouse as it is."""
    if any(each.startswith("--output") for each in rest) or not home.warehouse.exists():
        return False
    folder = Path(defaults(home, "report", ())[1])
    made = [path.stat().st_mtime for path in folder.glob("*safeguarding.duckdb")]
    return max(made, default=0) < home.warehouse.stat().st_mtime


def unwritten(home: Home, error: Exception) -> str:
    """Why a home could not be prepared: in whole words where it cannot be written."""
    from safeguarding.warehouse import journal  # noqa: PLC0415

    cause = error.__cause__ if isinstance(error, journal.SeedsLockedError) else error
    if not isinstance(cause, OSError):
        return str(error)
    return (
        f"The home {home.root} cannot be written: {journal.in_words(cause)} Ask for the right to"
        " write there, or copy the home to a place of your own. Nothing was changed."
    )


def fail(message: str, name: str, rest: Sequence[str]) -> int:
    """Say why a command did not run, as JSON if it was asked for."""
    if name in OF_RELEASES:
        from safeguarding.intake import release_commands  # noqa: PLC0415

        return release_commands.fail(message, rest, CANNOT_RUN)
    for line in message.splitlines():
        print(f"- {line}", file=sys.stderr)
    return CANNOT_RUN
