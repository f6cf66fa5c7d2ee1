"""Read sheets of the template: figures, the release's own fields, and the registers."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator

from safeguarding.intake.answers import LEAVE_OUT, Answers, rows_left_out
from safeguarding.intake.checks import (
    another_row,
    percentages_as_fractions,
    total_row,
    value_problem,
)
from safeguarding.intake.files.grid import (
    BOOLEAN,
    DATE,
    Line,
    Sheet,
    is_plainly_safe,
    one_line,
    unsafe_text,
)
from safeguarding.intake.new_figures import Extract, Figure, Place, Problem, Question, Row
from safeguarding.intake.templates import forms
from safeguarding.intake.wording.context import (
    FILE,
    NOTE,
    REMARK,
    ROW,
    SHEET,
    TITLE,
    UNIT,
    Contradictions,
    Statement,
    fitting,
    holds_figure,
)
from safeguarding.intake.wording.headings import AVERAGE, OTHER
from safeguarding.intake.wording.periods import (
    FINANCIAL_YEAR,
    period_id,
    period_label,
    period_problem,
    period_type,
    table_period_type,
    unclear_period,
    year_label,
)
from safeguarding.intake.wording.vocabulary import (
    ANY_PERIOD,
    Vocabulary,
    label_key,
    nearest,
    row_label_key,
    trimmed,
)

_YES_NO = {
    "yes": "true",
    "true": "true",
    "y": "true",
    "no": "false",
    "false": "false",
    "n": "false",
}


_SHORT_NOTE = 3  # words
# What a note may call a figure of a unit.
_LIKE = {"rate_per_10000": ("rate",), "percent": ("rate",), AVERAGE: (OTHER, "rate")}


def read_figures(sheet: Sheet, table_id: str, vocabulary: Vocabulary, answers: Answers) -> Extract:
    """Read a sheet with one figure in each row.

    A row without a value is kept as a missing figure if both its period and its label have other
    figures of the unit. A period or a row without any figure is left out: the council does not
    print it.
    """
    reader = _FigureReader(sheet, table_id, vocabulary, answers)
    return reader.read()


def read_release(sheet: Sheet) -> Extract:
    """Read the release's own record, as fields in rows or as one row under its columns."""
    names = {forms.heading_name(text) for text in sheet.lines[0].cells}
    across = len(names & set(forms.RELEASE_FIELDS)) > 1
    extract = Extract()
    for name, place, text, fault in _fields_across(sheet) if across else _fields_down(sheet):
        if name not in forms.RELEASE_FIELDS:
            expected = f"one of {', '.join(forms.RELEASE_FIELDS)}"
            advice = nearest(name, list(forms.RELEASE_FIELDS))
            extract.problems.append(Problem(place, f"the field '{name}'", expected, advice))
        elif fault:
            extract.problems.append(fault)
        elif text:
            value, problem = _field(name, text, place)
            extract.problems += [problem] if problem else []
            extract.release |= {name: value} if value else {}
    if across and len(sheet.lines) > 2:  # noqa: PLR2004 - the heading and its one row
        place = sheet.place(sheet.lines[2].number)
        extract.problems.append(Problem(place, "a second release", "one release in each file"))
    return extract


def read_register(sheet: Sheet, name: str) -> Extract:
    """Read a register of the release: its rows have every column of the seed."""
    columns = forms.REGISTER_COLUMNS[name]
    where, problems = forms.positions(sheet, columns)
    extract = Extract(problems=problems)
    if any(column not in where for column in columns.required):
        return extract
    for line in sheet.lines[1:]:
        row: Row = dict.fromkeys(columns.names, "")
        for column, index in where.items():
            text = line.cells[index] if index < len(line.cells) else ""
            place = sheet.place(line.number, index, column)
            problem = sheet.fault_problem(line.number, index, column)
            problem = problem or unsafe_text(place, text)
            row[column] = one_line(text)
            if not problem and not row[column] and column in columns.required:
                problem = Problem(place, "a blank", f"the {column} of the entry")
            if not problem and column == "period_id" and row[column]:
                label = None if unclear_period(row[column]) else period_label(row[column])
                row[column] = period_id(label) if label else row[column]
                problem = None if label else period_problem(place, row[column], ANY_PERIOD)
            extract.problems += [problem] if problem else []
        extract.registers.setdefault(name, []).append((sheet.place(line.number), row))
    return extract


class _FigureReader:
    """Reads one sheet; collects figures, problems and questions in the order of its rows."""

    def __init__(
        self, sheet: Sheet, table_id: str, vocabulary: Vocabulary, answers: Answers
    ) -> None:
        self.sheet = sheet
        self.table = vocabulary.tables[table_id]
        self.vocabulary = vocabulary
        self.answers = answers
        self.where, problems = forms.positions(sheet, forms.FIGURES)
        self.extract = Extract(problems=problems)
        self.asked: set[str] = set()
        self.seen: dict[tuple[str, ...], Figure] = {}
        self.contradictions = Contradictions()
        self.heard: set[tuple[str, ...]] = set()
        names = [Statement(sheet.name, sheet.place(), SHEET)] if sheet.name else []
        stem = Statement(sheet.file.rpartition(".")[0], Place(sheet.file), FILE)
        self.around = [*names, stem]

    def read(self) -> Extract:
        if any(column not in self.where for column in forms.FIGURES.required):
            return self.extract
        figures = [figure for line in self.sheet.lines[1:] for figure in self._figures(line)]
        self.extract.problems += self.contradictions.problems()
        given = [figure for figure in figures if figure.value_as_printed]
        periods = {figure.period_label for figure in given}
        rows = {(figure.row_label, figure.unit) for figure in given}
        self.extract.figures = [
            figure
            for figure in figures
            if figure.period_label in periods and (figure.row_label, figure.unit) in rows
        ]
        fractions = percentages_as_fractions(self.extract.figures, self.sheet.place())
        self.extract.problems += [fractions] if fractions else []
        return self.extract

    def _figures(self, line: Line) -> Iterator[Figure]:
        label = one_line(self._text(line, forms.LABEL))
        period = trimmed(self._text(line, forms.PERIOD))
        value = one_line(self._text(line, forms.VALUE))
        faulty = not self._plain(line)
        if not value and not label:
            if period or trimmed(self._text(line, forms.UNIT)):
                self._problem(line, forms.LABEL, "a blank", "the label of the row")
            return
        if not label:
            self._problem(line, forms.LABEL, "a blank", "the label of the row")
            return
        if self.answers.of_label(self.table.table_id, label) == LEAVE_OUT:
            self.extract.left_out += rows_left_out(
                self.sheet,
                [line],
                label,
                table_id=self.table.table_id,
                columns=[self.where[forms.VALUE]],
            )
            return
        if total := total_row(self.vocabulary, self.table.table_id, label, self.answers.authority):
            self._problem(line, forms.LABEL, *total)
            return
        self._ask(line, label)
        unit = self._unit(line)
        read = self._period(line, period, faulty=faulty)
        if faulty or not unit or not read:
            return
        figure = self._figure(line, label, (period, read), unit, value)
        if problem := value_problem(figure):
            self.extract.problems.append(problem)
        if value:
            self._contradict(line, figure)
        if self._is_new(line, figure):
            yield figure

    def _contradict(self, line: Line, figure: Figure) -> None:
        """Record where the words beside a figure contradict its row."""
        contexts, label = self.vocabulary.contexts, figure.row_label
        row_id = self.answers.row_id(self.vocabulary, figure.table_id, label)
        meaning = row_id and self.vocabulary.meaning(figure.table_id, row_id, figure.unit)
        if not meaning or self.table.period_type == ANY_PERIOD:
            return
        columns = (forms.NOTE, forms.LABEL, forms.SOURCE_TABLE)
        texts = tuple(one_line(self._text(line, column)) for column in columns)
        if (figure.unit, *texts) in self.heard:
            return
        self.heard.add((figure.unit, *texts))
        scopes = (_scope_of_note(texts[0]), ROW, TITLE)
        heard = [
            Statement(text, self._place(line, column), scope)
            for text, column, scope in zip(texts, columns, scopes, strict=True)
            if text
        ]
        named = (
            (one, units)
            for one in heard
            if one.scope != REMARK and (units := contexts.words_in(one.text, one.scope).get(UNIT))
        )
        for statement, units in itertools.islice(named, 1):
            if not {figure.unit, *_LIKE.get(figure.unit, ())} & units.keys():
                words = max(units.values(), key=len)
                self.contradictions.add(statement, words, f"a {figure.unit}", label, "")
        for statement, words in contexts.contradictions(
            meaning, period_type(figure.period_label), [*heard, *self.around]
        ):
            other = self.vocabulary.other_that_fits(meaning, heard)
            self.contradictions.add(statement, words, fitting(meaning), label, other)

    def _figure(
        self, line: Line, label: str, period: tuple[str, str], unit: str, value: str
    ) -> Figure:
        value_column = self.where[forms.VALUE]
        return Figure(
            table_id=self.table.table_id,
            source_table=trimmed(self._text(line, forms.SOURCE_TABLE)) or self.sheet.title,
            source_line=trimmed(self._text(line, forms.SOURCE_LINE)) or str(line.number),
            source_cell=str(value_column + 1),
            row_label=label,
            period_as_printed=period[0],
            period_label=period[1],
            unit=unit,
            value_as_printed=value,
            note=one_line(self._text(line, forms.NOTE)),
            place=self._place(line, forms.VALUE),
            places={
                "row_label": self._place(line, forms.LABEL),
                "period_label": self._place(line, forms.PERIOD),
                "unit": self._place(line, forms.UNIT),
            },
            block=str(self.sheet.place()),
        )

    def _plain(self, line: Line) -> bool:
        """Report cells without plain text; dates in place of periods have their own message."""
        problems = []
        for column, index in self.where.items():
            fault = self.sheet.faults.get((line.number, index))
            text = self._text(line, column)
            if not fault and is_plainly_safe(text):
                continue
            place = self._place(line, column)
            if not fault:
                unsafe = unsafe_text(place, text)
                problems += [unsafe] if unsafe else []
            elif fault.kind == DATE and column == forms.PERIOD:
                problems.append(period_problem(place, text, self.table.period_type, is_date=True))
            else:
                problems.append(Problem(place, fault.found, fault.expected, fault.advice))
        source_line = trimmed(self._text(line, forms.SOURCE_LINE))
        if source_line and not (source_line.isascii() and source_line.isdigit()):
            place = self._place(line, forms.SOURCE_LINE)
            expected = "a line number of the publication, or nothing"
            problems.append(Problem(place, f"'{source_line}'", expected))
        self.extract.problems += problems
        return not problems

    def _period(self, line: Line, text: str, *, faulty: bool) -> str | None:
        kind = self.table.period_type
        label = period_label(text) or year_label(text)
        if label and kind in (ANY_PERIOD, table_period_type(label)):
            return label
        if not faulty:
            place = self._place(line, forms.PERIOD)
            self.extract.problems.append(period_problem(place, text, kind))
        return None

    def _unit(self, line: Line) -> str | None:
        unit = trimmed(self._text(line, forms.UNIT)).lower()
        if unit in self.table.units:
            return unit
        found = f"'{unit}'" if unit else "a blank"
        advice = nearest(unit, self.table.units)
        self._problem(line, forms.UNIT, found, " or ".join(self.table.units), advice)
        return None

    def _ask(self, line: Line, label: str) -> None:
        table_id, authority = self.table.table_id, self.answers.authority
        candidates = self.vocabulary.candidates(table_id, label, authority)
        settled = label in self.asked or self.answers.settles(table_id, label, candidates)
        if candidates and not settled:
            place = self._place(line, forms.LABEL)
            self.extract.questions.append(Question(place, table_id, label, candidates))
            self.asked.add(label)

    def _is_new(self, line: Line, figure: Figure) -> bool:
        """Check whether no earlier row has the figure, except one from another line."""
        label = row_label_key(figure.row_label)
        name = self.answers.unique_key(self.vocabulary, figure.table_id, figure.row_label)
        key = name, figure.period_label, figure.unit
        stated = trimmed(self._text(line, forms.SOURCE_LINE))
        first = self.seen.setdefault(key, figure)
        is_other = row_label_key(first.row_label) != label
        if first is figure or (
            not is_other and self.seen.setdefault((*key, stated), figure) is figure
        ):
            self.seen[(*key, stated)] = figure
            return True
        found, expected, advice = another_row(figure.row_label, first.row_label)
        again = "If the publication prints both for one thing, give both the same label and each"
        self._problem(
            line,
            forms.LABEL,
            f"{found}, for {figure.period_label}, {figure.unit} again",
            f"{expected} (see row {first.place.row})",
            f"{advice} {again} its source_line.",
        )
        return False

    def _problem(self, line: Line, column: str, *words: str) -> None:
        self.extract.problems.append(Problem(self._place(line, column), *words))

    def _place(self, line: Line, column: str) -> Place:
        return self.sheet.place(line.number, self.where.get(column), column)

    def _text(self, line: Line, column: str) -> str:
        index = self.where.get(column, len(line.cells))
        return line.cells[index] if index < len(line.cells) else ""


def _scope_of_note(note: str) -> str:
    """Return the scope of a note beside a figure: a few words count as a label."""
    if holds_figure(note):
        return REMARK
    return ROW if len(note.split()) <= _SHORT_NOTE else NOTE


_Field = tuple[str, Place, str, Problem | None]


def _fields_down(sheet: Sheet) -> Iterator[_Field]:
    for line in sheet.lines:
        name = forms.heading_name(line.cell(0))
        if name and name != forms.RELEASE_COLUMNS[0]:
            yield _field_at(sheet, line, 1, name, forms.RELEASE_COLUMNS[1])


def _fields_across(sheet: Sheet) -> Iterator[_Field]:
    heading = sheet.lines[0]
    for line in sheet.lines[1:2]:
        for index in range(max(len(heading.cells), len(line.cells))):
            name = forms.heading_name(heading.cell(index))
            if name or line.cell(index):
                yield _field_at(sheet, line, index, name, name)


def _field_at(sheet: Sheet, line: Line, index: int, name: str, heading: str) -> _Field:
    place = sheet.place(line.number, index, heading)
    text = line.cells[index] if index < len(line.cells) else ""
    fault = sheet.faults.get((line.number, index))
    if fault and not (
        (name == "published_date" and fault.kind == DATE)
        or (name == "is_published" and fault.kind == BOOLEAN)
    ):
        return name, place, "", sheet.fault_problem(line.number, index, heading)
    return name, place, one_line(text), unsafe_text(place, text)


def _field(name: str, text: str, place: Place) -> tuple[str, Problem | None]:
    """Return a field as the seed `releases` holds it, or what is wrong with it."""
    if name == "is_published":
        value = _YES_NO.get(label_key(text), "")
        return value, None if value else Problem(place, f"'{text}'", "yes or no")
    if name == "financial_year":
        year = period_label(text)
        if year and period_type(year) == FINANCIAL_YEAR:
            return year, None
        return "", period_problem(place, text, FINANCIAL_YEAR)
    if name == "published_date" and not _is_day(text):
        return "", Problem(place, f"'{text}'", "a date as year-month-day, such as 2024-12-10")
    return text, None


def _is_day(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
