"""What Python reads from a user's file and what SQL reads from a seed follow one rule.

So does arithmetic: a quotient or a median is what exact fractions say, on whatever engine.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import median
from types import SimpleNamespace

import duckdb
import jinja2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conftest import PROJECT
from safeguarding.intake.wording.periods import period_id, period_label
from safeguarding.intake.wording.vocabulary import is_number, label_key, row_label_key

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
LIKELY = st.text(
    " \t\u00a0\u202f\u200b\u00ad\u2013\u2212-a)b(1.2,%iv*\u2022\u2019'A\u00c9", max_size=12
)
Evaluate = Callable[[str, str], object]


CENTS = st.integers(-(10**11), 10**11).map(lambda cents: Decimal(cents) / 100)


@pytest.fixture(scope="module")
def macros() -> SimpleNamespace:
    """The project's macros, as they are for DuckDB."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted((PROJECT / "macros").glob("*.sql"))
        if path.name in ("engine.sql", "parsing.sql", "periods.sql", "rounding.sql")
    )
    template = environment.from_string(source)

    def dispatch(name: str, _package: str) -> object:
        return getattr(module, f"duckdb__{name}")

    module = template.make_module(
        {
            "adapter": SimpleNamespace(dispatch=dispatch),
            "dbt": SimpleNamespace(type_string=lambda: "varchar"),
        }
    )
    return SimpleNamespace(**vars(module))


@pytest.fixture(scope="module")
def evaluate(macros: SimpleNamespace) -> Evaluate:
    """A function that evaluates one of the project's macros for a text in DuckDB."""
    connection = duckdb.connect()
    queries = {
        name: f"select {getattr(macros, name)('text')} from (select $text as text)"
        for name in ("label_key", "row_label_key", "number_text", "period_id_of")
    }

    def run(macro: str, text: str) -> object:
        (value,) = connection.execute(queries[macro], {"text": text}).fetchone() or (None,)
        return value

    return run


@settings(max_examples=400, deadline=None)
@given(text=TEXTS | LIKELY)
@example(text="a) 1A: Individual")
@example(text="\u03a3\u03a3")
def test_labels_have_one_key(evaluate: Evaluate, text: str) -> None:
    assert label_key(text) == evaluate("label_key", text)
    assert row_label_key(text) == evaluate("row_label_key", text)


@settings(max_examples=400, deadline=None)
@given(text=TEXTS | LIKELY)
@example(text="\u2212 1 849 6")
@example(text="1,23")
def test_a_number_is_a_number_to_both(evaluate: Evaluate, text: str) -> None:
    assert is_number(text) == (evaluate("number_text", text) is not None)


@settings(max_examples=300, deadline=None)
@given(
    text=TEXTS
    | st.from_regex(r"(FY ?)?(20)?[0-9]{2}[-/\u2013](20)?[0-9]{2}( Q[0-9])?", fullmatch=True)
)
@example(text="Apr - Jun 201 9")
@example(text="1999/00")
def test_a_period_that_is_read_is_read_alike(evaluate: Evaluate, text: str) -> None:
    label = period_label(text)
    if label is not None:
        assert evaluate("period_id_of", label) == period_id(label)
    elif text:
        assert evaluate("period_id_of", text) is None


YEARS = ("2022", "22", "1998", "98", "2099", "99", "00", "0022", "3022", "202", "20222", "2")
ENDS = ("23", "2023", "24", "99", "00", "2000", "3", "023", "0023", "")
QUARTERS = ("apr-jun", "Apr - Jun", "jul\u2013sep", "Oct-Dec", "jan-mar", "Jan-Apr", "Q1", "Q5", "")
WORDINGS = [
    text
    for year in YEARS
    for quarter in QUARTERS
    for end in ENDS
    for dash in ("-", "/", "\u2013")
    for text in (f"{quarter} {year}{dash}{end}", f"{year}{dash}{end} {quarter}")
] + [f"{quarter} {year}" for year in YEARS for quarter in QUARTERS]


def test_no_wording_is_read_as_two_periods(evaluate: Evaluate) -> None:
    """A grid of wordings, good and odd: what a seed may hold is what a user's file gives."""
    read = 0
    for text in set(WORDINGS):
        label, found = period_label(text), evaluate("period_id_of", text)
        assert found in (None, label and period_id(label)), text
        if label:
            read += 1
            assert evaluate("period_id_of", label) == period_id(label)
            # The digits of the year that is read are digits that were written.
            assert label[:4] in text or label[2:4] in text or label[-2:] in text, text
    assert read > 50


def half_up(exact: Fraction, decimals: int) -> Decimal:
    """An exact number, rounded half away from zero."""
    scaled = abs(exact) * 10**decimals
    whole = int(scaled) + (scaled - int(scaled) >= Fraction(1, 2))
    return Decimal(whole if exact >= 0 else -whole).scaleb(-decimals)


@settings(max_examples=400, deadline=None)
@given(part=CENTS, whole=CENTS, decimals=st.sampled_from([0, 1, 2, 6]))
@example(part=Decimal("1.00"), whole=Decimal("8.00"), decimals=2)
@example(part=Decimal("-1.00"), whole=Decimal("8.00"), decimals=2)
@example(part=Decimal("1.00"), whole=Decimal("-8.00"), decimals=2)
@example(part=Decimal("2.01"), whole=Decimal("2.00"), decimals=2)
@example(part=Decimal("1.00"), whole=Decimal("0.00"), decimals=1)
def test_a_quotient_is_exact_until_it_is_rounded(
    macros: SimpleNamespace, part: Decimal, whole: Decimal, decimals: int
) -> None:
    quotient = macros.quotient("part", "whole", decimals)
    (found,) = duckdb.execute(
        f"select {quotient} from (select $part::decimal(18, 2) as part,"
        " $whole::decimal(18, 2) as whole)",
        {"part": str(part), "whole": str(whole)},
    ).fetchone() or (None,)
    if whole == 0:
        assert found is None
    else:
        assert found == half_up(Fraction(part) / Fraction(whole), decimals)


@settings(max_examples=200, deadline=None)
@given(numbers=st.lists(CENTS, min_size=1, max_size=9))
@example(numbers=[Decimal("1.01"), Decimal("1.02")])
@example(numbers=[Decimal("-1.01"), Decimal("-1.02")])
def test_a_median_is_exact_until_it_is_rounded(
    macros: SimpleNamespace, numbers: list[Decimal]
) -> None:
    (found,) = duckdb.execute(
        f"select {macros.median_of('number')}"
        " from (select unnest($numbers::decimal(18, 2)[]) as number)",
        {"numbers": [str(number) for number in numbers]},
    ).fetchone() or (None,)
    assert found == half_up(median(Fraction(number) for number in numbers), 2)


@settings(max_examples=200, deadline=None)
@given(number=CENTS)
@example(number=Decimal("-0.01"))
@example(number=Decimal("1000.50"))
def test_a_number_is_spoken_without_noughts_at_its_end(
    macros: SimpleNamespace, number: Decimal
) -> None:
    (found,) = duckdb.execute(
        f"select {macros.spoken('number')} from (select $number::decimal(18, 2) as number)",
        {"number": str(number)},
    ).fetchone() or (None,)
    exact = f"{number.quantize(Decimal('0.01'), ROUND_HALF_UP):,.2f}"
    assert found == exact.rstrip("0").rstrip(".")


def test_periods_are_counted_with_both_ends(macros: SimpleNamespace) -> None:
    periods = [
        ("2017-18", "2017-18", 1),
        ("2017-18", "2022-23", 6),
        ("2019-20 Q4", "2020-21 Q1", 2),
        ("2018-19 Q1", "2020-21 Q4", 12),
    ]
    for first, last, count in periods:
        counted = macros.periods_between("first_period", "last_period")
        (found,) = duckdb.execute(
            f"select {counted} from (select ? as first_period, ? as last_period)", [first, last]
        ).fetchone() or (None,)
        assert found == count
