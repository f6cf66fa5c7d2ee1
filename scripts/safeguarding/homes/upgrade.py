"""Show what a new version of the product changes in a home, then take it if that is accepted.

Usage: safeguarding upgrade [--accept] [--format text|json]
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import yaml

from safeguarding import progress
from safeguarding.homes import places, working_project
from safeguarding.homes.places import SETTINGS, Home, HomeError
from safeguarding.homes.working_project import Row
from safeguarding.warehouse import journal, seed_files
from safeguarding.warehouse.compiled_project import (
    COMPILED,
    CompiledProject,
    NotCompiledError,
    rows_of,
)  # fmt: skip
from safeguarding.warehouse.failures import message_of

NEXT = "next"  # the project as it would be
MOST_SHOWN = 30
WIDEST = 70  # characters to which a column is filled; longer text is shown whole
_VERSION = re.compile(r'^(\s*version\s*=\s*)["\'][^"\']*["\']', re.MULTILINE)
FIGURES = """
    select
        local_authority_code, measure_id, category_id, period_id, unit,
        cast(value as varchar) as value, standing
    from marts.fct_figures
"""
FINDINGS = """
    select
        severity, check_id, local_authority_code, release_id, period_id, measure_id, category_id,
        message, case when is_explained then 'explained' else 'open' end as state
    from marts.fct_quality_findings
"""
FIGURE_KEY = ("local_authority_code", "measure_id", "category_id", "period_id", "unit")
FINDING_KEY = (
    "check_id", "local_authority_code", "release_id", "period_id", "measure_id", "category_id",
    "message",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """What was, and what would be: a row of reference data, a figure or a finding.

    Attributes:
        what: Which.
        before: How it is; blank if it is new.
        after: How it would be; blank if it would be gone.
    """

    what: str
    before: str
    after: str


@dataclass
class Changes:
    """What a version changes.

    Attributes:
        known: Whether what was before could be built, to compare with.
        tables: Changes by what they are of.
        stops: What would stop the build.
    """

    known: bool = True
    tables: dict[str, list[Change]] = field(default_factory=dict)
    stops: list[str] = field(default_factory=list)


def main(arguments: list[str] | None = None) -> int:
    """Show what changes, and take the version if that is accepted; 1 if not, 2 if it cannot run."""
    parser = argparse.ArgumentParser(description="Take a new version of the product in a home.")
    parser.add_argument("--accept", action="store_true", help="replace what it shows")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args(arguments)
    try:
        root = places.find(Path.cwd())
        if root is None:
            raise HomeError(f"{Path.cwd()} is in no home: go to yours, then run it again.")
        home = places.read(root)
        with journal.lock(home.root):
            journal.recover_locked(home.root)
            return upgrade(home, options.format == "json", options.accept)
    except (HomeError, OSError, NotCompiledError, *journal.ERRORS) as error:
        message = journal.in_words(error)
    except seed_files.UnreadableSeedsError as error:
        message = str(error)
    if options.format == "json":
        print(json.dumps({"status": "failed", "message": message}, indent=2))
    else:
        print(f"- {message}", file=sys.stderr)
    return 2


def upgrade(home: Home, as_json: bool, accept: bool) -> int:
    """Show what changes and, if it is accepted, replace it. The caller holds the home's lock."""
    here = places.version()
    other = places.other_version(home)
    if other and "upgrade" not in other[1]:
        working_project.refuse_other_version(home)
    if not other:
        if as_json:
            print(json.dumps({"status": "up to date", "version": here}))
        else:
            print(f"{home.root} is of version {here} already. Nothing to upgrade.")
        return 0
    state = places.read_json(home.project / places.STATE)
    before = state.get("version") or home.version
    progress.say(f"Comparing the figures of version {before} with those of {here}")
    coming = home.derived / NEXT
    working_project.derive(home, coming)
    _give_compiled(home.project, coming)
    found = compare(home.project if state else None, coming)
    status = "upgraded" if accept else "waiting"
    if as_json:
        tables = {
            name: [vars(change) for change in changes] for name, changes in found.tables.items()
        }
        said = {"status": status, "before": before, "after": here, "compared": found.known}
        print(json.dumps(said | {"stops": found.stops, "changes": tables}, indent=2))
    else:
        print("\n".join(in_words(found, before, here)))
    if not accept and not as_json and sys.stdin.isatty():
        accept = input("Replace? [y/N] ").strip().lower() in ("y", "yes")
    if not accept:
        if not as_json:
            print("Nothing was replaced. To take the new version: safeguarding upgrade --accept")
        return 1
    take(home)
    if not as_json:
        print(f"{home.root} is of version {here} now. Next: safeguarding build")
    return 0


def take(home: Home) -> None:
    """Have the home be of this version: its settings say so, its project is derived again."""
    content = (home.root / SETTINGS).read_bytes().decode("utf-8")
    said = _VERSION.sub(rf'\g<1>"{places.version()}"', content, count=1)
    (home.project / places.STATE).unlink(missing_ok=True)
    journal.replace(home.root, {SETTINGS: said.encode("utf-8")})
    working_project.derive(places.read(home.root), home.project)
    _give_compiled(home.derived / NEXT, home.project)
    shutil.rmtree(home.derived / NEXT, ignore_errors=True)


def _give_compiled(project: Path, other: Path) -> None:
    """Spare a project the compiling of SQL that another one has; where it differs, it is unused."""
    if (project / COMPILED).is_dir():
        shutil.copytree(project / COMPILED, other / COMPILED, dirs_exist_ok=True)


def compare(old: Path | None, new: Path) -> Changes:
    """Compare what two projects make of the same figures.

    Args:
        old: The project as it was last derived; None if there is none.
        new: The project as it would be.
    """
    found = Changes(known=old is not None)
    after, found.stops = _built(new)
    if old is None:
        return found
    found.tables["Reference data"] = list(_reference_changes(old, new))
    try:
        before, _ = _built(old)
    except (NotCompiledError, duckdb.Error, seed_files.UnreadableSeedsError):
        found.known = False
        return found
    for name, key in (("Figures", FIGURE_KEY), ("Findings", FINDING_KEY)):
        found.tables[name] = list(_changes(before[name], after[name], key))
    return found


def _built(project: Path) -> tuple[dict[str, list[Row]], list[str]]:
    """What a project makes of its seeds: figures, findings, and what would stop the build."""
    compiled = CompiledProject.of(project)
    connection = compiled.build(compiled.read_seeds())
    try:
        made = {
            name: [
                {column: "" if value is None else str(value) for column, value in row.items()}
                for row in rows_of(connection.sql(query))
            ]
            for name, query in (("Figures", FIGURES), ("Findings", FINDINGS))
        }
        failing = compiled.failing_tests(connection)
        return made, [_told(name, rows, project) for name, rows in failing]
    finally:
        connection.close()


def _told(test: str, rows: Sequence[Mapping[str, Any]], project: Path) -> str:
    more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
    return message_of(test, dict(rows[0]), project) + more


def _reference_changes(old: Path, new: Path) -> Iterator[Change]:
    before, after = working_project.seeds_of(old), working_project.seeds_of(new)
    for name in sorted({*before, *after}):
        path = after.get(name) or before[name]
        if working_project.is_own(path):
            continue
        sheet = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))["seeds"][0]
        was = seed_files.read(before[name])[0] if name in before else []
        will = seed_files.read(after[name])[0] if name in after else []
        columns = [column for row in will[:1] or was[:1] for column in row]
        key = sheet["config"]["meta"].get("key") or columns
        for change in _changes(was, will, key):
            yield Change(f"{path.parent.name}/{name}: {change.what}", change.before, change.after)


def _changes(before: Iterable[Row], after: Iterable[Row], key: Sequence[str]) -> Iterator[Change]:
    def keyed(rows: Iterable[Row]) -> dict[tuple[str, ...], Row]:
        return {tuple(row.get(name, "") for name in key): row for row in rows}

    was, will = keyed(before), keyed(after)
    for each in {**was, **will}:
        old, new = was.get(each, {}), will.get(each, {})
        names = [n for n in {**old, **new} if n not in key and old.get(n, "") != new.get(n, "")]
        if old and new and not names:
            continue
        what = ", ".join(part for part in each if part)
        yield Change(what, _shown(old, names, "there"), _shown(new, names, "there"))


def _shown(row: Row, names: Sequence[str], else_said: str) -> str:
    if not row:
        return ""
    return "; ".join(f"{name} {row.get(name) or '(blank)'}" for name in names) or else_said


def in_words(found: Changes, before: str, here: str) -> Iterator[str]:
    """The changes as tables, each with its heading."""
    yield f"From version {before} to {here}{' with other files' if before == here else ''}:"
    if not found.known:
        yield "What was before is not kept here, so that no figures can be compared."
    for name, changes in found.tables.items():
        yield f"{name}: {_counted(len(changes))}"
        rows = [("", "before", "after"), *((c.what, c.before, c.after) for c in changes)]
        shown = rows[: MOST_SHOWN + 1] if changes else []
        widths = [min(WIDEST, max((len(row[i]) for row in shown), default=0)) for i in range(2)]
        for what, was, will in shown:
            cells = (what, was or "-")
            padded = (f"{c:{w}}" for c, w in zip(cells, widths, strict=True))
            yield f"  {'  '.join(padded)}  {will or '-'}".rstrip()
        if len(changes) > MOST_SHOWN:
            yield f"  ... and {len(changes) - MOST_SHOWN} more; --format json lists all."
    for stop in found.stops:
        yield f"This would stop the build: {stop}"


def _counted(number: int) -> str:
    return "no changes" if not number else "1 change" if number == 1 else f"{number} changes"
