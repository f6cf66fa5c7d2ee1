"""What is wrong with records is found, with its number, and changes figures as its effect says."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from record_runs import EXAMPLE, Ran, example, records_of, run

# Rows added to the worked example, the finding of each (how many records), and the figures that
# differ from the example's: measure, period, value.
CASES = {
    "referral_on_open_case": (
        # P8 has a case from 1 May; it is referred again in June, and on the day that it closed.
        "ssd_cin_episodes",
        "N1,P8,2022-05-01,6,N,2022-07-01\nN2,P8,2022-06-01,6,N,2022-07-01\nN3,P8,2022-07-01,6,N,2022-07-05\n",
        ("ssd_cin_episodes", 1),
        {("referrals", "2022-23"): "12", ("re_referrals", "2022-23"): "5"},
    ),
    "episodes_overlap": (
        # Overlaps the open episode D14 of P29: the same period of care.
        "ssd_cla_episodes",
        "N1,P29,2023-03-31,S,,,T15\n",
        ("ssd_cla_episodes", 1),
        {},
    ),
    "plan_ends_before_start": (
        "ssd_cp_plans",
        "N1,P3,2022-06-10,2022-06-01,NEG,NEG,N\n",
        ("ssd_cp_plans", 1),
        {("cpp_started", "2022-23"): "7", ("cpp_ended", "2022-23"): "5"},
    ),
    "two_open_plans": (
        "ssd_cp_plans",
        "N1,P9,2022-06-10,,NEG,NEG,N\n",
        ("ssd_cp_plans", 2),
        {
            ("cpp_started", "2022-23"): "7",
            ("cpp_at_year_end", "2022-23"): "6",
            ("cpp_repeat", "2022-23"): "2",
        },
    ),
    "no_legal_status": (
        "ssd_cla_episodes",
        "N1,P1,2022-05-01,S,,,\n",
        ("ssd_cla_episodes", 1),
        {
            ("care_entered", "2022-23 Q1"): "2",
            ("care_net_change", "2022-23 Q1"): "1",
            ("care_entered_children", "2022-23"): "6",
            ("cla_at_year_end", "2022-23"): "8",
            ("cla_excluding_uasc_at_year_end", "2022-23"): "7",
        },
    ),
    "assessment_without_date": (
        "ssd_cin_assessments",
        "N1,P3,,,\n",
        ("ssd_cin_assessments", 1),
        {},
    ),
    "assessment_ends_before_start": (
        # Counted as completed; the share stays 3 of 5.
        "ssd_cin_assessments",
        "N1,P3,,2022-06-10,2022-06-01\n",
        ("ssd_cin_assessments", 1),
        {("assessments", "2022-23"): "6"},
    ),
    "outside_calendar": (
        "ssd_cin_assessments",
        "N1,P3,,1922-06-10,2022-06-01\n",
        ("ssd_cin_assessments", 1),
        {("assessments", "2022-23"): "6"},
    ),
    "record_without_key": (
        "ssd_s47_enquiry",
        "N1,,2022-06-10,,N\nN2,P3,1900-01-01,,N\nN3,P3,9999-12-31,,N\n",
        ("ssd_s47_enquiry", 3),
        {},
    ),
    "unreadable_date": (
        # Words, a year of two digits, a slip of the pen: each would be a day of another century.
        "ssd_contacts",
        "N1,P1,June 2022,6\nN2,P1,01/05/22,6\nN3,P1,0202-05-01,6\n",
        ("ssd_contacts", 3),
        {},
    ),
    "rows_differ": (
        # L1 once open and once ended: the first row counts.
        "ssd_cp_plans",
        "L1,P1,2022-05-12,2022-06-01,NEG,EMO,N\n",
        ("ssd_cp_plans", 1),
        {},
    ),
    "record_without_identifier": (
        # Two plans, not one; the second has an earlier one here.
        "ssd_cp_plans",
        ",P3,2022-06-10,2022-07-01,NEG,NEG,N\n,P3,2022-08-10,2022-09-01,NEG,NEG,N\n",
        ("ssd_cp_plans", 2),
        {
            ("cpp_started", "2022-23"): "8",
            ("cpp_ended", "2022-23"): "6",
            ("cpp_repeat", "2022-23"): "2",
        },
    ),
    "plans_on_one_day": (
        "ssd_cp_plans",
        "N1,P1,2022-05-12,2022-06-01,NEG,NEG,N\n",
        ("ssd_cp_plans", 1),
        {("cpp_started", "2022-23"): "7", ("cpp_ended", "2022-23"): "5"},
    ),
    "case_closed_before_referral": (
        "ssd_cin_episodes",
        "N1,P8,2022-05-02,6,N,2022-05-01\n",
        ("ssd_cin_episodes", 1),
        {("referrals", "2022-23"): "10"},
    ),
    "no_further_action_blank": (
        "ssd_cin_episodes",
        "N1,P8,2022-05-02,6,,\n",
        ("ssd_cin_episodes", 1),
        {("referrals", "2022-23"): "10", ("open_cases", "2022-23"): "6"},
    ),
    "assessment_repeated": (
        "ssd_cin_assessments",
        "N1,P2,,2022-06-10,2022-08-12\n",
        ("ssd_cin_assessments", 1),
        {},
    ),
    "conference_repeated": (
        "ssd_initial_cp_conference",
        "N1,E01,P1,N,2022-05-12,Y\n",
        ("ssd_initial_cp_conference", 1),
        {},
    ),
    "conference_without_date": (
        "ssd_initial_cp_conference",
        "N1,E06,P10,N,,Y\n",
        ("ssd_initial_cp_conference", 1),
        {},
    ),
    "conference_before_enquiry": (
        # E06 began on 7 July.
        "ssd_initial_cp_conference",
        "N1,E06,P10,N,2022-07-01,Y\n",
        ("ssd_initial_cp_conference", 1),
        {("initial_child_protection_conferences", "2022-23"): "3"},
    ),
    "status_changes_within_episode": (
        # D2 of P20 began in May with a full care order.
        "ssd_legal_status",
        "N1,P20,V4,2022-08-01,\n",
        ("ssd_cla_episodes", 1),
        {},
    ),
    "placement_unknown": (
        "ssd_cla_episodes",
        "N1,P1,2022-05-01,S,,,T99\n",
        ("ssd_cla_episodes", 1),
        {
            ("care_entered", "2022-23 Q1"): "2",
            ("care_net_change", "2022-23 Q1"): "1",
            ("care_entered_children", "2022-23"): "6",
            ("cla_at_year_end", "2022-23"): "8",
            ("cla_excluding_uasc_at_year_end", "2022-23"): "7",
        },
    ),
    "birth_dates_differ": ("ssd_person", "P1,2016-06-01,\n", ("ssd_person", 1), {}),
    "unmapped_value": (
        # In words that nobody has mapped: left out of UASC, and said so.
        "ssd_immigration_status",
        "N1,P29,Asylum seeking minor,2023-03-31,\n",
        ("ssd_immigration_status", 1),
        {},
    ),
    "plan_without_category": (
        "ssd_cp_plans",
        "N1,P3,2022-06-10,,Harm of some kind,NEG,N\n",
        ("ssd_cp_plans", 1),
        {("cpp_started", "2022-23"): "7", ("cpp_at_year_end", "2022-23"): "6"},
    ),
    "care_after_18": (
        # P31 was born on 15 January 2003.
        "ssd_cla_episodes",
        "N1,P31,2022-05-01,S,,,\n",
        ("ssd_cla_episodes", 1),
        {},
    ),
    "conference_without_enquiry": (
        "ssd_initial_cp_conference",
        "N1,E01,P2,N,2022-05-12,Y\n",
        ("ssd_initial_cp_conference", 1),
        {("initial_child_protection_conferences", "2022-23"): "3"},
    ),
}


@pytest.mark.parametrize("check", CASES)
def test_findings(check: str, tmp_path: Path) -> None:
    table, rows, (of_table, number), changed = CASES[check]
    before = example()
    folder = records_of(tmp_path / "changed", {table: _with(table, rows)})
    after = run(folder)
    finding = after.findings[check, of_table]
    had = before.findings.get((check, of_table), {"records": "0"})
    assert int(finding["records"]) - int(had["records"]) == number
    assert finding["effect"]
    assert f"{finding['severity']}, {check}" in after.err
    assert _counts_changed(before, after) == changed
    share = "" if check == "outside_calendar" else "60.00"
    assert after.percent("assessments_in_time") == share
    assert after.percent("assessments_in_time_from_start") == share
    # Which figures it changes is said of each.
    assert all(finding["measure_ids"] for finding in after.findings.values())


# Rows added to several tables, how many more findings of a check, and the counts that differ.
EPISODE = "ssd_cla_episodes"
STATUS = "ssd_legal_status"
ENTERED = {
    ("care_entered", "2022-23 Q1"): "2",
    ("care_net_change", "2022-23 Q1"): "1",
    ("care_entered_children", "2022-23"): "6",
    ("cla_at_year_end", "2022-23"): "8",
    ("cla_excluding_uasc_at_year_end", "2022-23"): "7",
}
TOGETHER = {
    # A Saturday and the Sunday after it have the number of the working day before them.
    "a conference the day before its enquiry, at a weekend": (
        {
            "ssd_s47_enquiry": "N1,P3,2022-05-08,,N\n",
            "ssd_initial_cp_conference": "N1,N1,P3,N,2022-05-07,Y\n",
        },
        ("conference_before_enquiry", "ssd_initial_cp_conference", 1),
        {
            ("section_47_enquiries", "2022-23"): "7",
            ("initial_child_protection_conferences", "2022-23"): "3",
        },
    ),
    "a status that ended on the first day does not decide the rest": (
        {EPISODE: "N1,P1,2022-05-10,S,,,\n",
         STATUS: "N1,P1,C2,2021-01-01,\nN2,P1,V4,2022-05-10,2022-05-10\n"},
        ("no_legal_status", EPISODE, 0),
        ENTERED,
    ),
    "alone, it leaves the episode without one": (
        {EPISODE: "N1,P1,2022-05-10,S,,,\n", STATUS: "N1,P1,V4,2022-05-10,2022-05-10\n"},
        ("no_legal_status", EPISODE, 1),
        ENTERED,
    ),
    "an episode that ends before it starts has the status of its day": (
        {EPISODE: "N1,P1,2022-05-10,S,2022-05-01,X1,\n", STATUS: "N1,P1,V3,2022-05-05,\n"},
        ("no_legal_status", EPISODE, 0),
        {},
    ),
    "of two statuses of other kinds on a day one counts, and it is said": (
        {EPISODE: "N1,P1,2022-05-10,S,,,\n",
         STATUS: "N1,P1,C2,2022-05-10,\nN1,P1,V4,2022-05-10,\n"},
        ("status_changes_within_episode", EPISODE, 1),
        ENTERED,
    ),
    "the first row of a plan counts, though it is another authority's": (
        {"ssd_cp_plans": "N1,P3,2022-06-10,,NEG,NEG,Y\nN1,P3,2022-06-10,,NEG,NEG,N\n"},
        ("rows_differ", "ssd_cp_plans", 1),
        {},
    ),
    "a row without a day is not the first of those with it": (
        {"ssd_cin_episodes": "N1,P8,,6,N,2022-07-05\nN1,P8,2022-05-01,6,N,2022-07-05\n"},
        ("rows_differ", "ssd_cin_episodes", 0),
        {("referrals", "2022-23"): "10"},
    ),
    "an unaccompanied care leaver whose age nobody knows": (
        {"ssd_care_leavers": "N1,P99,Former Relevant\n",
         "ssd_immigration_status": "N1,P99,UASC,,\n"},
        ("care_leaver_without_birth_date", "ssd_care_leavers", 1),
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TOGETHER)
def test_rows_together(case: str, tmp_path: Path) -> None:
    added, (check, of_table, more), changed = TOGETHER[case]
    before = example()
    tables = {table: _with(table, rows) for table, rows in added.items()}
    after = run(records_of(tmp_path / "changed", tables))
    numbers = [
        int(ran.findings.get((check, of_table), {"records": "0"})["records"])
        for ran in (before, after)
    ]
    assert numbers[1] - numbers[0] == more
    assert _counts_changed(before, after) == changed


def test_a_conference_before_its_enquiry_is_in_no_share(tmp_path: Path) -> None:
    """Both of the example were in time; of these one is late, and two are in no share."""
    tables = {
        # A late one, one a day before its enquiry, one of an enquiry outside the calendar.
        "ssd_s47_enquiry": "N1,P3,2022-06-01,,N\nN2,P3,2022-05-08,,N\nN3,P3,1922-06-10,,N\n",
        "ssd_initial_cp_conference": (
            "N1,N1,P3,N,2022-09-30,Y\nN2,N2,P3,N,2022-05-07,Y\nN3,N3,P3,N,2022-06-15,Y\n"
        ),
    }
    added = {table: _with(table, rows) for table, rows in tables.items()}
    share = "conferences_in_15_working_days"
    assert example().percent(share) == "100.00"
    assert run(records_of(tmp_path / "changed", added)).percent(share) == "66.67"


def _counts_changed(before: Ran, after: Ran) -> dict[tuple[str, str], str]:
    return {
        (measure, period): value
        for (measure, category, period, unit), value in after.figures.items()
        if unit == "count"
        and not category
        and value != before.figures[measure, category, period, unit]
    }


def _with(table: str, rows: str) -> str:
    text = (EXAMPLE / f"{table}.csv").read_text(encoding="utf-8")
    return (text if text.endswith("\n") else f"{text}\n") + rows


def test_a_first_row_is_named_and_not_shown(tmp_path: Path) -> None:
    text = _with("ssd_cin_episodes", "N1,P8,2022-05-01,Mrs Quux,N,\n")
    found = run(records_of(tmp_path / "records", {"ssd_cin_episodes": text}))
    assert "unmapped_value (referral_source), ssd_cin_episodes: 2 records" in found.err
    assert "the first is row 13 of ssd_cin_episodes.csv" in found.err
    assert "Quux" not in found.err + found.out
    assert found.number("referrals_by_source", category="not_recorded") == "3"


# A column that is missing, and the measures that fall away with it.
GAPS = {
    ("ssd_cin_episodes", "cine_referral_nfa"): {"open_cases"},
    ("ssd_cin_episodes", "cine_referral_source_code"): {"referrals_by_source"},
    ("ssd_cp_plans", "cppl_cp_plan_ola"): {
        "cpp_at_year_end", "cpp_started", "cpp_ended", "cpp_ended_after_2_years",
        "cpp_open_2_years", "cpp_repeat",
    },
    ("ssd_cla_episodes", "clae_cla_placement_id"): {"care_entered_placed_with_parents"},
    ("ssd_cin_assessments", "cina_referral_id"): {"assessments_in_time_from_referral"},
    ("ssd_care_leavers", "clea_care_leaver_eligibility"): {"uasc_care_leavers"},
}  # fmt: skip


@pytest.mark.parametrize(("table", "column"), GAPS)
def test_a_missing_column(table: str, column: str, tmp_path: Path) -> None:
    before = example()
    text = (EXAMPLE / f"{table}.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))
    place = rows[0].index(column)
    left = "\n".join(",".join(row[:place] + row[place + 1 :]) for row in rows)
    after = run(records_of(tmp_path / "changed", {table: left}))
    gone = {key[0] for key in before.figures} - {key[0] for key in after.figures}
    assert gone == GAPS[table, column]
    assert f"- {table}: no column {column}. Not given: " in after.err
    assert all(measure in after.err for measure in gone)
    kept = {key: value for key, value in before.figures.items() if key[0] not in gone}
    assert after.figures == kept


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("ssd_cla_episodes", "clae_cla_episode_ceased_date", "CLAE_CLA_EPISODE_CEASED"),
        ("ssd_cla_placement", "clap_cla_placement_id", "clap_placement_id"),
        ("ssd_person", "pers_dob", '" Pers_DOB "'),
    ],
)
def test_other_names_of_columns(table: str, old: str, new: str, tmp_path: Path) -> None:
    before = example()
    text = (EXAMPLE / f"{table}.csv").read_text(encoding="utf-8")
    after = run(records_of(tmp_path / "renamed", {table: text.replace(old, new)}))
    assert after.figures == before.figures


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    folder = records_of(tmp_path / "records")
    (folder / "ssd_immigration_status.csv").unlink()
    found = run(folder)
    assert "ssd_immigration_status: these records have none. Not given: " in found.err
    measures = {key[0] for key in found.figures}
    assert not any("uasc" in measure for measure in measures)
    assert found.number("cla_at_year_end") == "7"


WORDS = {
    "ssd_legal_status": [(",V4,", ",V4: short breaks,"), (",C2,", ",c2 Full care order,")],
    "ssd_cp_plans": [(",MUL,", ",Multiple: Neglect and physical abuse,")],
    "ssd_cin_episodes": [(",N,", ",No,"), (",Y,", ",true,")],
    "ssd_care_leavers": [("Former Relevant", "FORMER RELEVANT ")],
}


@pytest.mark.parametrize("table", WORDS)
def test_values_in_other_words(table: str, tmp_path: Path) -> None:
    before = example()
    text = (EXAMPLE / f"{table}.csv").read_text(encoding="utf-8")
    for old, new in WORDS[table]:
        assert old in text
        text = text.replace(old, new)
    after = run(records_of(tmp_path / "words", {table: text}))
    assert after.figures == before.figures


def test_dates_with_times_and_as_written_in_britain(tmp_path: Path) -> None:
    before = example()
    changes = {}
    for path in EXAMPLE.glob("ssd_*.csv"):
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        changes[path.stem] = "\n".join(",".join(_british(cell) for cell in row) for row in rows)
    assert run(records_of(tmp_path / "british", changes)).figures == before.figures


def _british(cell: str) -> str:
    if len(cell) >= 10 and cell[4] == cell[7] == "-":
        return f"{cell[8:10]}/{cell[5:7]}/{cell[:4]}{cell[10:] or ' 00:00:00.000'}"
    return cell


def test_fifteen_working_days(tmp_path: Path) -> None:
    """20 April to Thursday 12 May 2022 is 15, with one bank holiday; Friday is 16."""
    measure = "conferences_in_15_working_days"
    assert example().percent(measure) == "100.00"
    conferences = (EXAMPLE / "ssd_initial_cp_conference.csv").read_text(encoding="utf-8")
    changed = {"ssd_initial_cp_conference": conferences.replace("2022-05-12", "2022-05-13")}
    assert run(records_of(tmp_path / "late", changed)).percent(measure) == "50.00"


def test_leap_days(tmp_path: Path) -> None:
    # Two years from 29 February 2020 end on 28 February 2022; twelve months back from 28 February
    # 2025 is 28 February 2024, so that a referral of the 29th is within them.
    plans = _with("ssd_cp_plans", "N1,P3,2020-02-29,2022-02-28,NEG,NEG,N\n")
    found = run(
        records_of(tmp_path / "a", {"ssd_cp_plans": plans}),
        "--period",
        "2021-22",
        "--extracted",
        "2022-06-30",
    )
    assert found.number("cpp_ended_after_2_years", "2021-22") == "1"
    cases = _with(
        "ssd_cin_episodes",
        "N1,P8,2024-02-29,6,Y,\nN2,P8,2025-02-28,6,Y,\nN3,P9,2024-02-27,6,Y,\nN4,P9,2025-02-28,6,Y,\n",
    )
    found = run(
        records_of(tmp_path / "b", {"ssd_cin_episodes": cases}),
        "--period",
        "2024-25",
        "--extracted",
        "2025-06-30",
    )
    assert (found.number("referrals", "2024-25"), found.number("re_referrals", "2024-25")) == (
        "2",
        "1",
    )


def test_the_day_of_the_extract(tmp_path: Path) -> None:
    folder = records_of(tmp_path / "records")
    late = "section_47_to_conference_cohort_to_30_june"
    on_the_day = run(folder, "--extracted", "2023-03-31")
    assert on_the_day.percent(late) is None
    assert on_the_day.number("uasc_care_leavers", "2022-23 Q4") == "1"
    assert ("eligibility_of_another_day", "ssd_care_leavers") not in on_the_day.findings
    much_later = run(folder, "--extracted", "2023-07-01")
    assert much_later.percent(late) == "33.33"
    assert much_later.number("uasc_care_leavers", "2022-23 Q4") is None
    assert ("extracted_too_late", "uasc_care_leavers") in much_later.findings
