"""What cannot be used is refused, each with a message of its own, and nothing is written."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest
from record_runs import EXAMPLE, Ran, example, records_of, run

from safeguarding.records import annex_a, counting, record_commands, sources, ssd_files
from safeguarding.records.canonical import Store, read_columns
from safeguarding.records.request import RecordsError, Request
from safeguarding.warehouse.seed_files import PROJECT
from support.record_files import read_tables, write_903, write_census

TABLES = read_tables(EXAMPLE)
A_NAME = "Zebedee Quux"  # stands for a name: no message may have it


def refused(ran: Ran) -> str:
    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert A_NAME not in ran.err + ran.out
    assert ran.figures == {}
    assert "Nothing was written." in ran.err
    return ran.err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return records_of(tmp_path / "records")


def test_a_folder_inside_the_repository(tmp_path: Path) -> None:
    inside = str(PROJECT / "tests/python/records/worked_example")
    said = refused(run(tmp_path / "x", "--records", inside))
    assert "found a folder inside the repository, expected one outside it" in said
    link = tmp_path / "link"
    link.symlink_to(inside)
    assert "inside the repository" in refused(run(link))


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--period", "2022-24", "--period: found '2022-24', expected a financial year"),
        ("--period", "2022", "--period: found '2022', expected a financial year"),
        ("--period", "2010-11", "expected a year from 2012 to 2028, whose bank holidays"),
        ("--authority", "Hampshire", "--authority: found 'Hampshire', expected the ONS code"),
        ("--extracted", "2022-12-31", "before the end of 2022-23, expected 2023-03-31 or later"),
        ("--records", "/nowhere", "--records /nowhere: found nothing there"),
    ],
)
def test_options(folder: Path, option: str, value: str, words: str) -> None:
    assert words in refused(run(folder, option, value))


def test_a_folder_without_records(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    assert "found no records" in refused(run(tmp_path / "records"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "ssd_contacts.csv: found an empty file"),
        (b"a,b\n1,2\n", "ssd_contacts.csv: found none of the table's columns in row 1"),
        (
            f"cont_contact_id,cont_person_id,cont_contact_date\n1,2\n{A_NAME},P1,2022-05-05\n".encode(),
            "ssd_contacts.csv row 2: found a row of 2 cell(s), expected 3, as the header has",
        ),
        (
            f"cont_contact_id,cont_person_id,cont_contact_date\n1,2,2022-05-05,{A_NAME}\n".encode(),
            "ssd_contacts.csv row 2: found a row of 4 cell(s), expected 3, as the header has",
        ),
        (
            f"cont_contact_id,cont_person_id,cont_contact_date\n{A_NAME}".encode("utf-16")
            + b"\x00\xd8\n\x00",
            "ssd_contacts.csv: found letters that cannot be read, expected UTF-8 or UTF-16",
        ),
        (
            b"cont_contact_id,cont_person_id,cont_contact_date\n1,2," + b"x" * 20_000_001,
            "ssd_contacts.csv row 2: found a row of more than 20,000,000 bytes",
        ),
        (
            f'cont_contact_id,cont_person_id,cont_contact_date\n"{A_NAME},P1,2022-05-05\n'.encode(),
            "ssd_contacts.csv row 2: found a quote that is not closed",
        ),
        (
            b"cont_contact_id,cont_person_id,cont_contact_date,Cont_Person_ID\n1,2,2022-05-05,3\n",
            "ssd_contacts.csv: found the column cont_person_id twice",
        ),
    ],
)
def test_a_table_that_cannot_be_read(folder: Path, content: bytes, words: str) -> None:
    (folder / "ssd_contacts.csv").write_bytes(content)
    assert words in refused(run(folder))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PAR1 and no more", "found a Parquet file that is cut off or damaged"),
        (f"id,name\n1,{A_NAME}\n".encode(), "found a file that is not Parquet"),
        (b"", "found a file that is not Parquet"),
    ],
)
def test_what_is_no_parquet_file(folder: Path, content: bytes, words: str) -> None:
    (folder / "ssd_contacts.csv").unlink()
    (folder / "ssd_contacts.parquet").write_bytes(content)
    assert f"ssd_contacts.parquet: {words}" in refused(run(folder))


@pytest.mark.parametrize("name", ["ssd_contacts.csv", "Episodes.csv", "cin.xml", "annex.xlsx"])
def test_a_file_that_another_program_has_open(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    (folder / name).write_text("PK")
    request = Request(folder, "E10000014", "2022-23", date(2023, 6, 30))
    store = Store(duckdb.connect(), tmp_path / "store", read_columns(PROJECT), request.extract_id)

    def locked(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    monkeypatch.setattr(annex_a, "load_workbook", locked)
    monkeypatch.setattr(annex_a, "file_problems", lambda *_: [])
    with pytest.raises(RecordsError) as error:
        sources.read_source(request, (), "850", PROJECT, store)
    (said,) = error.value.problems
    assert said == (
        f"{name}: found an error on opening (permission denied), expected a readable file."
        " Close it in other programs, and check that you may read it."
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (duckdb.IOException(f"IO Error: {A_NAME}"), "t.csv: found an error on reading"),
        (duckdb.InvalidInputException(A_NAME), "t.csv: found what cannot be read as CSV"),
    ],
)
def test_what_duckdb_cannot_read(error: duckdb.Error, words: str) -> None:
    said = ssd_files.unreadable(Path("t.csv"), error)
    assert words in said
    assert A_NAME not in said


@pytest.mark.parametrize(
    "error", [duckdb.OutOfMemoryException("x"), duckdb.IOException("No space left on device")]
)
def test_a_full_machine_is_no_fault_of_a_file(error: duckdb.Error) -> None:
    with pytest.raises(type(error)):
        ssd_files.unreadable(Path("t.csv"), error)


def test_a_table_in_two_files(folder: Path) -> None:
    shutil.copy(folder / "ssd_contacts.csv", folder / "SSD_Contacts.CSV")
    said = refused(run(folder))
    assert "found 2 files of the table ssd_contacts, expected one" in said


def test_two_sources_with_the_same_records(folder: Path) -> None:
    write_census(TABLES, folder / "cin.xml", 2022)
    said = refused(run(folder))
    assert "ssd and cin-census: found both with records of ssd_cin_episodes" in said


CENSUS_FAULTS: dict[str, tuple[Callable[[str], str], str]] = {
    "cut off": (lambda text: text[: len(text) // 2], "XML that breaks off or is not well formed"),
    "another year": (
        lambda text: text.replace("2023-03-31</Ref", "2022-03-31</Ref").replace(
            "<Year>2023", "<Year>2022"
        ),
        "found the census of 2021-22, expected that of 2022-23",
    ),
    "two years in one": (
        lambda text: text.replace("<Year>2023", "<Year>2022"),
        "found the Year '2022' beside the ReferenceDate 2023-03-31",
    ),
    "a year without layout": (
        lambda text: text.replace("2023-03-31</Ref", "2009-03-31</Ref").replace(
            "<Year>2023", "<Year>2009"
        ),
        "found a census of 2009, expected one from 2018 to 2026",
    ),
    "another council": (
        lambda text: text.replace("<LEA>850", "<LEA>851"),
        "found the council 851 (LEA), expected 850",
    ),
    "another collection": (
        lambda text: text.replace(">CIN<", ">CLA<"),
        "found the collection 'CLA', expected the collection CIN",
    ),
    "entities": (
        lambda text: text.replace(
            "<Message>",
            '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><Message>',
        ).replace(">P1<", ">&b;<"),
        "found a document type or entities, expected none",
    ),
    "entities far down": (
        lambda text: text.replace(
            "<Message>",
            f'<!--{"x" * 2_000_000}--><!DOCTYPE x [<!ENTITY a "aaaa">]><Message>',
        ),
        "found a document type or entities, expected none",
    ),
    "no census": (lambda _: f"<html><body>{A_NAME}</body></html>", "found no Header of a census"),
    "empty": (lambda _: "", "found an empty file"),
    "another encoding": (
        lambda text: text.replace('"utf-8"', '"utf-17"'),
        "found letters in an encoding that its first line does not name",
    ),
}


@pytest.mark.parametrize("fault", CENSUS_FAULTS)
def test_a_census(tmp_path: Path, fault: str) -> None:
    change, words = CENSUS_FAULTS[fault]
    path = tmp_path / "records" / "cin.xml"
    path.parent.mkdir()
    write_census(TABLES, path, 2022)
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    said = refused(run(path.parent))
    assert words in said
    assert said.startswith("- cin.xml")


def test_the_warehouse_stays_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --aggregates, too, where figures would be loaded."""
    path = tmp_path / "records" / "cin.xml"
    path.parent.mkdir()
    write_census(TABLES, path, 2022)
    path.write_text(path.read_text(encoding="utf-8")[:-100], encoding="utf-8")
    kept = sorted([*PROJECT.glob("seeds/**/*.csv"), *PROJECT.glob("warehouse.duckdb")])
    before = [(each, each.stat().st_mtime_ns, each.stat().st_size) for each in kept]
    options = ["--authority", "E10000014", "--period", "2022-23", "--extracted", "2023-06-30"]
    assert record_commands.main(["build", "--records", str(path.parent), *options]) == 1
    assert "XML that breaks off" in capsys.readouterr().err
    assert [(each, each.stat().st_mtime_ns, each.stat().st_size) for each in kept] == before


def test_two_censuses_of_a_year(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    for name in ("cin.xml", "cin copy.xml"):
        write_census(TABLES, folder / name, 2022)
    assert "found 2 censuses of 2022-23, expected one" in refused(run(folder))


@pytest.fixture
def census(tmp_path: Path) -> Path:
    """A census that is as it should be, alone in its folder."""
    path = tmp_path / "records" / "cin.xml"
    path.parent.mkdir()
    write_census(TABLES, path, 2022)
    return path


def test_elements_that_no_layout_has(census: Path) -> None:
    path, plain = census, run(census.parent)
    text = path.read_text(encoding="utf-8")
    known = (
        "<ReferralNFA>1</ReferralNFA><Section47><S47ActualStartDate>2022-05-05"
        "</S47ActualStartDate></Section47>"
    )
    group = f"<PreProceedings><Note>{A_NAME}</Note>{known}</PreProceedings></CINdetails>"
    path.write_text(text.replace("</CINdetails>", group, 2), encoding="utf-8")
    found = run(path.parent)
    assert "not read: Note (2), PreProceedings (2)." in found.err
    assert A_NAME not in found.err
    assert found.figures == plain.figures


def test_what_a_case_says_after_its_groups(census: Path) -> None:
    """A layout may put a case's own texts before or after its enquiries."""
    path, plain = census, run(census.parent)
    text = path.read_text(encoding="utf-8")
    own = r"((?:<(?:CINreferralDate|ReferralNFA|DateOfInitialCPC)>[^<]*</\w+>)+)(.*?)"
    pattern = f"(?<=<CINdetails>){own}(?=</CINdetails>)"
    moved, times = re.subn(pattern, r"\2\1", text, flags=re.DOTALL)
    assert times
    assert "</Section47><CINreferralDate>" in moved
    path.write_text(moved, encoding="utf-8")
    assert run(path.parent).figures == plain.figures


def test_ssda903(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    write_903(TABLES, folder, 2022)
    episodes = (folder / "Episodes.csv").read_text(encoding="utf-8")
    for changed, words in (
        (re.sub(r"^P", "Q", episodes, flags=re.MULTILINE), "children that are not in Header"),
        (episodes.replace("/20", "/19"), "It is an earlier year's"),
        (episodes.replace("DECOM", "DECOMM"), "found no CSV file with the columns CHILD, DECOM"),
    ):
        (folder / "Episodes.csv").write_text(changed, encoding="utf-8")
        assert words in refused(run(folder, "--source", "ssda903"))
    (folder / "Episodes.csv").write_text(episodes, encoding="utf-8")


def test_two_files_of_episodes(tmp_path: Path) -> None:
    """A copy is said to be one; of two quarters, which is the later."""
    folder = tmp_path / "records"
    write_903(TABLES, folder, 2022)
    other = folder / "Episodes Q3.csv"
    shutil.copy(folder / "Episodes.csv", other)
    os.utime(folder / "Episodes.csv", (1_680_912_000, 1_680_912_000))
    before = {path: path.read_bytes() for path in folder.iterdir()}
    said = refused(run(folder))
    assert "found the same file Episodes 2 times, expected it once. Delete the copies" in said
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    lines = other.read_text(encoding="utf-8").splitlines()
    other.write_text("\n".join(lines[:3]), encoding="utf-8")
    os.utime(other, (1_673_136_000, 1_673_136_000))
    said = refused(run(folder))
    assert "found 2 different files Episodes (Episodes Q3.csv of 2023-01-08, with episodes" in said
    assert re.search(r"; Episodes.csv of 2023-04-08, with episodes until 2023-\d\d-\d\d\)", said)
    assert "Leave the one that was written last" in said
    assert "CHILD" not in said


def test_names_are_never_read(folder: Path, tmp_path: Path) -> None:
    lines = (folder / "ssd_person.csv").read_text(encoding="utf-8").splitlines()
    named = [f"{lines[0]},pers_forename,pers_upn", *(f"{line},{A_NAME},A1" for line in lines[1:])]
    (folder / "ssd_person.csv").write_text("\n".join(named), encoding="utf-8")
    kept = tmp_path / "kept"
    ran = run(folder, "--keep", str(kept))
    assert ran.code == 0
    assert A_NAME not in ran.out + ran.err
    held = [path for path in kept.rglob("*") if path.is_file()]
    assert held
    assert not any(A_NAME.encode() in path.read_bytes() for path in held)


def test_records_are_not_kept_in_the_repository_or_among_others(
    folder: Path, tmp_path: Path
) -> None:
    inside = PROJECT / "target" / "kept"
    assert "--keep" in refused(run(folder, "--keep", str(inside)))
    assert not inside.exists()
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "a").touch()
    assert "found something there already" in refused(run(folder, "--keep", str(tmp_path / "used")))


def test_nothing_is_left_of_the_records(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    assert run(folder).code == 0
    assert list(room.iterdir()) == []
    # Nor if it fails midway, and nothing of what failed is said.

    def fail(*_: object) -> None:
        raise KeyError(A_NAME)

    monkeypatch.setattr(counting, "make_models", fail)
    refused(run(folder))
    assert list(room.iterdir()) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_as_other_programs_write_it(tmp_path: Path, encoding: str, separator: str) -> None:
    text = (EXAMPLE / "ssd_cin_episodes.csv").read_text(encoding="utf-8")
    lines = text.replace(",", separator).splitlines()
    named = [f"{lines[0]}{separator}worker", *(f"{line}{separator}Zoë" for line in lines[1:])]
    folder = records_of(tmp_path / "records")
    (folder / "ssd_cin_episodes.csv").write_bytes("\r\n".join(named).encode(encoding))
    assert run(folder).figures == example().figures
