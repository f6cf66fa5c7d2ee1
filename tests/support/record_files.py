"""Write SYNTHETIC records as councils hold them: SSD tables, census XML, SSDA903, Annex A.

The same children in each, so that all readers must give the same figures. Only what a return has is
in it: a census ends on 31 March and knows no contacts, SSDA903 knows children in care alone.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from openpyxl import Workbook

Row = Mapping[str, str]
Tables = Mapping[str, list[Row]]
FAR = "9999-12-31"


class Year(NamedTuple):
    """A financial year, by its first and last day."""

    first: str
    last: str

    @classmethod
    def of(cls, start: int) -> Year:
        return cls(f"{start}-04-01", f"{start + 1}-03-31")


def read_tables(folder: Path) -> dict[str, list[Row]]:
    """Read SSD tables of a folder."""
    tables: dict[str, list[Row]] = {}
    for path in sorted(folder.glob("ssd_*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    return tables


def write_ssd(tables: Mapping[str, Iterable[Row]], folder: Path) -> None:
    """Write a CSV file for each table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        _write_csv(folder / f"{name}.csv", rows)


def _write_csv(path: Path, rows: Iterable[Row]) -> None:
    rows = iter(rows)
    first = next(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(first), lineterminator="\n")
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(rows)


def write_census(tables: Tables, path: Path, start: int, dfe_code: str = "850") -> None:
    """Write the children in need census of the year that begins in April of `start`."""
    year = Year.of(start)
    births = {row["pers_person_id"]: row for row in tables["ssd_person"]}
    with path.open("w", encoding="utf-8") as file:
        file.write(
            '<?xml version="1.0" encoding="utf-8"?>\n<Message><Header><CollectionDetails>'
            f"<Collection>CIN</Collection><Year>{year.last[:4]}</Year>"
            f"<ReferenceDate>{year.last}</ReferenceDate></CollectionDetails>"
            f"<Source><LEA>{dfe_code}</LEA></Source></Header>\n<Children>\n"
        )
        for person, cases in _cases(tables, year).items():
            born = births.get(person, {})
            identifiers = _element("LAchildID", person)
            identifiers += _element("PersonBirthDate", born.get("pers_dob", ""))
            identifiers += _element("ExpectedPersonBirthDate", born.get("pers_expected_dob", ""))
            file.write(
                f"<Child><ChildIdentifiers>{identifiers}</ChildIdentifiers>{cases}</Child>\n"
            )
        file.write("</Children></Message>\n")


def _cases(tables: Tables, year: Year) -> dict[str, str]:
    """CINdetails of each child; what belongs to no case stands in one of years ago."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for person, case, text in _groups(tables, year):
        groups[person, case].append(text)
    cases: dict[str, str] = defaultdict(str)
    for row in tables["ssd_cin_episodes"]:
        person, began = row["cine_person_id"], row["cine_referral_date"][:10]
        ended = row["cine_close_date"] or (began if _is_yes(row["cine_referral_nfa"]) else FAR)
        if began <= year.last and ended >= year.first:
            closed = row["cine_close_date"] if row["cine_close_date"] <= year.last else ""
            inner = "".join(groups.pop((person, row["cine_referral_id"]), []))
            cases[person] += _case(began, row, closed, inner)
    for (person, _), texts in groups.items():
        long_ago = f"{int(year.first[:4]) - 4}-06-01"
        no_row = {"cine_referral_source_code": "10", "cine_referral_nfa": "0"}
        cases[person] += _case(long_ago, no_row, year.last, "".join(texts))
    return cases


def _case(began: str, row: Row, closed: str, inner: str) -> str:
    return (
        f"<CINdetails>{_element('CINreferralDate', began)}"
        f"{_element('ReferralSource', row['cine_referral_source_code'])}"
        f"{_element('CINclosureDate', closed)}"
        f"{_element('ReferralNFA', '1' if _is_yes(row['cine_referral_nfa']) else '0')}"
        f"{inner}</CINdetails>"
    )


def _groups(tables: Tables, year: Year) -> Iterator[tuple[str, str, str]]:
    for row in tables["ssd_cin_assessments"]:
        started, ended = row["cina_assessment_start_date"], row["cina_assessment_auth_date"]
        if started <= year.last and (not ended or ended >= year.first):
            text = _element("AssessmentActualStartDate", started)
            text += _element("AssessmentAuthorisationDate", ended if ended <= year.last else "")
            yield row["cina_person_id"], row["cina_referral_id"], _element("Assessments", text, "")
    held = {
        (row["icpc_s47_enquiry_id"], row["icpc_person_id"]): row["icpc_icpc_date"]
        for row in tables["ssd_initial_cp_conference"]
        if not _is_yes(row["icpc_icpc_transfer_in"])
    }
    for row in tables["ssd_s47_enquiry"]:
        person, started = row["s47e_person_id"], row["s47e_s47_start_date"]
        day = held.get((row["s47e_s47_enquiry_id"], person), "")
        if started <= year.last and (started >= year.first or day >= year.first):
            text = _element("S47ActualStartDate", started)
            text += _element("DateOfInitialCPC", day if day <= year.last else "")
            yield person, "", _element("Section47", text, "")
    for row in tables["ssd_initial_cp_conference"]:
        day = row["icpc_icpc_date"]
        if _is_yes(row["icpc_icpc_transfer_in"]) and year.first <= day <= year.last:
            yield row["icpc_person_id"], "", _element("DateOfInitialCPC", day)
    yield from _plans(tables, year)


def _plans(tables: Tables, year: Year) -> Iterator[tuple[str, str, str]]:
    own = [row for row in tables["ssd_cp_plans"] if not _is_yes(row["cppl_cp_plan_ola"])]
    starts: dict[str, list[str]] = defaultdict(list)
    for row in own:
        starts[row["cppl_person_id"]].append(row["cppl_cp_plan_start_date"])
    for row in own:
        person, started = row["cppl_person_id"], row["cppl_cp_plan_start_date"]
        ended = row["cppl_cp_plan_end_date"] or FAR
        if started <= year.last and ended >= year.first:
            text = _element("CPPstartDate", started)
            text += _element("CPPendDate", ended if ended <= year.last else "")
            text += _element("InitialCategoryOfAbuse", row["cppl_cp_plan_initial_category"])
            earlier = sum(start < started for start in starts[person])
            text += _element("NumberOfPreviousCPP", str(earlier))
            yield person, "", _element("ChildProtectionPlans", text, "")


def _element(name: str, text: str, end: str | None = None) -> str:
    """Give an element; one without text is left out. With `end`, the text is elements itself."""
    if not text:
        return ""
    return f"<{name}>{escape(text) if end is None else text}</{name}>"


def write_903(tables: Tables, folder: Path, start: int) -> None:
    """Write the SSDA903 files of the year that begins in April of `start`."""
    year = Year.of(start)
    folder.mkdir(parents=True, exist_ok=True)
    placements = {
        row["clap_cla_placement_id"]: row["clap_cla_placement_type"]
        for row in tables["ssd_cla_placement"]
    }
    statuses: dict[str, list[Row]] = defaultdict(list)
    for row in tables["ssd_legal_status"]:
        statuses[row["lega_person_id"]].append(row)
    births = {row["pers_person_id"]: row["pers_dob"] for row in tables["ssd_person"]}
    episodes, children = [], {}
    for row in tables["ssd_cla_episodes"]:
        child, began = row["clae_person_id"], row["clae_cla_episode_start_date"]
        ended = row["clae_cla_episode_ceased_date"] or FAR
        if began <= year.last and ended >= year.first:
            children[child] = births.get(child, "")
            in_force = [s for s in statuses[child] if s["lega_legal_status_start_date"] <= began]
            latest = max(in_force, key=lambda s: s["lega_legal_status_start_date"])
            episodes.append(
                {
                    "CHILD": child,
                    "DECOM": _uk(began),
                    "RNE": row["clae_cla_episode_start_reason"],
                    "LS": latest["lega_legal_status"],
                    "CIN": "N1",
                    "PLACE": placements.get(row["clae_cla_placement_id"], "U6"),
                    "DEC": _uk(ended) if ended <= year.last else "",
                    "REC": row["clae_cla_episode_ceased_reason"],
                }
            )
    header = [
        {"CHILD": child, "SEX": "1", "DOB": _uk(born), "ETHNIC": "WBRI", "UPN": "UN1", "MOTHER": ""}
        for child, born in children.items()
    ]
    unaccompanied = [
        {
            "CHILD": row["immi_person_id"],
            "SEX": "1",
            "DOB": _uk(births.get(row["immi_person_id"], "")),
            "DUC": _uk(row["immi_immigration_status_end_date"]),
        }
        for row in tables["ssd_immigration_status"]
        if row["immi_person_id"] in children
    ]
    _write_csv(folder / "Header.csv", header)
    _write_csv(folder / "Episodes.csv", episodes)
    _write_csv(folder / "UASC.csv", unaccompanied)


def write_annex_a(tables: Tables, path: Path, first: str, last: str) -> None:
    """Write the lists of contacts from day to day and of care leavers, as Ofsted asks for them."""
    births = {row["pers_person_id"]: row["pers_dob"] for row in tables["ssd_person"]}
    unaccompanied = {row["immi_person_id"] for row in tables["ssd_immigration_status"]}
    contacts = {
        (row["cont_contact_id"], row["cont_person_id"]): row for row in tables["ssd_contacts"]
    }
    book = Workbook(write_only=True)
    sheet = book.create_sheet("List 1")
    sheet.append(
        ["Child Unique ID", "Gender", "Date of Birth", "Date of Contact", "Contact Source"]
    )
    for row in contacts.values():
        day = row["cont_contact_date"][:10]
        if first <= day <= last:
            child = row["cont_person_id"]
            cells = [child, "a) Female", births.get(child), date.fromisoformat(day), "Police"]
            sheet.append(cells)
    sheet = book.create_sheet("List 9")
    sheet.append(["SYNTHETIC care leavers"])
    sheet.append(
        [
            "Child Unique ID",
            "Date of Birth",
            "Unaccompanied Asylum Seeking Child (UASC), or formerly UASC if 18 or over (Y/N)",
            "Allocated Worker",
            "Eligibility Category",
        ]
    )
    for row in tables["ssd_care_leavers"]:
        child = row["clea_person_id"]
        is_uasc = "a) Yes" if child in unaccompanied else "b) No"
        eligibility = row["clea_care_leaver_eligibility"]
        sheet.append([child, _uk(births.get(child, "")), is_uasc, "Zebedee Quux", eligibility])
    book.save(path)


def _uk(day: str) -> str:
    return f"{day[8:10]}/{day[5:7]}/{day[:4]}" if day else ""


def _is_yes(text: str) -> bool:
    return text.strip().upper() in {"Y", "YES", "1", "TRUE"}
