"""Check figures for faults that no layout allows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from safeguarding.intake.new_figures import Extract, Figure, LeftOut, Place, Problem
from safeguarding.intake.wording.vocabulary import (
    Vocabulary,
    is_number,
    is_total,
    row_label_key,
    without_spaces,
)

COUNT, PERCENT = "count", "percent"
CONVERTED = (".txt", ".tsv")  # reports converted from PDF or Word
_ENOUGH_FRACTIONS = 3
_TOTAL_OF = re.compile(r"(?:grand |sub-? ?)?total\b", re.IGNORECASE)
# Markers such as `1-4` and `1 to 4` are none: a range is one thing.
_TWO_FIGURES = re.compile(r"[0-9%.,)](?:\s+|\s*(?:[/|;&+(\[=]|and\b|or\b)\s*)[-\u2212]?[.]?[0-9]")


def value_problem(figure: Figure) -> Problem | None:
    """Report two figures in a cell, or a percentage in place of a count or rate.

    In a report converted to text, a space within a number comes from the conversion. In a
    workbook or a CSV file it separates two figures.
    """
    printed = figure.value_as_printed
    two = _TWO_FIGURES.search(printed)
    if two and not (figure.place.file.lower().endswith(CONVERTED) and is_number(printed)):
        return Problem(
            figure.place,
            f"'{printed}', two figures or a figure with a space in it",
            "one figure",
            "Write one figure in each cell: 1,234 without a space, and a percentage in its own"
            " row.",
        )
    value = without_spaces(printed)
    if figure.unit == PERCENT or not value.endswith("%") or not is_number(value):
        return None
    return Problem(
        figure.place,
        f"the percentage '{figure.value_as_printed}' as a {figure.unit}",
        "a number without a per cent sign",
        "Check that two columns have not been swapped.",
    )


def percentages_as_fractions(figures: Sequence[Figure], place: Place) -> Problem | None:
    """Report percentages of a sheet that look like fractions of 1.

    They do if none has a per cent sign, all lie between 0 and 1, and at least 3 are not 0.
    """
    texts = [
        without_spaces(figure.value_as_printed)
        for figure in figures
        if figure.unit == PERCENT and is_number(figure.value_as_printed)
    ]
    if any(text.endswith("%") for text in texts):
        return None
    numbers = [Decimal(text.replace(",", "")) for text in texts]
    above_zero = [number for number in numbers if number > 0]
    if len(above_zero) < _ENOUGH_FRACTIONS or not all(0 <= number <= 1 for number in numbers):
        return None
    return Problem(
        place,
        f"percentages that are all between 0 and 1, such as {above_zero[0]}",
        "percentages out of 100",
        "They look like fractions: write 12.3 or 12.3%, not 0.123.",
    )


def is_total_row(vocabulary: Vocabulary, table_id: str, label: str, authority: str) -> bool:
    """Check whether a row is a total of others and not one of the table's rows."""
    is_named = is_total(label) or bool(_TOTAL_OF.match(label))
    return is_named and not vocabulary.knows(table_id, label, authority)


def total_row(
    vocabulary: Vocabulary, table_id: str, label: str, authority: str
) -> tuple[str, str, str] | None:
    """Describe what was found, expected and advised for a total of other rows."""
    if not is_total_row(vocabulary, table_id, label, authority):
        return None
    return (
        f"the total '{label}'",
        "the rows that it adds up",
        "The warehouse calculates totals: delete the row.",
    )


class _Answers(Protocol):
    def row_id(self, vocabulary: Vocabulary, table_id: str, label: str) -> str | None: ...

    def is_part(self, vocabulary: Vocabulary, table_id: str, label: str) -> bool: ...

    def of_label(self, table_id: str, label: str) -> str: ...


def another_row(label: str, earlier: str) -> tuple[str, str, str]:
    """Describe what was found, expected and advised for two rows with the same meaning."""
    same = " again" if label == earlier else f", which means the same as '{earlier}'"
    return (
        f"'{label}'{same}",
        "one row",
        "If they are parts of it, add them together; if not, leave one out.",
    )


def printed_twice(
    figures: Sequence[Figure], vocabulary: Vocabulary, answers: _Answers
) -> Iterator[Problem]:
    """Report two values of one thing in two tables of a release, once for each row.

    The same value printed twice is fine. Two rows of one table are reported by its reader. Both
    values of a contradiction are kept if a template gives each its source_line under the same
    label.
    """
    first: dict[tuple[str, ...], Figure] = {}
    said: set[tuple[str, ...]] = set()
    for figure in figures:
        row = answers.row_id(vocabulary, figure.table_id, figure.row_label)
        name = row or row_label_key(figure.row_label)
        earlier = first.setdefault(
            (figure.table_id, name, figure.period_label, figure.unit), figure
        )
        values = {
            without_spaces(one.value_as_printed).rstrip("%").replace(",", "")
            for one in (earlier, figure)
        }
        numbers = all(is_number(one.value_as_printed) for one in (earlier, figure))
        key = figure.block, earlier.block, name
        if earlier.block == figure.block or len(values) == 1 or not numbers or key in said:
            continue
        said.add(key)
        found, expected, advice = another_row(figure.row_label, earlier.row_label)
        yield Problem(
            figure.place,
            f"{found}, with '{figure.value_as_printed}'",
            f"{expected} (there is '{earlier.value_as_printed}' in {earlier.place})",
            f"{advice} If the publication prints both for one thing, use the template: the same"
            " label for both, each with its source_line.",
        )


def judge_parts(extract: Extract, vocabulary: Vocabulary, answers: _Answers) -> None:
    """Decide whether rows of one table with the same meaning are parts of it.

    Parts are kept, and noted in `extract.parts`. A row that the others add up to is their total:
    it is kept and they are left out. A row that may include them is a problem.
    """
    rows: dict[tuple[str, str, str], dict[str, list[Figure]]] = {}
    for figure in extract.figures:
        row_id = answers.row_id(vocabulary, figure.table_id, figure.row_label)
        if row_id:
            labels = rows.setdefault((figure.block, figure.table_id, row_id), {})
            labels.setdefault(figure.row_label, []).append(figure)
    within: list[Figure] = []
    for (_, table_id, _), its_rows in rows.items():
        labels = _side_by_side(its_rows)
        wholes = [label for label in labels if not answers.is_part(vocabulary, table_id, label)]
        if not labels or len(wholes) > 1:
            continue
        values = {label: _values(figures) for label, figures in labels.items()}
        totals = [label for label in labels if _is_total_of(label, values)]
        if all(answers.of_label(table_id, label) for label in labels):
            extract.parts |= {(table_id, label) for label in labels}
        elif wholes and totals == wholes:
            within += [one for label in labels if label not in wholes for one in labels[label]]
        elif totals or (wholes and _may_hold(wholes[0], values)):
            extract.problems.append(_part_or_whole((totals or wholes)[0], labels))
        else:
            extract.parts |= {(table_id, label) for label in labels}
    places = {figure.place: figure for figure in within}
    extract.figures = [figure for figure in extract.figures if figure.place not in places]
    extract.left_out += [
        LeftOut(place, figure.value_as_printed, "It is part of a total that is stored.")
        for place, figure in places.items()
    ]


def _side_by_side(rows: Mapping[str, list[Figure]]) -> dict[str, list[Figure]]:
    """Return the rows with a figure for the same period and unit as another row.

    The count of assessments and the share completed in time are one row in two units.
    """
    printed = Counter(
        key
        for figures in rows.values()
        for key in {(figure.period_label, figure.unit) for figure in figures}
    )
    return {
        label: figures
        for label, figures in rows.items()
        if any(printed[figure.period_label, figure.unit] > 1 for figure in figures)
    }


def _values(figures: Sequence[Figure]) -> dict[tuple[str, str], Decimal]:
    return {
        (figure.period_label, figure.unit): Decimal(
            without_spaces(figure.value_as_printed).rstrip("%").replace(",", "")
        )
        for figure in figures
        if is_number(figure.value_as_printed)
    }


def _beside(
    label: str, values: Mapping[str, Mapping[tuple[str, str], Decimal]]
) -> Iterator[tuple[Decimal, Decimal]]:
    """Return each count of a row (or share, if it has none) with the sum of the other rows'."""
    others = [its for name, its in values.items() if name != label]
    counts = [key for key in values[label] if key[1] == COUNT] or list(values[label])
    for key in counts:
        yield values[label][key], sum((its.get(key, Decimal(0)) for its in others), Decimal(0))


def _is_total_of(label: str, values: Mapping[str, Mapping[tuple[str, str], Decimal]]) -> bool:
    pairs = [pair for pair in _beside(label, values) if any(pair)]
    return bool(pairs) and all(own == others for own, others in pairs)


def _may_hold(label: str, values: Mapping[str, Mapping[tuple[str, str], Decimal]]) -> bool:
    return all(own >= others for own, others in _beside(label, values))


def _part_or_whole(label: str, labels: Mapping[str, Sequence[Figure]]) -> Problem:
    others = [other for other in labels if other != label]
    return Problem(
        labels[label][0].place_of("row_label"),
        f"'{label}' beside {' and '.join(repr(other) for other in others)}, which it may include",
        "rows that do not overlap, or one row for all of them",
        f"If it includes them, leave them out. If it does not, say so for each:"
        f' --label "{label}=ROW".',
    )
