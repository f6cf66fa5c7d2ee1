"""What Python reads from a user's file and what SQL reads from a seed follow one rule.

So does arithmetic: a quotient or a median is what exact fractions say, on whatever engine.
"""

from __future__ import annotations

import re
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


@pytest.mark.parametrize("text", ["Apr-Jun 2020", "total", "", "20x1-22", "-", "1e5"])
def test_a_text_is_cast_safely_whatever_is_asked_first(macros: SimpleNamespace, text: str) -> None:
    """No engine promises to ask whether a text is a year before it makes a number of it."""
    rendered = " ".join(str(macros.period_id_of("text")).split())
    guarded = re.search(r"when (regexp_full_match\(.*?\)) and (\(.*?) then", rendered)
    assert guarded
    form, arithmetic = guarded.groups()
    for condition in (f"{arithmetic} and {form}", arithmetic):
        query = f"select {condition} from (select $text as text)"
        ((result,),) = duckdb.execute(query, {"text": text}).fetchall()
        assert not result


def test_texts_are_cast_with_try_cast() -> None:
    """Where a text is cast, `cast` would end the build at the first that is none."""
    of_text = re.compile(
        r"(?<!try_)\bcast\(\s*(substr|replace|trim|lower)\("
        r"|(?<!try_)\bcast\([^()]*\bas date\)"
    )
    folders = (PROJECT / name for name in ("models", "macros", "tests"))
    paths = [path for folder in folders for path in sorted(folder.rglob("*.sql"))]
    assert paths
    found = [path for path in paths if of_text.search(path.read_text(encoding="utf-8"))]
    assert found == []


@settings(max_examples=100, deadline=None)
@given(text=TEXTS | LIKELY)
@example(text="a) 1A: Individual")
@example(text="\u03a3\u03a3")
def test_labels_have_one_key(evaluate: Evaluate, text: str) -> None:
    assert label_key(text) == evaluate("label_key", text)
    assert row_label_key(text) == evaluate("row_label_key", text)


@settings(max_examples=100, deadline=None)
@given(text=TEXTS | LIKELY)
@example(text="\u2212 1 849 6")
@example(text="1,23")
def test_a_number_is_a_number_to_both(evaluate: Evaluate, text: str) -> None:
    assert is_number(text) == (evaluate("number_text", text) is not None)


@settings(max_examples=75, deadline=None)
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


def test_no_wording_is_read_as_two_periods(macros: SimpleNamespace, evaluate: Evaluate) -> None:
    """A grid of wordings, good and odd: what a seed may hold is what a user's file gives."""
    read = 0
    period = macros.period_id_of("text")
    grid = "(select unnest($texts::varchar[]) as text)"
    periods = duckdb.execute(
        f"select text, {period} from {grid}", {"texts": sorted(set(WORDINGS))}
    ).fetchall()
    for text, found in periods:
        label = period_label(text)
        # A year alone is a calendar year to SQL; a file is asked which year it is.
        is_bare = re.fullmatch(r"\s*[12][0-9]{3}\s*", text) and not label
        assert is_bare or found in (None, label and period_id(label)), text
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


COUNTS = st.integers(0, 5_000_000)
RATES = st.integers(1, 1_000_000).map(lambda thousandths: Decimal(thousandths) / 1000)


def divided(expression: str, part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """What DuckDB makes of an expression of `part` and `whole`, as models keep it."""
    found: Decimal | None
    (found,) = duckdb.execute(
        f"select cast({expression} as decimal(18, 6)) from (select $part::decimal(18, 3) as part,"
        " $whole::decimal(18, 3) as whole)",
        {"part": str(part), "whole": str(whole)},
    ).fetchone() or (None,)
    return found


def test_every_small_percentage_is_rounded_as_decimals_are(macros: SimpleNamespace) -> None:
    """All 212,225 pairs of a part and a whole of up to 650."""
    percentage = macros.quotient("100 * part", "whole", 2)
    assert percentage == "round(100 * part / nullif(whole, 0) + 1e-9, 2)"
    rows = duckdb.sql(
        f"select part, whole, cast({percentage} as decimal(9, 2)) from range(651) as parts(part)"
        " inner join range(1, 651) as wholes(whole) on part <= whole"
    ).fetchall()
    assert len(rows) == 212_225
    cent = Decimal("0.01")
    exact = ((Decimal(100 * part) / whole).quantize(cent, ROUND_HALF_UP) for part, whole, _ in rows)
    assert [row for row, expected in zip(rows, exact, strict=True) if row[2] != expected] == []


@settings(max_examples=100, deadline=None)
@given(part=COUNTS, whole=COUNTS, per=st.sampled_from([(100, 1), (100, 2), (10_000, 1)]))
@example(part=1, whole=8, per=(100, 2))
@example(part=1, whole=0, per=(100, 1))
@example(part=1_000_001, whole=3_200_000, per=(100, 2))
def test_a_share_of_large_counts_is_exact_until_it_is_rounded(
    macros: SimpleNamespace, part: int, whole: int, per: tuple[int, int]
) -> None:
    factor, decimals = per
    part = min(part, whole or part)
    found = divided(macros.quotient(f"{factor} * part", "whole", decimals), part, whole)
    assert found == (half_up(Fraction(factor * part, whole), decimals) if whole else None)


@settings(max_examples=100, deadline=None)
@given(part=st.integers(0, 20_000), rate=RATES)
@example(part=1, rate=Decimal("0.125"))
def test_a_whole_that_a_rate_implies_is_exact_until_it_is_rounded(
    macros: SimpleNamespace, part: int, rate: Decimal
) -> None:
    exact = half_up(10_000 * part / Fraction(rate), 2)
    found = divided(macros.quotient("10000 * part", "whole", 2), part, rate)
    assert found == exact or exact > 4_000_000  # no authority has so many children


@settings(max_examples=100, deadline=None)
@given(
    change=st.integers(-500_000, 500_000),
    whole=st.integers(-500_000, 500_000),
    decimals=st.sampled_from([2, 6]),
)
@example(change=-1, whole=8, decimals=2)
@example(change=1, whole=-8, decimals=2)
@example(change=-1, whole=-8, decimals=2)
@example(change=1, whole=64_000, decimals=6)
@example(change=1, whole=0, decimals=2)
def test_a_change_is_rounded_away_from_zero(
    macros: SimpleNamespace, change: int, whole: int, decimals: int
) -> None:
    change = max(-abs(whole), min(change, abs(whole))) if whole else change
    found = divided(macros.change_quotient("100 * part", "whole", decimals), change, whole)
    assert found == (half_up(Fraction(100 * change, whole), decimals) if whole else None)


@settings(max_examples=100, deadline=None)
@given(part=CENTS, whole=CENTS, decimals=st.sampled_from([0, 1, 2, 6]))
@example(part=Decimal("1.00"), whole=Decimal("8.00"), decimals=2)
@example(part=Decimal("-1.00"), whole=Decimal("8.00"), decimals=2)
@example(part=Decimal("1.00"), whole=Decimal("-8.00"), decimals=2)
@example(part=Decimal("2.01"), whole=Decimal("2.00"), decimals=2)
@example(part=Decimal("1.00"), whole=Decimal("0.00"), decimals=1)
def test_what_other_engines_divide_is_exact_until_it_is_rounded(
    macros: SimpleNamespace, part: Decimal, whole: Decimal, decimals: int
) -> None:
    quotient = macros.default__quotient("part", "whole", decimals)
    (found,) = duckdb.execute(
        f"select {quotient} from (select $part::decimal(18, 2) as part,"
        " $whole::decimal(18, 2) as whole)",
        {"part": str(part), "whole": str(whole)},
    ).fetchone() or (None,)
    if whole == 0:
        assert found is None
    else:
        assert found == half_up(Fraction(part) / Fraction(whole), decimals)


@settings(max_examples=50, deadline=None)
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


@settings(max_examples=50, deadline=None)
@given(number=CENTS)
@example(number=Decimal("-0.01"))
@example(number=Decimal("1000.50"))
def test_a_number_is_spoken_without_noughts_at_its_end(
    macros: SimpleNamespace, number: Decimal
) -> None:
    (found,) = duckdb.execute(
        f"select {macros.format_number('number')} from (select $number::decimal(18, 2) as number)",
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
