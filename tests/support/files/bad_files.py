"""Files with one fault each: how each is made, where the fault stands, what is said of it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from conftest import PROJECT
from safeguarding.intake.wording.vocabulary import Vocabulary
from support.files.release_files import (
    HEADING,
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
    Bad(
        "no such path", lambda folder: folder / "none.xlsx", "none.xlsx", ["no such file or folder"]
    ),
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
    Bad("no ending", content("figures", b"x"), "figures", ["without an extension"]),
    Bad("not a workbook", content("a.xlsx", b"<html>"), "a.xlsx", ["not a workbook"]),
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
        "number that is not finite",
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
    Bad("nothing but spaces", content(CSV, " \n "), CSV, ["no content"]),
    Bad("heading alone", content(CSV, ",".join(HEADING)), CSV, ["no figures"]),
    Bad("open quotes", content(CSV, ',"a\n\n'), f"{CSV}, row 1", ["quotation mark"]),
    Bad("semicolons", content(CSV, text_heading(";")), f"{CSV}, row 1", ["semicolons", "commas"]),
    Bad("tabs", content(CSV, text_heading("\t")), f"{CSV}, row 1", ["tabs", "commas"]),
    Bad("folder without CSV", csv_folder(), "synthetic", ["without CSV", "care_flows.csv"]),
    Bad(
        "workbook in the folder",
        csv_folder(csv_file(template()), content("b.xlsx", "x")),
        "b.xlsx",
        ["'.xlsx'", "Move it out"],
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
        ["the logical value TRUE"],
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
        ["which means the same as", "row 2"],
    ),
    Bad(
        "two labels of one row",
        contacts(figure("3A"), figure("3B")),
        f"{SHEET}, row 2, column A",
        ["'3A' beside '3B', which it may include", "leave them out"],
    ),
    Bad(
        "source line",
        contacts([*figure(), "", "", "p. 3"]),
        f"{SHEET}, row 2, column G",
        ["'p. 3'", "a line number"],
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
    Bad("period broken among periods down",
        printed(["", "Police", "Other"], ["2021-22", 10, 11], ["2022-2", 3, 4]),
        f"{TABLE}, row 3, column A", ["'2022-2'", "a financial year such as 2022-23"]),
    Bad("period twice among periods down",
        printed(["", "Police", "Other"], ["2021-22", 10, 11], ["2021-22", 3, 4]),
        f"{TABLE}, row 3, column A", ["the period '2021-22' again"]),
    Bad("broken heading", printed(["SYNTHETIC", "202", "1-22", "2022-23"], ["Police", 1, 2, 3]),
        f"{TABLE}, row 2", ["without periods above"]),
    Bad("part of a heading broken",
        printed(["SYNTHETIC", "2020-21", "202 1", "2022-23"], ["Police", 1, 2, 3]),
        f"{TABLE}, row 1, column C", ["'202 1'", "one cell"]),
    Bad("date as heading",
        printed(["SYNTHETIC", "2010-11", datetime.date(2011, 12, 1)], ["Police", 1, 2]),
        f"{TABLE}, row 1, column C", ["the date '2011-12-01'", "probably 2011-12"]),
    Bad("years swapped",
        printed(["SYNTHETIC", "2020-21", "2022-23", "2021-22"], ["Police", 1, 2, 3]),
        f"{TABLE}, row 1, column D", ["'2021-22' after '2022-23'"]),
    Bad("period twice",
        printed(["SYNTHETIC", "2020-21", "2021-22", "2021-22"], ["Police", 1, 2, 3]),
        f"{TABLE}, row 1, column D", ["the period '2021-22' again"]),
    Bad("unevenly spaced",
        printed(["SYNTHETIC", "2020-21", None, "2021-22", "2022-23"], ["Police", 1, 2, 3, 4]),
        f"{TABLE}, row 1", ["unevenly spaced"]),
    Bad("quarters above a yearly table",
        printed(["SYNTHETIC", "Apr-Jun 2022", "Jul-Sep 2022"], ["Police", 1, 2]),
        f"{TABLE}, row 1, column B", ["'Apr-Jun 2022' above", "a financial year"]),
    Bad("column that is no period",
        printed(["SYNTHETIC", "2021-22", "2022-23", "Year 3"], ["Police", 1, 2, 1]),
        f"{TABLE}, row 1, column D", ["'Year 3'", "a financial year such as 2022-23"]),
    Bad("row shifted", printed(*years(OTHER, ["", "Police", 10, "40.0%", 12])),
        f"{TABLE}, row 4, column B", ["'Police' under the period 2021-22", "move it back"]),
    Bad("row without label", printed(*years(OTHER, ["", 10, "40.0%", 12, "50.0%"])),
        f"{TABLE}, row 4, column A", ["figures without a label"]),
    Bad("figure behind the periods",
        printed(*years(["Police", 10, "40.0%", 12, "50.0%", 7])),
        f"{TABLE}, row 3, column F", ["'7' after the last period"]),
    Bad("columns swapped", printed(*years(["Police", "40.0%", 10, "60.0%", 12])),
        f"{TABLE}, row 3, column B", ["the percentage '40.0%' as a count", "swapped"]),
    Bad("percentage or rate",
        printed(["SYNTHETIC", "2021-22", None, "2022-23", None], ["Neglect", 10, 4.1, 12, 4.2]),
        f"{TABLE}, row 2, column C", ["may be count or percent or rate", "with their sign"]),
    Bad("two counts", printed(*years(["Referrals", 10, 11, 12, 13])),
        f"{TABLE}, row 3, column B", ["two figures for each period of 'Referrals'"]),
    Bad("period twice beside a target",
        printed(["Measure", "2021-22", "Target", "2021-22"], ["Police", 10, 2, 11]),
        f"{TABLE}, row 1, column D", ["the period '2021-22' again"]),
    Bad("districts down",
        printed(["Year", "Area", "Referrals"], ["2022-23", "North", 1], ["2022-23", "South", 9]),
        f"{TABLE}, row 3, column B", ["'Referrals' again", "see row 2"]),
    Bad("targets above two tables",
        printed(["Targets"], ["Referrals", "2021-22", "2022-23", None, "New plans", "2021-22"],
                ["Police", 1, 2, None, "Neglect", 3]),
        f"{TABLE}, row 1, column A", ["'targets' in the title", "'Neglect'"]),
    Bad("measure twice in a scorecard",
        printed(["Measure", "2022-23"], ["Referrals", 1], ["CLA at 31 March", 2], ["Referrals", 3]),
        f"{TABLE}, row 4, column A", ["'Referrals' again"]),
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
        f"{TABLE}, row 2", ["differ between periods"]),
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

BAD_FILES = FILES + SHEETS + PRINTED + REGISTERS
