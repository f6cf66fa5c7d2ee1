"""Records as case systems write them: what is read, and what is not taken for something else."""

from __future__ import annotations

from pathlib import Path

import pytest
from record_runs import EXAMPLE, records_of, run

from support.record_files import read_tables, write_903, write_census

TABLES = read_tables(EXAMPLE)


def _with(table: str, rows: str) -> str:
    text = (EXAMPLE / f"{table}.csv").read_text(encoding="utf-8")
    return (text if text.endswith("\n") else f"{text}\n") + rows


def test_numbers_times_and_spaces(tmp_path: Path) -> None:
    # P8 is referred at five past nine by a GP, at half past ten by the police: the GP's counts. The
    # enquiry 2001, of seven, and E01 had conferences: 2 / 7 = 28.57%.
    changes = {
        "ssd_cin_episodes": _with(
            "ssd_cin_episodes",
            "N1,P8,02-05-2022 10:30,6,N,\n N2\u00a0,P8\t,02.05.2022 9:05,3A\u00a0,N,\n",
        ),
        "ssd_s47_enquiry": _with("ssd_s47_enquiry", "2001,P3,2022-06-01,,N\n"),
        "ssd_initial_cp_conference": _with(
            "ssd_initial_cp_conference", "N1,2001.0,P3,N,2022-06-10,Y\n"
        ),
    }
    found = run(records_of(tmp_path / "records", changes))
    assert found.number("referrals") == "10"
    assert found.number("referrals_by_source", category="health_services") == "2"
    assert found.number("referrals_by_source", category="police") == "1"
    assert found.percent("section_47_to_conference_cohort") == "28.57"


def test_words_that_begin_like_another(tmp_path: Path) -> None:
    # A health service is not "other", and a visa of one year is no flag 1.
    changes = {
        "ssd_cin_episodes": _with(
            "ssd_cin_episodes", "N1,P8,2022-05-02,Other primary health services,Y,\n"
        ),
        "ssd_immigration_status": _with(
            "ssd_immigration_status", "N1,P29,1 year visa,2023-03-31,\n"
        ),
    }
    found = run(records_of(tmp_path / "records", changes))
    assert found.number("referrals_by_source", category="other") == "0"
    assert found.number("referrals_by_source", category="not_recorded") == "3"
    assert found.number("uasc_looked_after") == "1"
    said = found.findings["unmapped_value", "ssd_immigration_status"]
    assert said["records"] == "1"
    assert said["effect"].startswith("not counted as an unaccompanied child")
    assert "uasc_looked_after" in said["measure_ids"]


def test_a_column_or_a_table_that_says_nothing(tmp_path: Path) -> None:
    text = (EXAMPLE / "ssd_immigration_status.csv").read_text(encoding="utf-8")
    for words in (",Unaccompanied Asylum Seeking Child,", ",UASC,"):
        text = text.replace(words, ",,")
    contacts = (EXAMPLE / "ssd_contacts.csv").read_text(encoding="utf-8").splitlines()[0]
    changes = {"ssd_immigration_status": text, "ssd_contacts": contacts}
    folder = records_of(tmp_path / "records", changes)
    (folder / "more").mkdir()
    found = run(folder)
    blank = found.findings["column_blank", "ssd_immigration_status"]
    assert (blank["records"], blank["field"]) == ("3", "immi_immigration_status")
    assert "uasc_looked_after" in blank["measure_ids"]
    assert found.number("initial_contacts") == "0"
    assert "No record of ssd_contacts: what is counted from them is 0." in found.err
    assert "Folders that were not looked into: more." in found.err


def test_how_far_back_referrals_go(tmp_path: Path) -> None:
    # The example's first referral is of September 2021: too late for re-referrals of April 2022.
    first = run(records_of(tmp_path / "a" / "records"))
    assert first.findings["history_may_be_short", "ssd_cin_episodes"]["first_row"] == "8"
    assert first.number("re_referrals") == "3"
    text = _with("ssd_cin_episodes", "N1,P8,2021-04-10,6,Y,\n")
    longer = run(records_of(tmp_path / "b" / "records", {"ssd_cin_episodes": text}))
    assert ("history_may_be_short", "ssd_cin_episodes") not in longer.findings
    # Two censuses reach back, even if nobody was referred before the year.
    folder = tmp_path / "c" / "records"
    folder.mkdir(parents=True)
    lines = (EXAMPLE / "ssd_cin_episodes.csv").read_text(encoding="utf-8").splitlines()
    new = [line for line in lines if ",2021-" not in line]
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "ssd_cin_episodes.csv").write_text("\n".join(new), encoding="utf-8")
    tables = TABLES | read_tables(tmp_path / "tables")
    for year in (2021, 2022, 2023):
        write_census(tables, folder / f"cin_{year}.xml", year)
    told = run(folder)
    # R03 of P2, referred in June; R11 of P1, in April. Without R07 that of P4 is its first.
    assert told.number("re_referrals") == "2"
    assert "Censuses of years after 2022-23, not read: cin_2023.xml." in told.err


@pytest.mark.parametrize(("flag", "number"), [("1", "1"), ("0", "0"), ("yes?", "0")])
def test_unaccompanied_children_of_an_older_header(tmp_path: Path, flag: str, number: str) -> None:
    folder = tmp_path / "records"
    write_903(TABLES, folder, 2022)
    (folder / "UASC.csv").unlink()
    path = folder / "Header.csv"
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    flagged = [f"{line},{flag if line.startswith('P22,') else '0'}" for line in rest]
    path.write_text("\n".join([f"{first},UASC", *flagged]), encoding="utf-8")
    found = run(folder)
    assert found.number("uasc_looked_after") == number
    assert (("unmapped_value", "ssd_immigration_status") in found.findings) is (flag == "yes?")
