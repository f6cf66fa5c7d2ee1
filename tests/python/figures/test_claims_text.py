"""Claims against the reports' text, and verdicts against their own explanations."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT, Seeds
from safeguarding.warehouse.compiled_project import Row

SOURCES = Path(os.environ.get("SOURCE_TEXTS", PROJECT.parent / "shared" / "sources"))
RELEASES = ("hampshire-asr-2021-22", "hampshire-asr-2022-23")
LEFT_OUT = Path(__file__).with_name("numbers_left_out.csv")
AGREEING = {"agrees", "agrees within rounding"}
ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
ONES += " fifteen sixteen seventeen eighteen nineteen twenty"
WORDS = {word: Decimal(number) for number, word in enumerate(ONES.split())} | {
    "thirty": Decimal(30),
    "forty": Decimal(40),
    "fifty": Decimal(50),
    "sixty": Decimal(60),
    "seventy": Decimal(70),
    "eighty": Decimal(80),
    "ninety": Decimal(90),
    "hundred": Decimal(100),
    "thousand": Decimal(1000),
}
# Words that say how many, or which, without being a number; `both` only joins.
MANY = "million billion dozen handful couple half halves halved third quarter first second once"
MANY += " twice double doubled tripled trebled single majority"
QUANTITIES = MANY.split()
NUMBER = re.compile(
    rf"\d+(?:,\d{{3}})*(?:\.\d+)*|\b(?:{'|'.join([*WORDS, *QUANTITIES])})s?\b", re.IGNORECASE
)
PARAGRAPH = re.compile(r"^[-\s]*\d+(?:\.\d+)*\.?\s")
TABLE_CELLS = 4  # lines with as many are rows of tables, which test_traceability checks

# In explanations: what stands for no figure of a table.
NO_FIGURE = re.compile(
    r"\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December)(?: \d{4})?"
    r"|(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|mid-?|in )\s?\d{4}"
    r"|\d{4}-\d{2}"
    r"|\((?:\d+\.\d+)\)"
    r"|(?:of|in|than|row of|[Pp]aragraph) \d+\.\d+(?=[ ,;.)]|$)"
    r"|^\d+\.\d+(?=,? (?:which|speaks))"
    r"|table [A-Z]\d"
    r"|section \d+"
    r"|45 working days"
)
# An explanation that says so denies the verdict.
DENIES_AGREEMENT = re.compile(
    r"\b(?:wrong|slip|mix(?:es|ing)|weak|misplaced|contradict\w*|out of date|carried over from"
    r"|would be|left in)\b"
)
DENIES_CONTRADICTION = re.compile(
    r"\b(?:undeclared|another day|likely|perhaps|less than its rounding|may (?:be|count))\b"
)


def tokens(text: str) -> Iterator[str | Decimal]:
    """Numbers of a text, in digits or words, and other words that say how many."""
    for match in NUMBER.finditer(text):
        word = match.group().lower()
        if word[0].isdigit():
            if word.count(".") < 2:  # 7.1.2 is no number
                yield Decimal(word.replace(",", ""))
        else:
            word = word if word in WORDS or word in QUANTITIES else word.removesuffix("s")
            yield WORDS.get(word, word)


def of_a_claim(row: Row) -> set[str | Decimal]:
    """The numbers that a claim is about."""
    found = set(tokens(row["statement"]))
    if row["claimed_value"]:
        found.add(Decimal(row["claimed_value"]))
    return found | ({"majority"} if row["word_id"] == "most" else set())


@pytest.fixture(scope="module")
def lines() -> dict[str, list[str]]:
    """Lines of each report's text, counted from 1."""
    missing = [release for release in RELEASES if not (SOURCES / f"{release}.txt").exists()]
    if missing:
        pytest.skip(
            f"NUMBERS OF THE TEXT NOT CHECKED: {', '.join(missing)} not in {SOURCES}; name the"
            " folder of the reports' texts in SOURCE_TEXTS"
        )
    return {
        release: ["", *(SOURCES / f"{release}.txt").read_text(encoding="utf-8").splitlines()]
        for release in RELEASES
    }


def test_every_number_of_the_text_is_taken_in(seeds: Seeds, lines: dict[str, list[str]]) -> None:
    """A number is a figure, a claim, or left out for a reason that is written down."""
    printed = {
        (release, line, number)
        for release in RELEASES
        for line, text in enumerate(lines[release])
        if text.count("\t") < TABLE_CELLS
        for number in tokens(PARAGRAPH.sub("", text))
    }
    figures = {
        (row["release_id"], int(row["source_line"]), number)
        for row in seeds["headline_figures"]
        for number in tokens(row["value_as_printed"])
    }
    claimed = {
        (row["release_id"], int(row["source_line"]), number)
        for row in seeds["narrative_claims"]
        for number in of_a_claim(row)
    }
    with LEFT_OUT.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["reason"] for row in rows)
    left_out = {
        (row["release_id"], int(row["source_line"]), number)
        for row in rows
        for number in tokens(row["number"])
    }
    gaps = printed - figures - claimed - left_out
    assert sorted(gaps, key=str) == []
    assert sorted(left_out - (printed - figures - claimed), key=str) == [], "left out without need"


def test_what_a_release_states_stands_where_the_claim_says(
    seeds: Seeds, lines: dict[str, list[str]]
) -> None:
    """A number is on its line, or its lines are as many; a day's month and year are there too."""
    checked = 0
    for row in seeds["narrative_claims"]:
        if not row["stated_value"]:
            continue
        first, _, last = row["stated_line"].partition("-")
        text = lines[row["release_id"]][int(first)]
        if last:
            assert int(row["stated_value"]) == 1 + int(last) - int(first), row
        elif "-" in row["stated_value"]:
            year, month, _ = row["stated_value"].split("-")
            names = {"03": "March", "11": "November"}
            assert re.search(rf"{names[month]} {year}", text), row
        else:
            found = set(tokens(text))
            single = row["stated_value"] == "1" and re.search(r"\ba specialist\b", text)
            assert Decimal(row["stated_value"]) in found or single, row
        checked += 1
    assert checked


def claims_of(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    return warehouse.sql(
        "select claim_id, verdict, coalesce(explanation, '') from marts.fct_narrative_claims"
        " order by claim_id"
    ).fetchall()


def test_no_explanation_denies_its_verdict(warehouse: duckdb.DuckDBPyConnection) -> None:
    for claim_id, verdict, explanation in claims_of(warehouse):
        if verdict in AGREEING:
            assert not DENIES_AGREEMENT.search(explanation), (claim_id, explanation)
        if verdict == "contradicts":
            assert not DENIES_CONTRADICTION.search(explanation), (claim_id, explanation)
        if verdict == "not checkable":
            assert re.search(
                r"\b[Nn]eeds\b|\bnot (?:printed|counted|given)\b|\bNo [\w ]+ (?:is|are) printed\b"
                r"|\bprints no\b|\bNo row\b|\bA cause\b|\bnot within\b",
                explanation,
            ), (claim_id, explanation)
            assert not re.search(r"[,:] (?:agrees|contradicts)", explanation), claim_id


READING = re.compile(
    r"(?P<figure>-?[\d,]+(?:\.\d+)?)(?:%| points| months)?, "
    r"(?P<verdict>agrees within rounding|agrees|contradicts)\."
)


def test_each_reading_is_what_its_figure_says(
    warehouse: duckdb.DuckDBPyConnection, seeds: Seeds
) -> None:
    """Judged again from the words: the figure shown beside each reading against what is claimed."""
    decimals = {row["claim_id"]: row["claimed_decimals"] for row in seeds["narrative_claims"]}
    rows = warehouse.sql(
        "select claim_id, verdict, comparison, claimed_value, explanation"
        " from marts.fct_narrative_claims where claimed_value is not null"
    ).fetchall()
    checked = 0
    for claim_id, verdict, comparison, claimed, explanation in rows:
        results = set()
        for match in READING.finditer(explanation or ""):
            figure = Decimal(match["figure"].replace(",", ""))
            half = Decimal(5).scaleb(-1 - int(decimals[claim_id] or 0))
            holds = {
                "equals": abs(figure - claimed) <= half,
                "at_most": figure <= claimed + half,
                "at_least": figure >= claimed - half,
                "less_than": figure < claimed,
                "more_than": figure > claimed,
            }[comparison]
            # A reading may take the claim as a rounder number.
            assert holds == (match["verdict"] in AGREEING) or claim_id == "2022-23 18.6 b", claim_id
            results.add(match["verdict"] in AGREEING)
            checked += 1
        if len(results) > 1:
            assert verdict == "depends on the reading", claim_id
    assert checked > 20  # about as many as there are: the pattern still finds them


def test_a_verdict_that_depends_has_readings_that_differ(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    depending = [row for row in claims_of(warehouse) if row[1] == "depends on the reading"]
    assert depending
    for claim_id, _, explanation in depending:
        found = set(re.findall(r"[,:] (agrees|contradicts|not checkable)\b", explanation))
        assert len(found) > 1, claim_id


def test_figures_in_explanations_are_figures(
    warehouse: duckdb.DuckDBPyConnection, seeds: Seeds
) -> None:
    """A figure typed into an explanation is one that is printed, official or claimed."""
    known = {
        value.normalize()
        for (value,) in warehouse.sql(
            "select value from marts.fct_observations where value is not null"
            " union select value from intermediate.int_official_figures where value is not null"
        ).fetchall()
    }
    checked = 0
    for row in seeds["narrative_claims"]:
        claimed = {number for number in of_a_claim(row) if isinstance(number, Decimal)}
        text = re.sub(r"\{\w+\}", "", NO_FIGURE.sub("", row["explanation"] or ""))
        for number in tokens(text):
            if isinstance(number, Decimal) and number >= len(WORDS):
                assert number.normalize() in known | claimed, (row["claim_id"], number)
                checked += 1
    assert checked


def test_every_word_and_formula_is_used(seeds: Seeds) -> None:
    for seed, column in (("claim_words", "word_id"), ("claim_formulas", "formula")):
        used = {row[column] for row in seeds["narrative_claims"]}
        assert {row[column] for row in seeds[seed]} == used - {""}
