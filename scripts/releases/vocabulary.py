"""What the warehouse calls its tables and rows, and what councils call them in print."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from releases import seed_rows
from releases.model import Row

# The same characters as in the SQL macros `white_space` and `label_key`, spelt out: `\s` means
# others to other engines.
SPACES = (
    "\t\n\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_SPACES = re.compile(f"[{SPACES}]+")
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_APOSTROPHES = re.compile("[\u2018\u2019]")
_LIST_MARKER = re.compile(r"^(\(?([a-z]|[ivx]+|[0-9]{1,2})\)|[0-9]{1,2}\.|[-*\u2022]) ")
_NUMBER = re.compile(r"[-\u2012\u2013\u2212]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)([.][0-9]+)?%?")
_TOTAL = re.compile(
    r"(grand |sub-? ?)?totals?(:| \(.*\))?|overall( total)?|sum"
    r"|all( (referrals?|sources|referral sources|categories|children|plans|rows|of the above))?"
)
ANY_PERIOD = "any"


@lru_cache(maxsize=4096)  # a release says the same few labels over and over
def label_key(text: str) -> str:
    """The key by which texts are compared, as the SQL macro `label_key` makes it.

    Lower case; white space of any kind as one space, none at the ends; one kind of dash and of
    apostrophe; nothing invisible.
    """
    # Letter by letter, as engines do it: Python's own rule for whole words knows a final sigma.
    lowered = "".join(letter.lower()[0] for letter in _INVISIBLE.sub("", text))
    plain = _APOSTROPHES.sub("'", _DASHES.sub("-", lowered))
    return _SPACES.sub(" ", plain).strip(" ")


@lru_cache(maxsize=4096)
def row_label_key(text: str) -> str:
    """The key of a row's label: `label_key` without the list marker before it (`a) `, `1. `)."""
    return _LIST_MARKER.sub("", label_key(text))


def without_spaces(text: str) -> str:
    """The text without any white space: conversion from PDF breaks words and numbers with it."""
    return _SPACES.sub("", text)


def trimmed(text: str) -> str:
    """The text without the white space and invisible characters around it."""
    return text.strip(SPACES + INVISIBLE)


def is_number(text: str) -> bool:
    """Whether the warehouse reads the text as a number: thousands commas and `%` are allowed."""
    return bool(_NUMBER.fullmatch(without_spaces(text)))


def is_total(label: str) -> bool:
    """Whether a label says that the row is a total of other rows."""
    return bool(_TOTAL.fullmatch(row_label_key(label)))


@dataclass(frozen=True)
class TableRow:
    """A row that a table family can have, with its units in their usual order."""

    row_id: str
    name: str
    units: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table family.

    Attributes:
        table_id: Its identifier, also the name of its sheet or file.
        name: Its name in words.
        period_type: `financial_year`, `quarter` or `any`.
        rows: Its rows by `row_id`, in order.
    """

    table_id: str
    name: str
    period_type: str
    rows: Mapping[str, TableRow]

    @property
    def units(self) -> tuple[str, ...]:
        """Every unit that the table's figures can have."""
        return tuple(dict.fromkeys(unit for row in self.rows.values() for unit in row.units))

    def row_named(self, label: str) -> TableRow | None:
        """The row whose canonical name the label is."""
        return next((row for row in self.rows.values() if row.name == label), None)


@dataclass(frozen=True)
class Vocabulary:
    """Tables, rows, labels and markers, as the reference seeds list them.

    Attributes:
        tables: Table families by `table_id`, in order.
        markers: Meaning of each marker, by the marker as printed.
        variants: `row_id` by table, authority (empty: any) and `row_label_key`.
        ambiguous: Candidates by table and `row_label_key`.
        printed_labels: Labels as printed, by table and `row_label_key`.
    """

    tables: Mapping[str, Table]
    markers: Mapping[str, str]
    variants: Mapping[tuple[str, str, str], str]
    ambiguous: Mapping[tuple[str, str], tuple[str, ...]]
    printed_labels: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, project: Path) -> Vocabulary:
        """Read the vocabulary from the project's reference seeds.

        Args:
            project: The folder that holds `seeds/`.

        Raises:
            seed_files.UnreadableSeedsError: A seed cannot be read, or is not there
                (`ambiguous_row_labels` may be missing).
            KeyError: A seed lacks a column.
        """
        folder = project / "seeds" / "reference"
        variants, printed = _variants(_seed(folder / "row_label_variants.csv"))
        return cls(
            tables=_tables(
                _seed(folder / "published_tables.csv"), _seed(folder / "published_rows.csv")
            ),
            markers={
                row["marker_as_printed"]: row["meaning"]
                for row in _seed(folder / "value_markers.csv")
            },
            variants=variants,
            ambiguous=_ambiguous(folder / "ambiguous_row_labels.csv"),
            printed_labels=printed,
        )

    def row_id(self, table_id: str, label: str, authority: str = "") -> str | None:
        """The row that a label means, or None where it is unknown or ambiguous.

        A council's own way of speaking (`authority`, its ONS code) wins over the general one.
        """
        key = row_label_key(label)
        own = self.variants.get((table_id, authority, key)) if authority else None
        if own or (table_id, key) in self.ambiguous:
            return own
        return self.variants.get((table_id, "", key))

    def candidates(self, table_id: str, label: str, authority: str = "") -> tuple[str, ...]:
        """The rows that an ambiguous label may mean; none where it is clear or unknown."""
        if self.row_id(table_id, label, authority):
            return ()
        return self.ambiguous.get((table_id, row_label_key(label)), ())

    def knows(self, table_id: str, label: str, authority: str = "") -> bool:
        """Whether the label is one of the table's, clear or ambiguous."""
        return bool(
            self.row_id(table_id, label, authority) or self.candidates(table_id, label, authority)
        )

    def nearest_label(self, table_id: str, label: str) -> str | None:
        """The known label that a misspelt one is nearest to, as it is usually written."""
        labels = self.printed_labels.get(table_id, {})
        near = difflib.get_close_matches(row_label_key(label), labels, n=1)
        return labels[near[0]] if near else None

    def is_marker(self, text: str) -> bool:
        """Whether a text stands for a figure that is not given; a blank always does."""
        return not text or label_key(text) in self._marker_keys

    @cached_property
    def _marker_keys(self) -> frozenset[str]:
        return frozenset(label_key(marker) for marker in self.markers)


def nearest(name: str, names: Iterable[str]) -> str:
    """`Did you mean 'x'?` for the nearest of the names, or nothing."""
    near = difflib.get_close_matches(name, list(names), n=1)
    return f"Did you mean '{near[0]}'?" if near else ""


def _tables(tables: list[Row], rows: list[Row]) -> dict[str, Table]:
    units: dict[tuple[str, str], list[str]] = {}
    names: dict[tuple[str, str], str] = {}
    for row in sorted(rows, key=lambda row: int(row["sort_order"])):
        units.setdefault((row["table_id"], row["row_id"]), []).append(row["unit"])
        names[row["table_id"], row["row_id"]] = row["row_name"]
    return {
        table["table_id"]: Table(
            table["table_id"],
            table["table_name"],
            table["period_type"],
            {
                row_id: TableRow(row_id, names[table_id, row_id], tuple(its_units))
                for (table_id, row_id), its_units in units.items()
                if table_id == table["table_id"]
            },
        )
        for table in sorted(tables, key=lambda table: int(table["sort_order"]))
    }


def _variants(
    rows: list[Row],
) -> tuple[dict[tuple[str, str, str], str], dict[str, dict[str, str]]]:
    variants = {}
    printed: dict[str, dict[str, str]] = {}
    for row in rows:
        key = row_label_key(row["printed_label"])
        variants[row["table_id"], row.get("local_authority_code", ""), key] = row["row_id"]
        printed.setdefault(row["table_id"], {}).setdefault(key, row["printed_label"])
    return variants, printed


def _ambiguous(path: Path) -> dict[tuple[str, str], tuple[str, ...]]:
    candidates: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in _seed(path) if path.exists() else []:
        key = row["table_id"], row_label_key(row["printed_label"])
        candidates[key] = (*candidates.get(key, ()), row["row_id"])
    return candidates


def _seed(path: Path) -> list[Row]:
    return seed_rows.read(path)
