"""Find the table family of each row of a printed table, and the rows to leave out.

The rows of most tables belong to one family. Those of a scorecard belong to several: each row finds
its family by its label, and by the subheading above it if the label does not say what it counts. If
neither says it, the user is asked; another measure is left out by name.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from safeguarding.intake.answers import LEAVE_OUT, Answers, rows_left_out
from safeguarding.intake.checks import is_total_row
from safeguarding.intake.files.grid import Line, Sheet, one_line
from safeguarding.intake.new_figures import Extract, LeftOut, Place, Question
from safeguarding.intake.wording.context import (
    POPULATION,
    ROW,
    SERVICE,
    STATUS,
    SUBHEADING,
    SUBJECT,
    Contexts,
    Statement,
)
from safeguarding.intake.wording.headings import (
    RATE,
    SECOND,
    Block,
    Heading,
    adds_nothing,
    fitting_words,
)
from safeguarding.intake.wording.periods import table_period_type
from safeguarding.intake.wording.vocabulary import ANY_PERIOD, Table, Vocabulary, is_number

_ANOTHER = "The warehouse has no row with this label: it is another measure."
_TOTAL = "It is a total of other rows: the warehouse calculates totals."
OTHER_PERIODS = "The warehouse keeps its figures by {}, not by these periods."
_OTHER_UNIT = "'{}' beside it: the warehouse does not keep it in that unit."
_NUMBERED = re.compile(
    r"(?:table|figure|fig[.]?|chart) ?[0-9]+(?:[.][0-9]+)*[a-z]?\s*[:.\u2013-]?\s*", re.IGNORECASE
)
_NO_DIGIT = re.compile(r"[^0-9]")
_MISSPELT = 0.9
_SEVERAL = 3
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
# Texts in the corner of a table that do not name its figures.
_GENERIC = re.compile(
    r"(?:financial )?(?:years?|periods?|quarters?|measures?|indicators?|descriptions?|types?"
    r"|categor(?:y|ies)|areas?|(?:local )?authorit(?:y|ies)|council|as at"
    r"|years? (?:ending|ended).*|(?:as )?(?:at )?(?:the )?31(?:st)? march)"
    r"[ :]*",
    re.IGNORECASE,
)
_FROM = re.compile(r"\b(?:from|by|source)\b", re.IGNORECASE)
_OF_SOURCES = "contacts_and_referrals"


@dataclass(frozen=True)
class _Row:
    """A row of a block, with its possible labels."""

    line: Line
    section: str
    labels: tuple[str, ...]
    unit: str
    has_values: bool


@dataclass
class Allotted:
    """The label of each row to be read, by table and row number, and reports on the others."""

    rows: dict[str, dict[int, str]] = field(default_factory=dict)
    extract: Extract = field(default_factory=Extract)


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


class _Reading:
    """A row read as one of a table: its label there, its meaning and how certain it is.

    Attributes:
        row_id: The row of the table that it means, if that is clear.
        is_known: Whether the table has its label, clear or ambiguous.
        meanings: What its figures would be, in each unit.
    """

    def __init__(self, table: Table, row: _Row, vocabulary: Vocabulary, answers: Answers) -> None:
        self.table = table
        self.row = row
        self.vocabulary = vocabulary
        self.contexts = vocabulary.contexts
        self.of = table.table_id, answers.authority
        self.knows = partial(_knows, vocabulary, answers, table)
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

    def heads(self, other: _Reading) -> bool:
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


def _knows(vocabulary: Vocabulary, answers: Answers, table: Table, label: str) -> bool:
    of = table.table_id, label
    return bool(answers.row_id(vocabulary, *of) or vocabulary.knows(*of, answers.authority))


class Allotment:
    """Find the table of each row of one block."""

    def __init__(
        self,
        sheet: Sheet,
        heading: Heading,
        block: Block,
        *,
        vocabulary: Vocabulary,
        answers: Answers,
    ) -> None:
        """Read the rows, each with the subheading above it."""
        self.sheet = sheet
        self.heading = heading
        self.vocabulary = vocabulary
        self.contexts = vocabulary.contexts
        self.answers = answers
        self.fitting = [
            table
            for table in vocabulary.tables.values()
            if table.period_type == table_period_type(heading.spans[0].label)
        ]
        self.titles = titles_of(sheet, heading, block)
        # A text farther away may be the title of several tables, or of something else.
        named = (text for text in self.titles if not _GENERIC.fullmatch(text))
        self.names = [_NUMBERED.sub("", text, count=1) for text in itertools.islice(named, 1)]
        self.rows = self._with_own(list(self._rows(block)))
        self.given = [row for row in self.rows if row.has_values and row.labels]
        self.readings: dict[tuple[str, int], _Reading] = {}
        self.out = Allotted()

    def _rows(self, block: Block) -> Iterator[_Row]:
        section = ""
        first = self.heading.label_columns
        for line in block.rows:
            cells = [one_line(line.cell(at)) for at in range(first)]
            has_values = any(at >= first for at in line.filled)
            named = [text for text in cells if text and not adds_nothing(self.contexts, text)]
            if len(named) > 1 or (named and not has_values):
                section = named[0]
            labels, unit = labels_of(self.contexts, cells, section, self.names)
            yield _Row(line, section, labels, unit, has_values)

    def _with_own(self, rows: list[_Row]) -> list[_Row]:
        """Name the one row beside those of England and others by their shared title."""
        given = [row for row in rows if row.has_values and row.labels]
        others = [row for row in given if STATUS in self.contexts.words_in(row.labels[0])]
        own = [row for row in given if row not in others]
        if len(own) != 1 or not others or own[0].section:
            return rows
        if any(map(self._is_known_anywhere, own[0].labels)):
            return rows
        named = replace(own[0], labels=(*self.names, *own[0].labels))
        return [named if row is own[0] else row for row in rows]

    def labels(self) -> list[str]:
        """Return the label of each row, as far as it is known without its table."""
        return [
            chosen(row.labels, self._is_listed_anywhere, self._is_known_anywhere)
            for row in self.rows
        ]

    def _is_listed_anywhere(self, label: str) -> bool:
        authority = self.answers.authority
        return any(
            self.vocabulary.is_listed(one, label, authority) for one in self.vocabulary.tables
        )

    def _is_known_anywhere(self, label: str) -> bool:
        return any(
            _knows(self.vocabulary, self.answers, table, label)
            for table in self.vocabulary.tables.values()
        )

    def _read(self, row: _Row, table: Table) -> _Reading:
        key = table.table_id, row.line.number
        if key not in self.readings:
            self.readings[key] = _Reading(table, row, self.vocabulary, self.answers)
        return self.readings[key]

    def _known(self, row: _Row) -> list[_Reading]:
        readings = (self._read(row, table) for table in self.fitting)
        return [one for one in readings if one.is_known]

    def _is_list(self, reading: _Reading) -> bool:
        """Check whether a section has several rows that all belong to the table."""
        its = [
            self._read(row, reading.table)
            for row in self.rows
            if row.section == reading.row.section and row.has_values
        ]
        meant = {meaning.category_id for one in its if one.is_listed for meaning in one.meanings}
        return len(meant - {""}) >= _SEVERAL and all(one.is_known or one.is_total for one in its)

    def is_foreign(self, text: str) -> bool:
        """Check whether a text names something no table has: another measure, a target, England."""
        said = self.contexts.words_in(text)
        return (
            any(said.get(aspect) and not said[aspect].keys() & ours for aspect, ours in self.ours)
            or STATUS in said
            or SERVICE in said
        )

    @cached_property
    def ours(self) -> list[tuple[str, set[str]]]:
        """The values that fit the tables' own measures, by aspect."""
        fits = [
            self.contexts.of(meaning, table.period_type)
            for table in self.vocabulary.tables.values()
            for row in table.rows.values()
            for meaning in row.meanings.values()
            if table.period_type != ANY_PERIOD
        ]
        return [
            (aspect, {value for fit in fits for value in fit.get(aspect, {})})
            for aspect in (SUBJECT, POPULATION)
        ]

    def allotted(self, likely: Sequence[str]) -> Allotted | None:
        """Assign each row to a table.

        Args:
            likely: The families that the block may belong to as a whole.

        Returns:
            None if only a person can say which family the block belongs to.
        """
        known = [self._known(row) for row in self.given]
        whole = self.vocabulary.tables[likely[0]] if len(likely) == 1 else None
        if whole and all(whole in (one.table for one in its) for its in known if its):
            return self.of_one(whole)
        if any(one.is_clear for its in known for one in its):
            return self.of_several()
        if whole and whole not in self.fitting:
            return self.of_one(whole)
        if any(known):
            return self.of_several() if whole else None
        texts = [*self.titles, *(row.labels[0] for row in self.given)]
        if any(map(self.is_foreign, self.titles)) or all(map(self.is_foreign, texts)):
            for row in self.given:
                self._leave_out(row, _ANOTHER)
            return self.out
        return None

    def of_one(self, table: Table) -> Allotted:
        """Assign every row to one table, except totals and clearly other measures."""
        readings = [self._read(row, table) for row in self.rows]
        known = [one for one in readings if one.row.has_values and one.is_known]
        are_measures = all(one.is_clear for one in known)
        for one in readings:
            if self._is_answered(one.row):
                continue
            if not one.row.has_values or not one.label:
                if not any(map(one.heads, known)):
                    self._give(one)
            elif one.is_total:
                self._leave_out(one.row, _TOTAL)
            elif one.is_known and (unit := one.other_unit()):
                self._leave_out(one.row, _OTHER_UNIT.format(unit))
            elif one.is_known and one.is_elsewhere() and not one.against(self._place(one.row)):
                self._in_section([one])
            elif known and not one.is_known and (
                self.is_foreign(one.label)
                or one.is_elsewhere()
                or (are_measures and not one.is_near())
            ):  # fmt: skip
                self._leave_out(one.row, _ANOTHER)
            else:
                self._give(one)
        return self.out

    def of_several(self) -> Allotted:
        """Assign each row to the table that its label or the text above it names."""
        for row in self.given:
            if not self._is_answered(row):
                self._allot(row)
        return self.out

    def _allot(self, row: _Row) -> None:
        known = self._known(row)
        above = row.section or " ".join(self.titles)
        sure = [one for one in known if one.is_clear]
        sure = sure or [one for one in known if one.names_subject(above)]
        sure = sure or [one for one in known if row.section and self._is_list(one)]
        if len(sure) == 1:
            self._take(sure[0])
        elif sure:
            self._ask(sure)
        elif known:
            self._in_section(known)
        else:
            self._without_table(row)

    def _take(self, one: _Reading) -> None:
        if unit := one.other_unit():
            self._leave_out(one.row, _OTHER_UNIT.format(unit))
        elif against := one.against(self._place(one.row)):
            statement, words = against
            self._leave_out(one.row, f"'{words}' {statement.where}: it is another measure.")
        else:
            self._give(one)

    def _in_section(self, known: Sequence[_Reading]) -> None:
        """Ask about a label that a table may own; leave it out below another measure."""
        row = known[0].row
        is_listed = any(self._is_listed_anywhere(one.label) for one in known)
        if is_listed and not self.is_foreign(row.section):
            self._ask(known)
        else:
            self._leave_out(row, _ANOTHER)

    def _without_table(self, row: _Row) -> None:
        """Leave out a row that no table has, unless it is a misspelt known label."""
        readings = [self._read(row, table) for table in self.vocabulary.tables.values()]
        fitting = [one for one in readings if one.table in self.fitting]
        kinds = [
            one.table.period_type.replace("_", " ")
            for one in readings
            if one not in fitting and one.table.period_type != ANY_PERIOD
            and one.is_known and one.is_clear
        ]  # fmt: skip
        near = [one for one in fitting if one.is_near()]
        if any(one.is_total for one in fitting):
            self._leave_out(row, _TOTAL)
        elif kinds:
            self._leave_out(row, OTHER_PERIODS.format(kinds[0]))
        elif near and not self.is_foreign(row.labels[0]):
            self._give(near[0])
        else:
            self._leave_out(row, _ANOTHER)

    def _is_answered(self, row: _Row) -> bool:
        """Leave out a row if the author answered so."""
        of = [
            (table_id, label)
            for table_id in self.vocabulary.tables
            for label in row.labels
            if self.answers.of_label(table_id, label) == LEAVE_OUT
        ]
        if not of or not row.has_values:
            return False
        table_id, label = of[0]
        columns = range(self.heading.label_columns, len(row.line.cells))
        self.out.extract.left_out += rows_left_out(
            self.sheet, [row.line], label, table_id=table_id, columns=columns
        )
        return True

    def _ask(self, readings: Sequence[_Reading]) -> None:
        first = readings[0]
        authority = self.answers.authority
        rows = [
            row_id
            for one in readings
            for row_id in (
                self.vocabulary.candidates(one.table.table_id, first.label, authority)
                or [self.answers.row_id(self.vocabulary, one.table.table_id, first.label) or ""]
            )
        ]
        question = Question(self._place(first.row), first.table.table_id, first.label, tuple(rows))
        self.out.extract.questions.append(question)

    def _give(self, one: _Reading) -> None:
        self.out.rows.setdefault(one.table.table_id, {})[one.row.line.number] = one.label

    def _place(self, row: _Row) -> Place:
        return self.sheet.place(row.line.number, 0)

    def _leave_out(self, row: _Row, reason: str) -> None:
        """Leave out every number of a row."""
        self.out.extract.left_out += [
            LeftOut(self.sheet.place(row.line.number, at), one_line(text), reason)
            for at, text in row.line.filled.items()
            if is_number(text)
        ]


def titles_of(sheet: Sheet, heading: Heading, block: Block) -> list[str]:
    """Return the texts above a table, the nearest first."""
    above = [one_line(text) for line in reversed(block.above) for text in line.cells if text]
    return [text for text in (one_line(heading.title), *above, sheet.name) if text]
