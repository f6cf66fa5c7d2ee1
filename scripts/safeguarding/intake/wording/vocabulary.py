"""Read the warehouse's names of tables and rows, and the labels that councils print."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from safeguarding.intake import seed_rows
from safeguarding.intake.new_figures import Row
from safeguarding.intake.wording.context import SUBJECT, Contexts, Meaning, Statement
from safeguarding.intake.wording.label_rules import LabelRules
from safeguarding.warehouse.seed_files import UnreadableSeedsError

# The same characters as in the SQL macros `white_space` and `label_key`, spelt out: engines differ
# on `\s`.
SPACES = (
    "\t\n\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_SPACES = re.compile(f"[{SPACES}]+")
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_APOSTROPHES = re.compile("[\u2018\u2019]")
_WORD = re.compile(r"[a-z&]+")
_LIST_MARKER = re.compile(r"^(\(?([a-z]|[ivx]+|[0-9]{1,2})\)|[0-9]{1,2}\.|[-*\u2022]) ")
_NUMBER = re.compile(r"[-\u2012\u2013\u2212]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)([.][0-9]+)?%?")
_TOTAL = re.compile(
    r"(grand |sub-? ?)?totals?(:| \(.*\))?|overall( total)?|sum"
    r"|all( (referrals?|sources|referral sources|categories|children|plans|rows|of the above))?"
)
# A footnote mark after a label. Two figures in brackets are a year or another number.
_NOTE_MARK = re.compile(
    r"(?:\s*(?:[*\u2020\u2021\u00a7\u00b9\u00b2\u00b3\u2070\u2074-\u2079]+"
    r"|[(\[](?:note ?|footnote ?|see note ?)?[0-9]{1,2}[)\]]|[(\[](?:note )?[*a-z][)\]]"
    r"|[(\[](?:provisional|revised)[)\]]))+$",
    re.IGNORECASE,
)
ANY_PERIOD = "any"
_BETWEEN_LABELS = re.compile(r"[;,/+&\n]|\band\b|\bor\b", re.IGNORECASE)
_VERY_LIKELY = 0.8
# Words that do not make a label a part: `Education department` is education.
_OF_A_WHOLE = re.compile(
    r"(all|and|by|department|dept|from|of|professional|referral|sector|service|source|team|the"
    r"|agency|organisation)"
)
_NEAREST = 3


@lru_cache(maxsize=4096)  # a release repeats the same few labels
def label_key(text: str) -> str:
    """Return the key by which texts are compared, like the SQL macro `label_key`.

    Lower case; white space of any kind as one space, none at the ends; one kind of dash and of
    apostrophe; nothing invisible.
    """
    # Letter by letter, as engines do it: Python's own rule for whole words knows a final sigma.
    lowered = "".join(letter.lower()[0] for letter in _INVISIBLE.sub("", text))
    plain = _APOSTROPHES.sub("'", _DASHES.sub("-", lowered))
    return _SPACES.sub(" ", plain).strip(" ")


@lru_cache(maxsize=4096)
def row_label_key(text: str) -> str:
    """Make the key of a row's label: `label_key` without a list marker (`a) `, `1. `)."""
    return _LIST_MARKER.sub("", label_key(text))


def without_note_mark(label: str) -> str:
    """Return a label without the footnote mark after it: `Police*`, `Police [1]`."""
    return _NOTE_MARK.sub("", trimmed(label)) or label


def without_spaces(text: str) -> str:
    """Remove all white space: conversion from PDF breaks words and numbers with it."""
    return _SPACES.sub("", text)


def trimmed(text: str) -> str:
    """Return the text without the white space and invisible characters around it."""
    return text.strip(SPACES + INVISIBLE)


def is_number(text: str) -> bool:
    """Check whether the warehouse reads a number: thousands commas and `%` are allowed."""
    return bool(_NUMBER.fullmatch(without_spaces(text)))


def is_total(label: str) -> bool:
    """Check whether a label says that the row is a total of other rows."""
    return bool(_TOTAL.fullmatch(row_label_key(label)))


@dataclass(frozen=True)
class TableRow:
    """A row that a table family can have.

    Attributes:
        row_id: Its identifier.
        names: What it is called, by unit in their usual order: beside the count of all assessments
            stands the share of those completed in time.
        meanings: What it is, by unit.
    """

    row_id: str
    names: Mapping[str, str]
    meanings: Mapping[str, Meaning]

    @property
    def units(self) -> tuple[str, ...]:
        """Its units in their usual order."""
        return tuple(self.names)


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


@dataclass(frozen=True)
class Vocabulary:
    """Tables, rows, labels and markers, as the reference seeds list them.

    Attributes:
        tables: Table families by `table_id`, in order.
        markers: Meaning of each marker, by the marker as printed.
        variants: `row_id` by table, authority (empty: any) and `row_label_key`.
        ambiguous: Candidates by table and `row_label_key`.
        printed_labels: Labels as printed, by table and `row_label_key`.
        parts: Which of the variants name a part of the row, as GPs are of health services.
        contexts: What the words around a figure say of it.
        rules: What labels mean that are listed nowhere.
    """

    tables: Mapping[str, Table]
    markers: Mapping[str, str]
    variants: Mapping[tuple[str, str, str], str]
    ambiguous: Mapping[tuple[str, str], tuple[str, ...]]
    printed_labels: Mapping[str, Mapping[str, str]]
    parts: frozenset[tuple[str, str, str]]
    contexts: Contexts
    rules: LabelRules

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
        wordings = _seed(folder / "row_label_variants.csv")
        variants, printed = _variants(wordings)
        return cls(
            tables=_tables(
                _seed(folder / "published_tables.csv"),
                _seed(folder / "published_rows.csv"),
                {row["measure_id"]: row for row in _seed(folder / "measures.csv")},
                _seed(folder / "row_label_variants.csv"),
            ),
            markers={
                row["marker_as_printed"]: row["meaning"]
                for row in _seed(folder / "value_markers.csv")
            },
            variants=variants,
            ambiguous=_ambiguous(folder / "ambiguous_row_labels.csv"),
            printed_labels=printed,
            parts=frozenset(
                _variant(row) for row in wordings if row.get("is_part", "").lower() == "true"
            ),
            contexts=Contexts(
                _seed(folder / "context_words.csv"), _seed(folder / "context_fits.csv"), label_key
            ),
            rules=LabelRules(_seed(folder / "label_rules.csv"), row_label_key),
        )

    def row_id(self, table_id: str, label: str, authority: str = "") -> str | None:
        """Return the row that a label means, or None if it is unknown or ambiguous.

        A council's own label (`authority`, its ONS code) takes precedence over the general one, and
        any listed label over the rules.
        """
        may_mean = self._may_mean(table_id, label, authority)
        return may_mean[0] if len(may_mean) == 1 else None

    def candidates(self, table_id: str, label: str, authority: str = "") -> tuple[str, ...]:
        """Return the rows that an ambiguous label may mean; empty if it is clear or unknown."""
        may_mean = self._may_mean(table_id, label, authority)
        return may_mean if len(may_mean) > 1 else ()

    def is_listed(self, table_id: str, label: str, authority: str = "") -> bool:
        """Check whether a list has this exact label, clear or ambiguous: SQL knows no others."""
        key = row_label_key(label)
        return (table_id, key) in self.ambiguous or any(
            (table_id, of, key) in self.variants for of in (authority, "")
        )

    def is_part(self, table_id: str, label: str, authority: str = "") -> bool:
        """Check whether a known label names only a part of its row.

        Listed labels say so. A label known by a rule does, unless it says no more than the row's
        name: `Education - nursery`, but not `Education department`.
        """
        for text in dict.fromkeys((label, without_note_mark(label))):
            for of in dict.fromkeys((authority, "")):
                key = table_id, of, row_label_key(text)
                if key in self.variants:
                    return key in self.parts
        row_id = self.row_id(table_id, label, authority)
        if not row_id or self.rules.is_measure(table_id, without_note_mark(label)):
            return False
        words = {_singular(word) for word in _WORD.findall(label_key(without_note_mark(label)))}
        names = " ".join(self.tables[table_id].rows[row_id].names.values())
        own = {_singular(word) for word in _WORD.findall(label_key(names))}
        return not all(word in own or _OF_A_WHOLE.fullmatch(word) for word in words)

    def _may_mean(self, table_id: str, label: str, authority: str) -> tuple[str, ...]:
        for text in dict.fromkeys((label, without_note_mark(label))):
            key = row_label_key(text)
            own = self.variants.get((table_id, authority, key)) if authority else None
            ambiguous = self.ambiguous.get((table_id, key), ())
            listed = own or (None if ambiguous else self.variants.get((table_id, "", key)))
            if listed or ambiguous:
                return (listed,) if listed else ambiguous
        return self.rules.row_ids(table_id, without_note_mark(label))

    def knows(self, table_id: str, label: str, authority: str = "") -> bool:
        """Check whether the table has the label, clear or ambiguous."""
        return bool(
            self.row_id(table_id, label, authority) or self.candidates(table_id, label, authority)
        )

    def is_value(self, text: str) -> bool:
        """Check whether a text is a number or a marker; a blank is neither."""
        return is_number(text) or label_key(text) in self._marker_keys

    @cached_property
    def _marker_keys(self) -> frozenset[str]:
        return frozenset(map(label_key, self.markers))

    def meaning(self, table_id: str, row_id: str, unit: str) -> Meaning | None:
        """Return the meaning of a figure of a row; None if the row has no such unit."""
        row = self.tables[table_id].rows.get(row_id)
        return row.meanings.get(unit) if row else None

    def other_that_fits(self, meaning: Meaning, statements: Sequence[Statement]) -> str:
        """Return the name of a row of the same subject that fits all statements; may be empty."""
        subjects = self.contexts.of(meaning, "").get(SUBJECT, {}).keys()
        return next(
            (
                row.names[unit]
                for table in self.tables.values()
                for row in table.rows.values()
                for unit, other in row.meanings.items()
                if other.category_id == meaning.category_id
                and subjects & self.contexts.of(other, "").get(SUBJECT, {}).keys()
                and not any(self.contexts.contradictions(other, "", statements))
                and not self.contexts.missing_aspect(other, "", statements)
            ),
            "",
        )

    def nearest_rows(self, table_id: str, label: str) -> list[str]:
        """Return the three rows with the most similar labels, the nearest first."""
        key = row_label_key(label)
        likeness: dict[str, float] = {}
        for (table, of, known), row_id in self.variants.items():
            if table == table_id and not of:
                ratio = difflib.SequenceMatcher(None, key, known).ratio()
                likeness[row_id] = max(ratio, likeness.get(row_id, 0.0))
        return sorted(likeness, key=lambda row_id: -likeness[row_id])[:_NEAREST]

    def hint(self, table_id: str, label: str) -> str:
        """Suggest what an unknown label may mean; empty if it would be a guess."""
        labels = self.printed_labels.get(table_id, {})
        parts = {row_label_key(part) for part in _BETWEEN_LABELS.split(label)} - {""}
        known = [labels[part] for part in sorted(parts) if part in labels]
        if len(known) > 1 or (known and len(parts) > 1):
            return f"The cell names more than {known[0]!r}: give each label its own row."
        return nearest(row_label_key(label), labels, labels)


def nearest(name: str, names: Iterable[str], shown: Mapping[str, str] | None = None) -> str:
    """Ask `Did you mean 'x'?` if one of the names is very likely.

    Args:
        name: What somebody wrote.
        names: What it may be.
        shown: The names to show, if others.
    """
    by_key = {_plain(one): one for one in names}
    near = difflib.get_close_matches(_plain(name), by_key, n=1, cutoff=_VERY_LIKELY)
    if not near:
        return ""
    found = by_key[near[0]]
    return f"Did you mean '{shown[found] if shown else found}'?"


def _plain(name: str) -> str:
    return label_key(name).replace("_", " ")


def _undeclared(rows: list[Row], measures: Mapping[str, Row]) -> Iterator[str]:
    """Report rows of tables that cannot be used, as `measures_are_declared` does in a build."""
    for number, row in enumerate(rows, start=2):
        for column, is_fit, expected in (
            ("measure_id", row["measure_id"] in measures, "a measure listed in measures.csv"),
            ("sort_order", row["sort_order"].isdecimal(), "a whole number"),
        ):
            if not is_fit:
                found = f"found '{row[column]}', expected {expected}."
                yield f"published_rows.csv row {number}, column {column}: {found}"


def _tables(
    tables: list[Row], rows: list[Row], measures: Mapping[str, Row], wordings: list[Row]
) -> dict[str, Table]:
    if problems := list(_undeclared(rows, measures)):
        raise UnreadableSeedsError(problems)
    names: dict[tuple[str, str], dict[str, str]] = {}
    printed: dict[tuple[str, str], list[str]] = {}
    for row in wordings:
        printed.setdefault((row["table_id"], row["row_id"]), []).append(row["printed_label"])
    labels: dict[tuple[str, str], dict[str, None]] = {}
    for row in rows:
        of_row = printed.get((row["table_id"], row["row_id"]), ())
        labels.setdefault((row["measure_id"], row["category_id"]), {}).update(dict.fromkeys(of_row))
    meanings: dict[tuple[str, str], dict[str, Meaning]] = {}
    for row in sorted(rows, key=lambda row: int(row["sort_order"])):
        key = row["table_id"], row["row_id"]
        names.setdefault(key, {})[row["unit"]] = row["row_name"]
        measure = measures[row["measure_id"]]
        meanings.setdefault(key, {})[row["unit"]] = Meaning(
            row["measure_id"],
            row["category_id"],
            measure["measure_kind"],
            measure["definition"],
            tuple(labels[row["measure_id"], row["category_id"]]),
        )
    return {
        table["table_id"]: Table(
            table["table_id"],
            table["table_name"],
            table["period_type"],
            {
                row_id: TableRow(row_id, its_names, meanings[table_id, row_id])
                for (table_id, row_id), its_names in names.items()
                if table_id == table["table_id"]
            },
        )
        for table in sorted(tables, key=lambda table: int(table["sort_order"]))
        # A table without rows cannot be read or filled in.
        if any(table["table_id"] == table_id for table_id, _ in names)
    }


def _variants(
    rows: list[Row],
) -> tuple[dict[tuple[str, str, str], str], dict[str, dict[str, str]]]:
    variants = {}
    printed: dict[str, dict[str, str]] = {}
    for row in rows:
        key = row_label_key(row["printed_label"])
        variants[_variant(row)] = row["row_id"]
        printed.setdefault(row["table_id"], {}).setdefault(key, row["printed_label"])
    return variants, printed


def _variant(row: Row) -> tuple[str, str, str]:
    key = row_label_key(row["printed_label"])
    return row["table_id"], row.get("local_authority_code", ""), key


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def _ambiguous(path: Path) -> dict[tuple[str, str], tuple[str, ...]]:
    candidates: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in _seed(path) if path.exists() else []:
        key = row["table_id"], row_label_key(row["printed_label"])
        candidates[key] = (*candidates.get(key, ()), row["row_id"])
    return candidates


def _seed(path: Path) -> list[Row]:
    return seed_rows.read(path)
