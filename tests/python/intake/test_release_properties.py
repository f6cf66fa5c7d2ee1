"""Whatever is typed is read as it was meant, or refused; nothing makes a reader raise."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import PROJECT
from safeguarding.intake.answers import Answers
from safeguarding.intake.files.delimited import parse_csv
from safeguarding.intake.new_figures import Extract, Figure
from safeguarding.intake.templates.long_sheets import read_figures
from safeguarding.intake.wording.periods import likely_period, period_id, period_label
from safeguarding.intake.wording.printed_tables import read_printed
from safeguarding.intake.wording.vocabulary import Vocabulary, label_key, row_label_key
from support.files.printed_sheets import printed_sheet
from support.files.release_files import (
    HEADING,
)

VOCABULARY = Vocabulary.of(PROJECT)
CONTACTS = "contacts_and_referrals"
# Two digits name a year of these hundred: 69-70 is 1969-70, 68-69 2068-69.
YEAR = st.integers(1969, 2068)
SHORT = (
    "{0}-{1:02}", "{0}/{1:02}", "{0}-{2}", "{0}/{2}", "FY {0}-{1:02}", "FY{0}/{1:02}",
    "{0}\u2013{1:02}", "{0} - {1:02}", "\u00a0{0}\u2212{1:02} ",
)  # fmt: skip
TWO_DIGITS = ("{3:02}-{1:02}", "{3:02}/{1:02}")


@given(YEAR, st.sampled_from(SHORT + TWO_DIGITS), st.randoms())
def test_years_read_as_meant(year: int, form: str, chance: random.Random) -> None:
    text = form.format(year, (year + 1) % 100, year + 1, year % 100)
    broken = "".join(letter + " " * (chance.random() < 0.2) for letter in text)
    assert period_label(broken) == f"{year}-{(year + 1) % 100:02}"


@given(st.integers(0, 99), st.integers(0, 99))
def test_years_that_do_not_follow_each_other(first: int, second: int) -> None:
    if second != (first + 1) % 100:
        assert period_label(f"{first:02}-{second:02}") is None
    if second != (first + 1) % 100:
        assert period_label(f"20{first:02}-{second:02}") is None


@given(YEAR, st.integers(1, 4), st.integers(0, 9))
def test_quarters_read_as_meant(year: int, quarter: int, form: int) -> None:
    names = (("Apr", "June"), ("July", "Sept"), ("October", "Dec"), ("Jan", "March"))
    first, last = names[quarter - 1]
    calendar = year + (quarter == 4)
    short = f"{year}-{(year + 1) % 100:02}"
    text = (
        f"Q{quarter} {short}", f"{short} Q{quarter}", f"{short.replace('-', '/')} Q{quarter}",
        f"Quarter {quarter} {short}", f"{first}-{last} {calendar}", f"{first} to {last} {calendar}",
        f"{first} \u2013 {last} {calendar % 100:02}", f"{first} {calendar} - {last} {calendar}",
        f"{first.upper()}-{last.upper()}{calendar}", f"{first}- {last[:2]} {last[2:]} {calendar}",
    )[form]  # fmt: skip
    label = period_label(text)
    assert label
    assert period_id(label) == f"{short} Q{quarter}"
    assert period_label(label) == label


@given(st.text(max_size=20))
def test_no_text_is_too_odd_for_a_period(text: str) -> None:
    label = period_label(text)
    assert label is None or period_label(label) == label
    likely = likely_period(text)
    assert likely is None or period_label(likely) == likely


SPACE = st.sampled_from([" ", "\u00a0", "\u2007", "\u202f", "\t", "\n", "  ", "\u3000"])
INVISIBLE = st.sampled_from(["", "\u200b", "\ufeff", "\u00ad"])


@given(st.lists(st.sampled_from(["Police", "A&E", "don't", "7-day"]), min_size=1), st.data())
def test_one_key_for_every_way_of_typing(words: list[str], data: st.DataObject) -> None:
    typed = data.draw(SPACE)
    for word in words:
        dash = data.draw(st.sampled_from("-\u2010\u2011\u2013\u2014\u2212"))
        apostrophe = data.draw(st.sampled_from("'\u2018\u2019"))
        typed += word.replace("-", dash).replace("'", apostrophe) + data.draw(INVISIBLE)
        typed += data.draw(SPACE)
    assert label_key(typed.upper()) == " ".join(words).lower()


@given(st.text(max_size=30))
def test_a_key_is_its_own_key(text: str) -> None:
    key = label_key(text)
    assert label_key(key) == key
    assert key == key.strip(" ")


@given(
    st.sampled_from(["a) ", "(b) ", "iv) ", "(iv) ", "1. ", "12) ", "(3) ", "- ", "\u2022 ", "* "]),
    st.sampled_from(["Police", "6: Police", "1A: Individual", "3 or more", "I did"]),
)
def test_a_list_marker_is_no_part_of_a_label(marker: str, label: str) -> None:
    assert row_label_key(marker + label) == row_label_key(label) == label.lower()


@given(st.text(max_size=300))
@settings(deadline=None)
def test_no_text_makes_the_csv_reader_raise(text: str) -> None:
    sheet, problems = parse_csv(text, "synthetic.csv")
    assert sheet or problems
    if sheet and sheet.lines:
        assert isinstance(read_printed(sheet, VOCABULARY, Answers()), Extract)
        assert isinstance(read_figures(sheet, CONTACTS, VOCABULARY, Answers()), Extract)


@given(
    st.lists(
        st.lists(
            st.sampled_from(
                ["", "Police", "Total", "2021-22", "2022-23", "Q1 2022-23", "Jun-22", "10", "0.5",
                 "40%", "-", "[c]", "Not known", "%", "No.", "=1", "Rate: Neglect", "2022"]
            ),
            max_size=6,
        ),
        max_size=8,
    )
)  # fmt: skip
@settings(deadline=None)
def test_no_table_makes_the_readers_raise(rows: list[list[str]]) -> None:
    assert isinstance(printed_sheet([["x"], *rows]), Extract)
    assert isinstance(printed_sheet([[*HEADING], *rows]), Extract)


SOURCE_LABELS = [row.names["count"] for row in VOCABULARY.tables[CONTACTS].rows.values()][2:]


@given(
    st.lists(st.sampled_from(SOURCE_LABELS), min_size=1, unique=True),
    st.integers(1, 6),
    st.sampled_from(
        ["bare", "words", "reversed", "repeated", "counts", "two cells", "newest", "turned",
         "turned pairs", "in rows"]
    ),
    st.randoms(),
)  # fmt: skip
@settings(deadline=None)
def test_every_layout_reads_back(
    labels: list[str], count: int, layout: str, chance: random.Random
) -> None:
    periods = [f"20{year}-{year + 1}" for year in range(15, 15 + count)]
    figures = {
        (label, period): (str(chance.randint(0, 9999)), f"{chance.randint(0, 1000) / 10}%")
        for label in labels
        for period in periods
    }
    extract = printed_sheet(laid_out(labels, periods, figures, layout))
    assert not extract.problems
    units = ("count",) if layout in ("counts", "turned") else ("count", "percent")
    assert {key(row): row.value_as_printed for row in extract.figures} == {
        (label, period, unit): value
        for (label, period), pair in figures.items()
        for unit, value in zip(units, pair, strict=False)
    }


def key(row: Figure) -> tuple[str, str, str]:
    return row.row_label, row.period_label, row.unit


def laid_out(
    labels: list[str],
    periods: list[str],
    figures: dict[tuple[str, str], tuple[str, str]],
    layout: str,
) -> list[list[str]]:
    """The figures as a printed table in one of the layouts that reports use."""
    lead = ["", ""] if layout == "two cells" else [""]
    if layout == "counts":
        body = [[label, *(figures[label, period][0] for period in periods)] for label in labels]
        return [["SYNTHETIC", *periods], *body]
    if layout == "turned":
        body = [[period, *(figures[label, period][0] for label in labels)] for period in periods]
        return [["Year", *labels], *body]
    if layout == "turned pairs":
        flat = [[x for label in labels for x in figures[label, period]] for period in periods]
        heads = (
            ["", *(x for label in labels for x in (label, ""))],
            ["Year", *["No.", "%"] * len(labels)],
        )
        return [*heads, *([period, *its] for period, its in zip(periods, flat, strict=True))]
    if layout == "in rows":
        body = [[period, label, *pair] for (label, period), pair in figures.items()]
        return [["Year", "Source", "Number", "%"], *body]
    if layout == "newest":
        periods = periods[::-1]
    second = layout == "repeated"
    rows = [["SYNTHETIC", *lead[1:], *(x for p in periods for x in (p, p if second else ""))]]
    if layout in ("words", "two cells", "newest"):
        rows.append([*lead, *["Number", "%"] * len(periods)])
    if layout == "reversed":
        rows.append([*lead, *["%", "No."] * len(periods)])
    for label in labels:
        pairs = [figures[label, period] for period in periods]
        ordered = [pair[::-1] if layout == "reversed" else pair for pair in pairs]
        rows.append([*lead[1:], label, *(value for pair in ordered for value in pair)])
    return rows
