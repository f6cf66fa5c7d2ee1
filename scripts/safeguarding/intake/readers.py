"""Read a council's figures from a file or folder of any kind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from safeguarding.intake.accounts import left_out
from safeguarding.intake.answers import LEAVE_OUT, Answers, rows_left_out, unknown_table
from safeguarding.intake.checks import judge_parts, printed_twice
from safeguarding.intake.files.delimited import read_csv, read_report
from safeguarding.intake.files.grid import Line, Sheet
from safeguarding.intake.files.safety import file_problems, unreadable
from safeguarding.intake.files.spreadsheets import read_workbook
from safeguarding.intake.new_figures import RELEASE, Extract, Figure, Place, Problem
from safeguarding.intake.templates import forms
from safeguarding.intake.templates.long_sheets import (
    read_figures,
    read_register,
    read_release,
)
from safeguarding.intake.wording.marks import qualifier, without_marks, without_qualifier
from safeguarding.intake.wording.periods import (
    CALENDAR,
    EXPECTED,
    FINANCIAL,
    bare_years,
    period_label,
)
from safeguarding.intake.wording.printed_tables import NO_PERIOD, PERIODS_ACROSS, read_printed
from safeguarding.intake.wording.vocabulary import ANY_PERIOD, Vocabulary, is_number, nearest

_NOT_READ = (forms.README, forms.LISTS)
_LOCK_FILE = "~$"
_OF_THE_SYSTEM = ("thumbs.db", "desktop.ini")
_OF_A_README = ("", ".md", ".txt", ".pdf", ".docx", ".html")


def read(path: Path, vocabulary: Vocabulary, answers: Answers | None = None) -> Extract:
    """Read a workbook, a CSV file, a report in plain text or a folder of CSV files.

    A sheet or file with the template's columns is read as the template; any other as a table laid
    out as reports print them. What is hidden in a workbook is a problem, not left out. Every cell
    with a number comes out as a figure, as the place of a problem or question, or as left out.

    Args:
        path: What the user gave.
        vocabulary: Tables, rows and labels that the warehouse knows.
        answers: What the user said about names and labels that are ambiguous.

    Returns:
        The figures and registers in the order of the file, with everything that is wrong with
        them and everything that only the user can answer. Never raises for what a file holds.
    """
    answers = answers or Answers()
    part = _read_with_years(path, vocabulary, answers, answers.years or FINANCIAL)
    asked = list(answers.of_years(part.figures))
    if asked and part.problems:
        # Words such as "calendar year" contradict the reading assumed until the answer.
        other = _read_with_years(path, vocabulary, answers, CALENDAR)
        part = min((part, other), key=lambda one: len(one.problems))
    extract = _checked_answers(answers, vocabulary).merge([part])
    extract.questions += asked
    judge_parts(extract, vocabulary, answers)
    extract.problems += printed_twice(extract.figures, vocabulary, answers)
    if not (extract.figures or extract.registers or extract.problems or extract.questions):
        extract.problems.append(_nothing(path, extract))
    return extract


def _read_with_years(path: Path, vocabulary: Vocabulary, answers: Answers, years: str) -> Extract:
    try:
        with bare_years(years, is_assumed=not answers.years):
            if path.is_dir():
                return _read_folder(path, vocabulary, answers)
            return _read_file(path, path.name, vocabulary, answers)
    except OSError as error:
        return Extract(problems=[unreadable(Place(path.name), error)])


def _nothing(path: Path, extract: Extract) -> Problem:
    """Report that no figure was read, and which numbers were seen, if any."""
    expected = "at least one value, in the template or a printed table"
    seen = [left for left in extract.left_out if left.reason == NO_PERIOD]
    if not seen:
        return Problem(Place(path.name), "no figures", expected)
    found = f"{len(seen)} numbers with no period above them, the first '{seen[0].printed}'"
    return Problem(seen[0].place, found, EXPECTED[ANY_PERIOD] + " above them", PERIODS_ACROSS)


def _read_folder(folder: Path, vocabulary: Vocabulary, answers: Answers) -> Extract:
    extract = Extract()
    inside = folder.resolve()
    found_csv = False
    for path in sorted(folder.iterdir()):
        if _is_passed_over(path):
            continue
        if not path.resolve().is_relative_to(inside):
            found = "a link to something outside the folder"
            advice = "Put the file itself into the folder."
            problem = Problem(Place(path.name), found, "a file of the folder", advice)
            extract.problems.append(problem)
        elif path.suffix.lower() != ".csv":
            kind = "a folder" if path.is_dir() else f"a file of type '{path.suffix}'"
            advice = "Move it out of the folder, or check it on its own."
            extract.problems.append(Problem(Place(path.name), kind, "CSV files", advice))
        else:
            found_csv = True
            extract.merge([_read_file(path, path.name, vocabulary, answers)])
    if not found_csv:
        advice = f"Name them {', '.join(f'{name}.csv' for name in vocabulary.tables)}."
        extract.problems.append(
            Problem(Place(folder.name), "a folder without CSV files", "CSV files", advice)
        )
    return extract


def _is_passed_over(path: Path) -> bool:
    name = path.name.lower()
    is_readme = (
        path.stem.lower() in (forms.README.lower(), "readme")
        and path.suffix.lower() in _OF_A_README
    )
    return name.startswith((".", _LOCK_FILE)) or name in _OF_THE_SYSTEM or is_readme


def _read_file(path: Path, name: str, vocabulary: Vocabulary, answers: Answers) -> Extract:
    problems = file_problems(path, name)
    if problems:
        return Extract(problems=problems)
    ending = path.suffix.lower()
    extract = Extract()
    if ending == ".xlsx":
        sheets, problems, extract.left_out = read_workbook(path, name, _NOT_READ)
    elif ending == ".csv":
        sheet, problems = read_csv(path, name)
        sheets = [sheet] if sheet else []
    else:
        sheets, problems = read_report(path, name)
    extract.problems = problems
    return extract.merge(_read_sheet(without_marks(sheet), vocabulary, answers) for sheet in sheets)


def _read_sheet(sheet: Sheet, vocabulary: Vocabulary, answers: Answers) -> Extract:
    """Read a sheet of whatever kind, and account for every number in it."""
    names = (sheet.title, *([] if sheet.name else [sheet.file]))
    if answers.family(*names) == LEAVE_OUT:
        return Extract(left_out=rows_left_out(sheet, sheet.lines, sheet.title))
    if sheet.title == RELEASE and sheet.lines:
        return read_release(sheet)
    if sheet.title in forms.REGISTER_COLUMNS and sheet.lines:
        return read_register(sheet, sheet.title)
    heading = next((line for line in sheet.lines if _heads_template(sheet, line, vocabulary)), None)
    if heading:
        # A title may stand above the heading.
        below = replace(sheet, lines=sheet.lines[sheet.lines.index(heading) :])
        extract = _read_template(below, vocabulary, answers)
    else:
        extract = read_printed(sheet, vocabulary, answers)
        if _lacks_heading(sheet, extract, vocabulary):
            extract = Extract(problems=[_no_heading(sheet)])
    extract.figures = [_with_marks(sheet, figure) for figure in extract.figures]
    named = {one.place for one in extract.left_out}
    found = left_out(sheet, heading, extract)
    extract.left_out += [one for one in found if one.place not in named]
    return extract


def _heads_template(sheet: Sheet, line: Line, vocabulary: Vocabulary) -> bool:
    """Check whether a row heads a sheet of the template; others have a unit and a value too."""
    names = map(forms.heading_name, line.cells)
    is_ours = sheet.title in vocabulary.tables or forms.LABEL in names
    return is_ours and forms.looks_like(line, forms.FIGURES)


def _lacks_heading(sheet: Sheet, extract: Extract, vocabulary: Vocabulary) -> bool:
    """Check whether a sheet without figures is one of ours, by its name or by its rows."""
    if extract.figures or extract.problems or extract.questions:
        return False
    units = {unit for table in vocabulary.tables.values() for unit in table.units}
    return sheet.title in vocabulary.tables or any(_is_bare(line, units) for line in sheet.lines)


def _is_bare(line: Line, units: set[str]) -> bool:
    """Check whether a row has the period, unit and value of a row of the template."""
    cells = line.filled.values()
    return (
        any(text.lower() in units for text in cells)
        and any(period_label(text) for text in cells)
        and any(is_number(text) for text in cells)
    )


def _no_heading(sheet: Sheet) -> Problem:
    return Problem(
        sheet.place(sheet.lines[0].number if sheet.lines else 0),
        "no heading row and no table of figures" if sheet.lines else "an empty sheet",
        f"a row with the headings {', '.join(forms.FIGURES.required)} above the figures",
        "Copy the heading row from a new template (release.py template), or delete the"
        f" {'sheet' if sheet.name else 'file'} if it is not part of the release.",
    )


def _with_marks(sheet: Sheet, figure: Figure) -> Figure:
    """Return the figure with the marks that stood beside it in its note, or as its qualifier."""
    row, column = figure.place.row, int(figure.source_cell) - 1
    is_template = figure.place_of("period_label").row == row
    mark = " ".join(
        mark for (at, index), mark in sheet.marks.items()
        if at == row and (index == column or is_template)
    )  # fmt: skip
    if not mark:
        return figure
    left = without_qualifier(mark)
    note = "; ".join(filter(None, (figure.note, left and f"note mark {left}")))
    return replace(figure, note=note, qualifier=figure.qualifier or qualifier(mark.split()))


def _read_template(sheet: Sheet, vocabulary: Vocabulary, answers: Answers) -> Extract:
    table_id = answers.family(sheet.title, sheet.file) or sheet.title
    if table_id in vocabulary.tables:
        return read_figures(sheet, table_id, vocabulary, answers)
    names = forms.sheet_names(tuple(vocabulary.tables))
    what = "sheet" if sheet.name else "file"
    problem = Problem(
        sheet.place(),
        f"the {what} name '{sheet.title}'",
        f"one of {', '.join(names)}",
        f'{nearest(sheet.title, names)} Or say which it is: --table "{sheet.title}=TABLE".'.strip(),
        questions=(unknown_table(sheet, vocabulary),),
    )
    return Extract(problems=[problem])


def _checked_answers(answers: Answers, vocabulary: Vocabulary) -> Extract:
    names = tuple(vocabulary.tables)
    return Extract(
        problems=[
            Problem(
                Place(name),
                f"the table '{table_id}' as an answer",
                f"one of {', '.join(names)}",
                nearest(table_id, names),
            )
            for name, table_id in answers.families.items()
            if table_id not in (*names, LEAVE_OUT)
        ]
    )
