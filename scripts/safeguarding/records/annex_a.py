"""Read contacts and care leavers of an Annex A workbook, the lists that inspectors are given."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from openpyxl import load_workbook

from safeguarding.intake.files.safety import file_problems
from safeguarding.records.canonical import Read, Store
from safeguarding.records.request import RecordsError, Request, not_opened, problem
from safeguarding.records.row_files import RowFiles
from safeguarding.warehouse import seed_files

LISTS = {"1": "contacts", "9": "care leavers"}
CONTACTS, CONTACT_ID, CONTACT_DATE = "ssd_contacts", "cont_contact_id", "cont_contact_date"
STATUSES, STATUS_END = "ssd_immigration_status", "immi_immigration_status_end_date"
# A silence of the file: longer than holidays, and than is usual between its contacts; at an end of
# the year never as long as the half that a file of six months leaves out.
LONGEST_SILENCE, TIMES_THE_USUAL = timedelta(days=14), 5
LONGEST_AT_AN_END = timedelta(days=90)
DAY = timedelta(days=1)
ROWS_ABOVE_HEADINGS = 20
_LIST = re.compile(r"list[\s_-]*0*(\d+)(?!\d).*", re.IGNORECASE | re.DOTALL)
_BRITISH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
# Of each list, by its heading in plain letters: tables and columns that it is read into.
Headings = Mapping[str, Mapping[str, Sequence[tuple[str, str]]]]
Lines = Iterator[tuple[int, tuple[object, ...]]]
# Of each table, by its column: the place of the text within the row.
Tables = Mapping[str, Mapping[str, int]]


class AnnexList(NamedTuple):
    """A list: where it stands, what it is read into, and the texts of each row by its number."""

    place: str
    tables: Tables
    rows: Sequence[tuple[int, Sequence[str]]]


def has_lists(path: Path) -> bool:
    """Say whether a workbook has a list of Annex A that is read."""
    try:
        if file_problems(path, path.name):
            return False
        with closing(load_workbook(path, read_only=True)) as book:
            return bool(_lists(book, path))
    except PermissionError as error:
        raise not_opened(path, error) from error
    except Exception:  # openpyxl lets through whatever its parsers raise
        return False


def read_annex(paths: Sequence[Path], request: Request, project: Path, store: Store) -> Read:
    """Read the lists of contacts and care leavers of a workbook.

    Contacts that do not span the year are left out: no annual figure can be had of them.

    Raises:
        RecordsError: There is not one workbook, it cannot be read, or nothing in it is of use.
        seed_files.UnreadableSeedsError: The seed of headings cannot be read.
    """
    if len(paths) != 1:
        place = " and ".join(path.name for path in paths) or str(request.folder)
        advice = "Leave one: rows would be counted twice." if paths else "Save it as .xlsx."
        found = f"{len(paths)} workbooks" if paths else "no workbook (.xlsx)"
        raise RecordsError([problem(place, found, "one Annex A workbook", advice)])
    path = paths[0]
    if faults := file_problems(path, path.name):
        raise RecordsError(map(str, faults))
    headings = _headings(project)
    read = Read("annex-a")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl says which decorations it leaves out
            with closing(load_workbook(path, read_only=True, data_only=True)) as book:
                lists = [
                    _read_list(sheet, headings[number], f"{path.name} {sheet.title}")
                    for number, sheet in _lists(book, path).items()
                ]
    except (RecordsError, MemoryError, duckdb.OutOfMemoryException):
        raise
    except PermissionError as error:
        raise not_opened(path, error) from error
    except Exception as error:  # openpyxl lets through whatever its parsers raise
        advice = "Open it in Excel and save it again as .xlsx."
        raise RecordsError(
            [problem(path.name, "a damaged workbook", "a whole one", advice)]
        ) from error
    for one in lists:
        if silence := _silence(one, request):
            read.notes.append(_refused(one.place, *silence, request.period))
        else:
            read.tables |= _store(one, request, store)
    if not read.tables:
        raise RecordsError(read.notes)
    return read


def _headings(project: Path) -> Headings:
    rows, problems = seed_files.read(project / "seeds" / "records" / "annex_a_columns.csv")
    if problems:
        raise seed_files.UnreadableSeedsError(f"annex_a_columns.csv{fault}" for fault in problems)
    headings: dict[str, dict[str, list[tuple[str, str]]]] = {number: {} for number in LISTS}
    for row in rows:
        targets = headings[row["list_number"]].setdefault(_plain(row["heading"]), [])
        targets.append((row["table_name"], row["column_name"]))
    return headings


def _lists(book: Any, path: Path) -> dict[str, Any]:  # noqa: ANN401 - openpyxl has no types
    """Sheets of the lists that are read, by their number."""
    sheets: dict[str, Any] = {}
    for sheet in book.worksheets:
        match = _LIST.fullmatch(sheet.title.strip())
        if not match or match[1] not in LISTS:
            continue
        if match[1] in sheets:
            found = f"the sheets '{sheets[match[1]].title}' and '{sheet.title}'"
            advice = "Delete one: rows would be counted twice."
            raise RecordsError([problem(path.name, found, "one of them", advice)])
        sheets[match[1]] = sheet
    if not sheets:
        expected = "the sheets List 1 (contacts) or List 9 (care leavers)"
        advice = "Give Annex A in the form that Ofsted asks for."
        raise RecordsError([problem(path.name, "no list of Annex A", expected, advice)])
    return sheets


def _read_list(
    sheet: Any,  # noqa: ANN401
    headings: Mapping[str, Sequence[tuple[str, str]]],
    place: str,
) -> AnnexList:
    lines = enumerate(sheet.iter_rows(values_only=True), start=1)
    found = _found(lines, headings, place)
    rows = ((number, [_text(cells, at) for at in found]) for number, cells in lines)
    tables = _tables(found)
    return AnnexList(place, tables, [(number, texts) for number, texts in rows if any(texts)])


def _store(one: AnnexList, request: Request, store: Store) -> dict[str, set[str]]:
    """Add the rows of a list to the tables that they belong to."""
    # The list says that a child once came alone, not that the status still holds.
    ended = str(request.start - DAY)
    columns = {table: list(places) for table, places in one.tables.items()}
    files = RowFiles(store, columns, one.place)
    for number, texts in one.rows:
        cells = [*texts, str(number), ended]
        for table, places in one.tables.items():
            files.adder(table)([*(cells[at] for at in places.values()), number])
    return files.finish()


def _found(
    lines: Lines, headings: Mapping[str, Sequence[tuple[str, str]]], place: str
) -> dict[int, Sequence[tuple[str, str]]]:
    """Places of the headings in their row, and what each is read into; lines go on below it."""
    for number, cells in lines:
        names = [_plain(_text(cells, at)) for at in range(len(cells))]
        known = {at: headings[name] for at, name in enumerate(names) if name in headings}
        for at, targets in known.items():
            if sum(targets[0] in others for others in known.values()) > 1:
                found = f"the heading '{_text(cells, at)}' or another name of it twice"
                advice = "Rename or delete one."
                raise RecordsError([problem(f"{place} row {number}", found, "it once", advice)])
        if known:
            return known
        if number >= ROWS_ABOVE_HEADINGS:
            break
    expected = "'Child Unique ID' and others in one of the first rows"
    advice = "seeds/records/annex_a_columns.csv lists the headings that are read."
    raise RecordsError([problem(place, "no row of headings", expected, advice)])


def _tables(found: Mapping[int, Sequence[tuple[str, str]]]) -> Tables:
    tables: dict[str, dict[str, int]] = {}
    for place, targets in enumerate(found.values()):
        for table, column in targets:
            tables.setdefault(table, {})[column] = place
    # Each row is a contact: the list has no number of its own.
    if CONTACTS in tables:
        tables[CONTACTS][CONTACT_ID] = len(found)
    if STATUSES in tables:
        tables[STATUSES][STATUS_END] = len(found) + 1
    return tables


def _silence(one: AnnexList, request: Request) -> tuple[date, date] | None:
    """The first stretch of the year without contacts that is too long to be one."""
    if CONTACT_DATE not in one.tables.get(CONTACTS, {}):
        return None
    at = one.tables[CONTACTS][CONTACT_DATE]
    days = {day for _, texts in one.rows if (day := _day(texts[at]))}
    within = sorted(day for day in days if request.start <= day <= request.end)
    if len(within) < 2:  # noqa: PLR2004 - between which there is a usual time
        return request.start, request.end
    usual = (within[-1] - within[0]) / (len(within) - 1)
    longest = max(LONGEST_SILENCE, TIMES_THE_USUAL * usual)
    ends = (request.start - DAY, *within, request.end + DAY)
    for before, after in pairwise(ends):
        is_edge = before < request.start or after > request.end
        if after - before - DAY > (min(longest, LONGEST_AT_AN_END) if is_edge else longest):
            return before + DAY, after - DAY
    return None


def _refused(place: str, first: date, last: date, period: str) -> str:
    found = f"no contact from {first} to {last}"
    advice = (
        "initial_contacts is refused: an annual figure needs a file that spans the year, and"
        " Annex A as it is asked for spans six months."
    )
    return problem(place, found, f"contacts throughout {period}", advice)


def _text(cells: Sequence[object], at: int) -> str:
    value = cells[at] if at < len(cells) else None
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def _plain(heading: str) -> str:
    """A heading in small letters and digits, however it is spaced and punctuated."""
    return re.sub(r"[^a-z0-9]", "", heading.lower())


def _day(text: str) -> date | None:
    british = _BRITISH_DAY.match(text)
    try:
        if british:
            return date(int(british[3]), int(british[2]), int(british[1]))
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
