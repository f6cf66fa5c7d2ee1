"""Plant faults in SYNTHETIC records at a known rate: the answer to what the findings must count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from support.record_files import Row
from support.synthetic_records import TWINS, Tables

Finding = tuple[str, str]  # check, table of the records


@dataclass(frozen=True)
class Fault:
    """A fault that a record of a table can have.

    Attributes:
        table: The table.
        finds: How many records each finding has more (or fewer) for it.
        change: What comes in the record's place.
        fits: Whether it can be planted in a record.
    """

    table: str
    finds: Mapping[Finding, int]
    change: Callable[[Row], list[Row]]
    fits: Callable[[Row], bool] = lambda _: True


def _set(**cells: str) -> Callable[[Row], list[Row]]:
    return lambda row: [{**row, **cells}]


def _with_another(**cells: str) -> Callable[[Row], list[Row]]:
    return lambda row: [row, {**row, **cells}]


def _day_after(text: str, days: int) -> str:
    return str(date.fromisoformat(text) + timedelta(days=days))


def _ended_before(start: str, end: str) -> Callable[[Row], list[Row]]:
    return lambda row: [{**row, end: _day_after(row[start], -1)}]


def _keyed(*beginnings: str) -> Callable[[Row], bool]:
    return lambda row: next(iter(row.values())).startswith(beginnings)


def _has_no_twin(row: Row) -> bool:
    key = row["s47e_s47_enquiry_id"]
    return key.startswith("S") and int(key[1:]) >= TWINS


def _is_completed(row: Row) -> bool:
    return bool(row["cina_assessment_auth_date"])


def _again_in_an_open_case(row: Row) -> list[Row]:
    day = _day_after(row["cine_referral_date"], 1)
    key = f"again {row['cine_referral_id']}"
    again = {"cine_referral_id": key, "cine_referral_date": day, "cine_referral_nfa": "Y"}
    return [row, {**row, **again}]


def _overlapped(row: Row) -> list[Row]:
    day = _day_after(row["clae_cla_episode_start_date"], 5)
    key = f"again {row['clae_cla_episode_id']}"
    return [row, {**row, "clae_cla_episode_id": key, "clae_cla_episode_start_date": day}]


CONTACTS, REFERRALS, ASSESSMENTS = "ssd_contacts", "ssd_cin_episodes", "ssd_cin_assessments"
ENQUIRIES, CONFERENCES, PLANS = "ssd_s47_enquiry", "ssd_initial_cp_conference", "ssd_cp_plans"
EPISODES, STATUSES, PEOPLE = "ssd_cla_episodes", "ssd_legal_status", "ssd_person"
IMMIGRATION = "ssd_immigration_status"
START = "cina_assessment_start_date"
# An assessment that is not complete is none without a referral.
NOT_COMPLETED = {("assessment_without_referral", ASSESSMENTS): -1}
FAULTS = (
    Fault(CONTACTS, {("record_without_key", CONTACTS): 1}, _set(cont_person_id="")),
    Fault(
        CONTACTS,
        {("unreadable_date", CONTACTS): 1, ("record_without_key", CONTACTS): 1},
        _set(cont_contact_date="in June"),
    ),
    Fault(
        REFERRALS, {("unmapped_value", REFERRALS): 1}, _set(cine_referral_source_code="neighbour")
    ),
    Fault(REFERRALS, {("row_repeated", REFERRALS): 1}, _with_another()),
    Fault(
        REFERRALS,
        {("referrals_on_one_day", REFERRALS): 1},
        _with_another(cine_referral_id="another"),
        _keyed("R"),  # of the year
    ),
    Fault(
        REFERRALS,
        {("referral_on_open_case", REFERRALS): 1},
        _again_in_an_open_case,
        lambda row: row["cine_referral_nfa"] == "N",
    ),
    Fault(
        ASSESSMENTS,
        {("assessment_without_date", ASSESSMENTS): 1} | NOT_COMPLETED,
        _set(cina_assessment_start_date="", cina_assessment_auth_date="1900-01-01"),
        _is_completed,
    ),
    Fault(
        ASSESSMENTS,
        {("assessment_without_start", ASSESSMENTS): 1},
        _set(cina_assessment_start_date="9999-12-31"),
        _is_completed,
    ),
    Fault(
        ASSESSMENTS,
        {("assessment_ends_before_start", ASSESSMENTS): 1},
        lambda row: [{**row, START: _day_after(row["cina_assessment_auth_date"], 1)}],
        _is_completed,
    ),
    Fault(
        ASSESSMENTS,
        {("outside_calendar", ASSESSMENTS): 1},
        _set(cina_assessment_start_date="1922-05-05"),
        _is_completed,
    ),
    Fault(
        ENQUIRIES,
        {("enquiry_repeated", ENQUIRIES): 1},
        _with_another(s47e_s47_enquiry_id="two"),
        _has_no_twin,
    ),
    Fault(
        CONFERENCES,
        {("conference_without_enquiry", CONFERENCES): 1},
        _set(icpc_s47_enquiry_id="lost"),
        _keyed("I"),
    ),
    Fault(
        PLANS,
        {("plan_ends_before_start", PLANS): 1},
        _ended_before("cppl_cp_plan_start_date", "cppl_cp_plan_end_date"),
        _keyed("L"),
    ),
    Fault(
        PLANS,
        {("plan_without_category", PLANS): 1},
        _set(cppl_cp_plan_initial_category=""),
        _keyed("L"),
    ),
    Fault(
        PLANS,
        {("unmapped_value", PLANS): 1, ("plan_without_category", PLANS): 1},
        _set(cppl_cp_plan_initial_category="harm"),
        _keyed("L"),
    ),
    Fault(
        EPISODES,
        {("episode_ends_before_start", EPISODES): 1},
        _ended_before("clae_cla_episode_start_date", "clae_cla_episode_ceased_date"),
        _keyed("DN"),
    ),
    Fault(EPISODES, {("episodes_overlap", EPISODES): 1}, _overlapped, _keyed("DN")),
    Fault(STATUSES, {("no_legal_status", EPISODES): 1}, lambda _: [], _keyed("GN")),
    Fault(PEOPLE, {("no_birth_date", EPISODES): 1}, _set(pers_dob=""), _keyed("N")),
    Fault(PEOPLE, {("care_after_18", EPISODES): 1}, _set(pers_dob="1990-01-01"), _keyed("N")),
    Fault(
        IMMIGRATION,
        {("unmapped_value", IMMIGRATION): 1},
        _set(immi_immigration_status="seeks asylum"),
    ),
)


def plant(tables: Tables, rate: float) -> tuple[Tables, Counter[Finding]]:
    """Plant each fault in this share of the records that can have it, never two in one child.

    Returns:
        The tables, and how many records each finding has more than without the faults.

    Raises:
        ValueError: The rate is so high that a child would have two faults.
    """
    step = round(1 / rate)
    if len(FAULTS) > step:
        raise ValueError(f"{len(FAULTS)} faults at {rate:.0%} are more than one for each child.")
    planted: Counter[Finding] = Counter()
    changed = {name: list(rows) for name, rows in tables.items()}
    for table in {fault.table for fault in FAULTS}:
        faults = {at: fault for at, fault in enumerate(FAULTS) if fault.table == table}
        rows: list[Row] = []
        seen: Counter[int] = Counter()
        for row in tables[table]:
            fitting = [at for at, fault in faults.items() if fault.fits(row)]
            # Tables have the children in one order: a place of its own is children of its own.
            chosen = next((faults[at] for at in fitting if seen[at] % step == at), None)
            seen.update(fitting)
            rows += chosen.change(row) if chosen else [row]
            if chosen:
                planted.update(chosen.finds)
        changed[table] = rows
    return changed, planted
