"""Check files against DfE's open data standard, as its screener would before they are sent out.

The rules are those of DfE's guidance (https://dfe-analytical-services.github.io/analysts-guide,
"Open data standards") and of its screener, the R package eesyscreener, as far as they concern
files of national, regional and local authority figures. What the screener only warns of is a fault
here too. Left out: whether codes and names are DfE's own (the warehouse's register of authorities
sees to that) and its dictionary of column names (`DICTIONARY` has what it has for these measures).

    PYTHONPATH=scripts:tests python -m support.open_data_screener exports/open-data/*.csv
"""

from __future__ import annotations

import calendar
import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

from safeguarding.exports.open_data_rules import (
    MANDATORY,
    META,
    OPTIONAL_META,
    SYMBOLS,
    TOTAL,
    meta_file_of,
)

Row = dict[str, str]

YEARS = ("Financial year", "Academic year", "Tax year")
TERMS = ("Autumn term", "Spring term", "Summer term")
MONTHS = tuple(calendar.month_name[1:])
SIX_DIGIT_FAMILIES = (
    *((year,) for year in YEARS),
    tuple(f"Financial year Q{quarter}" for quarter in (1, 2, 3, 4)),
    ("Part 1 (April to September)", "Part 2 (October to March)"),
    TERMS,
    ("Autumn and spring term",),
)
FOUR_DIGIT_FAMILIES = (
    ("Calendar year",),
    ("Reporting year",),
    MONTHS,
    tuple(f"Week {week}" for week in range(1, 53)),
)
FAMILIES = (*SIX_DIGIT_FAMILIES, *FOUR_DIGIT_FAMILIES)

COUNTRY = ("country_code", "country_name")
REGION = ("region_code", "region_name")
AUTHORITY = ("old_la_code", "new_la_code", "la_name")
LEVELS = {
    "National": COUNTRY,
    "Regional": (*COUNTRY, *REGION),
    "Local authority": (*COUNTRY, *REGION, *AUTHORITY),
}

UNITS = ("", "%", "pp", "£", "£m", "numberstring")
NULL_WORDS = {"NULL", "Null", "null", "NA", "na", "N/A", "n/a", "NaN", "nan", "None"}
OBSOLETE_SYMBOLS = {".", "..", "-", "~", ":"}

FILE_NAME = re.compile(r"[a-z0-9_-]+")
COLUMN_NAME = re.compile(r"[a-z][a-z0-9_]*")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
PLACE_COLUMN = re.compile(
    r"(sch|prov|inst|estab|reg|la|local|rsc|pfa|pcon|lep|mca|oa|ward|mat)"
    r".*(name|code|urn|ukprn|number|upin|id)"
    r"|laestab|school|provider|institution|name|code|urn|ukprn|number|upin|id|region|la|lad|ward"
)
FILTER_ITEMS_IN_A_NAME = re.compile(
    "male|asian|chinese|indian|pakistani|bangladeshi|black|african|caribbean|white|roma|irish"
    "|english|british|scottish|welsh|arab"
)
LONGEST_CODE, LONGEST_COLUMN, LONGEST_LABEL, LONGEST_ITEM = 30, 50, 80, 120


@dataclass(frozen=True)
class Pair:
    """A data file and its metadata file, read whole.

    Attributes:
        data_file: Path of the data file; the metadata's is that with `.meta.csv`.
        data_bytes: The data file, byte for byte.
        meta_bytes: The metadata file, byte for byte; empty if there is none.
    """

    data_file: Path
    data_bytes: bytes
    meta_bytes: bytes

    @cached_property
    def columns(self) -> list[str]:
        """Names of the data file's columns, in order."""
        return _cells(self.data_bytes)[0]

    @cached_property
    def rows(self) -> list[Row]:
        """Rows of the data file."""
        return _rows(self.data_bytes)

    @cached_property
    def meta_columns(self) -> list[str]:
        """Names of the metadata's columns, in order."""
        return _cells(self.meta_bytes)[0]

    @cached_property
    def meta(self) -> list[Row]:
        """Rows of the metadata: one for each filter and indicator."""
        return _rows(self.meta_bytes)

    def of_type(self, col_type: str) -> list[Row]:
        """Rows of the metadata of a type, of which the data file has the column."""
        return [
            row
            for row in self.meta
            if row.get("col_type") == col_type and row.get("col_name") in self.columns
        ]

    @cached_property
    def filters(self) -> list[str]:
        """Names of the filters, and of the columns that group them."""
        rows = self.of_type("Filter")
        groups = [row.get("filter_grouping_column", "") for row in rows]
        return [row["col_name"] for row in rows] + [
            group for group in groups if group in self.columns
        ]

    @cached_property
    def indicators(self) -> list[str]:
        """Names of the indicators."""
        return [row["col_name"] for row in self.of_type("Indicator")]


Rule = Callable[[Pair], Iterable[str]]


def read_pair(data_file: Path) -> Pair:
    """Read a data file and its metadata.

    Raises:
        OSError: The data file cannot be read.
    """
    meta_file = meta_file_of(data_file)
    meta_bytes = meta_file.read_bytes() if meta_file.exists() else b""
    return Pair(data_file, data_file.read_bytes(), meta_bytes)


def faults(data_file: Path) -> list[str]:
    """What breaks the standard in a data file and its metadata; nothing if all is well.

    Raises:
        OSError: The data file cannot be read.
    """
    pair = read_pair(data_file)
    found: list[str] = []
    for stage in STAGES:
        if found:
            break  # what comes next reads the file as if this stage had passed
        found = [
            f"{data_file.name}: {rule.__name__}: {fault}" for rule in stage for fault in rule(pair)
        ]
    return found


def file_names(pair: Pair) -> Iterable[str]:
    """Names are lower case, without spaces or special characters, and the metadata is there."""
    if not FILE_NAME.fullmatch(pair.data_file.stem) or pair.data_file.suffix != ".csv":
        yield "the file's name must be lower-case letters, digits, _ and - with .csv"
    if not pair.meta_bytes:
        yield f"there is no {meta_file_of(pair.data_file).name}"


def encoding(pair: Pair) -> Iterable[str]:
    """Both files are UTF-8 without a byte-order mark."""
    for name, content in (("data", pair.data_bytes), ("metadata", pair.meta_bytes)):
        if content.startswith(b"\xef\xbb\xbf"):
            yield f"the {name} file begins with a byte-order mark"
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as error:
            yield f"the {name} file is not UTF-8 at byte {error.start}"


def cells_of_rows(pair: Pair) -> Iterable[str]:
    """Every line has a cell for each column: a comma within a cell is quoted."""
    for name, content in (("data", pair.data_bytes), ("metadata", pair.meta_bytes)):
        header, *rows = _cells(content)
        for number, row in enumerate(rows, start=2):
            if len(row) != len(header):
                yield f"line {number} of the {name} has {len(row)} cells, not {len(header)}"


def mandatory_columns(pair: Pair) -> Iterable[str]:
    """The data has the columns of time and geography, and rows at all."""
    for column in MANDATORY:
        if column not in pair.columns:
            yield f"column {column} is missing"
    if len(_cells(pair.data_bytes)) == 1:
        yield "there are no rows"


def metadata_columns(pair: Pair) -> Iterable[str]:
    """The metadata has the columns that the standard names, and no others."""
    for column in META:
        if column not in pair.meta_columns:
            yield f"metadata column {column} is missing"
    for column in pair.meta_columns:
        if column not in META and column not in OPTIONAL_META:
            yield f"metadata column {column} is not of the standard"


def column_names(pair: Pair) -> Iterable[str]:
    """Columns are in snake_case, start with a letter, are not too long and stand once."""
    for column, times in Counter(pair.columns).items():
        if not COLUMN_NAME.fullmatch(column):
            yield f"column {column!r} is not in snake_case"
        if len(column) > LONGEST_COLUMN:
            yield f"column {column} has more than {LONGEST_COLUMN} characters"
        if times > 1:
            yield f"column {column} stands {times} times"


def data_matches_metadata(pair: Pair) -> Iterable[str]:
    """Every column but the mandatory ones is described once, and nothing else is."""
    described = Counter(row["col_name"] for row in pair.meta)
    groups = {row["filter_grouping_column"] for row in pair.meta}
    for column in pair.columns:
        if column not in MANDATORY and column not in described and column not in groups:
            yield f"column {column} is not in the metadata"
    for column, times in described.items():
        if column in MANDATORY:
            yield f"the metadata describes {column}, which the standard describes itself"
        elif column not in pair.columns:
            yield f"the metadata describes {column!r}, which is not in the data"
        if times > 1:
            yield f"the metadata describes {column} {times} times"


def column_types(pair: Pair) -> Iterable[str]:
    """Every column described is a filter or an indicator, and there is an indicator."""
    for row in pair.meta:
        if row["col_type"] not in ("Filter", "Indicator"):
            yield f"{row['col_name']} is a {row['col_type']!r}, not a Filter or an Indicator"
    if not pair.indicators:
        yield "there is no indicator"


def labels(pair: Pair) -> Iterable[str]:
    """Every column described has a label of its own, not too long."""
    for label, times in Counter(row["label"] for row in pair.meta).items():
        if not label.strip():
            yield f"{times} columns have no label"
        elif times > 1:
            yield f"label {label!r} stands {times} times"
        if len(label) > LONGEST_LABEL:
            yield f"label {label!r} has more than {LONGEST_LABEL} characters"


def metadata_of_filters(pair: Pair) -> Iterable[str]:
    """A filter has no unit or the like; what groups it is another column, not described itself."""
    described = {row["col_name"] for row in pair.meta}
    for row in pair.of_type("Filter"):
        for column in ("indicator_grouping", "indicator_unit", "indicator_dp"):
            if row[column]:
                yield f"filter {row['col_name']} has {column} {row[column]!r}"
        group = row["filter_grouping_column"]
        if group and (group not in pair.columns or group in described):
            yield f"filter {row['col_name']} is grouped by {group!r}: missing, or described itself"
        if PLACE_COLUMN.fullmatch(row["col_name"]):
            yield f"filter {row['col_name']} looks like a column of geography"


def metadata_of_indicators(pair: Pair) -> Iterable[str]:
    """An indicator has a unit of the standard's list and decimal places, and no filter's marks."""
    for row in pair.of_type("Indicator"):
        if row["indicator_unit"] not in UNITS:
            yield f"{row['col_name']} has unit {row['indicator_unit']!r}"
        if not row["indicator_dp"].isdecimal():
            yield f"{row['col_name']} has decimal places {row['indicator_dp']!r}"
        for column in ("filter_hint", "filter_grouping_column", "filter_default"):
            if row.get(column):
                yield f"indicator {row['col_name']} has {column} {row[column]!r}"
        if FILTER_ITEMS_IN_A_NAME.search(row["col_name"]):
            yield f"{row['col_name']} names an item that belongs in a filter"


def time_periods(pair: Pair) -> Iterable[str]:
    """Periods are of one kind, and each is written as its kind asks."""
    identifiers = {row["time_identifier"] for row in pair.rows}
    if not any(identifiers <= set(family) for family in FAMILIES):
        yield f"time identifiers {sorted(identifiers)} are unknown or cannot stand together"
    six_digits = set(chain.from_iterable(SIX_DIGIT_FAMILIES))
    periods = {(row["time_identifier"], row["time_period"]) for row in pair.rows}
    for identifier, period in sorted(periods):
        pattern = r"\d{6}" if identifier in six_digits else r"\d{4}"
        if not re.fullmatch(pattern, period, re.ASCII):
            yield f"{identifier} cannot be {period!r}"
        elif identifier in six_digits and (int(period[2:4]) + 1) % 100 != int(period[4:]):
            yield f"the years of {period} do not follow each other"


def geography(pair: Pair) -> Iterable[str]:
    """Every row is of a known level, its columns filled and those below it empty."""
    for number, row in enumerate(pair.rows, start=2):
        level = LEVELS.get(row["geographic_level"])
        if level is None:
            yield f"line {number} is of level {row['geographic_level']!r}"
            continue
        for column in LEVELS["Local authority"]:
            if bool(row[column].strip()) != (column in level):
                yield f"line {number}: {column} is {row[column]!r} at {row['geographic_level']}"


def places(pair: Pair) -> Iterable[str]:
    """A code has one name, a name one code, and neither is a total."""
    for code, name in (REGION, ("new_la_code", "la_name"), ("old_la_code", "la_name"), COUNTRY):
        known = {(row[code], row[name]) for row in pair.rows if row[code] or row[name]}
        for position, column in ((0, code), (1, name)):
            for value, times in Counter(place[position] for place in known).items():
                if times > 1:
                    yield f"{column} {value!r} stands for {times} places"
                if value.lower() in {"total", "all"}:
                    yield f"{column} is {value!r}"
                if column == code and len(value) > LONGEST_CODE:
                    yield f"{column} {value} has more than {LONGEST_CODE} characters"


def filter_items(pair: Pair) -> Iterable[str]:
    """A filter has at least two items, none of them blank, padded or too long."""
    for column in pair.filters:
        items = {row[column] for row in pair.rows}
        if len(items) == 1:
            yield f"{column} has one item only: take it out of the metadata"
        for item in sorted(items):
            if not item.strip():
                yield f"{column} is blank somewhere"
            elif item != item.strip():
                yield f"{column} {item!r} has spaces around it"
            if len(item) > LONGEST_ITEM:
                yield f"{column} {item!r} has more than {LONGEST_ITEM} characters"


def filter_defaults(pair: Pair) -> Iterable[str]:
    """A filter has a `Total`, or the metadata says which item to begin with instead."""
    for row in pair.of_type("Filter"):
        default = row.get("filter_default") or TOTAL
        if default not in {data[row["col_name"]] for data in pair.rows}:
            yield f"{row['col_name']} has no item {default!r}"


def duplicate_rows(pair: Pair) -> Iterable[str]:
    """No two rows are of the same time, place and filter items."""
    columns = [*MANDATORY, *pair.filters]
    keys = Counter(tuple(row[column] for column in columns) for row in pair.rows)
    for key, times in keys.items():
        if times > 1:
            yield f"{times} rows are of {', '.join(key)}"


def indicator_values(pair: Pair) -> Iterable[str]:
    """An indicator is a plain number or a symbol that says why there is none; never blank."""
    for number, row in enumerate(pair.rows, start=2):
        for column in pair.indicators:
            value = row[column]
            if not value.strip():
                yield f"line {number}: {column} is blank"
            elif value not in SYMBOLS and not NUMBER.fullmatch(value):
                yield f"line {number}: {column} is {value!r}, no number and no symbol"


def null_words(pair: Pair) -> Iterable[str]:
    """Nowhere stands a word or an obsolete symbol for nothing."""
    for name, rows in (("data", pair.rows), ("metadata", pair.meta)):
        for word in sorted({cell for row in rows for cell in row.values()}):
            if word in NULL_WORDS | OBSOLETE_SYMBOLS:
                yield f"{word!r} stands in the {name}"


STAGES: tuple[tuple[Rule, ...], ...] = (
    (file_names, encoding),
    (cells_of_rows,),
    (mandatory_columns, metadata_columns),
    (
        column_names,
        data_matches_metadata,
        column_types,
        labels,
        metadata_of_filters,
        metadata_of_indicators,
        time_periods,
        geography,
        places,
        filter_items,
        filter_defaults,
        duplicate_rows,
        indicator_values,
        null_words,
    ),
)


def _cells(content: bytes) -> list[list[str]]:
    """Cells of a CSV, the header first; a file without one has an empty header."""
    text = content.decode("utf-8")
    return list(csv.reader(io.StringIO(text, newline=""))) or [[]]


def _rows(content: bytes) -> list[Row]:
    header, *rows = _cells(content)
    return [dict(zip(header, row, strict=True)) for row in rows]


def main(arguments: Sequence[str]) -> int:
    """Print the faults of the data files named; their metadata is found beside them."""
    data_files = [Path(name) for name in arguments if not name.endswith(".meta.csv")]
    found = [fault for data_file in data_files for fault in faults(data_file)]
    for fault in found:
        print(fault)
    print(f"{len(data_files)} files, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
