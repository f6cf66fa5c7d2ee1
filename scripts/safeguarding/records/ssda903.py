"""Read the looked-after return SSDA903: its CSV files Header, Episodes and UASC."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from safeguarding.records import ssd_files
from safeguarding.records.canonical import Read, Store
from safeguarding.records.request import RecordsError, Request, not_opened, problem

# By which columns each file is known, whatever it is called, and those that are read of it.
FILES = {
    "Episodes": ("child", "decom", "rne", "ls"),
    "UASC": ("child", "dob", "duc"),
    "Header": ("child", "dob", "ethnic"),
}
READ = {
    "Episodes": ("child", "decom", "dec", "ls", "place"),
    "UASC": ("child", "duc"),
    "Header": ("child", "dob", "uasc"),
}
OPTIONAL = {"uasc"}  # in the header until 2022-23
# Of the children of Episodes, at least so many should be in Header: else they are of two councils.
LEAST_SHARE = 0.5


@dataclass(frozen=True)
class Part:
    """A file of the return.

    Attributes:
        path: The file.
        relation: SQL of its rows, with the columns of READ in small letters.
        columns: Those that it has.
    """

    path: Path
    relation: str
    columns: tuple[str, ...]


def kind_of(path: Path) -> str | None:
    """Say which file of the return a CSV file is, by its header; None if it is none.

    Raises:
        RecordsError: It cannot be opened.
    """
    try:
        _, header = ssd_files.csv_relation(path)
    except RecordsError:
        return None  # empty
    except OSError as error:
        raise not_opened(path, error) from error
    names = {name.strip().lower() for name in header}
    return next((kind for kind, needed in FILES.items() if names.issuperset(needed)), None)


def read_return(paths: Sequence[Path], request: Request, store: Store) -> Read:
    """Read the files of a year's return.

    Raises:
        RecordsError: A file cannot be read, is of another year or council, or is there twice.
    """
    kinds = {path: kind for path in paths if (kind := kind_of(path))}
    problems = list(_doubled(kinds))
    for kind in ("Header", "Episodes"):
        if kind not in kinds.values():
            advice = f"Put the return's {kind} file into the folder."
            found = f"no CSV file with the columns {', '.join(FILES[kind]).upper()}"
            problems.append(problem(str(request.folder), found, f"the file {kind}", advice))
    if problems:
        raise RecordsError(problems)
    parts = {kind: _part(path, kind) for path, kind in kinds.items()}
    try:
        for kind, part in parts.items():
            store.connection.execute(
                f"create temp table return_{kind} as select * from {part.relation}"
            )
    except duckdb.Error as error:
        raise RecordsError([ssd_files.unreadable(part.path, error)]) from error
    if problems := list(_unfit(parts, request, store)):
        raise RecordsError(problems)
    return _store(parts, store)


def _doubled(kinds: Mapping[Path, str]) -> Iterator[str]:
    """Say which file is there twice, and whether the two are the same."""
    for kind in FILES:
        paths = [path for path, of in kinds.items() if of == kind]
        if not paths[1:]:
            continue
        names = " and ".join(path.name for path in paths)
        if len({_digest(path) for path in paths}) == 1:
            found = f"the same file {kind} {len(paths)} times"
            yield problem(names, found, "it once", "Delete the copies, or move them out.")
            continue
        told = "; ".join(f"{path.name} of {_written(path, kind)}" for path in paths)
        found = f"{len(paths)} different files {kind} ({told})"
        advice = (
            "Leave the one that was written last, after the end of the year, and move the others"
            " out: the return of the year has all its quarters, and children would be counted"
            " twice."
        )
        yield problem(names, found, "one", advice)


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _written(path: Path, kind: str) -> str:
    """Say when a file was written and, of episodes, the last day in it."""
    day = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date()
    if kind != "Episodes":
        return f"{day}"
    part = _part(path, kind)
    try:
        with duckdb.connect() as connection:
            last = connection.execute(
                f"select greatest(max({_day('decom')}), max({_day('dec')})) from {part.relation}"
            ).fetchall()[0][0]
    except duckdb.Error as error:
        raise RecordsError([ssd_files.unreadable(path, error)]) from error
    return f"{day}, with episodes until {last}" if last else f"{day}, without an episode"


def _part(path: Path, kind: str) -> Part:
    relation, header = ssd_files.csv_relation(path)
    by_name = {name.strip().lower(): name for name in header}
    wanted = [name for name in READ[kind] if name in by_name or name not in OPTIONAL]
    lacking = [name.upper() for name in wanted if name not in by_name]
    if lacking:
        advice = "Write the file with all columns of the return."
        found = f"no column {', '.join(lacking)}"
        raise RecordsError([problem(path.name, found, "it", advice)])
    chosen = []
    for name in wanted:
        quoted = by_name[name].replace('"', '""')
        chosen.append(f"""nullif(trim("{quoted}"), '') as {name}""")
    return Part(
        path,
        f"(select {', '.join(chosen)}, source_file, source_row from {relation})",
        tuple(wanted),
    )


def _unfit(parts: dict[str, Part], request: Request, store: Store) -> Iterator[str]:
    """Say whether the files are of another year, or of children that do not belong together."""
    episodes = parts["Episodes"].path.name
    first, last, children, listed = store.connection.execute(
        f"""
        with days as (
            select child, {_day("decom")} as began, {_day("dec")} as ended from return_Episodes
        ),
        listed as (select child from return_Header)
        select
            min(ended), greatest(max(began), max(ended)),
            (select count(distinct child) from days),
            (select count(distinct child) from days where child in (from listed))
        from days
        """
    ).fetchall()[0]
    if last is not None and last < request.start:
        found = f"{last} as the last day in it"
        expected = f"episodes of {request.period}"
        yield problem(episodes, found, expected, "It is an earlier year's: give that of the year.")
    elif first is not None and first > request.end:
        found = f"{first} as the first day that an episode ended"
        expected = f"episodes of {request.period}"
        yield problem(episodes, found, expected, "It is a later year's: give that of the year.")
    if children and listed < LEAST_SHARE * children:
        found = f"{children - listed:,} of {children:,} children that are not in Header"
        advice = "The files are of different councils or years: give those of one return."
        yield problem(episodes, found, "the same children", advice)


def _day(column: str) -> str:
    return (
        f"coalesce(try_strptime({column}, '%d/%m/%Y'), try_strptime(substr({column}, 1, 10),"
        " '%Y-%m-%d'))::date"
    )


def _store(parts: dict[str, Part], store: Store) -> Read:
    read = Read("ssda903")
    tables = {
        "ssd_person": ("return_Header", {"pers_person_id": "child", "pers_dob": "dob"}),
        "ssd_cla_episodes": (
            "return_Episodes",
            {
                "clae_cla_episode_id": "source_row::varchar",
                "clae_person_id": "child",
                "clae_cla_episode_start_date": "decom",
                "clae_cla_episode_ceased_date": "dec",
                "clae_cla_placement_id": "source_row::varchar",
                "own_legal_status": "ls",
            },
        ),
        "ssd_cla_placement": (
            "return_Episodes",
            {"clap_cla_placement_id": "source_row::varchar", "clap_cla_placement_type": "place"},
        ),
    }
    for table, (relation, found) in tables.items():
        store.add(table, relation, found)
        read.tables[table] = set(found)
    # Each episode has its legal status: there is no other table of them.
    read.without_rows = {"ssd_legal_status"}
    read.tables["ssd_legal_status"] = {column.name for column in store.columns["ssd_legal_status"]}
    if statuses := _unaccompanied(parts):
        found = {
            "immi_person_id": "child",
            "immi_immigration_status": "status",
            "immi_immigration_status_end_date": "duc",
        }
        store.add("ssd_immigration_status", statuses, found)
        read.tables["ssd_immigration_status"] = set(found)
    return read


def _unaccompanied(parts: dict[str, Part]) -> str:
    """SQL of unaccompanied children: of the file of their own, else of the header's column."""
    selects = []
    if "UASC" in parts:
        selects.append(
            "select child, duc, 'uasc' as status, source_file, source_row from return_UASC"
        )
    if "uasc" in parts["Header"].columns:
        named = "(select child from return_UASC where child is not null)"
        others = f" where child not in {named}" if selects else ""
        selects.append(
            "select child, null as duc, uasc as status, source_file, source_row"
            f" from return_Header{others}"
        )
    return f"({' union all '.join(selects)})" if selects else ""
