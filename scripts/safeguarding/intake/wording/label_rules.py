"""Apply rules to labels that no list has: a census code, the words of a source.

The rules are in the seed `label_rules`. A rule gives the rows that its words may mean; a label
means the row that all of its rules allow. `LA` may be housing, `LA - Early help` may not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from safeguarding.intake.new_figures import Row
from safeguarding.intake.wording.context import as_pattern

ANYWHERE, WHOLE, CUT, OTHER_SUBJECT = "anywhere", "whole", "cut", "other subject"
MEASURE = "measure"
PLACES = (ANYWHERE, WHOLE, CUT, OTHER_SUBJECT, MEASURE)
# What stands before a label in a council's own list: `40) `, `p1) `, `(CS) `, `8: `, `8 - `.
_NUMBERED = re.compile(r"^(?:[(]?[a-z]?[0-9]{1,2}[)]|[(][a-z]{2}[)]|[0-9]{1,2} ?[:.-])\s*")
_NO_LETTER = "'\". "
_LONGEST = 160  # the census's own longest label has 139 letters


@dataclass(frozen=True)
class _Rule:
    pattern: re.Pattern[str]
    row_ids: tuple[str, ...]


@dataclass(frozen=True)
class LabelRules:
    """The rules of every table.

    Attributes:
        rows: Rows of the seed `label_rules`.
        key: The key by which labels are compared.
    """

    rows: Sequence[Row]
    key: Callable[[str], str]

    @cached_property
    def _compiled(self) -> dict[tuple[str, str], list[_Rule]]:
        rules: dict[tuple[str, str], list[_Rule]] = {}
        for row in self.rows:
            rule = _Rule(as_pattern(row["wording"]), tuple(row["row_ids"].split()))
            rules.setdefault((row["table_id"], row["place"]), []).append(rule)
        return rules

    @cached_property
    def _cache(self) -> dict[tuple[str, str], tuple[str, ...]]:
        return {}

    def row_ids(self, table_id: str, label: str) -> tuple[str, ...]:
        """Return the rows that a label may mean: one if it is clear, none if no rule applies."""
        key = table_id, self.key(label)
        if key not in self._cache:
            self._cache[key] = self._judged(*key)
        return self._cache[key]

    def is_measure(self, table_id: str, label: str) -> bool:
        """Check whether a label is the name of a measure: all of its row, not a part of it."""
        return bool(self._measure(table_id, self.key(label)))

    def _measure(self, table_id: str, label: str) -> tuple[str, ...]:
        plain = _NUMBERED.sub("", label).strip(_NO_LETTER)
        rules = self._compiled.get((table_id, MEASURE), ())
        return next((rule.row_ids for rule in rules if rule.pattern.fullmatch(plain)), ())

    def _judged(self, table_id: str, label: str) -> tuple[str, ...]:
        if measure := self._measure(table_id, label):
            return measure
        if len(label) > _LONGEST or any(
            rule.pattern.search(label) for rule in self._compiled.get((table_id, OTHER_SUBJECT), ())
        ):
            return ()
        for rule in self._compiled.get((table_id, CUT), ()):
            label = rule.pattern.sub(" ", label)
        alone = _NUMBERED.sub("", label).strip(_NO_LETTER)
        said = [
            rule.row_ids
            for rule in self._compiled.get((table_id, WHOLE), ())
            if rule.pattern.fullmatch(alone)
        ]
        said += self._words(table_id, label)
        named = tuple(dict.fromkeys(row_id for row_ids in said for row_id in row_ids))
        common = tuple(row_id for row_id in named if all(row_id in row_ids for row_ids in said))
        return common or named

    def _words(self, table_id: str, label: str) -> Iterator[tuple[str, ...]]:
        """Yield what each wording in the label allows; of two that overlap, the longer counts."""
        found = [
            (match.span(), rule.row_ids)
            for rule in self._compiled.get((table_id, ANYWHERE), ())
            for match in rule.pattern.finditer(label)
            if match[0]
        ]
        taken: list[tuple[int, int]] = []
        for (start, end), row_ids in sorted(found, key=lambda one: one[0][0] - one[0][1]):
            if all(end <= first or last <= start for first, last in taken):
                taken.append((start, end))
                if row_ids:
                    yield row_ids
