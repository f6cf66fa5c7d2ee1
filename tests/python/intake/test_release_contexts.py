"""The words around figures: each wording is heard, and no row's own label speaks against it."""

from __future__ import annotations

import csv

import pytest

from conftest import PROJECT
from safeguarding.intake.new_figures import Place
from safeguarding.intake.wording.context import OF_THE_SHARE, ROW, Statement
from safeguarding.intake.wording.vocabulary import ANY_PERIOD, Table, Vocabulary

VOCABULARY = Vocabulary.of(PROJECT)
CONTEXTS = VOCABULARY.contexts
PUBLISHED = [table for table in VOCABULARY.tables.values() if table.period_type != ANY_PERIOD]


def said(text: str, aspect: str) -> set[str]:
    return set(CONTEXTS.words_in(text).get(aspect, ()))


@pytest.mark.parametrize(
    ("text", "aspect", "values"),
    [
        ("Plans at 31 March", "timing", {"at_year_end", "at_other_date"}),
        ("year ending 31 March 2023", "timing", set()),
        ("Data extracted on 12 May 2024", "timing", set()),
        ("Re-referrals by source", "subject", {"re_referrals"}),
        ("Contacts by referral source", "subject", {"contacts"}),
        ("CLA, including UASC", "population", set()),
        ("excluding UASC", "population", {"without_uasc"}),
        ("(%)", "unit", {"percent"}),
        ("rose by 12% or 12 per cent", "unit", set()),
        ("per 1,000 children", "unit", {"other"}),
        ("Apr\u2013Dec", "span", {"part_of_year"}),
        ("April 2022 to March 2023", "span", {"full_year", "part_of_year"}),
        ("contacts_apr-dec", "span", {"part_of_year"}),
        ("See table 4 for rates per 10,000", "unit", set()),
        ("x" * 300 + " per cent", "unit", set()),
    ],
)
def test_what_a_text_says(text: str, aspect: str, values: set[str]) -> None:
    assert said(text, aspect) == values


def test_every_wording_can_be_read_and_says_an_aspect_that_something_asks_for() -> None:
    asked = {row["aspect"] for row in CONTEXTS.fits} | {"unit", "place"}
    scopes = {"", "note", "title", "sheet", "file", "subheading", "column"}
    for row in CONTEXTS.wordings:
        CONTEXTS.words_in(row["wording"])
        assert row["aspect"] in asked, row
        assert set(row["ignored_in"].split()) <= scopes, row
    named = {(row["aspect"], row["value"]) for row in CONTEXTS.wordings}
    for row in CONTEXTS.fits:
        assert not row["value"] or (row["aspect"], row["value"]) in named, row


def test_every_measure_says_what_it_is() -> None:
    for table in PUBLISHED:
        for row in table.rows.values():
            for meaning in row.meanings.values():
                fits = CONTEXTS.of(meaning, table.period_type)
                assert fits["subject"], meaning
                assert meaning.kind == "ratio" or fits["timing"], meaning
                assert fits["span"], meaning


def test_no_known_label_speaks_against_its_own_row() -> None:
    path = PROJECT / "seeds" / "reference" / "row_label_variants.csv"
    with path.open(encoding="utf-8", newline="") as file:
        variants = list(csv.DictReader(file))
    assert len(variants) > 300
    against = [
        (variant["printed_label"], unit, words)
        for variant in variants
        if (table := VOCABULARY.tables[variant["table_id"]]) in PUBLISHED
        for unit, meaning in table.rows[variant["row_id"]].meanings.items()
        for _, words in CONTEXTS.contradictions(
            meaning,
            table.period_type,
            [Statement(variant["printed_label"], Place("x"), ROW)],
            OF_THE_SHARE if unit == "count" else (),
        )
    ]
    assert against == []


@pytest.mark.parametrize("table", PUBLISHED, ids=lambda table: table.table_id)
def test_no_name_of_the_template_speaks_against_its_row(table: Table) -> None:
    """The name that the template gives to each unit of a row says what that figure is."""
    for row in table.rows.values():
        for unit, meaning in row.meanings.items():
            names = (row.names[unit], table.table_id)
            heard = [Statement(name, Place("x"), ROW) for name in names]
            assert not list(CONTEXTS.contradictions(meaning, table.period_type, heard))
            assert VOCABULARY.row_id(table.table_id, row.names[unit]) == row.row_id
