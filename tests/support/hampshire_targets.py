"""Figures of Hampshire in 2021-22 that SYNTHETIC records are made to give."""

from support.synthetic_records import Targets

# The report of 2021-22; where it prints none or by another definition, DfE's statistics: tables C1
# (re-referrals), C2 (assessments), C4 (conferences), D1 and D2 (plans). Nobody prints open cases.
HAMPSHIRE = Targets(
    start=2021,
    contacts=153_033,
    sources={
        "individual": 2_694, "education": 7_468, "health_services": 5_101, "housing": 255,
        "local_authority_services": 1_980, "police": 6_958, "other_legal_agency": 1_087,
        "other": 1_418, "anonymous": 633, "unknown": 2, "not_recorded": 252,
    },
    re_referrals=9_775,
    open_cases=4_000,
    enquiries=7_948,
    enquiries_with_conference=1_633,
    conferences=1_634,
    assessments=27_661,
    assessments_in_time=26_560,
    plans_started={
        "neglect": 775, "physical_abuse": 84, "sexual_abuse": 41, "emotional_abuse": 488,
        "multiple": 0,
    },
    plans_repeat=303,
    plans_ended=1_364,
    plans_ended_after_2_years=33,
    plans_open=1_024,
    plans_open_2_years=16,
    care_before=1_656,
    care_after=1_725,
    care_entered=(156, 155, 192, 136),
    care_left=(176, 134, 147, 113),
    placed_with_parents=(20, 13, 16, 8),
    entered_uasc=(3, 7, 46, 18),
    uasc_looked_after=106,
    uasc_care_leavers=417,
)  # fmt: skip
