"""How claims of the prose are judged: formulas, rounding, readings, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import duckdb
import pytest

from conftest import Seeds, row_of
from safeguarding.warehouse.compiled_project import CompiledProject, Row

CLAIM = {
    "claim_id": "test",
    "release_id": "hampshire-asr-2022-23",
    "local_authority_code": "E10000014",
    "paragraph": "1",
    "source_line": "1",
    "statement": "made for the test",
    "claimed_decimals": "0",
    "comparison": "equals",
    "unit": "count",
}
CLA = {"measure_id": "cla_at_year_end", "period_id": "2022-23"}
CLA_BASE = {"base_measure_id": "cla_at_year_end", "base_unit": "count"}
POLICE = {"measure_id": "referrals_by_source", "category_id": "police", "unit": "percent"}


@pytest.mark.parametrize(
    ("claim", "verdict", "recomputed"),
    [
        (CLA | {"formula": "value", "claimed_value": "1855"}, "agrees", 1855),
        (CLA | {"formula": "value", "claimed_value": "1850"}, "contradicts", 1855),
        (CLA | {"formula": "value", "claimed_value": "1900", "claimed_decimals": "-2"},
         "agrees within rounding", 1855),
        # 1,855 less 1,725, and as a percentage of it 7.536
        (CLA | CLA_BASE | {"formula": "change", "base_period_id": "2021-22",
                           "claimed_value": "130"}, "agrees", 130),
        (CLA | CLA_BASE | {"formula": "percentage_change", "base_period_id": "2021-22",
                           "claimed_value": "7.5", "claimed_decimals": "1"},
         "agrees within rounding", 7.54),
        (CLA | CLA_BASE | {"formula": "percentage_change", "base_period_id": "2021-22",
                           "claimed_value": "7.6", "claimed_decimals": "1"}, "contradicts", 7.54),
        # 239 of 1,855 is 12.884%
        ({"measure_id": "uasc_looked_after", "period_id": "2022-23", "formula": "share_of",
          **CLA_BASE, "base_period_id": "2022-23", "claimed_value": "13"},
         "agrees within rounding", 12.88),
        (CLA | {"formula": "difference", "base_measure_id": "uasc_looked_after",
                "base_unit": "count", "base_period_id": "2022-23", "claimed_value": "1616"},
         "agrees", 1616),
        # 173 + 191 + 182 + 195
        ({"measure_id": "care_entered", "formula": "sum", "base_period_id": "2022-23 Q1",
          "period_id": "2022-23 Q4", "claimed_value": "741"}, "agrees", 741),
        # nobody printed 2018-19 by quarter: a sum that lacks periods is no sum
        ({"measure_id": "care_entered", "formula": "sum", "base_period_id": "2018-19 Q1",
          "period_id": "2019-20 Q4", "claimed_value": "570"}, "not checkable", None),
        (POLICE | {"formula": "rank", "period_id": "2022-23", "claimed_value": "2"}, "agrees", 2),
        (POLICE | {"formula": "rank", "period_id": "2020-21", "claimed_value": "2"},
         "contradicts", 1),
        (CLA | {"formula": "minimum", "base_period_id": "2014-15", "claimed_value": "1305"},
         "agrees", 1305),
        (CLA | {"formula": "maximum", "base_period_id": "2014-15", "claimed_value": "1855"},
         "agrees", 1855),
        # down in 2015-16 and 2019-20, up in the other six of eight steps
        (CLA | {"formula": "rises", "base_period_id": "2014-15", "claimed_value": "6"},
         "agrees", 6),
        (CLA | {"formula": "falls", "base_period_id": "2014-15", "claimed_value": "2"},
         "agrees", 2),
        (CLA | {"formula": "periods", "claimed_value": "9"}, "agrees", 9),
        # 31 March 2022 to 12 December 2023
        ({"formula": "months_to_publication", "stated_value": "2022-03-31",
          "claimed_value": "18"}, "contradicts", 20),
        (CLA | {"formula": "value", "comparison": "more_than", "claimed_value": "1855"},
         "contradicts", 1855),
        (CLA | {"formula": "value", "comparison": "at_least", "claimed_value": "1855"},
         "agrees", 1855),
        (CLA | {"formula": "value", "comparison": "less_than", "claimed_value": "1856"},
         "agrees", 1855),
        (CLA | {"formula": "value", "comparison": "at_most", "claimed_value": "1854"},
         "contradicts", 1855),
        (CLA | {"formula": "none", "claimed_value": "1855"}, "not checkable", None),
        # the figure on the claim's own line does not prove it; the earlier report lacks it
        (CLA | {"formula": "value", "claimed_value": "1855", "source_line": "108"},
         "not checkable", None),
        # as known when the first report was published: 165, not the 173 of the second
        ({"measure_id": "care_entered", "formula": "value", "period_id": "2022-23 Q1",
          "release_id": "hampshire-asr-2021-22", "claimed_value": "165"}, "agrees", 165),
    ],
)  # fmt: skip
def test_verdict(
    claim: Row, verdict: str, recomputed: float | None, compiled: CompiledProject, seeds: Seeds
) -> None:
    seeds["narrative_claims"] = [CLAIM | claim]
    connection = compiled.build(seeds)
    assert compiled.failures(connection, "claims_are_understood") == []
    rows = connection.sql(
        "select verdict, cast(recomputed_value as double) from marts.fct_narrative_claims"
    ).fetchall()
    assert rows == [(verdict, recomputed)]


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("measure_id", "children_in_care", "cla_at_year_end, cla_excluding_uasc"),
        ("period_id", "2022-24", "one of 2014-15, 2014-15 Q1"),
        ("base_period_id", "2099-00", "one of 2014-15, 2014-15 Q1"),
        ("release_id", "hampshire", "one of hampshire-asr-2021-22, hampshire-asr-2022-23"),
        ("formula", "ratio", "change, difference, falls"),
        ("formula", "", "change, difference, falls"),
        ("formula", "change", "one, which the formula change needs"),
        ("comparison", "about", "equals, more_than"),
        ("claimed_value", "many", "a number"),
    ],
)
def test_claim_that_is_not_understood(
    column: str, value: str, expected: str, compiled: CompiledProject, seeds: Seeds
) -> None:
    made = CLAIM | CLA | {"formula": "value", "claimed_value": "1"}
    seeds["narrative_claims"] = [made | {column: value}]
    problems = compiled.failures(compiled.build(seeds), "claims_are_understood")
    assert [problem for problem in problems if expected in problem["expected"]], problems
    assert {problem["claim_id"] for problem in problems} == {"test"}


def claim(**values: str) -> Row:
    return CLAIM | {"formula": "value"} | values


def judge(
    compiled: CompiledProject, seeds: Seeds, *claims: Row
) -> list[tuple[str, Decimal | None, str]]:
    seeds["narrative_claims"] = list(claims)
    connection = compiled.build(seeds)
    assert compiled.failures(connection, "claims_are_understood") == []
    return connection.sql(
        "select verdict, recomputed_value, explanation from marts.fct_narrative_claims"
        " order by claim_id"
    ).fetchall()


# 70.40 is the share of neglect in 2017-18, 1,855 the children looked after in 2022-23, as printed.
NEGLECT = {"measure_id": "cpp_started", "category_id": "neglect", "unit": "percent",
           "period_id": "2017-18"}  # fmt: skip
ROUNDING = [
    # figure, claimed, decimals, and the verdict of equals, at_most, at_least, less_than, more_than
    (NEGLECT, "70", "0", "within", "within", "agrees", "no", "agrees"),
    (NEGLECT, "70", "1", "no", "no", "agrees", "no", "agrees"),
    (NEGLECT, "70.4", "1", "agrees", "agrees", "agrees", "no", "no"),
    (NEGLECT, "71", "0", "no", "agrees", "no", "agrees", "no"),
    (NEGLECT, "70.5", "1", "no", "agrees", "no", "agrees", "no"),
    (NEGLECT, "70.39", "2", "no", "no", "agrees", "no", "agrees"),
    # Half a unit away: both neighbours are roundings of it.
    (CLA, "1850", "-1", "within", "within", "agrees", "no", "agrees"),
    (CLA, "1860", "-1", "within", "agrees", "within", "agrees", "no"),
    (CLA, "1800", "-2", "no", "no", "agrees", "no", "agrees"),
    (CLA, "1900", "-2", "within", "agrees", "within", "agrees", "no"),
    (CLA, "1855", "0", "agrees", "agrees", "agrees", "no", "no"),
    (CLA, "1854", "0", "no", "no", "agrees", "no", "agrees"),
]


def test_rounding_holds_for_every_comparison(compiled: CompiledProject, seeds: Seeds) -> None:
    comparisons = ("equals", "at_most", "at_least", "less_than", "more_than")
    claims = [
        claim(
            claim_id=f"{number:03} {comparison}",
            comparison=comparison,
            claimed_value=claimed,
            claimed_decimals=decimals,
            **figure,
        )
        for number, (figure, claimed, decimals, *_) in enumerate(ROUNDING)
        for comparison in sorted(comparisons)
    ]
    words = {"agrees": "agrees", "within": "agrees within rounding", "no": "contradicts"}
    expected = [
        words[dict(zip(comparisons, verdicts, strict=True))[comparison]]
        for _, _, _, *verdicts in ROUNDING
        for comparison in sorted(comparisons)
    ]
    assert [verdict for verdict, _, _ in judge(compiled, seeds, *claims)] == expected


# 1,725 and 1,855 of the table; 106 and 239 of the text; 741 and 570 are sums of four quarters.
BASE = {"base_measure_id": "cla_at_year_end", "base_unit": "count", "base_period_id": "2021-22"}


@pytest.mark.parametrize(
    ("values", "recomputed"),
    [
        # 22.68, 26.66, 24.99
        (POLICE | {"formula": "range", "period_id": "2021-22", "base_period_id": "2019-20"},
         "3.98"),
        # 1,594 was never printed: a range that lacks periods is no range
        (POLICE | {"formula": "range", "period_id": "2021-22", "base_period_id": "2015-16"}, None),
        (CLA | BASE | {"formula": "size_of_change"}, "130"),
        # 24.99 to 21.62
        (POLICE | {"formula": "size_of_change", "period_id": "2022-23",
                   "base_measure_id": "referrals_by_source", "base_category_id": "police",
                   "base_unit": "percent", "base_period_id": "2021-22"}, "3.37"),
        # 1,855 less 239 is 1,616, 1,725 less 106 is 1,619: 3 / 1,619
        (CLA | BASE | {"formula": "size_of_percentage_change",
                       "less_measure_id": "uasc_looked_after"}, "0.19"),
        # what is taken off was not printed for 2020-21
        (CLA | BASE | {"formula": "size_of_percentage_change", "base_period_id": "2020-21",
                       "less_measure_id": "uasc_looked_after"}, None),
        # 173 + 191 + 182 + 195 against 135 + 155 + 121 + 159
        ({"formula": "percentage_change_of_quarters", "measure_id": "care_entered",
          "period_id": "2022-23", "base_measure_id": "care_entered", "base_unit": "count",
          "base_period_id": "2019-20"}, "30"),
        # the year's last three quarters are not printed
        ({"formula": "percentage_change_of_quarters", "measure_id": "care_entered",
          "period_id": "2023-24", "base_measure_id": "care_entered", "base_unit": "count",
          "base_period_id": "2019-20"}, None),
        # the eleven sources of 2022-23 add up to 30,979; 22,166 assessments
        ({"formula": "categories_less", "measure_id": "referrals_by_source",
          "period_id": "2022-23", "base_measure_id": "assessments", "base_unit": "count",
          "base_period_id": "2022-23"}, "8813"),
        # 30 November 2021 to 12 December 2023
        ({"formula": "months_to_publication", "stated_value": "2021-11-30"}, "24"),
        ({"formula": "stated", "stated_value": "3", "stated_line": "40"}, "3"),
        # printed by the later release only
        ({"measure_id": "uasc_looked_after", "period_id": "2021-22",
          "release_id": "hampshire-asr-2021-22"}, None),
        ({"measure_id": "uasc_looked_after", "period_id": "2021-22", "evidence": "known now",
          "release_id": "hampshire-asr-2021-22"}, "106"),
    ],
)  # fmt: skip
def test_formula(
    values: Row, recomputed: str | None, compiled: CompiledProject, seeds: Seeds
) -> None:
    ((_, found, _),) = judge(compiled, seeds, claim(claimed_value="1", **values))
    assert found == (None if recomputed is None else Decimal(recomputed))


HOLDS = {"claimed_value": "1855", **CLA}
FAILS = {"claimed_value": "1855", "measure_id": "cla_at_year_end", "period_id": "2021-22"}
OPEN = {"claimed_value": "1855", "formula": "none"}
ABSENT = {"claimed_value": "1855", "measure_id": "cla_at_year_end", "period_id": "2023-24"}


@pytest.mark.parametrize(
    ("readings", "verdict", "recomputed"),
    [
        ((HOLDS, HOLDS), "agrees", 1855),
        ((FAILS, FAILS), "contradicts", 1725),
        ((HOLDS, FAILS), "depends on the reading", None),
        ((FAILS, HOLDS), "depends on the reading", None),
        # That one cannot be checked by its nature leaves the verdict open ...
        ((HOLDS, OPEN), "depends on the reading", None),
        ((FAILS, OPEN), "depends on the reading", None),
        ((OPEN, OPEN), "not checkable", None),
        # ... but not that a figure happens to be absent.
        ((ABSENT, HOLDS), "agrees", 1855),
        ((ABSENT, ABSENT), "not checkable", None),
    ],
)
def test_readings(
    readings: Iterable[Row],
    verdict: str,
    recomputed: int | None,
    compiled: CompiledProject,
    seeds: Seeds,
) -> None:
    rows = [
        claim(reading_number=str(number), reading=f"Reading {number}", **values)
        for number, values in enumerate(readings, start=1)
    ]
    ((found, value, explanation),) = judge(compiled, seeds, *rows)
    assert (found, value) == (verdict, recomputed)
    assert explanation.index("Reading 1: ") < explanation.index("Reading 2: ")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"reading_number": "1"}, "the numbers from 1"),
        ({"reading_number": "3"}, "the numbers from 1"),
        ({"reading": "Reading 1"}, "words of its own"),
        ({"claimed_value": "7"}, "the same in each row"),
        ({"statement": "made for another test"}, "the same in each row"),
        ({"evidence": "hearsay"}, "blank, known now or official"),
        ({"word_id": "sleight"}, "one of above_year_before"),
        ({"word_id": "slight"}, "nothing: the word_id gives it"),
        ({"formula": "stated"}, "a number"),
        ({"formula": "months_to_publication", "stated_value": "March"}, "a day"),
        ({"formula": "share_of_region_below"}, "official, which the formula"),
        ({"less_measure_id": "children"}, "one of "),
    ],
)
def test_reading_that_is_not_understood(
    change: Row, expected: str, compiled: CompiledProject, seeds: Seeds
) -> None:
    rows = [
        claim(reading_number=str(number), reading=f"Reading {number}", **HOLDS) for number in (1, 2)
    ]
    seeds["narrative_claims"] = [rows[0], rows[1] | change]
    problems = compiled.failures(compiled.build(seeds), "claims_are_understood")
    assert [problem for problem in problems if expected in problem["expected"]], problems


def test_claims_of_both_reports_are_there(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.sql(
        "select release_id, count(*) from marts.fct_narrative_claims group by 1"
    ).fetchall()
    assert all(number > 80 for _, number in rows)
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("claim_id", "verdict"),
    [
        ("2021-22 11.2 c", "depends on the reading"),  # 18.3% only up to the pandemic
        ("2021-22 11.2 d", "contradicts"),  # 36.7%, 51.9% or 69.0%, whatever the base
        ("2021-22 15.1 n", "contradicts"),  # 22.68, 26.66, 24.99: not the last step alone
        ("2021-22 17.2 b", "depends on the reading"),  # 70.40% started, 73.6% on 31 March 2018
        ("2021-22 18.1 d", "contradicts"),  # 111 less 71 is 40 of the 69
        ("2021-22 18.1 e", "contradicts"),  # 1,725 less 106 is 1,619
        ("2021-22 18.1 f", "contradicts"),  # 106 of 1,725 is 6.1%
        ("2021-22 18.1 i", "agrees"),  # 1,661 less 71 against 1,726 less 111
        ("2022-23 13.1 c", "contradicts"),  # what looked at thresholds was in November 2021
        ("2022-23 12.1 n", "contradicts"),  # 30,979 sources, 22,166 assessments
        ("2022-23 16.4 b", "depends on the reading"),  # 389 on no definition, 568 in the table
        ("2022-23 23.1 c", "depends on the reading"),  # 741 is 30% above 570; 547, 1.5% above 539
        ("2022-23 27 a", "contradicts"),  # the visit was in February 2023
        ("2022-23 16.2 b", "contradicts"),  # the bracketed 233 is the increase, not the level
        ("2022-23 16.2 a", "agrees within rounding"),  # 69.6% is right all the same
        ("2022-23 15.1 f", "contradicts"),  # 1,619 belongs to the year before
        ("2021-22 15.1 c", "agrees within rounding"),
    ],
)  # fmt: skip
def test_known_verdicts(claim_id: str, verdict: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    row = warehouse.execute(
        "select verdict from marts.fct_narrative_claims where claim_id = ?", [claim_id]
    ).fetchone()
    assert row == (verdict,)


def test_what_the_latest_release_withholds_is_not_taken_from_the_one_before(
    compiled: CompiledProject, seeds: Seeds
) -> None:
    """1,725 is printed by both releases; withheld by the later, it may have been revised since."""
    of_last_year = claim(**CLA | {"period_id": "2021-22"}, claimed_value="1700")
    ((verdict, *_),) = judge(compiled, seeds, of_last_year)
    assert verdict == "contradicts"
    row = row_of(
        seeds,
        "children_looked_after",
        release_id="hampshire-asr-2022-23",
        period_label="2021-22",
        unit="count",
    )
    row["value_as_printed"] = "[c]"
    ((verdict, *_),) = judge(compiled, seeds, of_last_year)
    assert verdict == "not checkable"
