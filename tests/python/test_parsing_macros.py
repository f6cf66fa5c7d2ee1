"""What Python reads from a user's file and what SQL reads from a seed follow one rule."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import duckdb
import jinja2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conftest import PROJECT
from releases.periods import period_id, period_label
from releases.vocabulary import is_number, label_key, row_label_key

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
LIKELY = st.text(
    " \t\u00a0\u202f\u200b\u00ad\u2013\u2212-a)b(1.2,%iv*\u2022\u2019'A\u00c9", max_size=12
)
Evaluate = Callable[[str, str], object]


@pytest.fixture(scope="module")
def evaluate() -> Evaluate:
    """A function that evaluates one of the project's macros for a text in DuckDB."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted((PROJECT / "macros").glob("*.sql"))
        if path.name in ("engine.sql", "parsing.sql")
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
    connection = duckdb.connect()
    queries = {
        name: f"select {getattr(module, name)('text')} from (select $text as text)"
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
