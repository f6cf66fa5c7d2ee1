"""Read the rows of one printed table: labels, units, figures, and what the words around say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from safeguarding.intake.answers import Answers, unknown_label
from safeguarding.intake.checks import (
    PERCENT,
    another_row,
    percentages_as_fractions,
    value_problem,
)
from safeguarding.intake.files.grid import Line, Sheet, one_line, unsafe_text
from safeguarding.intake.new_figures import Extract, Figure, LeftOut, Place, Problem, Question
from safeguarding.intake.wording.context import (
    COLUMN,
    OF_THE_SHARE,
    REMARK,
    ROW,
    SUBJECT,
    UNIT,
    Contradictions,
    Statement,
    fitting,
)
from safeguarding.intake.wording.headings import (
    ANY_UNIT,
    AVERAGE,
    COUNT,
    PAIR,
    RATE,
    SECOND,
    Block,
    Heading,
    fitting_words,
    is_unit,
    unit_named,
    units_below,
    units_named_in,
)
from safeguarding.intake.wording.periods import QUARTER
from safeguarding.intake.wording.table_texts import TableTexts
from safeguarding.intake.wording.vocabulary import (
    ANY_PERIOD,
    Table,
    Vocabulary,
    is_number,
)


@dataclass(frozen=True)
class _Row:
    """A row with figures: its label, the row of the warehouse it means, and its unit hints."""

    line: Line
    label: str
    row_id: str | None
    units: tuple[str, ...]
    statements: tuple[Statement, ...]

    def values(self, heading: Heading, offset: int) -> list[str]:
        return [one_line(self.line.cell(span.first + offset)) for span in heading.spans]


class TableReader:
    """Read the rows of one table; collect figures, problems and questions in their order."""

    def __init__(
        self,
        sheet: Sheet,
        heading: Heading,
        block: Block,
        mine: Mapping[int, str],
        *,
        table: Table,
        vocabulary: Vocabulary,
        answers: Answers,
    ) -> None:
        """Set up the reader; `mine` has the labels of the rows to be read."""
        self.sheet = sheet
        self.heading = heading
        self.block = block
        self.mine = mine
        self.table = table
        self.table_id = table.table_id
        self.vocabulary = vocabulary
        self.contexts = vocabulary.contexts
        self.answers = answers
        self.extract = Extract()
        self.column_units: tuple[str, ...] = (
            (COUNT, SECOND) if heading.width == PAIR else (ANY_UNIT,)
        )
        self.texts = TableTexts(sheet, heading, block, self.extract)
        self.has_begun = False
        self.contradictions = Contradictions()
        self.asked: set[str] = set()
        self.seen: dict[tuple[str, str], list[tuple[_Row, str | None]]] = {}
        one = table.period_type == QUARTER and len(heading.spans) == 1
        several = "quarters" if table.period_type == QUARTER else heading.period_type
        self.periods = QUARTER if one else several

    def read(self) -> Extract:
        """Read every row."""
        for line in self.block.rows:
            units = units_below(self.contexts, self.sheet, self.heading, line)
            if units:
                self.column_units, problem = units
                self.extract.problems += [problem] if problem else []
                self.texts.note_columns(line)
            elif self._is_of_others(line) or self._is_plain(line):
                self._read_row(line)
        self.extract.problems += self.contradictions.problems()
        self._must_be_said()
        fractions = percentages_as_fractions(
            self.extract.figures, self.sheet.place(self.heading.line.number)
        )
        self.extract.problems += [fractions] if fractions else []
        return self.extract

    def _is_of_others(self, line: Line) -> bool:
        """Check whether the figures of a row belong to another table or are left out."""
        return line.number not in self.mine and any(map(is_number, map(one_line, line.cells[1:])))

    def _is_plain(self, line: Line) -> bool:
        problems = []
        for index, text in enumerate(line.cells):
            problem = self.sheet.fault_problem(line.number, index)
            problem = problem or unsafe_text(self.sheet.place(line.number, index), text)
            problems += [problem] if problem else []
        self.extract.problems += problems
        return not problems

    def _read_row(self, line: Line) -> None:
        cells = range(self.heading.label_columns, len(line.cells))
        filled = [index for index in cells if line.cell(index)]
        label = self.mine.get(line.number, "") if filled else ""
        label = label or self.heading.label_of(line)
        numbers = [index for index in filled if is_number(line.cell(index))]
        self.texts.note_group(line, label)
        if label and not filled:
            self.texts.note_subheading(line, label)
            # A sentence may contain the words of a rule, so a row without figures must be in a
            # list.
            is_missing = self._is_listed(label) and self._means(label)
            if not is_missing or line.number not in self.mine:
                return
        if not label or self._is_heading_of_columns(line, label, filled):
            if numbers:
                self._shifted(line, filled)
            else:
                self.texts.note_columns(line)
            return
        self.has_begun = True
        if line.number not in self.mine:
            return
        if filled and filled[-1] >= self.heading.end:
            found = f"'{line.cell(filled[-1])}' after the last period"
            advice = (
                "Check that the row has not been shifted and no heading is missing; delete"
                " anything that is not a figure."
            )
            self._problem(line, filled[-1], found, "a figure under each period", advice)
            return
        self._ask(line, label)
        self._take_figures(self._row(line, label))

    def _is_heading_of_columns(self, line: Line, label: str, filled: list[int]) -> bool:
        """Check whether a row above all figures holds only words."""
        return (
            not self.has_begun
            and not self._means(label)
            and not any(self.vocabulary.is_value(line.cell(index)) for index in filled)
        )

    def _row(self, line: Line, label: str) -> _Row:
        row_id = self._means(label)
        units = self.table.rows[row_id].units if row_id else ()
        own = Statement(label, self.sheet.place(line.number, 0), ROW)
        said = self.contexts.words_in(label)
        subheading = self.texts.subheading
        if (
            subheading
            and subheading.place.row != line.number
            and SUBJECT in said
            and subheading.text != label
            and self._means(subheading.text)
        ):
            # A row whose own label is clear is not one of the rows below a known label.
            self.texts.subheading = subheading = None
        above = (subheading,) if subheading and subheading.text != label else ()
        cells = [one_line(line.cell(at)) for at in range(self.heading.label_columns)]
        unit = next((text for text in cells if text and is_unit(self.contexts, text)), "")
        named = (Statement(unit, own.place, ROW),) if unit else ()
        return _Row(line, label, row_id, units, (own, *named, *above))

    def _take_figures(self, row: _Row) -> None:
        """Add the row's figures under every period, and a blank for a missing one."""
        units = self._units(row)
        if not units or not self._is_new(row, units):
            return
        block = f"{self.texts.place_of(self.heading.spans[0])}, {self.heading.line.number}"
        for span in self.heading.spans:
            for offset, unit in units.items():
                index = span.first + offset
                at = self.sheet.at(row.line.number, index)
                figure = Figure(
                    table_id=self.table_id,
                    source_table=self._source_table(row.line),
                    source_line=str(at[0]),
                    source_cell=str(at[1] + 1),
                    row_label=row.label,
                    period_as_printed=span.printed,
                    period_label=span.label,
                    unit=unit,
                    value_as_printed=one_line(row.line.cell(index)),
                    note="",
                    place=self.sheet.place(row.line.number, index),
                    places={
                        "row_label": self.sheet.place(row.line.number, 0),
                        "period_label": self.sheet.place(self.heading.line.number, index),
                    },
                    block=block,
                    qualifier=self.texts.qualifier(row.statements, span),
                )
                self.extract.figures.append(figure)
                problem = value_problem(figure)
                self.extract.problems += [problem] if problem else []
                if span is self.heading.spans[0] or self.texts.columns:
                    passed = OF_THE_SHARE if unit == COUNT and len(units) == PAIR else ()
                    self._contradict(row, unit, self.texts.about(row.statements, index), passed)

    def _contradict(
        self, row: _Row, unit: str, heard: list[Statement], passed: Sequence[str]
    ) -> None:
        """Record where the words around a figure contradict the row."""
        meaning = row.row_id and self.vocabulary.meaning(self.table_id, row.row_id, unit)
        if not meaning or self.table.period_type == ANY_PERIOD:
            return
        for statement, words in self.contexts.contradictions(meaning, self.periods, heard, passed):
            other = self.vocabulary.other_that_fits(meaning, heard)
            self.contradictions.add(statement, words, fitting(meaning), row.label, other)

    def _must_be_said(self) -> None:
        """Report rows whose title, headings and labels do not say what their measure needs."""
        rows = {row.label: row for known in self.seen.values() for row, _ in known}
        heard = [*self.texts.around, *(one for row in rows.values() for one in row.statements)]
        heard += [statement for _, statement in self.texts.columns]
        for row in rows.values():
            meaning = row.row_id and self.vocabulary.meaning(self.table_id, row.row_id, COUNT)
            # Another row of the table shows its subject too, whatever its label.
            beside = (
                Statement(next(iter(self.table.rows[other.row_id].names.values())), Place(""), ROW)
                for other in rows.values()
                if other.row_id and other.row_id != row.row_id
            )
            aspect = meaning and self.contexts.missing_aspect(
                meaning, self.periods, [*heard, *beside]
            )
            is_known = self.table.period_type == ANY_PERIOD or self.contradictions.has(row.label)
            if meaning and aspect and not is_known:
                found = f"'{row.label}', without a title or heading that says more"
                advice = (
                    "If that is what it counts, say so in the title or the label; if not,"
                    " leave it out."
                )
                self._problem(row.line, 0, found, fitting(meaning), advice)

    def _units(self, row: _Row) -> dict[int, str]:
        """Return the unit of each column of a period with figures in the row, by offset.

        Empty if the units are unclear or not the row's: a problem says which.
        """
        filled = [
            offset for offset in range(self.heading.width) if any(row.values(self.heading, offset))
        ]
        if any(self.column_units[offset] in row.units for offset in filled):
            filled = [one for one in filled if not self._is_other_column(row, one)]
        only = AVERAGE if row.units == (AVERAGE,) else COUNT
        if row.units == (only,) or (not row.units and self._is_lone_count(row, filled)):
            if len(filled) > 1:
                found = f"two figures for each period of '{row.label}'"
                advice = "Leave one of the two cells empty."
                self._problem(row.line, self.heading.label_columns, found, f"one {only}", advice)
                return {}
            offset = (filled or [0])[0]
            return {} if self._is_other_unit(row, offset, (only,)) else {offset: only}
        units: dict[int, str] = {}
        possible = row.units or (COUNT, PERCENT, RATE)
        for offset in filled or range(self.heading.width):
            unit = self._unit(row, offset, alone=len(filled) == 1)
            is_open = len(filled) <= 1 and unit in (COUNT, None)
            if is_open and self._is_other_unit(row, offset, possible):
                return {}
            if not unit:
                found = f"figures of '{row.label}' that may be {' or '.join(possible)}"
                advice = "Write percentages with their sign, or 'Number', '%' and 'Rate' above."
                place = self.sheet.place(row.line.number, self.heading.label_columns + offset)
                problem = Problem(place, found, "figures of one unit", advice)
                if not row.row_id:
                    problem = unknown_label(problem, self.vocabulary, self.table_id, row.label)
                self.extract.problems.append(problem)
                return {}
            units[offset] = unit
        return units

    def _is_other_column(self, row: _Row, offset: int) -> bool:
        """Leave out the column of a unit that the row does not have, beside one that it has."""
        unit = self.column_units[offset]
        if unit in (*row.units, SECOND, ANY_UNIT):
            return False
        reason = f"The warehouse does not keep '{row.label}' as a {unit.replace('_', ' ')}."
        for span in self.heading.spans:
            place = self.sheet.place(row.line.number, span.first + offset)
            if is_number(text := one_line(row.line.cell(span.first + offset))):
                self.extract.left_out.append(LeftOut(place, text, reason))
        return True

    def _named(self, row: _Row, offset: int) -> tuple[tuple[str, ...], Statement] | None:
        """Return the units named by the nearest text that names any."""
        for statement in self.texts.about(row.statements, self.heading.label_columns + offset):
            units = self.contexts.units(statement.text, statement.scope)
            if units and units != (SECOND,) and statement.scope != REMARK:
                return tuple(RATE if unit == "rate" else unit for unit in units), statement
        return None

    def _is_other_unit(self, row: _Row, offset: int, possible: Sequence[str]) -> bool:
        """Check whether a text names a unit that a row with one column does not have."""
        named = self._named(row, offset)
        is_signed = any(text.endswith("%") for text in row.values(self.heading, offset))
        if not named or is_signed or set(named[0]) & fitting_words(possible):
            return False
        statement = named[1]
        if self.heading.width == PAIR and statement.scope == COLUMN:
            return False  # a count alone in a pair is printed below either of its units
        words = self.contexts.words_in(statement.text, statement.scope)[UNIT]
        expected = " or ".join(possible)
        self.contradictions.add(statement, next(iter(words.values())), expected, row.label, "")
        return True

    def _is_lone_count(self, row: _Row, filled: list[int]) -> bool:
        """Check whether an unknown row has one number for each pair, as totals do."""
        signed = any("%" in text for offset in filled for text in row.values(self.heading, offset))
        said = unit_named(self.contexts, row.label) not in (None, COUNT)
        return self.heading.width == PAIR and len(filled) == 1 and not signed and not said

    def _unit(self, row: _Row, offset: int, *, alone: bool) -> str | None:
        """Return the unit of a column of the row; None if it is unclear."""
        unit = self.column_units[offset]
        if unit not in (SECOND, ANY_UNIT):
            return unit
        known = row.units or (COUNT, PERCENT, RATE)
        possible = [one for one in known if one != COUNT or self.heading.width == 1]
        texts = [text for text in row.values(self.heading, offset) if is_number(text)]
        if PERCENT in possible and any("%" in text for text in texts):
            return PERCENT
        named = self._named(row, offset)
        fit = [one for one in possible if named and one in named[0]]
        fit = units_named_in(texts, fit)
        if len(fit) == 1:
            return fit[0]
        if not texts and (sign := self._sign_of_others(row, offset)) in possible:
            return sign
        usual = PERCENT if not row.units else possible[0] if len(possible) == 1 else None
        if unit == ANY_UNIT:
            whole = all("." not in text for text in texts)
            usual = COUNT if whole and not named and COUNT in possible else None
            alone = False
        elif self._is_worded(row, offset):
            return None
        return None if alone else usual

    def _is_worded(self, row: _Row, offset: int) -> bool:
        """Check whether a word above a column says what it is rather than its unit."""
        return any(
            one.scope == COLUMN
            and one.place.row != self.texts.place_of(self.heading.spans[0]).row
            and not self.contexts.units(one.text, COLUMN)
            for one in self.texts.about(row.statements, self.heading.label_columns + offset)
        )

    def _sign_of_others(self, row: _Row, offset: int) -> str | None:
        """Return the unit that signs show for the column in other rows."""
        others = (
            one_line(line.cell(span.first + offset))
            for line in self.block.rows
            if line is not row.line
            for span in self.heading.spans
        )
        return PERCENT if any(text.endswith("%") for text in others) else None

    def _means(self, label: str) -> str | None:
        """Return the row that a label means, by the vocabulary or the author's answer."""
        return self.answers.row_id(self.vocabulary, self.table_id, label)

    def _is_listed(self, label: str) -> bool:
        authority = self.answers.authority
        return bool(self.answers.of_label(self.table_id, label)) or self.vocabulary.is_listed(
            self.table_id, label, authority
        )

    def _ask(self, line: Line, label: str) -> None:
        candidates = self.vocabulary.candidates(self.table_id, label, self.answers.authority)
        settled = label in self.asked or self.answers.settles(self.table_id, label, candidates)
        if candidates and not settled:
            place = self.sheet.place(line.number, 0)
            self.extract.questions.append(Question(place, self.table_id, label, candidates))
            self.asked.add(label)

    def _is_new(self, row: _Row, units: dict[int, str]) -> bool:
        """Check whether no earlier row means the same in the same unit.

        A table may print a count twice: once beside its percentage, once beside its rate.
        """
        name = self.answers.unique_key(self.vocabulary, self.table_id, row.label)
        for unit in units.values():
            beside = next((other for other in units.values() if other != unit), None)
            for earlier, its in self.seen.setdefault((name, unit), []):
                if unit == COUNT and beside and its and beside != its:
                    continue
                found, expected, advice = another_row(row.label, earlier.label)
                expected = f"{expected} (see row {self.sheet.at(earlier.line.number, 0)[0]})"
                self._problem(row.line, 0, found, expected, advice)
                return False
        for unit in units.values():
            beside = next((other for other in units.values() if other != unit), None)
            self.seen[name, unit].append((row, beside))
        return True

    def _shifted(self, line: Line, filled: list[int]) -> None:
        text = line.cell(filled[0])
        if is_number(text):
            self._problem(line, 0, "figures without a label", "the label of the row")
        else:
            self._problem(
                line,
                filled[0],
                f"'{text[:40]}' under the period {self.heading.spans[0].printed}",
                "a figure",
                "The row is shifted to the right of its headings, so its last figure may be lost:"
                " move it back and complete it from the publication.",
            )

    def _problem(self, line: Line, column: int, *words: str) -> None:
        self.extract.problems.append(Problem(self.sheet.place(line.number, column), *words))

    def _source_table(self, line: Line) -> str:
        paragraph = self.sheet.paragraphs.get(line.number, "")
        return paragraph or self.heading.title or self.sheet.title
