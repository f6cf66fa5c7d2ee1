"""Find the table family of each row of a printed table, and the rows to leave out.

The rows of most tables belong to one family. Those of a scorecard belong to several: each row finds
its family by its label, and by the subheading above it if the label does not say what it counts. If
neither says it, the user is asked; another measure is left out by name.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from safeguarding.intake.answers import LEAVE_OUT, Answers, rows_left_out
from safeguarding.intake.files.grid import Sheet, one_line
from safeguarding.intake.new_figures import Extract, LeftOut, Place, Question
from safeguarding.intake.wording.context import (
    POPULATION,
    SERVICE,
    STATUS,
    SUBJECT,
)
from safeguarding.intake.wording.headings import (
    Block,
    Heading,
    adds_nothing,
)
from safeguarding.intake.wording.periods import table_period_type
from safeguarding.intake.wording.row_readings import (
    LabelledRow,
    RowReading,
    chosen,
    knows_label,
    labels_of,
)
from safeguarding.intake.wording.vocabulary import ANY_PERIOD, Table, Vocabulary, is_number

_ANOTHER = "The warehouse has no row with this label: it is another measure."
_TOTAL = "It is a total of other rows: the warehouse calculates totals."
OTHER_PERIODS = "The warehouse keeps its figures by {}, not by these periods."
_OTHER_UNIT = "'{}' beside it: the warehouse does not keep it in that unit."
_NUMBERED = re.compile(
    r"(?:table|figure|fig[.]?|chart) ?[0-9]+(?:[.][0-9]+)*[a-z]?\s*[:.\u2013-]?\s*", re.IGNORECASE
)
_SEVERAL = 3
# Texts in the corner of a table that do not name its figures.
_GENERIC = re.compile(
    r"(?:financial )?(?:years?|periods?|quarters?|measures?|indicators?|descriptions?|types?"
    r"|categor(?:y|ies)|areas?|(?:local )?authorit(?:y|ies)|council|as at"
    r"|years? (?:ending|ended).*|(?:as )?(?:at )?(?:the )?31(?:st)? march)"
    r"[ :]*",
    re.IGNORECASE,
)


@dataclass
class Allotted:
    """The label of each row to be read, by table and row number, and reports on the others."""

    rows: dict[str, dict[int, str]] = field(default_factory=dict)
    extract: Extract = field(default_factory=Extract)


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
        self.readings: dict[tuple[str, int], RowReading] = {}
        self.out = Allotted()

    def _rows(self, block: Block) -> Iterator[LabelledRow]:
        section = ""
        first = self.heading.label_columns
        for line in block.rows:
            cells = [one_line(line.cell(at)) for at in range(first)]
            has_values = any(at >= first for at in line.filled)
            named = [text for text in cells if text and not adds_nothing(self.contexts, text)]
            if len(named) > 1 or (named and not has_values):
                section = named[0]
            labels, unit = labels_of(self.contexts, cells, section, self.names)
            yield LabelledRow(line, section, labels, unit, has_values)

    def _with_own(self, rows: list[LabelledRow]) -> list[LabelledRow]:
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
            knows_label(self.vocabulary, self.answers, table, label)
            for table in self.vocabulary.tables.values()
        )

    def _read(self, row: LabelledRow, table: Table) -> RowReading:
        key = table.table_id, row.line.number
        if key not in self.readings:
            self.readings[key] = RowReading(table, row, self.vocabulary, self.answers)
        return self.readings[key]

    def _known(self, row: LabelledRow) -> list[RowReading]:
        readings = (self._read(row, table) for table in self.fitting)
        return [one for one in readings if one.is_known]

    def _is_list(self, reading: RowReading) -> bool:
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

    def _allot(self, row: LabelledRow) -> None:
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

    def _take(self, one: RowReading) -> None:
        if unit := one.other_unit():
            self._leave_out(one.row, _OTHER_UNIT.format(unit))
        elif against := one.against(self._place(one.row)):
            statement, words = against
            self._leave_out(one.row, f"'{words}' {statement.where}: it is another measure.")
        else:
            self._give(one)

    def _in_section(self, known: Sequence[RowReading]) -> None:
        """Ask about a label that a table may own; leave it out below another measure."""
        row = known[0].row
        is_listed = any(self._is_listed_anywhere(one.label) for one in known)
        if is_listed and not self.is_foreign(row.section):
            self._ask(known)
        else:
            self._leave_out(row, _ANOTHER)

    def _without_table(self, row: LabelledRow) -> None:
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

    def _is_answered(self, row: LabelledRow) -> bool:
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

    def _ask(self, readings: Sequence[RowReading]) -> None:
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

    def _give(self, one: RowReading) -> None:
        self.out.rows.setdefault(one.table.table_id, {})[one.row.line.number] = one.label

    def _place(self, row: LabelledRow) -> Place:
        return self.sheet.place(row.line.number, 0)

    def _leave_out(self, row: LabelledRow, reason: str) -> None:
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
