"""Sentences on an area's place, on findings and on statements say what the figures say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from safeguarding.report.sentences.place_sentences import Place, compared
from safeguarding.report.sentences.tally_sentences import counted_claims, counted_findings

NEIGHBOURS = Place(
    measure_name="Section 47 enquiries",
    area_name="Hampshire",
    rate=Decimal("297.7"),
    unit="rate_per_10000",
    rank=1,
    of=10,
    median=Decimal("111.8"),
    group="its ten statistical neighbours",
    left_out=1,
)
REGION = replace(NEIGHBOURS, group="the South East", of=19, left_out=0, period_label="2022-23")


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (
            NEIGHBOURS,
            "The rate of Section 47 enquiries in Hampshire, 297.7 per 10,000 children, was the "
            "highest of Hampshire and its 9 statistical neighbours (their median 111.8; no figure "
            "for 1).",
        ),
        (
            REGION,
            "In 2022-23 the rate of Section 47 enquiries in Hampshire, 297.7 per 10,000 children, "
            "was the highest of 19 in the South East (median 111.8).",
        ),
        (
            replace(NEIGHBOURS, rate=None, rank=None),
            "There is no figure for the rate of Section 47 enquiries in Hampshire, so it is not "
            "compared with its ten statistical neighbours.",
        ),
        (
            replace(REGION, rate=None, rank=None, group="England"),
            "There is no figure for the rate of Section 47 enquiries in Hampshire in 2022-23, so "
            "it is not compared with others in England.",
        ),
        (
            replace(REGION, unit="percent", rate=Decimal("20.6"), median=None, left_out=2),
            "In 2022-23 the percentage of Section 47 enquiries in Hampshire, 20.6%, was the "
            "highest of 19 in the South East (no figure for 2).",
        ),
        (
            replace(REGION, rank=None, median=None, of=9, left_out=143, group="England"),
            "In 2022-23 the rate of Section 47 enquiries in Hampshire was 297.7 per 10,000 "
            "children; it is not ranked in England, as only 9 of 152 authorities have a figure.",
        ),
        (
            replace(NEIGHBOURS, rank=None, median=None, of=1, left_out=9),
            "The rate of Section 47 enquiries in Hampshire was 297.7 per 10,000 children; it is "
            "not ranked among its ten statistical neighbours, as only 1 of 10 of them has a "
            "figure.",
        ),
    ],
)
def test_where_an_area_stands(place: Place, expected: str) -> None:
    assert compared(place).text == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Section 47 enquiries", "the rate of Section 47 enquiries in"),
        ("Children looked after at 31 March", "the rate of children looked after at 31 March in"),
        ("Re-referrals", "the rate of re-referrals in"),
        ("Family Help teams", "the rate of Family Help teams in"),
        ("UASC looked after", "the rate of UASC looked after in"),
        ("Share of children in time", "the share of children in time in"),
    ],
)
def test_names_stand_within_a_sentence(name: str, expected: str) -> None:
    assert f"In 2022-23 {expected} Hampshire" in compared(replace(REGION, measure_name=name)).text


@pytest.mark.parametrize(
    ("rank", "of", "expected"),
    [
        (2, 19, "the second highest of 19"),
        (10, 19, "the tenth highest of 19"),
        (19, 19, "the lowest of 19"),
        (18, 19, "the second lowest of 19"),
        (11, 153, "the 11th highest of 153"),
        (22, 153, "the 22nd highest of 153"),
        (93, 153, "the 61st lowest of 153"),
        (1, 1, "the only figure"),
    ],
)
def test_ranks_are_told_from_the_nearer_end(rank: int, of: int, expected: str) -> None:
    assert f"was {expected} in the South East" in compared(replace(REGION, rank=rank, of=of)).text


@pytest.mark.parametrize(
    ("kind", "counts", "expected"),
    [
        (
            "contradiction",
            (12, 5, 0),
            "The checks found 17 contradictions: 12 explained, 5 examined without finding the "
            "cause, 0 open.",
        ),
        (
            "warning",
            (0, 0, 1),
            "The checks found 1 warning: 0 explained, 0 examined without finding the cause, 1 "
            "open.",
        ),
        ("warning", (0, 0, 0), "The checks found no warnings."),
    ],
)
def test_what_the_checks_found(kind: str, counts: tuple[int, int, int], expected: str) -> None:
    assert counted_findings(kind, *counts).text == expected


def test_less_than_none_found_is_an_error() -> None:
    with pytest.raises(ValueError, match="-1"):
        counted_findings("warning", 2, -1, 0)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (
            {
                "agrees": 40,
                "contradicts": 25,
                "not checkable": 17,
                "agrees within rounding": 12,
                "depends on the reading": 2,
            },
            "96 statements were checked: 40 agree with the figures, 12 agree within rounding, 25 "
            "do not agree, 2 depend on how they are read and 17 cannot be checked.",
        ),
        (
            {"agrees": 1, "contradicts": 0},
            "1 statement was checked: 1 agrees with the figures.",
        ),
        ({}, "No statements in the text were checked."),
    ],
)
def test_what_the_claims_came_to(verdicts: dict[str, int], expected: str) -> None:
    assert counted_claims(verdicts).text == expected


def test_an_unknown_verdict_is_an_error() -> None:
    with pytest.raises(ValueError, match="maybe"):
        counted_claims({"maybe": 1})
