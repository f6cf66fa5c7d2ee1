"""What a council hands over: good files read as they are, bad ones say what is wrong and where."""

from __future__ import annotations

import csv
import datetime
import io
import os
import random
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from conftest import PROJECT
from safeguarding.intake.files import safety
from safeguarding.intake.files.delimited import parse_csv
from safeguarding.intake.files.number_formats import displayed, displayed_text
from safeguarding.intake.new_figures import Extract, Figure
from safeguarding.intake.readers import read
from safeguarding.intake.templates.layout import REGISTER_COLUMNS, RELEASE_FIELDS
from safeguarding.intake.templates.long_sheets import Answers, read_figures
from safeguarding.intake.wording.periods import likely_period, period_id, period_label
from safeguarding.intake.wording.printed_tables import read_printed
from safeguarding.intake.wording.vocabulary import Vocabulary, label_key, row_label_key
from support.files.release_files import (
    HEADING,
    Rows,
    contacts,
    content,
    csv_file,
    csv_folder,
    figure,
    printed,
    repacked,
    template,
    workbook,
    years,
    zipped,
)

SOURCES = Path(os.environ.get("SOURCE_TEXTS", PROJECT.parent / "shared" / "sources"))
Build = Callable[[Path], Path]
VOCABULARY = Vocabulary.of(PROJECT)
CONTACTS = "contacts_and_referrals"
SHEET = f"synthetic.xlsx, sheet '{CONTACTS}'"
TABLE = "synthetic.xlsx, sheet 'Table 1'"
CSV = f"{CONTACTS}.csv"
FRACTIONS = [
    figure(label, unit="percent", value=value)
    for label, value in (("Police", 0.25), ("Other", 0.5), ("Housing", 0.25))
]
OTHER = ["Other", 1, "2%", 2, "3%"]
SHEET_PART = "xl/worksheets/sheet1.xml"
ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


class Bad(NamedTuple):
    """A file with one fault: how it is made, where the fault stands, what is said of it."""

    name: str
    build: Build
    place: str
    says: Sequence[str]


def cell(coordinate: str, value: object) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:  # noqa: ANN401
        sheet[coordinate] = value

    return change


def hide_row(sheet: Any) -> None:  # noqa: ANN401
    sheet.row_dimensions[2].hidden = True


def hide_column(sheet: Any) -> None:  # noqa: ANN401
    sheet.column_dimensions["D"].hidden = True


def hide_second(book: Any) -> None:  # noqa: ANN401
    book.worksheets[1].sheet_state = "hidden"


def symlink(folder: Path) -> Path:
    outside = csv_file(template(), "outside.csv")(folder)
    inside = csv_folder()(folder)
    (inside / CSV).symlink_to(outside)
    return inside


def text_heading(delimiter: str) -> str:
    return f"{delimiter.join(HEADING)}\n{delimiter.join(['Police', '2022-23', 'count', '1'])}\n"


FILES = [
    Bad("no such path", lambda folder: folder / "none.xlsx", "none.xlsx", ["nothing there"]),
    Bad("empty file", content("a.xlsx", b""), "a.xlsx", ["an empty file"]),
    Bad("old .xls", content("a.xls", b"x"), "a.xls", ["'.xls'", "save it as 'Excel Workbook"]),
    Bad(
        ".xls renamed",
        content("a.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 9),
        "a.xlsx",
        ["an old .xls workbook or a workbook with a password"],
    ),
    Bad("macros", content("a.xlsm", b"PK"), "a.xlsm", ["'.xlsm'", "Macros are not run"]),
    Bad("binary workbook", content("a.xlsb", b"PK"), "a.xlsb", ["'.xlsb'", ".xlsx"]),
    Bad("OpenDocument", content("a.ods", b"PK"), "a.ods", ["save it as .xlsx"]),
    Bad("PDF", content("a.pdf", b"%PDF"), "a.pdf", ["'.pdf'", "into the template"]),
    Bad("Word", content("a.docx", b"PK"), "a.docx", ["'.docx'", "into the template"]),
    Bad("no ending", content("figures", b"x"), "figures", ["'without ending'"]),
    Bad("no workbook", content("a.xlsx", b"<html>"), "a.xlsx", ["no workbook"]),
    Bad("zip cut short", content("a.xlsx", b"PK\x03\x04 cut"), "a.xlsx", ["damaged workbook"]),
    Bad("another zip", zipped("a.xlsx", {"a.txt": b"x"}), "a.xlsx", ["damaged workbook"]),
    Bad(
        "damaged sheet",
        repacked(contacts(), SHEET_PART, lambda part: part[:300]),
        SHEET,
        ["damaged workbook"],
    ),
    Bad(
        "damaged styles",
        repacked(contacts(), "xl/styles.xml", lambda part: b"<styleSheet"),
        "synthetic.xlsx",
        ["damaged workbook"],
    ),
    Bad(
        "number without end",
        repacked(contacts(), SHEET_PART, lambda part: part.replace(b"<v>10<", b"<v>1e999<")),
        SHEET,
        ["damaged workbook"],
    ),
    Bad(
        "column that cannot be",
        repacked(contacts(), SHEET_PART, lambda part: part.replace(b'"D2"', b'"DDDDD2"')),
        SHEET,
        ["damaged workbook"],
    ),
    Bad("bomb", zipped("a.xlsx", {"a.xml": bytes(10**7)}), "a.xlsx", ["unpacks to 10 MB"]),
    Bad(
        "too many parts",
        zipped("a.xlsx", {f"{number}.xml": b"" for number in range(2_001)}),
        "a.xlsx",
        ["2,001 parts"],
    ),
    Bad(
        "entities",
        repacked(contacts(), "xl/workbook.xml", lambda part: ENTITY + part),
        "synthetic.xlsx",
        ["XML entities in xl/workbook.xml"],
    ),
    Bad("workbook as CSV", content("a.csv", b"PK\x03\x04"), "a.csv", ["a workbook or zip"]),
    Bad("PDF as text", content("a.txt", b"%PDF-1.4"), "a.txt", ["a PDF"]),
    Bad("Latin-1", content(CSV, b"row_label,\nb\xe9b\xe9,"), f"{CSV}, row 2", ["0xe9", "UTF-8"]),
    Bad(
        "Latin-1 behind a byte-order mark",
        content(CSV, b"\xef\xbb\xbfrow_label,\nb\xe9,"),
        f"{CSV}, row 2",
        ["byte 0xe9"],
    ),
    Bad("UTF-16", content(CSV, "row_label".encode("utf-16")), CSV, ["UTF-16", "CSV UTF-8"]),
    Bad("NUL", content(CSV, b"row_label,\na\x00b,"), f"{CSV}, row 2", ["a NUL byte"]),
    Bad("nothing but spaces", content(CSV, " \n "), CSV, ["nothing stands"]),
    Bad("heading alone", content(CSV, ",".join(HEADING)), CSV, ["no figures"]),
    Bad("open quotes", content(CSV, ',"a\n\n'), f"{CSV}, row 1", ["quotation mark"]),
    Bad("semicolons", content(CSV, text_heading(";")), f"{CSV}, row 1", ["semicolons", "commas"]),
    Bad("tabs", content(CSV, text_heading("\t")), f"{CSV}, row 1", ["tabs", "commas"]),
    Bad("folder without CSV", csv_folder(), "synthetic", ["without CSV", "care_flows.csv"]),
    Bad(
        "workbook in the folder",
        csv_folder(csv_file(template()), content("b.xlsx", "x")),
        "b.xlsx",
        ["'.xlsx'", "Take it out"],
    ),
    Bad(
        "unknown file",
        csv_folder(csv_file(template(), "contacts_and_referals.csv")),
        "contacts_and_referals.csv",
        ["the file name 'contacts_and_referals'", f"Did you mean '{CONTACTS}'?"],
    ),
    Bad("link out of the folder", symlink, CSV, ["a link to something outside"]),
    Bad(
        "unknown sheet",
        workbook({"Care flow": template()}),
        "synthetic.xlsx, sheet 'Care flow'",
        ["the sheet name 'Care flow'", "Did you mean 'care_flows'?"],
    ),
]

SHEETS = [
    Bad(
        "column missing",
        contacts(["Police"], heading=["row_label", "period", "unit"]),
        f"{SHEET}, row 1",
        ["no column 'value'"],
    ),
    Bad(
        "column misspelt",
        contacts(figure(), heading=["row_label", "period", "unit", "valeu"]),
        f"{SHEET}, row 1, column D",
        ["the column 'valeu'", "Did you mean 'value'?"],
    ),
    Bad(
        "column twice",
        contacts(figure(), heading=["row_label", "period", "unit", "value", "Value"]),
        f"{SHEET}, row 1, column E",
        ["the column 'Value' twice"],
    ),
    Bad(
        "cell beyond the columns",
        csv_file(template([*figure(), "", "", "", "", "stray"])),
        f"{CSV}, row 2, column 9",
        ["'stray' in a column without a heading", "comma inside a cell"],
    ),
    Bad(
        "ragged row",
        content(CSV, f"{','.join(HEADING)}\nPolice,2022-23\n"),
        f"{CSV}, row 2, column unit",
        ["a blank", "count or percent"],
    ),
    Bad("no label", contacts(figure("")), f"{SHEET}, row 2, column A", ["a blank", "the label"]),
    Bad(
        "no period",
        contacts(figure(period="")),
        f"{SHEET}, row 2, column B",
        ["a blank", "a financial year such as 2022-23"],
    ),
    Bad(
        "years apart",
        contacts(figure(period="2022-24")),
        f"{SHEET}, row 2, column B",
        ["'2022-24'", "a financial year"],
    ),
    Bad(
        "quarter of a yearly table",
        contacts(figure(period="Q1 2022-23")),
        f"{SHEET}, row 2, column B",
        ["'Q1 2022-23'", "a financial year"],
    ),
    Bad(
        "date for a period",
        contacts(figure(period=datetime.date(2011, 12, 1))),
        f"{SHEET}, row 2, column B",
        ["the date '2011-12-01'", "probably 2011-12", "Format the column as text"],
    ),
    Bad(
        "text that becomes a date",
        csv_file([HEADING, figure("Entering care", "Jun-22")], "care_flows.csv"),
        "care_flows.csv, row 2, column period",
        ["the date 'Jun-22'", "probably Apr-Jun 2022"],
    ),
    Bad(
        "date for a value",
        contacts(figure(value=datetime.date(2022, 1, 4))),
        f"{SHEET}, row 2, column D",
        ["the date '2022-01-04'", "text or a number"],
    ),
    Bad(
        "unit",
        contacts(figure(unit="percentage")),
        f"{SHEET}, row 2, column C",
        ["'percentage'", "Did you mean 'percent'?"],
    ),
    Bad(
        "unit of another table",
        contacts(figure(unit="rate_per_10000")),
        f"{SHEET}, row 2, column C",
        ["'rate_per_10000'", "count or percent"],
    ),
    Bad(
        "formula",
        contacts(figure(value="=1+1")),
        f"{SHEET}, row 2, column D",
        ["the formula '=1+1'", "paste it as values"],
    ),
    Bad(
        "error value",
        contacts(figure(value="#DIV/0!")),
        f"{SHEET}, row 2, column D",
        ["the error #DIV/0!"],
    ),
    Bad(
        "truth value",
        contacts(figure(value=True)),
        f"{SHEET}, row 2, column D",
        ["the truth value TRUE"],
    ),
    Bad(
        "formula in CSV",
        csv_file(template(figure(value="=1+1"))),
        f"{CSV}, row 2, column value",
        ["'=1+1'", "does not run as a formula"],
    ),
    Bad(
        "command in a label",
        csv_file(template(figure("-cmd|'/C calc'!A0"))),
        f"{CSV}, row 2, column row_label",
        ["does not run as a formula"],
    ),
    Bad(
        "command in a list",
        csv_file(template(figure("- cmd|'/C calc'!A0"))),
        f"{CSV}, row 2, column row_label",
        ["does not run as a formula"],
    ),
    Bad(
        "note with @",
        csv_file(template(figure("Police", "2022-23", "count", 1, "@SUM(A1)"))),
        f"{CSV}, row 2, column note",
        ["'@SUM(A1)'"],
    ),
    Bad("label with +", contacts(figure("+Police")), f"{SHEET}, row 2, column A", ["'+Police'"]),
    Bad(
        "label with tab",
        csv_file(template(figure("\tPolice"))),
        f"{CSV}, row 2, column row_label",
        ["does not run as a formula"],
    ),
    Bad(
        "control character",
        csv_file(template(figure("Pol\x07ice"))),
        f"{CSV}, row 2, column row_label",
        ["control character 0x07"],
    ),
    Bad(
        "hidden row",
        contacts(figure(), change=hide_row),
        f"{SHEET}, row 2",
        ["1 hidden rows (2)", "Unhide them"],
    ),
    Bad(
        "hidden column",
        contacts(figure(), change=hide_column),
        f"{SHEET}, row 2, column D",
        ["'10' in a hidden column"],
    ),
    Bad(
        "hidden sheet",
        workbook({CONTACTS: template(), "care_flows": template()}, hide_second),
        "synthetic.xlsx, sheet 'care_flows'",
        ["a hidden sheet", "Unhide it"],
    ),
    Bad(
        "total",
        contacts(figure("Total")),
        f"{SHEET}, row 2, column A",
        ["the total 'Total'", "delete the row"],
    ),
    Bad(
        "percentage as a count",
        contacts(figure(value="12.3%")),
        f"{SHEET}, row 2, column D",
        ["the percentage '12.3%' as a count"],
    ),
    Bad("fractions", contacts(*FRACTIONS), SHEET, ["between 0 and 1", "write 12.3 or 12.3%"]),
    Bad(
        "row twice",
        contacts(figure(), figure("police ")),
        f"{SHEET}, row 3, column A",
        ["a second time", "row 2 has it"],
    ),
    Bad(
        "two labels of one row",
        contacts(figure("3A"), figure("3B")),
        f"{SHEET}, row 3, column A",
        ["'3B', which means the same as '3A', for 2022-23, count", "row 2 has it", "add them"],
    ),
    Bad(
        "source line",
        contacts([*figure(), "", "", "p. 3"]),
        f"{SHEET}, row 2, column G",
        ["'p. 3'", "the number of a line"],
    ),
    Bad(
        "far row",
        contacts(figure(), change=cell("D1048576", "x")),
        f"{SHEET}, row 1048576, column A",
        ["the label of the row"],
    ),
    Bad("too many rows", content(CSV, "a,b\n" * 100_001), CSV, ["100,001 rows"]),
]

PRINTED = [
    Bad("no heading", printed(["Police", 10, 11], ["Other", 3, 4]), f"{TABLE}, row 1",
        ["figures beside 'Police' without periods above"]),
    Bad("periods down", printed(["", "Police", "Other"], ["2021-22", 10, 11], ["2022-23", 3, 4]),
        f"{TABLE}, row 2", ["figures beside '2021-22' without periods above"]),
    Bad("broken heading", printed(["SYNTHETIC", "202", "1-22", "2022-23"], ["Police", 1, 2, 3]),
        f"{TABLE}, row 2", ["without periods above"]),
    Bad("part of a heading broken",
        printed(["SYNTHETIC", "2020-21", "202 1", "2022-23"], ["Police", 1, 2, 3]),
        f"{TABLE}, row 1, column C", ["'202 1'", "one cell"]),
    Bad("date as heading",
        printed(["SYNTHETIC", "2010-11", datetime.date(2011, 12, 1)], ["Police", 1, 2]),
        f"{TABLE}, row 1, column C", ["the date '2011-12-01'", "probably 2011-12"]),
    Bad("years swapped", printed(["SYNTHETIC", "2022-23", "2021-22"], ["Police", 1, 2]),
        f"{TABLE}, row 1, column C", ["'2021-22' behind '2022-23'"]),
    Bad("period twice",
        printed(["SYNTHETIC", "2020-21", "2021-22", "2021-22"], ["Police", 1, 2, 3]),
        f"{TABLE}, row 1, column D", ["the period '2021-22' again"]),
    Bad("uneven distances",
        printed(["SYNTHETIC", "2020-21", None, "2021-22", "2022-23"], ["Police", 1, 2, 3, 4]),
        f"{TABLE}, row 1", ["uneven distances"]),
    Bad("years and quarters",
        printed(["SYNTHETIC", "2021-22", "Apr-Jun 2022"], ["Police", 1, 2]),
        f"{TABLE}, row 1", ["years and quarters"]),
    Bad("quarters above a yearly table",
        printed(["SYNTHETIC", "Apr-Jun 2022", "Jul-Sep 2022"], ["Police", 1, 2]),
        f"{TABLE}, row 1, column B", ["'Apr-Jun 2022' above", "a financial year"]),
    Bad("column of changes",
        printed(["SYNTHETIC", "2021-22", "2022-23", "Change"], ["Police", 1, 2, 1]),
        f"{TABLE}, row 1, column D", ["the heading 'Change'", "Delete the column"]),
    Bad("row shifted", printed(*years(OTHER, ["", "Police", 10, "40.0%", 12])),
        f"{TABLE}, row 4, column B", ["'Police' under the period 2021-22", "move it back"]),
    Bad("row without label", printed(*years(OTHER, ["", 10, "40.0%", 12, "50.0%"])),
        f"{TABLE}, row 4, column A", ["figures without a label"]),
    Bad("figure behind the periods",
        printed(*years(["Police", 10, "40.0%", 12, "50.0%", 7])),
        f"{TABLE}, row 3, column F", ["'7' behind the last period"]),
    Bad("columns swapped", printed(*years(["Police", "40.0%", 10, "60.0%", 12])),
        f"{TABLE}, row 3, column B", ["the percentage '40.0%' as a count", "changed places"]),
    Bad("percentage or rate",
        printed(["SYNTHETIC", "2021-22", None, "2022-23", None], ["Neglect", 10, 4.1, 12, 4.2]),
        f"{TABLE}, row 2, column C", ["may be count or percent or rate", "with their sign"]),
    Bad("two counts", printed(*years(["Referrals", 10, 11, 12, 13])),
        f"{TABLE}, row 3, column B", ["two figures for each period of 'Referrals'"]),
    Bad("total row", printed(*years(["Police", 1, "10%", 2, "20%"], ["Total", 1, "10%", 2, "20%"])),
        f"{TABLE}, row 4, column A", ["the total 'Total'"]),
    Bad("row printed twice",
        printed(*years(["Police", 1, "10%", 2, "20%"], ["POLICE", 1, "10%", 2, "20%"])),
        f"{TABLE}, row 4, column A", ["'POLICE', which means the same as 'Police'"]),
    Bad("fractions in print",
        printed(*years(["Police", 1, 0.5, 2, 0.25], ["Other", 1, 0.5, 2, 0.75])),
        f"{TABLE}, row 1", ["between 0 and 1"]),
    Bad("formula in print", printed(*years(["Police", 1, "10%", "=SUM(A1)", "20%"])),
        f"{TABLE}, row 3, column D", ["the formula"]),
    Bad("unit words that differ",
        printed(["SYNTHETIC", "2021-22", None, "2022-23", None], ["", "No.", "%", "%", "No."],
                ["Police", 1, "10%", "20%", 2]),
        f"{TABLE}, row 2", ["differ from period to period"]),
]  # fmt: skip

RELEASE_SHEET = "synthetic.xlsx, sheet 'releases'"


def release(*rows: Sequence[object]) -> Build:
    return workbook({"releases": [["field", "value", "what_to_write"], *rows]})


def register(name: str, *rows: Sequence[object]) -> Build:
    return workbook({name: rows})


BREAKS = ["measure_id", "category_id", "period_id", "reason"]
REGISTERS = [
    Bad("unknown field", release(["tittle", "A"]), f"{RELEASE_SHEET}, row 2, column B",
        ["the field 'tittle'", "Did you mean 'title'?"]),
    Bad("day of publication", release(["published_date", "10/12/2024"]),
        f"{RELEASE_SHEET}, row 2, column B", ["'10/12/2024'", "year-month-day"]),
    Bad("year of the release", release(["financial_year", "2024"]),
        f"{RELEASE_SHEET}, row 2, column B", ["'2024'", "a financial year"]),
    Bad("published or not", release(["is_published", "perhaps"]),
        f"{RELEASE_SHEET}, row 2, column B", ["'perhaps'", "yes or no"]),
    Bad("title runs", release(["title", "@SUM(1)"]), f"{RELEASE_SHEET}, row 2, column B",
        ["does not run as a formula"]),
    Bad("two releases",
        csv_file([["release_id", "title"], ["a", "A"], ["b", "B"]], "releases.csv"),
        "releases.csv, row 3", ["a second release"]),
    Bad("no reason", register("series_breaks", BREAKS, ["referrals", "", "2022-23", ""]),
        "synthetic.xlsx, sheet 'series_breaks', row 2, column D", ["a blank", "the reason"]),
    Bad("no period", register("series_breaks", BREAKS, ["referrals", "", "2022", "New."]),
        "synthetic.xlsx, sheet 'series_breaks', row 2, column C", ["'2022'", "a quarter such as"]),
    Bad("register's column", register("series_breaks", [*BREAKS, "x"], ["a", "", "2022-23", "b"]),
        "synthetic.xlsx, sheet 'series_breaks', row 1, column E", ["the column 'x'"]),
]  # fmt: skip


@pytest.mark.parametrize("bad", FILES + SHEETS + PRINTED + REGISTERS, ids=lambda bad: bad.name)
def test_a_fault_is_named_with_its_place(bad: Bad, tmp_path: Path) -> None:
    extract = read(bad.build(tmp_path), VOCABULARY)
    said = [str(problem) for problem in extract.problems]
    assert any(
        str(problem.place) == bad.place and all(part in str(problem) for part in bad.says)
        for problem in extract.problems
    ), said
    assert len(said) <= 3, said


def test_a_file_too_large_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.xlsx"
    with path.open("wb") as file:
        file.truncate(300_000_000)
    monkeypatch.setattr(safety, "_content_problems", lambda *_: pytest.fail("it was opened"))
    assert "a file of 300 MB, expected one of at most 50 MB" in str(
        read(path, VOCABULARY).problems[0]
    )


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = csv_file(template())(tmp_path)
    opened = Path.open

    def refuse(self: Path, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        if self == path:
            raise PermissionError(13, "Permission denied")
        return opened(self, *args, **options)

    monkeypatch.setattr(Path, "open", refuse)
    assert "permission denied" in str(read(path, VOCABULARY).problems[0])


def test_no_damage_to_a_workbook_raises(tmp_path: Path) -> None:
    """Bytes of its parts changed at random: it reads, or says that it is damaged."""
    path = contacts(figure(), figure("Other", value=0.5))(tmp_path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    chance = random.Random(1)  # noqa: S311 - it damages files, it guards nothing
    for _ in range(60):
        name = chance.choice(sorted(parts))
        damaged = bytearray(parts[name])
        start = chance.randrange(len(damaged))
        damaged[start : start + chance.randint(1, 20)] = chance.choice((b"", b"9" * 30, b'"', b"<"))
        build = zipped("damaged.xlsx", {**parts, name: bytes(damaged)})
        assert isinstance(read(build(tmp_path), VOCABULARY), Extract)


def test_every_fault_is_named_not_just_the_first(tmp_path: Path) -> None:
    build = contacts(figure(""), figure(unit="x"), figure(period="y"), figure(value="=1"))
    problems = read(build(tmp_path), VOCABULARY).problems
    assert [problem.place.row for problem in problems] == [2, 3, 4, 5]


def test_files_of_the_system_are_passed_over(tmp_path: Path) -> None:
    others = ("~$contacts.xlsx", ".DS_Store", "Thumbs.db", "README.md", "Read me.txt")
    build = csv_folder(csv_file(template()), *(content(name, "x") for name in others))
    extract = read(build(tmp_path), VOCABULARY)
    assert not extract.problems
    assert len(extract.figures) == 1


def test_a_template_row_is_a_figure(tmp_path: Path) -> None:
    row = figure("6: POLICE", "FY 2022/23", "count", 1234, "Up.", "12.1", "79")
    extract = read(contacts(row)(tmp_path), VOCABULARY)
    assert not extract.problems
    (read_back,) = extract.figures
    assert read_back.as_row("synthetic", "E10000000") == {
        "release_id": "synthetic",
        "local_authority_code": "E10000000",
        "source_table": "12.1",
        "source_line": "79",
        "source_cell": "4",
        "row_label": "6: POLICE",
        "period_as_printed": "FY 2022/23",
        "period_label": "2022-23",
        "unit": "count",
        "value_as_printed": "1234",
        "qualifier": "",
        "note": "Up.",
    }
    assert str(read_back.place) == f"{SHEET}, row 2, column D"


def test_a_byte_order_mark_is_welcome(tmp_path: Path) -> None:
    path = csv_file(template())(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    extract = read(path, VOCABULARY)
    assert not extract.problems
    assert len(extract.figures) == 1


def test_a_blank_is_missing_where_its_period_and_its_row_have_figures(tmp_path: Path) -> None:
    rows = (
        figure("Police", "2022-23", "count", 10),
        figure("Other", "2022-23", "count", None),
        figure("Housing", "2022-23", "count", None),
        figure("Police", "2021-22", "count", None),
        figure("Police", "2020-21", "count", 7),
        figure("Other", "2020-21", "count", 5),
    )
    extract = read(contacts(*rows)(tmp_path), VOCABULARY)
    assert not extract.problems
    assert [(row.row_label, row.value_as_printed) for row in extract.figures] == [
        ("Police", "10"),
        ("Other", ""),
        ("Police", "7"),
        ("Other", "5"),
    ]


def test_both_of_two_printed_counts_are_kept_with_their_lines(tmp_path: Path) -> None:
    rows = ([*figure(value=1), "", "", "116"], [*figure(value=2), "", "", "120"])
    extract = read(contacts(*rows)(tmp_path), VOCABULARY)
    assert not extract.problems
    assert [row.source_line for row in extract.figures] == ["116", "120"]


def test_an_ambiguous_label_is_asked_about_once(tmp_path: Path) -> None:
    path = contacts(figure("Not known"), figure("Not known", "2021-22"))(tmp_path)
    (question,) = read(path, VOCABULARY).questions
    assert question.table_id == CONTACTS
    assert question.printed == "Not known"
    assert question.candidates == ("unknown", "not_recorded")
    assert str(question.place) == f"{SHEET}, row 2, column A"
    assert not read(path, VOCABULARY, Answers(labels={"Not known": "unknown"})).questions
    assert read(path, VOCABULARY, Answers(labels={"Not known": "police"})).questions


def test_a_councils_own_label_needs_no_question(tmp_path: Path) -> None:
    own = {(CONTACTS, "E10000000", "not known"): "unknown"}
    vocabulary = replace(VOCABULARY, variants={**VOCABULARY.variants, **own})
    path = contacts(figure("Not known"))(tmp_path)
    assert not read(path, vocabulary, Answers(authority="E10000000")).questions
    assert read(path, vocabulary, Answers(authority="E10000001")).questions
    general = {(CONTACTS, "", "not known"): "unknown"}
    vocabulary = replace(VOCABULARY, variants={**VOCABULARY.variants, **general})
    assert read(path, vocabulary).questions


def test_a_table_of_unknown_rows_is_asked_about(tmp_path: Path) -> None:
    path = printed(["SYNTHETIC", "2021-22", "2022-23"], ["Foo", 1, 2])(tmp_path)
    (question,) = read(path, VOCABULARY).questions
    assert question.table_id == ""
    assert question.printed == "SYNTHETIC"
    assert CONTACTS in question.candidates
    assert "care_flows" not in question.candidates
    answered = read(path, VOCABULARY, Answers(families={"SYNTHETIC": CONTACTS}))
    assert [row.table_id for row in answered.figures] == [CONTACTS] * 2
    by_sheet = read(path, VOCABULARY, Answers(families={"Table 1": CONTACTS}))
    assert by_sheet.figures == answered.figures
    wrong = read(path, VOCABULARY, Answers(families={"SYNTHETIC": "contacts"}))
    assert "the table 'contacts' as an answer" in str(wrong.problems[0])


def test_a_title_tells_the_family_where_rows_do_not(tmp_path: Path) -> None:
    rows: Rows = [["Children Looked After (CLA)", "2021-22", "2022-23"], ["SYNTHETIC", 1, 2]]
    extract = read(printed(*rows)(tmp_path), VOCABULARY)
    assert {row.table_id for row in extract.figures} == {"children_looked_after"}


def test_the_record_of_the_release(tmp_path: Path) -> None:
    rows = (
        ["release_id", "synthetic-asr"],
        ["published_date", datetime.date(2024, 12, 10)],
        ["financial_year", "2023/24"],
        ["is_published", True],
        ["licence", None],
    )
    extract = read(release(*rows)(tmp_path), VOCABULARY)
    assert extract.release == {
        "release_id": "synthetic-asr",
        "published_date": "2024-12-10",
        "financial_year": "2023-24",
        "is_published": "true",
    }
    across = csv_file([["release_id", "is_published"], ["synthetic-asr", "no"]], "releases.csv")
    assert read(across(tmp_path), VOCABULARY).release == {
        "release_id": "synthetic-asr",
        "is_published": "false",
    }


def test_registers_have_the_columns_of_their_seeds(tmp_path: Path) -> None:
    rows: Rows = [BREAKS, ["referrals", None, "Apr-Jun 2022", "New system."]]
    extract = read(register("series_breaks", *rows)(tmp_path), VOCABULARY)
    ((place, row),) = extract.registers["series_breaks"]
    assert place.row == 2
    assert row == {
        "release_id": "",
        "local_authority_code": "",
        "measure_id": "referrals",
        "category_id": "",
        "period_id": "2022-23 Q1",
        "reason": "New system.",
    }
    for name, columns in REGISTER_COLUMNS.items():
        path = PROJECT / "seeds" / "registers" / f"{name}.csv"
        assert path.read_text(encoding="utf-8").splitlines()[0] == ",".join(columns.names)
    seed = (PROJECT / "seeds" / "reference" / "releases.csv").read_text(encoding="utf-8")
    assert set(seed.splitlines()[0].split(",")) <= set(RELEASE_FIELDS)


@pytest.mark.parametrize(
    ("number", "number_format", "shown"),
    [
        (0.123, "0.0%", "12.3%"),
        (0.1235, "0.0%", "12.4%"),  # half a tenth goes up, as spreadsheets round
        (0.5, "0%", "50%"),
        (1234, "General", "1234"),
        (1234.0, "General", "1234"),
        (26.4, "General", "26.4"),
        (0.1 + 0.2, "General", "0.3"),
        (1234, "#,##0", "1,234"),
        (1234567.5, "#,##0.0", "1,234,567.5"),
        (0, "#,##0", "0"),
        (26.45, "0.0", "26.5"),
        (1e16, "General", "10000000000000000"),
        (1000, "General", "1000"),
        (185, "", "185"),
        (185, "@", "185"),
        (1234, "#,##0_);[Red]\\(#,##0\\)", "1,234"),
        (-3, "0", "-3"),
        (-0.4, "0", "0"),
        (-3, '#,##0_);[Red]"x"0', "x3"),  # a section for negative numbers adds no minus
        (-3, "0;-0;0", "-3"),
        (-3, "0;", ""),
        (0, '0;-0;"c"', "c"),
        (0, "#", ""),
        (3, ";;;", ""),
        (3, ";;;@", ""),
        (3, '"c"', "c"),
        (3, '[<6]"c";#,##0', "c"),
        (6, '[<6]"c";#,##0', "6"),
        (1234, '[<6]"c";#,##0', "1,234"),
        (3, '[<=5]"[c]";[>5]0', "[c]"),
        (0, '[=0]0;[<6]"c";0', "0"),
        (5, '[=0]0;[<6]"c";0', "c"),
        (185, '[=0]0;[<6]"c";0', "185"),
        (0, '_-* #,##0_-;\\-* #,##0_-;_-* "-"??_-;_-@_-', "-"),
        (1234, '_-* #,##0_-;\\-* #,##0_-;_-* "-"??_-;_-@_-', "1,234"),
        (-1234, '_-* #,##0_-;\\-* #,##0_-;_-* "-"??_-;_-@_-', "-1,234"),
        (12.3, '0.0"%"', "12.3%"),
        (12, "0\\%", "12%"),
        (185, '0" children"', "185 children"),
        (185, "[Red]0", "185"),
        (185, "[Color 10]0", "185"),
        (185, "[$-809]#,##0", "185"),
        (185, "[$\u00a3-809]#,##0", "\u00a3185"),
        (185, "??0", "185"),
        (1.5, "0.??", "1.5"),
        (185, "0.##", "185"),
        (28, "000", "028"),
        (2023, '0"-24"', "2023-24"),
        (185, 'General" "', "185"),
    ],
)
def test_a_number_is_read_as_it_is_shown(number: float, number_format: str, shown: str) -> None:
    assert displayed(number, number_format) == shown


@pytest.mark.parametrize(
    ("number", "number_format"),
    [
        (3000, "0,"),  # shown in thousands
        (3000000, "#,##0,,"),
        (0.5, "# ?/?"),
        (185, "0.00E+00"),
        (5, "dd/mm/yyyy;@"),
        (0.5, "[h]:mm"),
        (1234, "# ##0"),
        (12345, "000-00"),
        (3, "0*x"),
        (-3, '"c"'),  # shown with a minus, or not
        (-3, "[<6]0;0.0"),
        (5, "[>=100]0;0.0;0.00"),  # which of the two others shows it depends on the program
        (5, "[<1]0;[>10]0.0"),  # no section is for it
        (3, '"open'),
        (3, "[DBNum1]0"),
        (3, "0;0;0;0;0"),
    ],
)
def test_a_format_that_cannot_be_followed_is_none(number: float, number_format: str) -> None:
    assert displayed(number, number_format) is None


@pytest.mark.parametrize(
    ("text", "number_format", "shown"),
    [
        ("c", "General", "c"),
        ("c", "0.0", "c"),
        ("c", "dd/mm/yyyy", "c"),
        ("185", ";;;", ""),
        ("185", ";;;@", "185"),
        ("185", '0;0;0;"c"', "c"),
        ("185", '@" children"', "185 children"),
    ],
)
def test_a_text_is_read_as_it_is_shown(text: str, number_format: str, shown: str) -> None:
    assert displayed_text(text, number_format) == shown


@given(
    st.floats(allow_nan=False, allow_infinity=False), st.text('0#?,.%;"[]<>=@_*\\c6-', max_size=12)
)
def test_no_format_makes_the_reader_raise(number: float, number_format: str) -> None:
    shown = displayed(number, number_format)
    assert shown is None or shown == shown.strip()
    text = displayed_text("c", number_format)
    assert text is None or isinstance(text, str)


def test_formats_of_a_workbook_are_seen(tmp_path: Path) -> None:
    def style(sheet: Any) -> None:  # noqa: ANN401
        sheet["D2"].number_format = "0.0%"
        sheet["D3"].number_format = "#,##0"

    rows = (figure(unit="percent", value=0.123), figure(value=12345))
    extract = read(contacts(*rows, change=style)(tmp_path), VOCABULARY)
    assert not extract.problems
    assert [row.value_as_printed for row in extract.figures] == ["12.3%", "12,345"]


def test_a_note_mark_goes_to_the_figures_note(tmp_path: Path) -> None:
    raised = TextBlock(InlineFont(vertAlign="superscript"), "1")
    rows = (
        figure(value=CellRichText("185", raised)),
        figure("Other", value="152\u00b2"),
        figure("Housing", "2022-23", "count", "7\u00b3", "See page 3."),
    )
    extract = read(contacts(*rows)(tmp_path), VOCABULARY)
    assert not extract.problems
    assert [(row.value_as_printed, row.note) for row in extract.figures] == [
        ("185", "note mark 1"),
        ("152", "note mark 2"),
        ("7", "See page 3.; note mark 3"),
    ]


@pytest.fixture(scope="module")
def reports() -> dict[str, Path]:
    texts = {year: SOURCES / f"hampshire-asr-{year}.txt" for year in ("2021-22", "2022-23")}
    missing = [str(path) for path in texts.values() if not path.exists()]
    if missing:
        pytest.skip(
            f"READING OF REPORTS NOT CHECKED: their texts are not here ({', '.join(missing)});"
            " name their folder in SOURCE_TEXTS"
        )
    return texts


def seed_rows(release_id: str) -> dict[str, list[dict[str, str]]]:
    """Figures of the seeds by table, without those of the running text."""
    rows = {}
    for table_id in VOCABULARY.tables:
        path = PROJECT / "seeds" / "figures" / f"{table_id}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            its = [row for row in csv.DictReader(file) if row["release_id"] == release_id]
        if table_id != "headline_figures":
            rows[table_id] = its
    return rows


def as_rows(extract: Extract, release_id: str) -> dict[str, list[dict[str, str]]]:
    rows: dict[str, list[dict[str, str]]] = {}
    for row in extract.figures:
        rows.setdefault(row.table_id, []).append(row.as_row(release_id, "E10000014"))
    return rows


def test_the_report_of_2022_23_reads_as_its_seeds(reports: dict[str, Path]) -> None:
    """All but one row of Section 47, which stands a cell to the right of its heading."""
    extract = read(reports["2022-23"], VOCABULARY)
    assert not extract.questions
    (problem,) = extract.problems
    assert problem.place.row == 89
    assert "'% of S47 going to conference' under the period 2018-19" in problem.found
    expected = seed_rows("hampshire-asr-2022-23")
    expected["section_47_and_assessments"] = [
        row for row in expected["section_47_and_assessments"] if row["source_line"] != "89"
    ]
    assert sum(map(len, expected.values())) == 230
    found = as_rows(extract, "hampshire-asr-2022-23")
    assert found == {table: rows for table, rows in expected.items() if rows}


def test_broken_headings_of_2021_22_are_refused(reports: dict[str, Path]) -> None:
    extract = read(reports["2021-22"], VOCABULARY)
    assert {problem.place.row for problem in extract.problems} == {84, 103, 112, 156, 159}
    whole = ("children_looked_after", "care_flows")
    expected = seed_rows("hampshire-asr-2021-22")
    found = as_rows(extract, "hampshire-asr-2021-22")
    assert found == {table: expected[table] for table in whole}


def test_counts_beside_percentages_and_rates(reports: dict[str, Path], tmp_path: Path) -> None:
    """The table of plans of 2021-22 reads as its seed once its heading is mended."""
    lines = reports["2021-22"].read_text(encoding="utf-8").splitlines()
    assert lines[111].startswith("Child Protection Plans (CPP) and visits\t20\t17-18")
    lines[111] = "Plans\t" + "\t\t".join(f"20{year}-{year + 1}" for year in range(17, 22)) + "\t"
    path = tmp_path / "mended.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    plans = "child_protection_plans"
    found = as_rows(read(path, VOCABULARY), "hampshire-asr-2021-22")[plans]
    expected = seed_rows("hampshire-asr-2021-22")[plans]
    assert len(expected) == 115
    for row in (*found, *expected):
        del row["period_as_printed"]
    assert found == expected


def printed_sheet(rows: Sequence[Sequence[object]], name: str = "t.csv") -> Extract:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    sheet, problems = parse_csv(text.getvalue(), name)
    assert sheet, problems
    return read_printed(sheet, VOCABULARY, Answers())


def test_a_label_in_two_cells(tmp_path: Path) -> None:
    rows: Rows = [
        ["SYNTHETIC", None, "2021-22", None, "2022-23", None],
        ["Referral source*:", "Individual", 10, "40.0%", 12, "60.0%"],
        [None, "Police", 15, "60.0%", 8, "40.0%"],
        ["Referral source*:", "Education", 1, "4.0%", 2, "10.0%"],
    ]
    extract = read(printed(*rows)(tmp_path), VOCABULARY)
    assert not extract.problems
    labels = dict.fromkeys(row.row_label for row in extract.figures)
    assert list(labels) == ["Referral source*: Individual", "Police", "Education"]
    assert extract.figures[0].source_cell == "3"


def test_what_is_missing_in_print() -> None:
    """A count printed alone has no percentage; a blank among percentages is a missing one."""
    extract = printed_sheet(
        years(
            ["Number of initial contacts", None, 117188, None, None],
            ["Police", 10, "40.0%", 12, None],
            ["Housing", None, None, None, None],
            ["SYNTHETIC footnote", None, None, None, None],
        )
    )
    assert not extract.problems
    assert [
        (row.row_label, row.period_label, row.unit, row.value_as_printed) for row in extract.figures
    ] == [
        ("Number of initial contacts", "2021-22", "count", "117188"),
        ("Number of initial contacts", "2022-23", "count", ""),
        ("Police", "2021-22", "count", "10"),
        ("Police", "2021-22", "percent", "40.0%"),
        ("Police", "2022-23", "count", "12"),
        ("Police", "2022-23", "percent", ""),
        ("Housing", "2021-22", "count", ""),
        ("Housing", "2021-22", "percent", ""),
        ("Housing", "2022-23", "count", ""),
        ("Housing", "2022-23", "percent", ""),
    ]


MARKERS = [marker for marker in VOCABULARY.markers if marker != "(blank)"]
PAIRS = ["SYNTHETIC plans", "2021-22", None, "2022-23", None]
WORDS = [None, "Number", "%", "Number", "%"]
# Printed tables with one row of markers M, and the unit of each of its figures.
MARKED: dict[str, tuple[Rows, list[str]]] = {
    "first row": (
        [["SYNTHETIC referrals", "2021-22", "2022-23"], ["Police", "M", "M"], ["Other", 1, 2]],
        ["count", "count"],
    ),
    "last row": (
        [["SYNTHETIC referrals", "2021-22", "2022-23"], ["Other", 1, 2], ["Police", "M", "M"]],
        ["count", "count"],
    ),
    "one of a row": (
        [["SYNTHETIC referrals", "2021-22", "2022-23"], ["Police", 1, "M"]],
        ["count"],
    ),
    "every cell": (
        [["SYNTHETIC referrals", "2021-22", "2022-23"], ["Police", "M", "M"]],
        ["count", "count"],
    ),
    "pairs": (
        [PAIRS, ["Neglect", "M", "M", "M", "M"], ["Physical abuse", 1, "2.5%", 3, "4.5%"]],
        ["count", "percent"] * 2,
    ),
    "pairs with words": (
        [PAIRS, WORDS, ["Neglect", "M", "M", "M", "M"], ["Physical abuse", 1, 2.5, 3, 4.5]],
        ["count", "percent"] * 2,
    ),
    "count alone in pairs": (
        [PAIRS, WORDS, ["Children on a CPP", "M", None, "M", None], ["Neglect", 1, 2.5, 3, 4.5]],
        ["count", "count"],
    ),
    "quarters": (
        [["", "Apr-Jun 2022", "Jul-Sep 2022"], ["Entering care", "M", "M"], ["Left care", 1, 2]],
        ["count", "count"],
    ),
    "unit in the title": (
        [["% of referrals", "2021-22", "2022-23"], ["Police", "M", "M"], ["Other", 1, 2]],
        ["percent", "percent"],
    ),
    "template": (
        [HEADING, figure(value="M"), figure("Other", value=3), figure("Other", "2021-22")],
        ["count"],
    ),
    "template of percentages": ([HEADING, figure(unit="percent", value="M")], ["percent"]),
}


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize("layout", MARKED)
def test_every_marker_is_read_wherever_it_stands(marker: str, layout: str, tmp_path: Path) -> None:
    rows, units = MARKED[layout]
    marked = [[marker if cell == "M" else cell for cell in row] for row in rows]
    extract = read(workbook({CONTACTS: marked})(tmp_path), VOCABULARY)
    assert not extract.problems
    assert [row.unit for row in extract.figures if row.value_as_printed == marker] == units


@pytest.mark.parametrize(
    ("label", "hint"),
    [
        ("Polise", "Did you mean 'Police'?"),
        ("Eduction", "Did you mean 'Education'?"),
        ("Helicopter crews", ""),
        ("Water board", ""),
        ("Police; Housing", "The cell names more than 'Housing'"),
        ("Police and education", "The cell names more than 'Education'"),
        ("Police / ambulance", "The cell names more than 'Police'"),
    ],
)
def test_a_hint_is_given_only_where_it_is_likely(label: str, hint: str) -> None:
    assert VOCABULARY.hint(CONTACTS, label).startswith(hint)
    assert bool(hint) == bool(VOCABULARY.hint(CONTACTS, label))


def test_numbers_without_periods_are_named(tmp_path: Path) -> None:
    path = printed(["Kind", "Number"], ["Visits", 5], ["Meetings", 6])(tmp_path)
    (problem,) = read(path, VOCABULARY).problems
    assert str(problem.place) == f"{TABLE}, row 2, column B"
    assert "2 numbers without periods above, '5' the first" in problem.found


YEAR = st.integers(2000, 2098)
# Two digits name a year of these hundred: 69-70 is 1969-70, 68-69 2068-69.
YEAR = st.integers(1969, 2068)
SHORT = (
    "{0}-{1:02}", "{0}/{1:02}", "{0}-{2}", "{0}/{2}", "FY {0}-{1:02}", "FY{0}/{1:02}",
    "{0}\u2013{1:02}", "{0} - {1:02}", "\u00a0{0}\u2212{1:02} ",
)  # fmt: skip
TWO_DIGITS = ("{3:02}-{1:02}", "{3:02}/{1:02}")


@given(YEAR, st.sampled_from(SHORT + TWO_DIGITS), st.randoms())
def test_years_read_as_meant(year: int, form: str, chance: random.Random) -> None:
    text = form.format(year, (year + 1) % 100, year + 1, year % 100)
    broken = "".join(letter + " " * (chance.random() < 0.2) for letter in text)
    assert period_label(broken) == f"{year}-{(year + 1) % 100:02}"


@given(st.integers(0, 99), st.integers(0, 99))
def test_years_that_do_not_follow_each_other(first: int, second: int) -> None:
    if second != first + 1:
        assert period_label(f"{first:02}-{second:02}") is None
    if second != (first + 1) % 100:
        assert period_label(f"20{first:02}-{second:02}") is None


@given(YEAR, st.integers(1, 4), st.integers(0, 9))
def test_quarters_read_as_meant(year: int, quarter: int, form: int) -> None:
    names = (("Apr", "June"), ("July", "Sept"), ("October", "Dec"), ("Jan", "March"))
    first, last = names[quarter - 1]
    calendar = year + (quarter == 4)
    short = f"{year}-{(year + 1) % 100:02}"
    text = (
        f"Q{quarter} {short}", f"{short} Q{quarter}", f"{short.replace('-', '/')} Q{quarter}",
        f"Quarter {quarter} {short}", f"{first}-{last} {calendar}", f"{first} to {last} {calendar}",
        f"{first} \u2013 {last} {calendar % 100:02}", f"{first} {calendar} - {last} {calendar}",
        f"{first.upper()}-{last.upper()}{calendar}", f"{first}- {last[:2]} {last[2:]} {calendar}",
    )[form]  # fmt: skip
    label = period_label(text)
    assert label
    assert period_id(label) == f"{short} Q{quarter}"
    assert period_label(label) == label


@given(st.text(max_size=20))
def test_no_text_is_too_odd_for_a_period(text: str) -> None:
    label = period_label(text)
    assert label is None or period_label(label) == label
    likely = likely_period(text)
    assert likely is None or period_label(likely) == likely


SPACE = st.sampled_from([" ", "\u00a0", "\u2007", "\u202f", "\t", "\n", "  ", "\u3000"])
INVISIBLE = st.sampled_from(["", "\u200b", "\ufeff", "\u00ad"])


@given(st.lists(st.sampled_from(["Police", "A&E", "don't", "7-day"]), min_size=1), st.data())
def test_one_key_for_every_way_of_typing(words: list[str], data: st.DataObject) -> None:
    typed = data.draw(SPACE)
    for word in words:
        dash = data.draw(st.sampled_from("-\u2010\u2011\u2013\u2014\u2212"))
        apostrophe = data.draw(st.sampled_from("'\u2018\u2019"))
        typed += word.replace("-", dash).replace("'", apostrophe) + data.draw(INVISIBLE)
        typed += data.draw(SPACE)
    assert label_key(typed.upper()) == " ".join(words).lower()


@given(st.text(max_size=30))
def test_a_key_is_its_own_key(text: str) -> None:
    key = label_key(text)
    assert label_key(key) == key
    assert key == key.strip(" ")


@given(
    st.sampled_from(["a) ", "(b) ", "iv) ", "(iv) ", "1. ", "12) ", "(3) ", "- ", "\u2022 ", "* "]),
    st.sampled_from(["Police", "6: Police", "1A: Individual", "3 or more", "I did"]),
)
def test_a_list_marker_is_no_part_of_a_label(marker: str, label: str) -> None:
    assert row_label_key(marker + label) == row_label_key(label) == label.lower()


@given(st.text(max_size=300))
@settings(deadline=None)
def test_no_text_makes_the_csv_reader_raise(text: str) -> None:
    sheet, problems = parse_csv(text, CSV)
    assert sheet or problems
    if sheet and sheet.lines:
        assert isinstance(read_printed(sheet, VOCABULARY, Answers()), Extract)
        assert isinstance(read_figures(sheet, CONTACTS, VOCABULARY, Answers()), Extract)


@given(
    st.lists(
        st.lists(
            st.sampled_from(
                ["", "Police", "Total", "2021-22", "2022-23", "Q1 2022-23", "Jun-22", "10", "0.5",
                 "40%", "-", "[c]", "Not known", "%", "No.", "=1", "Rate: Neglect", "2022"]
            ),
            max_size=6,
        ),
        max_size=8,
    )
)  # fmt: skip
@settings(deadline=None)
def test_no_table_makes_the_readers_raise(rows: list[list[str]]) -> None:
    assert isinstance(printed_sheet([["x"], *rows]), Extract)
    assert isinstance(printed_sheet([[*HEADING], *rows]), Extract)


SOURCE_LABELS = [row.names["count"] for row in VOCABULARY.tables[CONTACTS].rows.values()][2:]


@given(
    st.lists(st.sampled_from(SOURCE_LABELS), min_size=1, unique=True),
    st.integers(1, 6),
    st.sampled_from(["bare", "words", "reversed", "repeated", "counts", "two cells"]),
    st.randoms(),
)
@settings(deadline=None)
def test_every_layout_reads_back(
    labels: list[str], count: int, layout: str, chance: random.Random
) -> None:
    periods = [f"20{year}-{year + 1}" for year in range(15, 15 + count)]
    figures = {
        (label, period): (str(chance.randint(0, 9999)), f"{chance.randint(0, 1000) / 10}%")
        for label in labels
        for period in periods
    }
    extract = printed_sheet(laid_out(labels, periods, figures, layout))
    assert not extract.problems
    units = ("count",) if layout == "counts" else ("count", "percent")
    assert {key(row): row.value_as_printed for row in extract.figures} == {
        (label, period, unit): value
        for (label, period), pair in figures.items()
        for unit, value in zip(units, pair, strict=False)
    }


def key(row: Figure) -> tuple[str, str, str]:
    return row.row_label, row.period_label, row.unit


def laid_out(
    labels: list[str],
    periods: list[str],
    figures: dict[tuple[str, str], tuple[str, str]],
    layout: str,
) -> list[list[str]]:
    """The figures as a printed table in one of the layouts that reports use."""
    lead = ["", ""] if layout == "two cells" else [""]
    if layout == "counts":
        body = [[label, *(figures[label, period][0] for period in periods)] for label in labels]
        return [["SYNTHETIC", *periods], *body]
    second = layout == "repeated"
    rows = [["SYNTHETIC", *lead[1:], *(x for p in periods for x in (p, p if second else ""))]]
    if layout in ("words", "two cells"):
        rows.append([*lead, *["Number", "%"] * len(periods)])
    if layout == "reversed":
        rows.append([*lead, *["%", "No."] * len(periods)])
    for label in labels:
        pairs = [figures[label, period] for period in periods]
        ordered = [pair[::-1] if layout == "reversed" else pair for pair in pairs]
        rows.append([*lead[1:], label, *(value for pair in ordered for value in pair)])
    return rows
