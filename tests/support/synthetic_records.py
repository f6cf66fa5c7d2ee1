"""SYNTHETIC records whose figures are given targets exactly: `make records-demo`.

One event for each unit of a target, on days laid out by arithmetic; beside them what a rule must
not count (short breaks, earlier referrals, transfers in, plans of other authorities). Nothing is
random.

Usage: PYTHONPATH=tests python -m support.synthetic_records FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from support.record_files import Row, write_903, write_census, write_ssd

CODES = {
    "individual": "1A", "education": "2A", "health_services": "3A", "housing": "4",
    "local_authority_services": "5A", "police": "6", "other_legal_agency": "7", "other": "8",
    "anonymous": "9", "unknown": "10", "not_recorded": "",
}  # fmt: skip
CATEGORIES = {
    "neglect": "NEG", "physical_abuse": "PHY", "sexual_abuse": "SAB", "emotional_abuse": "EMO",
    "multiple": "MUL",
}  # fmt: skip
Tables = dict[str, list[Row]]
Quarters = tuple[int, int, int, int]
DAY = timedelta(days=1)
TWINS = 20  # of each kind that a rule must not count


class ImpossibleTargetsError(ValueError):
    """No record set can have the targets; the message has the sum that fails."""


@dataclass(frozen=True)
class Targets:
    """Figures of the year that begins in April of `start`, as records are to give them."""

    start: int
    contacts: int
    sources: Mapping[str, int]
    re_referrals: int
    open_cases: int
    enquiries: int
    enquiries_with_conference: int
    conferences: int
    assessments: int
    assessments_in_time: int
    plans_started: Mapping[str, int]
    plans_repeat: int
    plans_ended: int
    plans_ended_after_2_years: int
    plans_open: int
    plans_open_2_years: int
    care_before: int
    care_after: int
    care_entered: Quarters
    care_left: Quarters
    placed_with_parents: Quarters
    entered_uasc: Quarters
    uasc_looked_after: int
    uasc_care_leavers: int

    def check(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            ImpossibleTargetsError: A sum fails.
        """
        entered, left = sum(self.care_entered), sum(self.care_left)
        stock = self.care_before + entered - left
        if stock != self.care_after:
            raise ImpossibleTargetsError(
                f"Children looked after: {self.care_before:,} + {entered:,} - {left:,} is"
                f" {stock:,}, not {self.care_after:,}."
            )
        started = sum(self.plans_started.values())
        whole_and_parts = {
            "referrals, re-referrals": (sum(self.sources.values()), self.re_referrals),
            "referrals, open cases": (sum(self.sources.values()), self.open_cases),
            "enquiries, those with a conference": (self.enquiries, self.enquiries_with_conference),
            "conferences, those of the year's enquiries": (
                self.conferences,
                self.enquiries_with_conference,
            ),
            "assessments, those in time": (self.assessments, self.assessments_in_time),
            "plans started, repeat plans": (started, self.plans_repeat),
            "plans ended, after two years": (self.plans_ended, self.plans_ended_after_2_years),
            "plans open, two years": (self.plans_open, self.plans_open_2_years),
            "plans open and ended, plans started": (self.plans_open + self.plans_ended, started),
            "plans open before the year, ended or open after two years": (
                self.plans_open + self.plans_ended - started,
                self.plans_ended_after_2_years + self.plans_open_2_years,
            ),
            "children before the year, those leaving": (
                self.care_before,
                left + max(self.uasc_looked_after - sum(self.entered_uasc), 0),
            ),
        }
        for quarter in range(4):
            whole_and_parts[f"entering care in Q{quarter + 1}, with parents or unaccompanied"] = (
                self.care_entered[quarter],
                self.placed_with_parents[quarter] + self.entered_uasc[quarter],
            )
        for name, (whole, part) in whole_and_parts.items():
            if part > whole:
                raise ImpossibleTargetsError(f"{name}: {part:,} of {whole:,}.")


def generate(targets: Targets) -> Tables:
    """Make SSD tables with exactly these figures.

    Raises:
        ImpossibleTargetsError: No record set can have them.
    """
    targets.check()
    first = date(targets.start, 4, 1)
    tables: Tables = {
        "ssd_contacts": list(_contacts(targets, first)),
        "ssd_cin_episodes": list(_referrals(targets, first)),
        "ssd_cin_assessments": list(_assessments(targets, first)),
        "ssd_s47_enquiry": [],
        "ssd_initial_cp_conference": [],
        "ssd_cp_plans": list(_plans(targets, first)),
        "ssd_person": [],
        "ssd_cla_episodes": [],
        "ssd_legal_status": [],
        "ssd_cla_placement": [],
        "ssd_immigration_status": [],
        "ssd_care_leavers": [],
    }
    _enquiries(targets, first, tables)
    _care(targets, first, tables)
    return tables


def _contacts(targets: Targets, first: date) -> Iterator[Row]:
    days = [first + DAY * (number % 365) for number in range(targets.contacts)]
    outside = [first - DAY, date(first.year + 1, 4, 1)] * TWINS
    for number, day in enumerate([*days, *outside]):
        yield {
            "cont_contact_id": f"C{number}",
            "cont_person_id": f"P{number % 20_000}",
            "cont_contact_date": f"{day} 12:00:00",
        }


def _referrals(targets: Targets, first: date) -> Iterator[Row]:
    codes = [CODES[source] for source, number in targets.sources.items() for _ in range(number)]
    for number, code in enumerate(codes):
        is_again = number < targets.re_referrals
        day = first + DAY * (number % (100 if is_again else 365))
        is_open = number < targets.open_cases
        yield _referral(f"R{number}", number, day, code, "N" if is_open else "Y")
        # A referral of half a year ago, or of more than a year ago, which makes it no re-referral.
        if is_again or number < targets.re_referrals + TWINS:
            earlier = day - DAY * (150 if is_again else 400)
            yield _referral(f"E{number}", number, earlier, "6", "Y")


def _referral(key: str, child: int, day: date, code: str, nfa: str) -> Row:
    return {
        "cine_referral_id": key,
        "cine_person_id": f"P{child}",
        "cine_referral_date": str(day),
        "cine_referral_source_code": code,
        "cine_referral_nfa": nfa,
        "cine_close_date": "",
    }


def _assessments(targets: Targets, first: date) -> Iterator[Row]:
    for number in range(targets.assessments + TWINS):
        ended = first + DAY * (number % 365)
        took = 30 if number < targets.assessments_in_time else 100
        is_open = number >= targets.assessments
        yield {
            "cina_assessment_id": f"A{number}",
            "cina_person_id": f"A{number}",
            "cina_referral_id": "",
            "cina_assessment_start_date": str(ended - DAY * took),
            "cina_assessment_auth_date": "" if is_open else str(ended),
        }


def _enquiries(targets: Targets, first: date, tables: Tables) -> None:
    earlier = targets.conferences - targets.enquiries_with_conference
    for number in range(targets.enquiries + earlier):
        is_earlier = number >= targets.enquiries
        started = first - DAY * 10 if is_earlier else first + DAY * (number % 300)
        tables["ssd_s47_enquiry"].append(_enquiry(f"S{number}", number, started))
        if is_earlier or number < targets.enquiries_with_conference:
            held = started + DAY * 14
            row = _conference(f"I{number}", f"S{number}", number, held, "N")
            tables["ssd_initial_cp_conference"].append(row)
    for number in range(TWINS):  # the same enquiry in two rows; a child who transferred in
        started = first + DAY * (number % 300)
        tables["ssd_s47_enquiry"].append(_enquiry(f"T{number}", number, started))
        transferred = _conference(f"T{number}", "", 900_000 + number, started, "Y")
        tables["ssd_initial_cp_conference"].append(transferred)


def _enquiry(key: str, child: int, day: date) -> Row:
    return {
        "s47e_s47_enquiry_id": key,
        "s47e_person_id": f"P{child}",
        "s47e_s47_start_date": str(day),
        "s47e_s47_nfa": "N",
    }


def _conference(key: str, enquiry: str, child: int, day: date, transferred: str) -> Row:
    return {
        "icpc_icpc_id": key,
        "icpc_s47_enquiry_id": enquiry,
        "icpc_person_id": f"P{child}",
        "icpc_icpc_transfer_in": transferred,
        "icpc_icpc_date": str(day),
    }


def _plans(targets: Targets, first: date) -> Iterator[Row]:
    started = [CATEGORIES[name] for name, n in targets.plans_started.items() for _ in range(n)]
    before = targets.plans_open + targets.plans_ended - len(started)
    long, still = targets.plans_ended_after_2_years, targets.plans_open_2_years
    ended_of_before = min(targets.plans_ended, before - still)
    for number in range(before):
        is_long = number < long or number >= before - still
        began = first - DAY * (1_100 if is_long else 100)
        ended = str(first + DAY * (number % 365)) if number < ended_of_before else ""
        yield _plan(f"B{number}", f"B{number}", began, ended, "NEG")
    for number, category in enumerate(started):
        began = first + DAY * (number % 300)
        ended = str(began + DAY * 30) if number < targets.plans_ended - ended_of_before else ""
        yield _plan(f"L{number}", f"L{number}", began, ended, category)
        if number < targets.plans_repeat:
            long_ago = date(first.year - 5, 5, 5)
            yield _plan(f"O{number}", f"L{number}", long_ago, str(long_ago + DAY * 90), "NEG")
    for number in range(TWINS):
        yield _plan(f"X{number}", f"X{number}", first + DAY * number, "", "NEG", ola="Y")


def _plan(key: str, child: str, began: date, ended: str, category: str, *, ola: str = "N") -> Row:
    return {
        "cppl_cp_plan_id": key,
        "cppl_person_id": child,
        "cppl_cp_plan_start_date": str(began),
        "cppl_cp_plan_end_date": ended,
        "cppl_cp_plan_initial_category": category,
        "cppl_cp_plan_ola": ola,
    }


def _care(targets: Targets, first: date, tables: Tables) -> None:
    last = date(first.year + 1, 3, 31)
    quarters = [
        first, date(first.year, 7, 1), date(first.year, 10, 1), date(first.year + 1, 1, 1)
    ]  # fmt: skip
    ends = [
        quarters[quarter] + DAY * (number % 80)
        for quarter in range(4)
        for number in range(targets.care_left[quarter])
    ]
    arrived = sum(targets.entered_uasc)
    stayed = max(targets.uasc_looked_after - arrived, 0)
    for number in range(targets.care_before):
        ended = ends[number] if number < len(ends) else None
        is_uasc = number >= targets.care_before - stayed
        _child(tables, f"K{number}", first - DAY * 500, ended, last, is_uasc=is_uasc)
    uasc = 0
    for quarter, number_entered in enumerate(targets.care_entered):
        with_parents, unaccompanied = (
            targets.placed_with_parents[quarter],
            targets.entered_uasc[quarter],
        )
        for number in range(number_entered):
            is_uasc = with_parents <= number < with_parents + unaccompanied
            uasc += is_uasc
            _child(
                tables,
                f"N{quarter}-{number}",
                quarters[quarter] + DAY * (number % 80),
                None,
                last,
                is_uasc=is_uasc,
                placement="P1" if number < with_parents else "U6",
                status_end=str(last) if is_uasc and uasc > targets.uasc_looked_after else "",
            )
    for number in range(TWINS):  # short breaks
        _child(tables, f"V{number}", first + DAY * number, None, last, status="V4")
    for number in range(targets.uasc_care_leavers + TWINS):
        is_one = number < targets.uasc_care_leavers
        person = f"Y{number}"
        tables["ssd_person"].append(_person(person, last - DAY * 365 * 20))
        tables["ssd_care_leavers"].append(
            {
                "clea_person_id": person,
                "clea_care_leaver_eligibility": "Former Relevant" if is_one else "Eligible",
            }
        )
        tables["ssd_immigration_status"].append(_status(person, str(first - DAY * 400)))


def _child(
    tables: Tables,
    child: str,
    began: date,
    ended: date | None,
    last: date,
    *,
    is_uasc: bool = False,
    placement: str = "U6",
    status: str = "C2",
    status_end: str = "",
) -> None:
    end = str(ended) if ended else ""
    tables["ssd_person"].append(_person(child, last - DAY * 365 * (15 if is_uasc else 8)))
    tables["ssd_cla_episodes"].append(
        {
            "clae_cla_episode_id": f"D{child}",
            "clae_person_id": child,
            "clae_cla_episode_start_date": str(began),
            "clae_cla_episode_start_reason": "S",
            "clae_cla_episode_ceased_date": end,
            "clae_cla_episode_ceased_reason": "E8" if end else "",
            "clae_cla_placement_id": f"M{child}",
        }
    )
    tables["ssd_legal_status"].append(
        {
            "lega_legal_status_id": f"G{child}",
            "lega_person_id": child,
            "lega_legal_status": status,
            "lega_legal_status_start_date": str(began),
            "lega_legal_status_end_date": end,
        }
    )
    tables["ssd_cla_placement"].append(
        {"clap_cla_placement_id": f"M{child}", "clap_cla_placement_type": placement}
    )
    if is_uasc:
        tables["ssd_immigration_status"].append(_status(child, status_end))


def _person(person: str, born: date) -> Row:
    return {"pers_person_id": person, "pers_dob": str(born), "pers_expected_dob": ""}


def _status(person: str, ended: str) -> Row:
    return {
        "immi_person_id": person,
        "immi_immigration_status": "UASC",
        "immi_immigration_status_end_date": ended,
    }


def main(folder: Path) -> None:
    """Write the SYNTHETIC records of Hampshire in 2021-22: SSD tables, a census and SSDA903."""
    from support.hampshire_targets import HAMPSHIRE  # noqa: PLC0415

    tables = generate(HAMPSHIRE)
    write_ssd(tables, folder / "SYNTHETIC-ssd")
    (folder / "SYNTHETIC-returns").mkdir(parents=True, exist_ok=True)
    for start in (HAMPSHIRE.start - 1, HAMPSHIRE.start):
        write_census(tables, folder / "SYNTHETIC-returns" / f"SYNTHETIC cin {start}.xml", start)
    write_903(tables, folder / "SYNTHETIC-returns", HAMPSHIRE.start)
    print(f"{folder}: SYNTHETIC records, {sum(map(len, tables.values())):,} rows.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
