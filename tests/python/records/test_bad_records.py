"""What cannot be used is refused, each with a message of its own, and nothing is written."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from record_runs import EXAMPLE, Ran, example, records_of, run

from safeguarding.records import counting, record_commands
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
            "ssd_contacts.csv row 2: found a row that is not like the header",
        ),
        (
            f'cont_contact_id,cont_person_id,cont_contact_date\n"{A_NAME},P1,2022-05-05\n'.encode(),
            "found a row that is not like the header",
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


def test_a_parquet_file_that_is_cut_off(folder: Path) -> None:
    (folder / "ssd_contacts.csv").unlink()
    (folder / "ssd_contacts.parquet").write_bytes(b"PAR1 and no more")
    assert "ssd_contacts.parquet: found no whole Parquet file" in refused(run(folder))


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


def test_elements_that_no_layout_has(tmp_path: Path) -> None:
    path = tmp_path / "records" / "cin.xml"
    path.parent.mkdir()
    write_census(TABLES, path, 2022)
    plain = run(path.parent)
    text = path.read_text(encoding="utf-8")
    group = f"<PreProceedings><Note>{A_NAME}</Note></PreProceedings></CINdetails>"
    path.write_text(text.replace("</CINdetails>", group, 2), encoding="utf-8")
    found = run(path.parent)
    assert "not read: Note (2), PreProceedings (2)." in found.err
    assert A_NAME not in found.err
    assert found.figures == plain.figures


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
    shutil.copy(folder / "Episodes.csv", folder / "Episodes 2.csv")
    assert "found 2 files Episodes, expected one" in refused(run(folder))


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
