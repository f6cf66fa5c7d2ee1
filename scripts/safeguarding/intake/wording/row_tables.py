"""Which table family each row of a printed table belongs to, and which row is no figure of ours.

The rows of most tables belong to one family. Those of a scorecard belong to several: each finds its
own by its label, and by the subheading above it where the label does not say what it counts. What
neither says is asked, never guessed; another measure is left out by name.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

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
    Meaning,
    Statement,
)
from safeguarding.intake.wording.headings import (
    RATE,
    SECOND,
    Block,
    Heading,
    fitting_words,
    says_nothing,
)
from safeguarding.intake.wording.periods import table_period_type
from safeguarding.intake.wording.vocabulary import ANY_PERIOD, Table, Vocabulary, is_number

_ANOTHER = "No row of the warehouse has this label: it is another measure."
_TOTAL = "It is a total of other rows, which the warehouse computes."
_OTHER_PERIODS = "The warehouse keeps its figures by {}, not by these periods."
_OTHER_UNIT = "'{}' beside it: the warehouse does not keep that unit of it."
_NUMBERED = re.compile(
    r"(?:table|figure|fig[.]?|chart) ?[0-9]+(?:[.][0-9]+)*[a-z]?\s*[:.\u2013-]?\s*", re.IGNORECASE
)
_NO_DIGIT = re.compile(r"[^0-9]")
_MISSPELT = 0.9
_SEVERAL = 3
_RATE = {"rate": RATE}
# Words that say whose referrals a row counts; as a subject they say nothing.
_SOURCES = re.compile(
    r"sources?\b.*\breferr|referr\w*\b.*\b(?:source|agency|by|from)\b", re.IGNORECASE
)
_NEUTRAL_WORDS = re.compile(
    r"(?:(?:by|the|and|of|which|these|those|all|main|initial|latest|sources?|categor(?:y|ies)|agenc"
    r"(?:y|ies)|types?|breakdown|reasons?|numbers?|percentages?|counts?|rates?|per|10,?000|abuse"
    r"|referrers?|referring|new|recorded|%|year|annual|in|during|proportion|share)[\s:*()-]*)+",
    re.IGNORECASE,
)
# What a corner of a table says that does not name its figures.
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
    """A row of a block, with what it may be called."""

    line: Line
    section: str
    labels: tuple[str, ...]
    unit: str
    has_values: bool


@dataclass
class Allotted:
    """The label of each row that is to be read, by table and row number; what is said of others."""

    rows: dict[str, dict[int, str]] = field(default_factory=dict)
    extract: Extract = field(default_factory=Extract)


def labels_of(
    contexts: Contexts, cells: Sequence[str], section: str, titles: Sequence[str]
) -> tuple[tuple[str, ...], str]:
    """Give what a row may be called, the likeliest first, and the unit that it names.

    That is what stands before the first period; its last cell, where those before it name a group;
    the subheading or title, where the row names a unit alone.
    """
    units = [text for text in cells if text and says_nothing(contexts, text)]
    named = [text for text in cells if text and text not in units]
    unit = units[-1] if units else ""
    if not named:
        above = (section,) if section else titles
        return tuple(dict.fromkeys((*above, unit))) if unit else (), unit
    return tuple(dict.fromkeys((" ".join(named), named[-1]))), unit


def chosen(
    labels: Sequence[str], is_listed: Callable[[str], bool], knows: Callable[[str], bool]
) -> str:
    """Choose the label that a table lists, or knows; else the first."""
    return next(
        (text for test in (is_listed, knows) for text in labels if test(text)),
        labels[0] if labels else "",
    )


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
        """Take in the rows, each with the subheading above it."""
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
        # What stands farther away may be the title of more, or of something else.
        named = (text for text in self.titles if not _GENERIC.fullmatch(text))
        self.names = [_NUMBERED.sub("", text, count=1) for text in itertools.islice(named, 1)]
        self.rows = self._with_own(list(self._rows(block)))
        self.out = Allotted()

    def _rows(self, block: Block) -> Iterator[_Row]:
        section = ""
        for line in block.rows:
            cells = [one_line(line.cell(at)) for at in range(self.heading.label_columns)]
            has_values = any(
                line.cell(at) for at in range(self.heading.label_columns, len(line.cells))
            )
            named = [text for text in cells if text and not says_nothing(self.contexts, text)]
            if len(named) > 1 or (named and not has_values):
                section = named[0]
            labels, unit = labels_of(self.contexts, cells, section, self.names)
            yield _Row(line, section, labels, unit, has_values)

    def _with_own(self, rows: list[_Row]) -> list[_Row]:
        """Name the one row beside those of England and others by the title that they share."""
        given = [row for row in rows if row.has_values and row.labels]
        others = [row for row in given if STATUS in self.contexts.said(row.labels[0])]
        own = [row for row in given if row not in others]
        known = (label for row in own for label in row.labels if self._is_known_anywhere(label))
        if len(own) != 1 or not others or own[0].section or any(known):
            return rows
        return [
            replace(row, labels=(*self.names, *row.labels)) if row is own[0] else row
            for row in rows
        ]

    def labels(self) -> list[str]:
        """Give the label of each row, as far as it can be told without its table."""
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
        return any(self._knows(table, label) for table in self.vocabulary.tables.values())

    def _knows(self, table: Table, label: str) -> bool:
        of = table.table_id, label
        return bool(
            self.answers.row_id(self.vocabulary, *of)
            or self.vocabulary.knows(*of, self.answers.authority)
        )

    def _label(self, table: Table, row: _Row) -> str:
        return chosen(
            row.labels,
            lambda text: self.vocabulary.is_listed(table.table_id, text, self.answers.authority),
            lambda text: self._knows(table, text),
        )

    def _known(self, row: _Row) -> list[Table]:
        return [one for one in self.fitting if self._knows(one, self._label(one, row))]

    def _meanings(self, table: Table, row: _Row) -> list[Meaning]:
        label = self._label(table, row)
        row_id = self.answers.row_id(self.vocabulary, table.table_id, label)
        known = table.rows.get(row_id or "")
        return list(known.meanings.values()) if known else []

    def _says(self, table: Table, row: _Row, text: str) -> bool:
        """Tell whether a text says the subject of what a row would be in a table.

        That of a category must be said in full: a section on plans may have those at 31 March.
        """
        said = self.contexts.said(text).get(SUBJECT, {}).keys()
        for meaning in self._meanings(table, row):
            subjects = set(self.contexts.of(meaning, table.period_type).get(SUBJECT, {}))
            if meaning.category_id:
                subjects = {one for one in subjects if not self.contexts.narrower(one) & subjects}
            if meaning.category_id and table.table_id == _OF_SOURCES:
                if _SOURCES.search(text) and (
                    text != self._label(table, row) or _FROM.search(text)
                ):
                    return True
            elif said & subjects:
                return True
        return False

    def _speaks_for_itself(self, table: Table, row: _Row) -> bool:
        label = self._label(table, row)
        return self.answers.of_label(table.table_id, label) in table.rows or self._says(
            table, row, label
        )

    def _is_list(self, table: Table, row: _Row) -> bool:
        """Tell whether all rows of a section are the table's, and several of them."""
        its = [one for one in self.rows if one.section == row.section and one.has_values]
        meant = {
            meaning.category_id
            for one in its
            if self._is_listed(table, one)
            for meaning in self._meanings(table, one)
        }
        return len(meant - {""}) >= _SEVERAL and all(
            self._knows(table, self._label(table, one))
            or is_total_row(self.vocabulary, table.table_id, one.labels[0], self.answers.authority)
            for one in its
        )

    def _is_listed(self, table: Table, row: _Row) -> bool:
        label = self._label(table, row)
        return self.vocabulary.is_listed(table.table_id, label, self.answers.authority)

    def is_foreign(self, text: str) -> bool:
        """Tell whether a text names what no table has: another measure, a target, England."""
        said = self.contexts.said(text)
        return (
            any(said.get(aspect) and not said[aspect].keys() & ours for aspect, ours in self.ours)
            or STATUS in said
            or SERVICE in said
        )

    @cached_property
    def ours(self) -> list[tuple[str, set[str]]]:
        """What the tables' own measures may be said to be, by aspect."""
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

    def _is_elsewhere(self, table: Table, row: _Row) -> bool:
        """Tell whether the subheading above a row that has no subject names something else."""
        return bool(
            row.section
            and row.section not in row.labels
            and not _NEUTRAL_WORDS.fullmatch(row.section)
            and not self._knows(table, row.section)
            and not self._says(table, row, row.section)
            and not self._speaks_for_itself(table, row)
        )

    def of_one(self, table: Table) -> Allotted:
        """Give every row to one table but its totals, and what is plainly another measure."""
        known = [
            row
            for row in self.rows
            if row.has_values and self._knows(table, self._label(table, row))
        ]
        are_measures = all(self._speaks_for_itself(table, row) for row in known)
        for row in self.rows:
            label = self._label(table, row)
            is_known = self._knows(table, label)
            if self._is_answered(row):
                continue
            if not row.has_values or not label:
                if not any(self._is_same(table, row, other) for other in known):
                    self._give(row, table)
            elif is_total_row(self.vocabulary, table.table_id, label, self.answers.authority):
                self._leave_out(row, _TOTAL)
            elif is_known and (unit := self._other_unit(table, row)):
                self._leave_out(row, _OTHER_UNIT.format(unit))
            elif is_known and self._is_elsewhere(table, row) and not self._against(table, row):
                self._in_section(row, [table])
            elif is_known or not known:
                self._give(row, table)
            elif (
                self.is_foreign(label)
                or self._is_elsewhere(table, row)
                or (are_measures and not self._is_near(table, label))
            ):
                self._leave_out(row, _ANOTHER)
            else:
                self._give(row, table)
        return self.out

    def _is_answered(self, row: _Row) -> bool:
        """Leave out a row of which the author said so."""
        of = next(
            (
                (table_id, label)
                for table_id in self.vocabulary.tables
                for label in row.labels
                if self.answers.of_label(table_id, label) == LEAVE_OUT
            ),
            None,
        )
        if of and row.has_values:
            columns = range(self.heading.label_columns, len(row.line.cells))
            self.out.extract.left_out += rows_left_out(
                self.sheet, [row.line], of[1], table_id=of[0], columns=columns
            )
        return bool(of and row.has_values)

    def _is_near(self, table: Table, label: str) -> bool:
        """Tell whether a label is probably one of the table's, misspelt."""
        hint = self.vocabulary.hint(table.table_id, label)
        own = hint.removeprefix("Did you mean '").removesuffix("'?").lower()
        numbers = [_NO_DIGIT.sub("", text) for text in (own, label)]
        likeness = difflib.SequenceMatcher(None, own, label.lower()).ratio()
        return own != hint.lower() and likeness >= _MISSPELT and numbers[0] == numbers[1]

    def _is_same(self, table: Table, row: _Row, other: _Row) -> bool:
        """Tell whether a label without figures heads the rows below it that mean the same."""
        of = [
            self.answers.row_id(self.vocabulary, table.table_id, self._label(table, one))
            for one in (row, other)
        ]
        return of[0] is not None and of[0] == of[1] and other.section == row.section

    def _other_unit(self, table: Table, row: _Row) -> str:
        """Give the unit that a row names and its table does not have for it."""
        label = self._label(table, row)
        row_id = self.answers.row_id(self.vocabulary, table.table_id, label)
        has = table.rows[row_id].units if row_id else table.units
        for text in filter(None, (row.unit, label)):
            units = {_RATE.get(unit, unit) for unit in self.contexts.units(text)} - {SECOND}
            if units:
                return "" if units & fitting_words(has) else text
        return ""

    def of_several(self) -> Allotted:
        """Give each row to the table that its label or the text above it says."""
        for row in self.rows:
            if row.has_values and row.labels and not self._is_answered(row):
                self._allot(row)
        return self.out

    def _allot(self, row: _Row) -> None:
        known = self._known(row)
        sure = [table for table in known if self._speaks_for_itself(table, row)]
        above = row.section or " ".join(self.titles)
        sure = sure or [table for table in known if self._says(table, row, above)]
        sure = sure or [table for table in known if row.section and self._is_list(table, row)]
        label = row.labels[0]
        if (
            any(
                is_total_row(self.vocabulary, table.table_id, label, self.answers.authority)
                for table in self.fitting
            )
            and not known
        ):
            self._leave_out(row, _TOTAL)
        elif len(sure) == 1:
            self._take(row, sure[0])
        elif not known:
            self._without_table(row)
        elif sure:
            self._ask(row, sure)
        else:
            self._in_section(row, known)

    def _in_section(self, row: _Row, known: Sequence[Table]) -> None:
        """Ask of a label that may be a table's own; leave it out below another measure."""
        is_listed = any(self._is_listed_anywhere(self._label(table, row)) for table in known)
        if is_listed and not self.is_foreign(row.section):
            self._ask(row, known)
        else:
            self._leave_out(row, _ANOTHER)

    def _take(self, row: _Row, table: Table) -> None:
        if unit := self._other_unit(table, row):
            self._leave_out(row, _OTHER_UNIT.format(unit))
            return
        if against := self._against(table, row):
            statement, words = against
            self._leave_out(row, f"'{words}' {statement.where}: it is another measure.")
            return
        self._give(row, table)

    def _against(self, table: Table, row: _Row) -> tuple[Statement, str] | None:
        """Find what label and subheading say against every measure that the row may be."""
        heard = [
            Statement(self._label(table, row), self._place(row), ROW),
            Statement(row.section, self._place(row), SUBHEADING),
        ]
        against = [
            next(self.contexts.contradictions(meaning, table.period_type, heard), None)
            for meaning in self._meanings(table, row)
        ]
        return against[0] if against and all(against) else None

    def _without_table(self, row: _Row) -> None:
        """Leave out a row that no table has, unless it is a known label misspelt."""
        label = row.labels[0]
        others = [
            table
            for table in self.vocabulary.tables.values()
            if table not in self.fitting and table.period_type != ANY_PERIOD
            and self._knows(table, self._label(table, row)) and self._speaks_for_itself(table, row)
        ]  # fmt: skip
        near = [one for one in self.fitting if self._is_near(one, label)]
        if others:
            kind = others[0].period_type.replace("_", " ")
            self._leave_out(row, _OTHER_PERIODS.format(kind))
        elif near and not self.is_foreign(label):
            self._give(row, near[0])
        else:
            self._leave_out(row, _ANOTHER)

    def _ask(self, row: _Row, tables: Sequence[Table]) -> None:
        label = self._label(tables[0], row)
        rows = [
            row_id
            for table in tables
            for row_id in (
                self.vocabulary.candidates(table.table_id, label, self.answers.authority)
                or [self.answers.row_id(self.vocabulary, table.table_id, label) or ""]
            )
        ]
        question = Question(self._place(row), tables[0].table_id, label, tuple(rows))
        self.out.extract.questions.append(question)

    def _give(self, row: _Row, table: Table) -> None:
        label = self._label(table, row)
        self.out.rows.setdefault(table.table_id, {})[row.line.number] = label

    def _place(self, row: _Row) -> Place:
        return self.sheet.place(row.line.number, 0)

    def _leave_out(self, row: _Row, reason: str) -> None:
        self.out.extract.left_out += left_out_row(self.sheet, row.line, reason)

    def allotted(self, likely: Sequence[str]) -> Allotted | None:
        """Give each row its table.

        Args:
            likely: The families that the block may belong to as a whole.

        Returns:
            Nothing where only a person can say which family the block belongs to.
        """
        given = [row for row in self.rows if row.has_values and row.labels]
        known = {row.line.number: self._known(row) for row in given}
        if len(likely) == 1:
            whole = self.vocabulary.tables[likely[0]]
            if all(whole in its for its in known.values() if its):
                return self.of_one(whole)
        if any(
            self._speaks_for_itself(one, row) for row in given for one in known[row.line.number]
        ):
            return self.of_several()
        if len(likely) == 1 and whole not in self.fitting:
            return self.of_one(whole)
        if any(known.values()):
            return None if len(likely) > 1 else self.of_several()
        texts = [*self.titles, *(row.labels[0] for row in given)]
        if any(map(self.is_foreign, self.titles)) or all(map(self.is_foreign, texts)):
            for row in given:
                self._leave_out(row, _ANOTHER)
            return self.out
        return None


def left_out_row(sheet: Sheet, line: Line, reason: str) -> list[LeftOut]:
    """Leave out every number of a row."""
    return [
        LeftOut(sheet.place(line.number, at), one_line(line.cell(at)), reason)
        for at in range(len(line.cells))
        if is_number(line.cell(at))
    ]


def titles_of(sheet: Sheet, heading: Heading, block: Block) -> list[str]:
    """Give what stands above a table, the nearest first."""
    above = [one_line(text) for line in reversed(block.above) for text in line.cells if text]
    return [text for text in (one_line(heading.title), *above, sheet.name) if text]
