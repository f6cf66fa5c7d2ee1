"""Ask once for each thing that a file leaves open, and apply its author's answers."""

from __future__ import annotations

import difflib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from safeguarding.intake.files.grid import Line, Sheet, one_line
from safeguarding.intake.new_figures import (
    Asks,
    Extract,
    Figure,
    LeftOut,
    Place,
    Problem,
    Question,
)
from safeguarding.intake.wording.periods import ENDING, YEARS, readings
from safeguarding.intake.wording.vocabulary import (
    Vocabulary,
    is_number,
    label_key,
    row_label_key,
    without_note_mark,
)

LEAVE_OUT = "leave out"
_MOST_ROWS = 10
_NEAREST = 3
_OF_THE_TABLE = "a label of this table, listed in seeds/reference/row_label_variants.csv"


@dataclass(frozen=True)
class Answers:
    """The author's answers about what a file leaves open.

    Attributes:
        families: `table_id` by the name of a sheet or file, or the title of a table.
        labels: `row_id` by label as printed, in whichever table.
        authority: ONS code of the council, whose own labels win over the general ones.
        years: What a year named by one number is, one of `periods.YEARS`.
        of_tables: `row_id` by table and label as printed.

    A table or label may be LEAVE_OUT, too.
    """

    families: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    authority: str = ""
    years: str = ""
    of_tables: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def family(self, *names: str) -> str:
        """Return the answer for the first of the names that has one."""
        return next((self.families[name] for name in names if self.families.get(name)), "")

    @cached_property
    def _by_key(self) -> dict[tuple[str, str], str]:
        anywhere = {("", row_label_key(label)): answer for label, answer in self.labels.items()}
        return anywhere | {
            (table_id, row_label_key(label)): answer
            for (table_id, label), answer in self.of_tables.items()
        }

    def of_label(self, table_id: str, label: str) -> str:
        """Return the answer for a label of a table; empty if there is none."""
        if not self._by_key:
            return ""
        key = row_label_key(label)
        return self._by_key.get((table_id, key)) or self._by_key.get(("", key), "")

    def settles(self, table_id: str, label: str, candidates: Sequence[str]) -> bool:
        """Check whether the author chose one of the candidates for the label, or left it out."""
        return self.of_label(table_id, label) in (*candidates, LEAVE_OUT)

    def row_id(self, vocabulary: Vocabulary, table_id: str, label: str) -> str | None:
        """Return the row that a label means, by the author's answer or else by the vocabulary."""
        answer = self.of_label(table_id, label)
        if answer in vocabulary.tables[table_id].rows:
            return answer
        return vocabulary.row_id(table_id, label, self.authority)

    def is_part(self, vocabulary: Vocabulary, table_id: str, label: str) -> bool:
        """Check whether the label may name a part of its row: any label with an answer may."""
        named = bool(self.of_label(table_id, label))
        return named or vocabulary.is_part(table_id, label, self.authority)

    def unique_key(self, vocabulary: Vocabulary, table_id: str, label: str) -> str:
        """Return the key of what a table may print once: a row, or a part of it by its label."""
        row_id = self.row_id(vocabulary, table_id, label)
        is_part = self.is_part(vocabulary, table_id, label)
        return row_id if row_id and not is_part else row_label_key(label)

    def of_years(self, figures: Iterable[Figure]) -> Iterator[Question]:
        """Ask once what kind of years a file has, unless that is answered."""
        if self.years:
            return
        open_ones: dict[str, list[Place]] = {}
        for figure in figures:
            text = without_note_mark(figure.period_as_printed)
            if readings(text):
                open_ones.setdefault(text, []).append(figure.place_of("period_label"))
        if not open_ones:
            return
        # One year and one quarter show what an answer means.
        one_of_each = {text.isdigit(): text for text in reversed(open_ones)}
        shown = sorted(one_of_each.values(), reverse=True, key=str.isdigit)
        first = shown[0]
        named = {
            answer: "; ".join(
                f"{text}: {readings(text)[answer]}" if len(shown) > 1 else readings(text)[answer]
                for text in shown
            )
            for answer in YEARS
        }
        # A quarter is not named by the year in which the financial year ends.
        candidates = tuple(answer for answer in YEARS if first.isdigit() or answer != ENDING)
        yield Question(
            open_ones[first][0],
            "",
            first,
            candidates,
            Asks.YEARS,
            tuple(named[answer] for answer in candidates),
            f"and {len(open_ones) - 1} more like it" if len(open_ones) > 1 else "",
        )


def rows_left_out(
    sheet: Sheet,
    lines: Iterable[Line],
    name: str,
    *,
    table_id: str = "",
    columns: Container[int] | None = None,
) -> list[LeftOut]:
    """Return the numbers in rows that the author leaves out.

    Args:
        sheet: Where they stand.
        lines: The rows.
        name: Their label, or the name of their sheet or table.
        table_id: The table of a label.
        columns: Those of their figures; else the numbers of all columns are given.
    """
    reason, nothing = f"You answered that '{name}' is left out.", "nothing, as you answered"
    return [
        LeftOut(sheet.place(line.number, index), text, reason, nothing, (table_id, name))
        for line in lines
        for index, cell in enumerate(line.cells)
        if (text := one_line(cell)) and (index in columns if columns else is_number(text))
    ]


def unknown_table(sheet: Sheet, vocabulary: Vocabulary) -> Question:
    """Ask which table a sheet or file of the template is, naming the nearest."""
    tables = nearest_families(sheet.title, vocabulary)[:_NEAREST]
    return _named(Question(sheet.place(), "", sheet.title, tables), vocabulary)


def nearest_families(name: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the table families, the most similar name first."""
    key = label_key(name).replace("_", " ")
    likeness = {
        table_id: max(
            difflib.SequenceMatcher(None, key, one).ratio()
            for one in (table_id.replace("_", " "), label_key(table.name))
        )
        for table_id, table in vocabulary.tables.items()
    }
    return tuple(sorted(likeness, key=lambda table_id: -likeness[table_id]))


def unknown_label(
    problem: Problem, vocabulary: Vocabulary, table_id: str, label: str, where: str = ""
) -> Problem:
    """Add the nearest rows to the problem of an unknown label."""
    near = tuple(vocabulary.nearest_rows(table_id, label))
    question = _named(Question(problem.place, table_id, label, near, where=where), vocabulary)
    advice = (
        f"{problem.advice} {vocabulary.hint(table_id, label)} Or say which row it is:"
        f' --label "{label}=ROW". The nearest are {", ".join(near)}'
        f' ({", ".join(question.names)}). To leave it out: --label "{label}={LEAVE_OUT}".'
    ).strip()
    return replace(problem, advice=advice, questions=(question,))


def unknown_labels(
    figures: Iterable[Figure], answers: Answers, vocabulary: Vocabulary
) -> Iterator[Problem]:
    """Report each unknown label of a table once."""
    for (table_id, _), of_label in _by_label(figures).items():
        label = of_label[0].row_label
        is_known = answers.row_id(vocabulary, table_id, label) or vocabulary.candidates(
            table_id, label, answers.authority
        )
        if not is_known:
            where = describe_cells(of_label)
            found = f"row '{label}'" + (f" ({where})" if where else "")
            place = of_label[0].place_of("row_label")
            problem = Problem(place, found, _OF_THE_TABLE)
            yield unknown_label(problem, vocabulary, table_id, label, where)


def merge_repeated(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems in order, with the same problem in several rows of a column as one."""
    alike: dict[Problem, list[Problem]] = {}
    for problem in problems:
        alike.setdefault(replace(problem, place=replace(problem.place, row=0)), []).append(problem)
    said: list[Problem] = []
    for same in alike.values():
        rows = sorted({problem.place.row for problem in same})
        first = min(same, key=lambda problem: problem.place.row)
        more = f" ({rows_in_words(rows)})" if len(rows) > 1 else ""
        said.append(replace(first, found=first.found + more))
    return said


def distinct_questions(extract: Extract, vocabulary: Vocabulary) -> list[Question]:
    """Return the questions of a file, each once, with its places and candidates in words."""
    figures = _by_label(extract.figures)
    once: dict[tuple[str, str, str], Question] = {}
    for question in extract.questions:
        key = question.asks.value, question.table_id, row_label_key(question.printed)
        once.setdefault(key, question)
    asked = []
    for question in once.values():
        named = question
        if question.asks is Asks.LABEL:
            of_label = figures.get((question.table_id, row_label_key(question.printed)), [])
            named = replace(question, where=describe_cells(of_label))
        elif question.asks is Asks.TABLE:
            order = nearest_families(question.printed, vocabulary)
            candidates = sorted(question.candidates, key=order.index)
            named = replace(question, candidates=tuple(candidates))
        asked.append(_named(named, vocabulary))
    return asked


def _named(question: Question, vocabulary: Vocabulary) -> Question:
    if question.names:
        return question
    if question.table_id:
        tables = vocabulary.tables.values()
        rows = {of: row for table in tables for of, row in table.rows.items()}
        rows |= vocabulary.tables[question.table_id].rows
        names = [next(iter(rows[one].names.values()), one) for one in question.candidates]
    else:
        names = [vocabulary.tables[one].name for one in question.candidates]
    return replace(question, names=tuple(names))


def _by_label(figures: Iterable[Figure]) -> dict[tuple[str, str], list[Figure]]:
    by_label: dict[tuple[str, str], list[Figure]] = {}
    for figure in figures:
        key = figure.table_id, row_label_key(figure.row_label)
        by_label.setdefault(key, []).append(figure)
    return by_label


def describe_cells(figures: Sequence[Figure]) -> str:
    """Describe how many cells and which rows hold figures; empty for a single figure."""
    rows: dict[tuple[str, str], list[int]] = {}
    for figure in figures:
        of_sheet = rows.setdefault((figure.place.file, figure.place.sheet), [])
        if figure.place.row not in of_sheet:
            of_sheet.append(figure.place.row)
    if len(figures) < 2:  # noqa: PLR2004
        return ""
    if sum(map(len, rows.values())) == 1:
        return f"in {len(figures)} cells"
    parts = []
    for (file, sheet), numbers in rows.items():
        where = f" of {f'sheet {sheet!r}' if sheet else file}" if len(rows) > 1 else ""
        parts.append(rows_in_words(numbers) + where)
    return f"in {len(figures)} cells, {'; '.join(parts)}"


def rows_in_words(numbers: Sequence[int]) -> str:
    """Name rows by their numbers: `row 3`, `rows 3, 4 and 9`, `rows 3, 4, ... and 90 more`."""
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    *first, last = [str(number) for number in numbers[:_MOST_ROWS]]
    if (more := len(numbers) - _MOST_ROWS) > 0:
        return f"rows {', '.join([*first, last])} and {more} more"
    return f"rows {', '.join(first)} and {last}"
