"""Read marks beside figures and periods: footnotes, and provisional figures.

A mark in round brackets may be a second figure (`12 (5)`), and one after a period may say that the
period is incomplete (`2023-24*`). Both are read as marks only if a footnote explains them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from safeguarding.intake.files.grid import Line, Sheet, without_note_marks
from safeguarding.intake.wording.periods import period_label, period_of_day
from safeguarding.intake.wording.vocabulary import is_number, trimmed

PROVISIONAL = "provisional"
_WORDS = re.compile(
    r"(?P<text>.*?[^\s(\[])\s*(?P<mark>[(\[](?:provisional|prov|p|revised|rev|r)[.]?[)\]]|provisional)",
    re.IGNORECASE | re.DOTALL,
)
_LETTER = re.compile(r"(?P<text>[0-9,.]+%?) ?(?P<mark>[pr])", re.IGNORECASE)
_SIGN = re.compile(r"(?P<text>.*?[^\s*])\s*(?P<mark>[*\u2020\u2021\u00a7]+)", re.DOTALL)
_SQUARE = re.compile(
    r"(?P<text>.*?\S)\s*(?P<mark>\[(?:note ?)?[0-9]{1,2}\])", re.IGNORECASE | re.DOTALL
)
_ROUND = re.compile(
    r"(?P<text>.*?\S)\s*(?P<mark>\((?:note ?)?[0-9]{1,2}\))", re.IGNORECASE | re.DOTALL
)
_FOOTNOTE = re.compile(
    r"(?:note ?)?[(\[]?([0-9]{1,2}|[*\u2020\u2021\u00a7]+)(?:[)\].:]|\s?[-=])?\s+\S*[a-z]",
    re.IGNORECASE,
)
_IS_PROVISIONAL = re.compile(r"\b(provisional|prov)\b|^[(\[]?p[.)\]]*$", re.IGNORECASE)
_NO_LONGER = re.compile(
    r"\b(not|no longer|previously|earlier|were|was|replaces?|until|provisional to)\b", re.IGNORECASE
)


def without_marks(sheet: Sheet) -> Sheet:
    """Move the marks beside figures and periods into the sheet's note marks."""
    sheet = without_note_marks(sheet)
    explained = {
        match[1]
        for line in sheet.lines
        if not any(is_number(line.cell(index)) for index in range(1, len(line.cells)))
        for text in line.cells
        if (match := _FOOTNOTE.match(trimmed(text)))
    }
    marks = dict(sheet.marks)
    lines = [_without_marks(line, marks, explained) for line in sheet.lines]
    return replace(sheet, lines=lines, marks=marks)


def _without_marks(line: Line, marks: dict[tuple[int, int], str], explained: set[str]) -> Line:
    cells = list(line.cells)
    for index, text in enumerate(cells):
        found = _split(trimmed(text), explained) if text and not text[-1].isdigit() else None
        if found:
            cells[index], mark = found
            before = marks.get((line.number, index))
            marks[line.number, index] = " ".join(filter(None, (before, mark)))
    return replace(line, cells=tuple(cells)) if tuple(cells) != line.cells else line


def _split(text: str, explained: set[str]) -> tuple[str, str] | None:
    for pattern in (_WORDS, _LETTER, _SIGN, _SQUARE, _ROUND):
        if not (match := pattern.fullmatch(text)):
            continue
        rest, mark = match["text"], match["mark"]
        is_explained = mark.strip("()[] ").lower().removeprefix("note").strip() in explained
        if is_number(rest) and (pattern is not _ROUND or is_explained):
            return rest, mark
        is_period = period_label(rest) or period_of_day(rest)
        if is_period and (pattern is _WORDS or (pattern is not _LETTER and is_explained)):
            return rest, mark
    return None


def qualifier(texts: Iterable[str]) -> str:
    """Return `provisional` if one of the texts says so; otherwise empty."""
    said = any(_IS_PROVISIONAL.search(text) and not _NO_LONGER.search(text) for text in texts)
    return PROVISIONAL if said else ""


def without_qualifier(mark: str) -> str:
    """Return a mark without the part that says provisional."""
    return " ".join(part for part in mark.split() if not _IS_PROVISIONAL.search(part))
