"""Annex A gives contacts and care leavers, as SSD tables do; half a year gives no annual figure."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from record_runs import AUTHORITY, EXAMPLE, PERIOD, Ran, example, run

from safeguarding.records import record_commands
from support.record_files import Row, read_tables, write_903, write_annex_a, write_census

YEAR = ("2022-04-01", "2023-03-31")
LEAVERS = ("uasc_care_leavers", f"{PERIOD} Q4")


def tables() -> dict[str, list[Row]]:
    """The worked example, with a contact on each Monday of the year: 52 more than its own."""
    found = read_tables(EXAMPLE)
    found["ssd_contacts"] += [
        {
            "cont_contact_id": f"N{week}",
            "cont_person_id": "P1",
            "cont_contact_date": str(date(2022, 4, 4) + timedelta(weeks=week)),
        }
        for week in range(52)
    ]
    return found


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "records" / "Annex A.xlsx"
    path.parent.mkdir()
    write_annex_a(tables(), path, *YEAR)
    return path


def refused(ran: Ran) -> str:
    assert ran.code == 1
    assert ran.figures == {}
    assert "Quux" not in ran.err
    return ran.err


def test_figures_are_those_of_the_tables(book: Path) -> None:
    ran = run(book.parent, "--source", "annex-a")
    assert ran.code == 0, ran.err
    own = int(example().number("initial_contacts") or 0)
    assert {key[0] for key in ran.figures} == {"initial_contacts", "uasc_care_leavers"}
    assert ran.number("initial_contacts") == str(own + 52)
    assert ran.number(*LEAVERS) == example().number(*LEAVERS) == "1"
    assert "unmapped_value" not in {check for check, _ in ran.findings}
    # Without --source too, and with another workbook beside it.
    Workbook().save(book.with_name("Notes.xlsx"))
    again = run(book.parent)
    assert again.figures == ran.figures
    assert "Files that were not read: Notes.xlsx." in again.err


def test_beside_the_returns_it_gives_what_they_lack(book: Path) -> None:
    write_903(tables(), book.parent, 2022)
    for year in (2021, 2022):
        write_census(tables(), book.parent / f"cin_{year}.xml", year)
    ran = run(book.parent)
    assert ran.code == 0, ran.err
    not_of_a_census = {"assessments_in_time_from_referral", "initial_contacts"}
    wanted = {k: v for k, v in example().figures.items() if k[0] not in not_of_a_census}
    wanted = {k: v for k, v in wanted.items() if not k[0].endswith("to_30_june")}
    assert {k: v for k, v in ran.figures.items() if k[0] not in not_of_a_census} == wanted


@pytest.mark.parametrize(
    ("first", "last", "gap"),
    [
        ("2022-10-01", YEAR[1], "2022-04-01 to 2022-10-02"),
        (YEAR[0], "2022-09-30", "2022-09-27 to 2023-03-31"),
        ("2021-10-01", "2022-03-31", "2022-04-01 to 2023-03-31"),
    ],
)
def test_six_months_give_no_annual_figure(book: Path, first: str, last: str, gap: str) -> None:
    write_annex_a(tables(), book, first, last)
    ran = run(book.parent)
    assert ran.code == 0
    assert ran.number("initial_contacts") is None
    assert ran.number(*LEAVERS) == "1"
    assert f"Annex A.xlsx List 1: found no contact from {gap}, expected contacts" in ran.err
    assert "initial_contacts is refused: an annual figure needs a file that spans" in ran.err
    # With nothing else in it, the whole file is.
    workbook = load_workbook(book)
    del workbook["List 9"]
    workbook.save(book)
    assert "initial_contacts is refused" in refused(run(book.parent))


def test_few_contacts_throughout_the_year_are_counted(book: Path) -> None:
    """Eight contacts in a year are a small council's list, and no list of half a year."""
    few = tables()
    few["ssd_contacts"] = few["ssd_contacts"][::8]
    write_annex_a(few, book, *YEAR)
    assert run(book.parent).number("initial_contacts") == "8"


def test_headings_as_people_type_them(book: Path) -> None:
    whole = run(book.parent).figures
    workbook = load_workbook(book)
    workbook["List 1"]["A1"] = " child ID "
    workbook["List 1"]["D1"] = "DATE OF CONTACT:"
    workbook["List 9"]["B2"] = "Date of\nBirth"
    workbook["List 9"].title = "list_9 Care leavers"
    workbook.save(book)
    assert run(book.parent).figures == whole


@pytest.mark.parametrize(
    ("cell", "heading", "words"),
    [
        ("D1", "Day", "ssd_contacts: no column cont_contact_date. Not given: initial_contacts"),
        ("B1", "Child ID", "List 1 row 1: found the heading 'Child Unique ID' or another name"),
    ],
)
def test_headings_that_are_missing(book: Path, cell: str, heading: str, words: str) -> None:
    workbook = load_workbook(book)
    workbook["List 1"][cell] = heading
    workbook.save(book)
    ran = run(book.parent)
    assert words in ran.err
    assert ran.number("initial_contacts") is None


def test_workbooks_that_cannot_be_used(book: Path) -> None:
    source = ("--source", "annex-a")
    content = book.read_bytes()
    (book.with_name("copy.xlsx")).write_bytes(content)
    assert "found 2 workbooks, expected one Annex A workbook" in refused(run(book.parent))
    book.with_name("copy.xlsx").unlink()
    book.write_bytes(content[: len(content) // 2])
    assert "Annex A.xlsx" in refused(run(book.parent, *source))
    workbook = Workbook(write_only=True)
    workbook.create_sheet("List 1")
    workbook.save(book)
    assert "List 1: found no row of headings, expected 'Child" in refused(run(book.parent, *source))
    Workbook().save(book)
    assert "found no list of Annex A" in refused(run(book.parent, *source))
    book.unlink()
    assert "found no workbook (.xlsx)" in refused(run(book.parent, *source))


def test_names_are_never_kept(book: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    assert run(book.parent, "--keep", str(kept)).code == 0
    held = [path for path in kept.rglob("*") if path.is_file()]
    assert held
    assert not any(b"Quux" in path.read_bytes() for path in held)


def test_rows_are_named_by_sheet_and_number(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--measure", "uasc_care_leavers", "--records", str(book.parent), "--period", PERIOD]
    options = [*asked, "--authority", AUTHORITY, "--extracted", "2023-06-30"]
    assert record_commands.main(["explain", *options]) == 0
    leaver = next(
        number
        for number, row in enumerate(tables()["ssd_care_leavers"], start=3)
        if row["clea_care_leaver_eligibility"] == "Former Relevant"
    )
    assert f"Annex A.xlsx List 9,{leaver}" in capsys.readouterr().out
