"""Read a row of a printed table as one of a table family: its label there, and what that means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from safeguarding.intake.answers import Answers
from safeguarding.intake.checks import is_total_row
from safeguarding.intake.files.grid import Line
from safeguarding.intake.new_figures import Place
from safeguarding.intake.wording.context import ROW, SUBHEADING, SUBJECT, Contexts, Statement
from safeguarding.intake.wording.headings import RATE, SECOND, adds_nothing, fitting_words
from safeguarding.intake.wording.vocabulary import Table, Vocabulary

_NO_DIGIT = re.compile(r"[^0-9]")
_MISSPELT = 0.9
_RATE = {"rate": RATE}
# Words that say whose referrals a row counts; they do not name a subject.
_SOURCES = re.compile(
    r"sources?\b.*\breferr|referr\w*\b.*\b(?:source|agency|by|from)\b", re.IGNORECASE
)
_NEUTRAL_WORDS = re.compile(
    r"(?:(?:by|the|and|of|which|these|those|all|main|initial|latest|sources?|categor(?:y|ies)|agenc"
    r"(?:y|ies)|types?|breakdown|reasons?|numbers?|percentages?|counts?|rates?|per|10,?000|abuse"
    r"|referrers?|referring|new|recorded|%|year|annual|in|during|proportion|share)[\s:*()-]*)+",
    re.IGNORECASE,
)
_FROM = re.compile(r"\b(?:from|by|source)\b", re.IGNORECASE)
_OF_SOURCES = "contacts_and_referrals"


@dataclass(frozen=True)
class LabelledRow:
    """A row of a block, with its possible labels."""

    line: Line
    section: str
    labels: tuple[str, ...]
    unit: str
    has_values: bool


def labels_of(
    contexts: Contexts, cells: Sequence[str], section: str, titles: Sequence[str]
) -> tuple[tuple[str, ...], str]:
    """Return the possible labels of a row, the likeliest first, and the unit that it names.

    A label is the text before the first period; the last cell of it, if the cells before name a
    group; the subheading or title, if the row names only a unit.
    """
    units = [text for text in cells if text and adds_nothing(contexts, text)]
    named = [text for text in cells if text and text not in units]
    unit = units[-1] if units else ""
    if not named:
        above = (section,) if section else titles
        return tuple(dict.fromkeys((*above, unit))) if unit else (), unit
    return tuple(dict.fromkeys((" ".join(named), named[-1]))), unit


def chosen(
    labels: Sequence[str], is_listed: Callable[[str], bool], knows: Callable[[str], bool]
) -> str:
    """Choose the label that a table lists or knows; otherwise the first."""
    return next(
        (text for test in (is_listed, knows) for text in labels if test(text)),
        labels[0] if labels else "",
    )


class RowReading:
    """A row read as one of a table: its label there, its meaning and how certain it is.

    Attributes:
        row_id: The row of the table that it means, if that is clear.
        is_known: Whether the table has its label, clear or ambiguous.
        meanings: What its figures would be, in each unit.
    """

    def __init__(
        self, table: Table, row: LabelledRow, vocabulary: Vocabulary, answers: Answers
    ) -> None:
        """Look the row's labels up in the table."""
        self.table = table
        self.row = row
        self.vocabulary = vocabulary
        self.contexts = vocabulary.contexts
        self.of = table.table_id, answers.authority
        self.knows = partial(knows_label, vocabulary, answers, table)
        self.label = chosen(row.labels, self._is_listed, self.knows)
        self.answer = answers.of_label(table.table_id, self.label)
        self.row_id = answers.row_id(vocabulary, table.table_id, self.label)
        self.is_known = self.knows(self.label)
        self.is_listed = self._is_listed(self.label)
        known = table.rows.get(self.row_id or "")
        self.meanings = list(known.meanings.values()) if known else []

    def _is_listed(self, label: str) -> bool:
        return self.vocabulary.is_listed(self.of[0], label, self.of[1])

    @property
    def is_total(self) -> bool:
        """Whether it is a total of other rows of the table."""
        return is_total_row(self.vocabulary, self.of[0], self.label, self.of[1])

    def names_subject(self, text: str) -> bool:
        """Check whether a text names the subject of the row.

        The subject of a category must be named in full: plans may be those at 31 March.
        """
        said = self.contexts.words_in(text).get(SUBJECT, {}).keys()
        for meaning in self.meanings:
            subjects = set(self.contexts.of(meaning, self.table.period_type).get(SUBJECT, {}))
            if meaning.category_id:
                subjects = {one for one in subjects if not self.contexts.narrower(one) & subjects}
            if meaning.category_id and self.table.table_id == _OF_SOURCES:
                if _SOURCES.search(text) and (text != self.label or _FROM.search(text)):
                    return True
            elif said & subjects:
                return True
        return False

    @cached_property
    def is_clear(self) -> bool:
        """Whether its label or an answer says what it counts."""
        return self.answer in self.table.rows or self.names_subject(self.label)

    def is_near(self) -> bool:
        """Whether the label is probably a misspelt label of the table."""
        hint = self.vocabulary.hint(self.table.table_id, self.label)
        own = hint.removeprefix("Did you mean '").removesuffix("'?").lower()
        numbers = [_NO_DIGIT.sub("", text) for text in (own, self.label)]
        likeness = difflib.SequenceMatcher(None, own, self.label.lower()).ratio()
        return own != hint.lower() and likeness >= _MISSPELT and numbers[0] == numbers[1]

    def heads(self, other: RowReading) -> bool:
        """Check whether a label without figures is the heading of a row with the same meaning."""
        is_same = self.row_id is not None and self.row_id == other.row_id
        return is_same and other.row.section == self.row.section

    def other_unit(self) -> str:
        """The unit that the row names and its table does not have for it."""
        has = self.table.rows[self.row_id].units if self.row_id else self.table.units
        for text in filter(None, (self.row.unit, self.label)):
            units = {_RATE.get(unit, unit) for unit in self.contexts.units(text)} - {SECOND}
            if units:
                return "" if units & fitting_words(has) else text
        return ""

    def is_elsewhere(self) -> bool:
        """Whether the subheading above a row without a subject names something else."""
        section = self.row.section
        return bool(
            section
            and section not in self.row.labels
            and not _NEUTRAL_WORDS.fullmatch(section)
            and not self.knows(section)
            and not self.names_subject(section)
            and not self.is_clear
        )

    def against(self, place: Place) -> tuple[Statement, str] | None:
        """Find what the label and subheading say that contradicts every possible measure."""
        heard = [
            Statement(self.label, place, ROW),
            Statement(self.row.section, place, SUBHEADING),
        ]
        against = [
            next(self.contexts.contradictions(meaning, self.table.period_type, heard), None)
            for meaning in self.meanings
        ]
        return against[0] if against and all(against) else None


def knows_label(vocabulary: Vocabulary, answers: Answers, table: Table, label: str) -> bool:
    """Check whether a table has a label, by an answer or by the vocabulary."""
    of = table.table_id, label
    return bool(answers.row_id(vocabulary, *of) or vocabulary.knows(*of, answers.authority))
