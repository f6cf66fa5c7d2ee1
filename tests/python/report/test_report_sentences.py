"""The sentences say what the figures say: direction, amount, and what nothing is compared with."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from _pytest.mark import ParameterSet
from hypothesis import given
from hypothesis import strategies as st

from safeguarding.published.standings import Standing
from safeguarding.report.report_model import Figure, Quantity, Remark, RemarkKind, Sentence
from safeguarding.report.sentences.category_changes import largest_changes
from safeguarding.report.sentences.change_sentences import changes
from safeguarding.report.sentences.phrases import Unit
from safeguarding.report.sentences.time_series import Kind, Point, Series

YEARS = ("2017-18", "2018-19", "2019-20", "2020-21", "2021-22", "2022-23")
NAME = "Section 47 enquiries"
NONE, HIDDEN = "[x]", "[c]"


def remark(kind: RemarkKind, text: str = "") -> Remark:
    return Remark(kind, text)


def point(period: str, shown: str, *remarks: Remark) -> Point:
    is_marker = shown in {NONE, HIDDEN}
    value = None if is_marker else Decimal(shown.replace(",", ""))
    kinds = {HIDDEN: remark(RemarkKind.SUPPRESSED), NONE: remark(RemarkKind.MISSING)}
    every = (kinds[shown], *remarks) if is_marker else remarks
    judged = [Standing(each.kind.value) for each in remarks if each.kind.value in set(Standing)]
    standing = judged[0] if judged and not is_marker else None
    return Point(period, period, Figure(value, shown, remarks=every, standing=standing))


def series(
    *shown: str, unit: Unit = "count", kind: Kind = "flow", name: str = NAME, **remarks: Remark
) -> Series:
    """A series that ends in 2022-23; `y2021` is a remark on, or standing of, that for 2021-22."""
    points = [
        point(year, each, *(value for key, value in remarks.items() if year[:4] == key[1:]))
        for year, each in zip(YEARS[-len(shown) :] if shown else (), shown, strict=True)
    ]
    return Series(name, unit, kind, tuple(points))


DISPUTED = remark(RemarkKind.DISPUTED, "Paragraph 3.2 prints 8,441")
REVISED = remark(RemarkKind.REVISED, "The release of 2021-22 printed 7,950.")
CONTRADICTED = remark(RemarkKind.CONTRADICTED, "The quarters add up to 8,440.")
BREAK = remark(RemarkKind.BREAK, "Enquiries are counted by child from here on.")

NOT_COLLECTED = remark(RemarkKind.MISSING, "Not collected")
FEW = remark(RemarkKind.SUPPRESSED, "Fewer than 5, that is 4.")
INCOMPLETE = remark(RemarkKind.INCOMPLETE, "A part is lost.")
UNRECONCILED = remark(RemarkKind.UNRECONCILED, "DfE has another.")
PROVISIONAL = remark(
    RemarkKind.PROVISIONAL,
    "Such a figure of an earlier report rose by 5% when it was printed again, the only case.",
)
# What is compared: a case, its figures and how they are given; then each sentence, by hand.
MOVES = """
rise, and more than doubled: 3,926 5,000 6,000 7,000 7,948 8,439
- Section 47 enquiries rose by 491 (6.2%) to 8,439 in 2022-23, from 7,948 in 2021-22.
- Since 2017-18 the figure has more than doubled, from 3,926.
fall, and rise since the first: 400 500 450
- Section 47 enquiries fell by 50 (10.0%) to 450 in 2022-23, from 500 in 2021-22.
- Since 2020-21 the figure has risen by 50 (12.5%), from 400.
no change, and the same as the first: 450 500 450 450
- Section 47 enquiries remained at 450 in 2022-23, unchanged from 2021-22.
- The figure is the same as that of 2019-20.
half of a tenth of a per cent is rounded up: 8,000 8,100
- Section 47 enquiries rose by 100 (1.3%) to 8,100 in 2022-23, from 8,000 in 2021-22.
a change that rounds to nothing: 10,000 10,001
- Section 47 enquiries rose by 1 (less than 0.1%) to 10,001 in 2022-23, from 10,000 in 2021-22.
in percentage points: 25.6 28.1 20.6; unit=percent; kind=ratio; name=Repeat referrals
- Repeat referrals fell by 7.5 percentage points to 20.6% in 2022-23, from 28.1% in 2021-22.
- Since 2020-21 the figure has fallen by 5.0 percentage points, from 25.6%.
one percentage point: 20 21; unit=percent; kind=ratio; name=Repeat referrals
- Repeat referrals rose by 1 percentage point to 21% in 2022-23, from 20% in 2021-22.
percentages do not double: 10 15 21; unit=percent; kind=ratio; name=Repeat referrals
- Repeat referrals rose by 6 percentage points to 21% in 2022-23, from 15% in 2021-22.
- Since 2020-21 the figure has risen by 11 percentage points, from 10%.
rates in their unit: 283.5 297.7; unit=rate_per_10000; kind=ratio; name=The rate
- The rate rose by 14.2 (5.0%) to 297.7 per 10,000 children in 2022-23, from 283.5 in 2021-22.
a stock is that of the end of a period: 1,600 1,664; kind=stock; name=children looked after
- Children looked after rose by 64 (4.0%) to 1,664 at the end of 2022-23, from 1,600 at the end of
  2021-22.
a stock whose name says when: 1,600 1,664; kind=stock; name=Children looked after at 31 March
- Children looked after at 31 March rose by 64 (4.0%) to 1,664 in 2022-23, from 1,600 in 2021-22.
latest missing: 7,000 7,948 [x]
- Section 47 enquiries: there is no figure for 2022-23; the latest figure shown is 7,948 in
  2021-22.
latest missing, and why: 7,948 [x]; y2022=NOT_COLLECTED
- Section 47 enquiries: there is no figure for 2022-23; the latest figure shown is 7,948 in
  2021-22. Not collected.
latest suppressed: 12 [c]; y2022=FEW
- Section 47 enquiries: the figure for 2022-23 is suppressed; the latest figure shown is 12 in
  2021-22.
the period before missing: 4,000 [x] 8,000
- Section 47 enquiries came to 8,000 in 2022-23.
- There is no figure for 2021-22 to compare it with.
- Since 2020-21 the figure has doubled, from 4,000.
the period before suppressed: 12 [c] 9
- Section 47 enquiries came to 9 in 2022-23.
- The figure for 2021-22 is suppressed, so nothing is compared with it.
- Since 2020-21 the figure has fallen by 3 (25.0%), from 12.
the first two missing: [x] [x] 100 110 120
- Section 47 enquiries rose by 10 (9.1%) to 120 in 2022-23, from 110 in 2021-22.
- There are no figures for 2018-19 and 2019-20 to compare it with.
- Since 2020-21 the figure has risen by 20 (20.0%), from 100.
the first two suppressed: [c] [c] 110 120
- Section 47 enquiries rose by 10 (9.1%) to 120 in 2022-23, from 110 in 2021-22.
- The figures for 2019-20 and 2020-21 are suppressed, so nothing is compared with them.
nothing before it: [x] [c] 9
- Section 47 enquiries came to 9 in 2022-23.
- There is no figure for 2020-21 to compare it with.
- The figure for 2021-22 is suppressed, so nothing is compared with it.
nothing at all that can be shown: [c] [x]
- Section 47 enquiries: there is no figure for 2022-23; no earlier period has one that can be
  shown.
one point, missing: [x]
- Section 47 enquiries: there is no figure for 2022-23.
none at all:
- Section 47 enquiries: there are no figures.
only one point: 8,439
- Section 47 enquiries came to 8,439 in 2022-23; there is no earlier period to compare it with.
from zero: 0 5 7
- Section 47 enquiries rose by 2 (40.0%) to 7 in 2022-23, from 5 in 2021-22.
- Since 2020-21 the figure has risen by 7, from 0.
to zero: 5 0
- Section 47 enquiries fell by 5 (100.0%) to 0 in 2022-23, from 5 in 2021-22.
below zero: 10 -30 -62; name=The net change
- The net change fell by 32 to -62 in 2022-23, from -30 in 2021-22.
- Since 2020-21 the figure has fallen by 72 (720.0%), from 10.
doubled: 10 15 20
- Section 47 enquiries rose by 5 (33.3%) to 20 in 2022-23, from 15 in 2021-22.
- Since 2020-21 the figure has doubled, from 10.
not yet doubled: 10 15 19
- Section 47 enquiries rose by 4 (26.7%) to 19 in 2022-23, from 15 in 2021-22.
- Since 2020-21 the figure has risen by 9 (90.0%), from 10.
more than trebled: 10 15 39
- Section 47 enquiries rose by 24 (160.0%) to 39 in 2022-23, from 15 in 2021-22.
- Since 2020-21 the figure has more than trebled, from 10.
four times: 10 15 40
- Section 47 enquiries rose by 25 (166.7%) to 40 in 2022-23, from 15 in 2021-22.
- Since 2020-21 the figure has grown to 4 times what it was, from 10.
halved: 10 6 5
- Section 47 enquiries fell by 1 (16.7%) to 5 in 2022-23, from 6 in 2021-22.
- Since 2020-21 the figure has halved, from 10.
disputed: 7,948 8,439; y2022=DISPUTED
- Section 47 enquiries rose by 491 (6.2%) to 8,439 in 2022-23, from 7,948 in 2021-22; for 2022-23
  the release prints another figure too.
- On the figure for 2022-23: Paragraph 3.2 prints 8,441.
revised before: 7,948 8,439; y2021=REVISED
- Section 47 enquiries rose by 491 (6.2%) to 8,439 in 2022-23, from 7,948 in 2021-22; the figure
  for 2021-22 has been changed since it was first printed.
- On the figure for 2021-22: The release of 2021-22 printed 7,950.
contradicted at first: 5,000 7,948 8,439; y2020=CONTRADICTED
- Section 47 enquiries rose by 491 (6.2%) to 8,439 in 2022-23, from 7,948 in 2021-22.
- The change since 2020-21 is not shown because the figure for 2020-21 is contradicted.
- On the figure for 2020-21: The quarters add up to 8,440.
break at the latest: 5,000 7,948 8,439; y2022=BREAK
- Section 47 enquiries came to 8,439 in 2022-23.
- There is a break in the series in 2022-23, so nothing before it is compared with what follows.
  Enquiries are counted by child from here on.
break before that: 5,000 6,000 7,000 7,948 8,439; y2020=BREAK
- Section 47 enquiries rose by 491 (6.2%) to 8,439 in 2022-23, from 7,948 in 2021-22.
- There is a break in the series in 2020-21, so nothing before it is compared with what follows.
  Enquiries are counted by child from here on.
- Since 2020-21 the figure has risen by 1,439 (20.6%), from 7,000.
"""
# Whatever the standing of the two figures: what is said first, with and without DfE's.
CHANGES = """
incomplete, and DfE has none: 100 150; y2021=INCOMPLETE
- Section 47 enquiries came to 150 in 2022-23. The change from 2021-22 is not shown because the
  figure for 2021-22 is incomplete.
contradicted, and DfE has both: 100 150; y2021=CONTRADICTED; official=160 150
- Section 47 enquiries came to 150 in 2022-23. The change from 2021-22 is not shown because the
  figure for 2021-22 is contradicted. By DfE's official statistics the figure fell by 10 (6.3%) to
  150, from 160 in 2021-22.
the latest contradicted: 100 150; y2022=CONTRADICTED
- Section 47 enquiries, as the report prints it: 150 in 2022-23. The change from 2021-22 is not
  shown because the figure for 2022-23 is contradicted.
both incomplete: 100 150; y2021=INCOMPLETE; y2022=INCOMPLETE
- Section 47 enquiries, as the report prints it: 150 in 2022-23. The change from 2021-22 is not
  shown because the figures for 2021-22 and 2022-23 are incomplete.
unreconciled, and DfE has none: 100 150; y2021=UNRECONCILED
- Section 47 enquiries came to 150 in 2022-23. The change from 2021-22 is not shown because the
  figure for 2021-22 is unreconciled.
unreconciled, and DfE has both: 100 150; y2021=UNRECONCILED; official=120 150
- Section 47 enquiries rose by 50 (50.0%) to 150 in 2022-23, from 100 in 2021-22; the figure for
  2021-22 is unreconciled; by DfE's official statistics the figure rose by 30 (25.0%) to 150, from
  120.
unreconciled, and DfE's has not changed: 100 150; y2021=UNRECONCILED; official=150 150
- Section 47 enquiries rose by 50 (50.0%) to 150 in 2022-23, from 100 in 2021-22; the figure for
  2021-22 is unreconciled; by DfE's official statistics the figure remained at 150.
both stand, and DfE's goes the same way: 100 150; official=101 149
- Section 47 enquiries rose by 50 (50.0%) to 150 in 2022-23, from 100 in 2021-22.
both stand, and DfE's goes the other way: 100 101; official=101 100
- Section 47 enquiries rose by 1 (1.0%) to 101 in 2022-23, from 100 in 2021-22; by DfE's official
  statistics the figure fell by 1 (1.0%) to 100, from 101.
the latest missing, and DfE has both: 100 [x]; official=100 90
- Section 47 enquiries: there is no figure for 2022-23; the latest figure shown is 100 in
  2021-22. By DfE's official statistics the figure fell by 10 (10.0%) to 90, from 100 in 2021-22.
the latest missing, and DfE has that alone: 100 [x]; official=90
- Section 47 enquiries: there is no figure for 2022-23, but DfE has 90; the latest figure shown is
  100 in 2021-22.
the latest suppressed, and DfE has that alone: 100 [c]; official=90
- Section 47 enquiries: the figure for 2022-23 is suppressed; the latest figure shown is 100 in
  2021-22.
the latest suppressed, and DfE has both: 100 [c]; official=100 90
- Section 47 enquiries: the figure for 2022-23 is suppressed; the latest figure shown is 100 in
  2021-22.
provisional: 100 150; y2022=PROVISIONAL
- Section 47 enquiries rose by 50 (50.0%) to 150 in 2022-23, from 100 in 2021-22; the figure for
  2022-23 is provisional: such a figure of an earlier report rose by 5% when it was printed again,
  the only case.
"""


def official(given: Series, *values: str) -> Series:
    """A series with official figures of its last periods."""
    periods = [each.period_id for each in given.points][-len(values) :]
    return replace(given, official=dict(zip(periods, map(Decimal, values), strict=True)))


def cases(text: str) -> list[ParameterSet]:
    """Series and expected sentences of a table of cases."""
    found: list[ParameterSet] = []
    for block in re.split(r"\n(?=[^- ])", text.strip()):
        head, *sentences = block.strip().split("\n- ")
        name, _, given = head.partition(": ")
        shown, *options = given.split("; ")
        kept = dict(option.split("=", 1) for option in options)
        beside = kept.pop("official", "").split()
        named = {key: globals().get(value, value) for key, value in kept.items()}
        one = series(*shown.split(), **named)
        expected = [sentence.replace("\n  ", " ") for sentence in sentences]
        found.append(pytest.param(official(one, *beside) if beside else one, expected, id=name))
    return found


@pytest.mark.parametrize(("given_series", "expected"), cases(MOVES))
def test_what_changes(given_series: Series, expected: list[str]) -> None:
    assert [sentence.text for sentence in changes(given_series)] == expected


@pytest.mark.parametrize(("given_series", "expected"), cases(CHANGES))
def test_what_standings_allow(given_series: Series, expected: list[str]) -> None:
    assert [changes(given_series)[0].text] == expected


def test_a_missing_figure_is_told_though_dfe_counts_it_otherwise() -> None:
    given = replace(series("100", NONE), official_otherwise={"2022-23": Decimal(0)})
    assert "there is no figure for 2022-23, but DfE has 0; " in changes(given)[0].text


def test_a_stock_at_a_day() -> None:
    points = (point("31 March 2022", "40"), point("31 March 2023", "20"))
    (sentence,) = changes(Series("Open plans", "count", "stock", points))
    assert sentence.text == (
        "Open plans fell by 20 (50.0%) to 20 at 31 March 2023, from 40 at 31 March 2022."
    )


def test_the_figures_are_those_that_are_shown() -> None:
    precise = Figure(Decimal("28.0149"), "28.01")
    shown = Series("A share", "percent", "ratio", (Point("2022-23", "2022-23", precise),))
    (sentence,) = changes(shown)
    assert Quantity(Decimal("28.01"), "percent") in sentence.parts


def test_a_minus_sign_is_one() -> None:
    points = (
        Point(year, year, Figure(Decimal(value), shown))
        for year, value, shown in [("2021-22", -1200, "-1,200"), ("2022-23", -1300, "\u22121,300")]
    )
    (sentence,) = changes(Series("The net change", "count", "flow", tuple(points)))
    assert (
        sentence.text == "The net change fell by 100 to -1,300 in 2022-23, from -1,200 in 2021-22."
    )


def test_numbers_are_quantities() -> None:
    (first, second) = changes(series("3,926", "7,948", "8,439"))
    numbers = [part.value for part in (*first.parts, *second.parts) if isinstance(part, Quantity)]
    assert numbers == [Decimal(each) for each in ("491", "6.2", "8439", "7948", "3926")]


def told(sentences: tuple[Sentence, ...]) -> str:
    return " ".join(each.text for each in sentences)


def police(*shown: str, unit: Unit = "count") -> Series:
    return series(*shown, unit=unit, name="Police")


def test_largest_changes() -> None:
    sources = [
        police("4,221", "4,733"),
        series("3,300", "3,600", name="Schools"),
        series("10", "11", name="Housing"),
        series("2,000", "1,980", name="Health services"),
        series("50", "50", name="Other"),
    ]
    assert told(largest_changes(sources, 2)) == (
        "From 2021-22 to 2022-23 the largest rises were in Police (by 512, 12.1%, to 4,733) and "
        "Schools (by 300, 9.1%, to 3,600); the largest fall was in Health services "
        "(by 20, 1.0%, to 1,980)."
    )


def test_as_large_as_the_last_is_named_too() -> None:
    sources = [police("10", "15"), series("20", "25", name="Schools")]
    assert told(largest_changes(sources, 1)) == (
        "From 2021-22 to 2022-23 the largest rises were in Police (by 5, 50.0%, to 15) and "
        "Schools (by 5, 25.0%, to 25); none fell."
    )


@pytest.mark.parametrize(
    ("given_series", "expected"),
    [
        ([], "There are no figures."),
        ([police("5")], "There is no earlier period to compare with."),
        ([police("5", "5")], "From 2021-22 to 2022-23 none rose; none fell."),
        (
            [police(NONE, "5")],
            "Changes from 2021-22 to 2022-23 are not shown for Police because figures are missing.",
        ),
        (
            [series("40.5", "42", unit="percent", name="Police", y2022=REVISED)],
            "From 2021-22 to 2022-23 the largest rise was in Police (by 1.5 percentage points to "
            "42%, see the notes on this figure); none fell.",
        ),
    ],
)
def test_largest_changes_when_little_can_be_said(given_series: list[Series], expected: str) -> None:
    assert told(largest_changes(given_series, 2)) == expected


# 98 after a revision of 5% is 102.9, of 1% 98.98.
@pytest.mark.parametrize(("bound", "is_turned"), [("5", True), ("1", False)])
def test_a_revision_may_turn_a_change(bound: str, *, is_turned: bool) -> None:
    given = series("100", "98", y2022=PROVISIONAL)
    last = given.points[-1]
    revised = replace(last.figure, revisions=(Decimal(bound), Decimal(bound)))
    given = replace(given, points=(*given.points[:-1], replace(last, figure=revised)))
    said = changes(given)[0].text
    assert ("would turn this fall into a rise" in said) == is_turned


def test_categories_that_do_not_stand_keep_the_others_from_being_ranked() -> None:
    sources = [
        police("100", "150"),
        series("30", "20", name="Schools", y2021=INCOMPLETE),
        series("9", HIDDEN, name="Anonymous"),
        series("9", "12", name="Individuals", y2022=BREAK),
    ]
    why = (
        "Changes from 2021-22 to 2022-23 are not shown for Schools because figures are incomplete, "
        "or for Anonymous because figures are suppressed, or for Individuals because figures are "
        "separated by a break in the series, so the others are not ranked."
    )
    stated = "From 2021-22 to 2022-23 Police rose by 50 (50.0%) to 150."
    assert told(largest_changes(sources, 1)) == f"{why} {stated}"
    values = [("100", "150"), ("60", "50"), ("9", "8"), ("9", "9")]
    beside = [official(each, *its) for each, its in zip(sources, values, strict=True)]
    assert told(largest_changes(beside, 1)) == f"{why} {stated}"  # what is suppressed stays so
    assert told(largest_changes([each for each in beside if each.name != "Anonymous"], 1)) == (
        f"{why.replace(' or for Anonymous because figures are suppressed,', '')} "
        "By DfE's official statistics, the largest rise was in Police (by 50, 50.0%, to "
        "150); the largest fall was in Schools (by 10, 16.7%, to 50)."
    )


def test_what_is_in_no_category_is_none() -> None:
    rest = replace(series("331", "142", name="In no category printed"), is_remainder=True)
    assert told(largest_changes([police("5", "6"), rest], 1)) == (
        "From 2021-22 to 2022-23 the largest rise was in Police (by 1, 20.0%, to 6); none fell."
    )


def test_unlike_categories_are_not_compared() -> None:
    with pytest.raises(ValueError, match="differ in unit or periods"):
        largest_changes([police("1", "2"), series("1", "2", "3")], 1)


# What nobody thought of.
SECRET = Decimal(777_777_777)
VALUES = st.integers(0, 9_999).map(Decimal)
KINDS = st.sampled_from([*RemarkKind])


@st.composite
def any_figure(draw: st.DrawFn) -> Figure:
    """A figure, a gap, or one that is suppressed although its value is known."""
    remarks = tuple(Remark(kind, "See the notes.") for kind in draw(st.sets(KINDS, max_size=2)))
    if draw(st.booleans()):
        value = draw(VALUES)
        return Figure(value, f"{value:,}", remarks=remarks)
    if draw(st.booleans()):
        return Figure(None, NONE, remarks=remarks)
    remarks = tuple(replace(each, text=f"It is {SECRET:,}.") for each in remarks)
    marker = (Remark(RemarkKind.SUPPRESSED, f"It is {SECRET:,}."),)
    return draw(
        st.sampled_from(
            [
                Figure(SECRET, HIDDEN, remarks=remarks),
                Figure(SECRET, f"{SECRET:,}", remarks=(*remarks, *marker)),
                Figure(None, HIDDEN, remarks=(*remarks, *marker)),
            ]
        )
    )


@st.composite
def any_series(draw: st.DrawFn, name: str = NAME) -> Series:
    figures = draw(st.lists(any_figure(), min_size=6, max_size=6))
    points = tuple(Point(year, year, figure) for year, figure in zip(YEARS, figures, strict=True))
    return Series(name, "count", "flow", points)


def quantities(sentences: tuple[Sentence, ...]) -> list[Decimal]:
    return [part.value for each in sentences for part in each.parts if isinstance(part, Quantity)]


@given(any_series())
def test_a_suppressed_figure_is_never_told_nor_worked_out(given_series: Series) -> None:
    sentences = (*changes(given_series), *largest_changes([given_series], 1))
    assert "777,777" not in " ".join(each.text for each in sentences)
    # All other figures are below 10,000: what is worked out from the secret would be above that,
    # and a change of theirs is below a million per cent.
    assert all(abs(value) < 1_000_000 for value in quantities(sentences))


@given(any_series())
def test_directions_are_those_of_the_figures(given_series: Series) -> None:
    by_period = {each.period_label: each.figure for each in given_series.points}
    last = by_period["2022-23"].value
    for sentence in changes(given_series):
        words = sentence.text
        compared_with = "2021-22" if words.startswith(NAME) else words[len("Since ") :][:7]
        if " rose by " in words or "has risen" in words or "doubled" in words or "grown" in words:
            assert last is not None
            assert last > (by_period[compared_with].value or Decimal(0))
        if " fell by " in words or "has fallen" in words or "halved" in words:
            assert last is not None
            assert last < (by_period[compared_with].value or Decimal(0))
        if " remained at " in words:
            assert last == by_period["2021-22"].value


@given(any_series())
def test_nothing_is_compared_across_a_break(given_series: Series) -> None:
    breaks = [
        each.period_label
        for each in given_series.points[1:]
        if any(remark.kind is RemarkKind.BREAK for remark in each.figure.remarks)
    ]
    for sentence in changes(given_series):
        if breaks and sentence.text.startswith("Since "):
            assert sentence.text[len("Since ") :][:7] >= breaks[-1]
        if breaks and ", from " in sentence.text and sentence.text.startswith(NAME):
            assert breaks[-1] < "2022-23"


@given(VALUES, VALUES)
def test_the_words_of_growth_are_true(first: Decimal, last: Decimal) -> None:
    ends = series(f"{first:,}", "5", f"{last:,}")
    said = changes(ends)[-1].text
    bounds = {
        "has doubled": last == 2 * first,
        "more than doubled": 2 * first < last < 3 * first,
        "has trebled": last == 3 * first,
        "more than trebled": 3 * first < last < 4 * first,
        "has halved": 2 * last == first,
        "more than halved": 0 < 2 * last < first,
        " times what it was": 0 < 4 * first <= last,
    }
    assert {words for words in bounds if words in said} == {
        words for words, is_true in bounds.items() if is_true and first and last
    }


def quarters(first: int, *shown: str, kind: Kind = "flow", **remarks: Remark) -> Series:
    """A series of quarters from the first of a financial year; `q2` is a remark on the second."""
    points = []
    for number, each in enumerate(shown):
        year, quarter = first + number // 4, number % 4 + 1
        name = f"{year}-{(year + 1) % 100:02} Q{quarter}"
        said = [value for key, value in remarks.items() if key == f"q{number + 1}"]
        points.append(replace(point(name, each, *said), period_id=name))
    return Series(NAME, "count", kind, tuple(points), year="2022-23")


FIRST = ("10", "20", "30", "40")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(
            quarters(2021, *FIRST, "11", "21", "31", "42"),
            [
                "Section 47 enquiries rose by 5 (5.0%) to 105 in 2022-23, from 100 in 2021-22.",
                "Section 47 enquiries rose by 2 (5.0%) to 42 in 2022-23 Q4, from 40 in 2021-22 Q4.",
                "In 2022-23 Q3, the quarter before, the figure was 31.",
            ],
            id="the latest quarter is one of the year",
        ),
        pytest.param(
            quarters(2022, *FIRST, "7"),
            [
                "Section 47 enquiries came to 100 in 2022-23; there is no earlier period to "
                "compare it with.",
                "Later information (after 2022-23): Section 47 enquiries fell by 3 (30.0%) to 7 in "
                "2023-24 Q1, from 10 in 2022-23 Q1.",
                "In 2022-23 Q4, the quarter before, the figure was 40.",
            ],
            id="a quarter after the year",
        ),
        pytest.param(
            quarters(2021, *FIRST, "11", "21", NONE, "42"),
            [
                "Section 47 enquiries: there is no figure for 2022-23; the latest figure shown is "
                "100 in 2021-22. A year's total is given only where all four quarters are known.",
                "Section 47 enquiries rose by 2 (5.0%) to 42 in 2022-23 Q4, from 40 in 2021-22 Q4.",
            ],
            id="a quarter is missing",
        ),
        pytest.param(
            quarters(2021, *FIRST, "11", "21", HIDDEN, "42"),
            [
                "Section 47 enquiries: the figure for 2022-23 is suppressed; the latest figure "
                "shown is 100 in 2021-22.",
                "Section 47 enquiries rose by 2 (5.0%) to 42 in 2022-23 Q4, from 40 in 2021-22 Q4.",
            ],
            id="a quarter is suppressed: no total, from which it could be worked out",
        ),
        pytest.param(
            quarters(2022, "10", "20"),
            [
                "Section 47 enquiries came to 20 in 2022-23 Q2.",
                "In 2022-23 Q1, the quarter before, the figure was 10.",
            ],
            id="no whole year",
        ),
        pytest.param(
            quarters(2021, *FIRST, "11", "21", "31", "42", q6=BREAK),
            [
                "Section 47 enquiries: there is no figure for 2022-23; the latest figure shown is "
                "100 in 2021-22. A year's total is given only where all four quarters are known.",
                "Section 47 enquiries came to 42 in 2022-23 Q4.",
                "In 2022-23 Q3, the quarter before, the figure was 31.",
            ],
            id="a break within the year",
        ),
        pytest.param(
            quarters(2021, *FIRST, "11", "21", "31", "42", q2=BREAK),
            [
                "Section 47 enquiries came to 105 in 2022-23.",
                "There is a break in the series in 2022-23, so nothing before it is compared with "
                "what follows. There is a break within the year before.",
                "Section 47 enquiries rose by 2 (5.0%) to 42 in 2022-23 Q4, from 40 in 2021-22 Q4.",
                "In 2022-23 Q3, the quarter before, the figure was 31.",
            ],
            id="a break within the year before",
        ),
        pytest.param(
            quarters(2021, *FIRST, "11", "21", "31", "42", q8=INCOMPLETE),
            [
                "Section 47 enquiries: there is no figure for 2022-23; the latest figure shown is "
                "100 in 2021-22. A year's total is given only where all four quarters are known.",
                "Section 47 enquiries, as the report prints it: 42 in 2022-23 Q4. The change from "
                "2021-22 Q4 is not shown because the figure for 2022-23 Q4 is incomplete.",
                "In 2022-23 Q3, the quarter before, the figure was 31.",
                "On the figure for 2022-23 Q4: A part is lost.",
            ],
            id="a quarter is incomplete",
        ),
        pytest.param(
            quarters(2021, *FIRST, "11", "21", "31", "42", "12", kind="stock"),
            [
                "Section 47 enquiries rose by 2 (5.0%) to 42 at the end of 2022-23 Q4, from 40 at "
                "the end of 2021-22 Q4.",
                "Later information (after 2022-23): Section 47 enquiries rose by 1 (9.1%) to 12 at "
                "the end of 2023-24 Q1, from 11 at the end of 2022-23 Q1.",
                "At the end of 2022-23 Q4, the quarter before, the figure was 42.",
            ],
            id="a stock is that of the year's end, no sum",
        ),
    ],
)
def test_of_quarters_the_year_comes_first(given: Series, expected: list[str]) -> None:
    assert [each.text for each in changes(given)] == expected
