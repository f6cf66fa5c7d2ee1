"""Labels as councils type them, each with what it means by the census's own words, or by none.

The labels are real spellings of a referral's source and of a category of abuse. Where a council's
own mapping contradicts the words of its label, the words count.
"""

from __future__ import annotations

import csv

import pytest

from conftest import PROJECT
from safeguarding.intake.wording.label_rules import PLACES
from safeguarding.intake.wording.vocabulary import Vocabulary

VOCABULARY = Vocabulary.of(PROJECT)
CONTACTS, PLANS = "contacts_and_referrals", "child_protection_plans"
MEANT = {
    "individual": (
        "1A - Individual - Family member/relative/carer", "Individual (Self)", "Step Father",
        "Individual - Aquaintance (inc. neighbour/c/minder", "Household Member",
        "OTHER (INCLUDING STRANGER, MP)",
        "FRIEND - Individual - Friend/Neighbour/ Community Contact",
        "Other (including strangers, MPs) [1D]", "Grandparents", "Adoptive Parent",
    ),
    "education": (
        "2a: Schools", "\u2018SCHOOLS\u2019.", "Special School - Out of Borough", "Pre-school",
        "Education Welfare officer", "EWO", "32) Education - Education Welfare", "School [2A]",
        "2A - Education - College (16+)", "Nursery/Early Years Centre", "Education - not school",
    ),
    "health_services": (
        "(CS) Health Services - School Nurse", "k) 3E: Health services", "Health - NWAS",
        "A & E (Emergency Dept)", "Hosptial", "Med - CAMHS", "Midwives", "School Nursing Service",
        "40) Secondary Health - A&e (emergency Dept)", "Health - Substance Misuse",
        "Hospital (apart from A&E and paediatrics)", "London Ambulance Service", "GP [3A]",
        "Other health services (e.g. hospice)", "Adult Mental Health Teams",
    ),
    "housing": (
        "4 - Housing", "Housing - ( LA or Housing Association)", "Housing - Environmental Health",
        "10) Housing (e.g. Housing Dept, Hounslow Homes Or Housing Association)",
    ),
    "local_authority_services": (
        "p1) 5D: LA services", "5C - LA Services (Other LA)",
        "LA - Early Help (not Youth Offending)",
        "LA services - Other internal department eg. youth offending", "Social Care - EDT",
        "LA Services - Other Internal (department other than social care in LA, eg: youth offending"
        " (excludes housing))",
        "YOT / YISP", "Adult Services", "Childrens Social Care staff", "Social Care [5A]",
        "OTHERLA - LA Services - Other Local Authority",
    ),
    "police": (
        "7 - Police", "Police (Standard Notification)", "Police \u2013 Thames Valley",
        "02) Police - 78 Notification", "Police DA Hub",
    ),
    "other_legal_agency": (
        "LEG - Court", "Legal - Probation/prison", "Family Court", "UK Border Agency",
        "Other- Legal Agency \u2013 including courts, probation, immigration, CAFCASS, prison",
    ),
    "other": (
        "Voluntary Organisation/Society", "Childrens Centres",
        "East Sussex Fire and Rescue Service",
        "OTHER: e.g. childrens centres, independent agency providers or voluntary organisations",
    ),
    "anonymous": ("ANON - Anonymous", "V.Adult - Anon", "Anonymous [9]"),
    "unknown": ("u) 10: Unknown", "\u2018UNKNOWN\u2019."),
}  # fmt: skip
ASKED = {
    "CAFCASS": {"other_legal_agency", "local_authority_services"},
    "CAFCASS referral": {"other_legal_agency", "local_authority_services"},
    "Member of the public": {"individual", "other"},
    "General Public": {"individual", "other"},
    "LA": {"local_authority_services", "housing"},
    "LA services - housing": {"local_authority_services", "housing"},
    "LADO": {"local_authority_services", "other"},
    "Legal Services": {"other_legal_agency", "local_authority_services"},
    "Anonymous/Not known": {"anonymous", "unknown", "not_recorded"},
    "Police/Court /Probation": {"police", "other_legal_agency"},
    "Substance misuse staff": {"health_services", "local_authority_services", "other"},
    "Other (including Hospice, Hospital ward discharges)": {
        "health_services", "other", "individual",
    },
    "Hospital social worker": {"health_services", "local_authority_services"},
    "3A: Police": {"health_services", "police"},
}  # fmt: skip
REFUSED = (
    "NHSC", "CON", "Sorted", "Resident", "Other Department", "Home Office", "MARAT", "Wired",
    # Of something else, whatever words it holds.
    "Contacts from police", "Re-referrals from schools", "Health assessments", "Total education",
    "Police attendance at conferences", "Children in education", "Number of schools",
    "School visits",
    "Self-harm", "Nursing home", "Parent Partnership", "Health and safety",
)  # fmt: skip
CATEGORIES = {
    "new_plans_neglect": ("Likelihood of Neglect", "a) Neglect", "Neglect only", "NEG - Neglect"),
    "new_plans_physical_abuse": ("Physical abuse only", "b) Physical abuse", "PHY: Physical harm"),
    "new_plans_emotional_abuse": ("Likelihood of Emotional",),
    "new_plans_multiple": (
        "Neglect and Emotional abuse", "NEGLECT/PHYSICAL ABUSE", "Emotional  Sexual Physical",
        "Multiple: Neglect, Physical Abuse, Sexual Abuse", "Sexual abuse; Neglect; Emotional abuse",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("row_id", "label"), [(row_id, label) for row_id, labels in MEANT.items() for label in labels]
)
def test_a_source_as_councils_type_it(row_id: str, label: str) -> None:
    assert VOCABULARY.row_id(CONTACTS, label) == row_id


@pytest.mark.parametrize("label", ASKED)
def test_a_label_that_may_be_two_sources_is_asked_about(label: str) -> None:
    assert VOCABULARY.row_id(CONTACTS, label) is None
    assert set(VOCABULARY.candidates(CONTACTS, label)) == ASKED[label]


@pytest.mark.parametrize("label", REFUSED)
def test_a_label_without_a_sources_words_is_not_guessed(label: str) -> None:
    assert not VOCABULARY.knows(CONTACTS, label)


@pytest.mark.parametrize(
    ("row_id", "label"),
    [(row_id, label) for row_id, labels in CATEGORIES.items() for label in labels],
)
def test_a_category_as_councils_type_it(row_id: str, label: str) -> None:
    assert VOCABULARY.row_id(PLANS, label) == row_id


@pytest.mark.parametrize(
    "label",
    [
        "Neglect and neglect",
        "Neglect, Physical abuse",
        "Neglect: plans ended",
        "Emotional wellbeing",
    ],
)
def test_what_is_no_category_is_not_guessed(label: str) -> None:
    assert not VOCABULARY.knows(PLANS, label)


@pytest.mark.parametrize("mark", ["*", "\u00b9", " [1]", " (2)", " [note 3]", "\u2020", " (r)"])
def test_a_label_with_a_note_mark_means_what_it_means_without(mark: str) -> None:
    assert VOCABULARY.row_id(CONTACTS, f"Police{mark}") == "police"
    assert VOCABULARY.row_id(CONTACTS, f"Health - Dentist{mark}") == "health_services"
    assert not VOCABULARY.is_listed(CONTACTS, f"Police{mark}")


def test_a_list_wins_over_the_rules() -> None:
    assert VOCABULARY.row_id(CONTACTS, "Not recorded source") == "not_recorded"
    assert VOCABULARY.row_id(CONTACTS, "Local authority") == "local_authority_services"


def test_rules_name_rows_that_there_are() -> None:
    path = PROJECT / "seeds" / "reference" / "label_rules.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        assert row["place"] in PLACES, row
        assert set(row["row_ids"].split()) <= VOCABULARY.tables[row["table_id"]].rows.keys(), row
        assert bool(row["row_ids"]) or row["place"] != "whole", row
