"""Find the table family of a printed table, by its rows and then by its name."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from safeguarding.intake.wording.periods import table_period_type
from safeguarding.intake.wording.vocabulary import (
    ANY_PERIOD,
    Table,
    Vocabulary,
    label_key,
    without_note_mark,
)

_SIMILAR = 0.6
_CLEARLY = 0.05
_SEVERAL = 3


def families(
    vocabulary: Vocabulary,
    names: Sequence[str],
    labels: Sequence[str],
    periods: Sequence[str],
    authority: str,
) -> tuple[str, ...]:
    """Return the table families that a printed table may belong to.

    Args:
        vocabulary: What is known.
        names: The table's title and the name of its sheet or file.
        labels: Labels of its rows.
        periods: Its period labels.
        authority: ONS code of the council.

    Returns:
        One `table_id` if the rows or else the names show it; otherwise all that are as likely.
    """
    known = {
        table_id: _known(vocabulary, table_id, set(labels), authority)
        for table_id in vocabulary.tables
    }
    kind = table_period_type(periods[0])
    fitting = [table for table in vocabulary.tables.values() if table.period_type == kind]
    # A table of figures from running text is the last to think of.
    others = sorted(
        (table for table in vocabulary.tables.values() if table.period_type != kind),
        key=lambda table: table.period_type == ANY_PERIOD,
    )
    most = max(known.values())
    if most:
        likely = [table for table in fitting if known[table.table_id] == most]
        likely = likely or [table for table in others if known[table.table_id] == most][:1]
    else:
        likely = fitting
    if len(likely) == 1 and most:
        return (likely[0].table_id,)
    return _by_name(likely, names) or tuple(table.table_id for table in likely)


def _known(vocabulary: Vocabulary, table_id: str, labels: set[str], authority: str) -> int:
    """Count the labels of a table. Labels known by rules count only if they name several rows.

    A table of schools is none of referrals by source.
    """
    listed = {
        label
        for label in labels
        if any(
            vocabulary.is_listed(table_id, text, authority)
            for text in (label, without_note_mark(label))
        )
    }
    by_rule = {label: vocabulary.row_id(table_id, label, authority) for label in labels - listed}
    rows = {row_id for row_id in by_rule.values() if row_id}
    ruled = sum(row_id is not None for row_id in by_rule.values())
    return len(listed) + (ruled if len(rows) >= _SEVERAL else 0)


def _by_name(tables: Sequence[Table], names: Sequence[str]) -> tuple[str, ...]:
    keys = [label_key(name).replace("_", " ") for name in names if name]
    scores = sorted(
        (
            max((_similarity(key, table) for key in keys), default=0.0),
            table.table_id,
        )
        for table in tables
    )
    best, table_id = scores[-1]
    second = scores[-2][0] if len(scores) > 1 else 0.0
    return (table_id,) if best >= _SIMILAR and best > second + _CLEARLY else ()


def _similarity(key: str, table: Table) -> float:
    own = (table.table_id.replace("_", " "), label_key(table.name))
    return max(difflib.SequenceMatcher(None, key, name).ratio() for name in own)
