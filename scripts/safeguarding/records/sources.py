"""Find which kinds of records a folder has, and have each read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from safeguarding.records import annex_a, cin_census, ssd_files, ssda903
from safeguarding.records.canonical import Read, Store
from safeguarding.records.request import RecordsError, Request, problem

SOURCES = ("ssd", "cin-census", "ssda903", "annex-a")
# Two sources may have the same: a child is counted once, however many rows say who it is.
_SHARED = ("ssd_person", "ssd_immigration_status")


def read_source(
    request: Request, sources: Sequence[str], dfe_code: str, project: Path, store: Store
) -> list[Read]:
    """Read the records of a folder into the store.

    Args:
        request: What is asked for.
        sources: Kinds of source; by default those that the folder has.
        dfe_code: DfE's code of the council.
        project: The project's root, whose seeds name columns.
        store: Where the tables go.

    Raises:
        RecordsError: A source cannot be read, or two sources have the same records.
    """
    files = [
        path
        for path in sorted(request.folder.iterdir())
        if path.is_file() and not path.name.startswith(".")
    ]
    tables = ssd_files.table_files(request.folder, store.columns)
    xml = [path for path in files if path.suffix.lower() == ".xml"]
    rest = [p for p in files if p.suffix.lower() == ".csv" and p not in tables.values()]
    returned = [path for path in rest if ssda903.kind_of(path)]
    books = [p for p in files if p.suffix.lower() == ".xlsx" and not p.name.startswith("~$")]
    annexes = [path for path in books if annex_a.has_lists(path)]
    there = {
        "ssd": list(tables.values()),
        "cin-census": xml,
        "ssda903": returned,
        "annex-a": annexes,
    }
    chosen = list(dict.fromkeys(sources)) or [name for name in SOURCES if there[name]]
    if not chosen:
        advice = "docs/records.md says which files are read."
        expected = "tables of the Standard Safeguarding Dataset, a census, SSDA903 files or Annex A"
        raise RecordsError([problem(str(request.folder), "no records", expected, advice)])
    reads, problems = [], []
    for source in chosen:
        try:
            if source == "ssd":
                reads.append(ssd_files.read_tables(request.folder, store))
            elif source == "ssda903":
                reads.append(ssda903.read_return(rest, request, store))
            elif source == "annex-a":
                reads.append(annex_a.read_annex(annexes or books, request, project, store))
            else:
                reads.append(cin_census.read_censuses(xml, request, dfe_code, store))
        except RecordsError as error:
            problems += error.problems
    if problems or (problems := _read_twice(reads)):
        raise RecordsError(problems)
    left = set(files) - {path for source in chosen for path in there[source]}
    if left:
        named = ", ".join(sorted(path.name for path in left))
        reads[0].notes.append(f"Files that were not read: {named}.")
    folders = sorted(path.name for path in request.folder.iterdir() if path.is_dir())
    if folders:
        reads[0].notes.append(f"Folders that were not looked into: {', '.join(folders)}.")
    return reads


def _read_twice(reads: Sequence[Read]) -> list[str]:
    """Say which tables two sources have: their records would be counted twice."""
    sources = defaultdict(list)
    for read in reads:
        for table in read.tables:
            sources[table].append(read.source)
    return [
        problem(
            " and ".join(names),
            f"both with records of {table}",
            "one source for each kind of record",
            "Say which with --source.",
        )
        for table, names in sources.items()
        if len(names) > 1 and table not in _SHARED
    ]
