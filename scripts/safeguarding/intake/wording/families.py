"""Which table family a printed table belongs to: by its rows, then by its name."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from safeguarding.intake.wording.periods import period_type
from safeguarding.intake.wording.vocabulary import ANY_PERIOD, Table, Vocabulary, label_key

_SIMILAR = 0.6
_CLEARLY = 0.05


def families(
    vocabulary: Vocabulary,
    names: Sequence[str],
    labels: Sequence[str],
    periods: Sequence[str],
    authority: str,
) -> tuple[str, ...]:
    """Give the table families that a printed table may belong to.

    Args:
        vocabulary: What is known.
        names: The table's title and the name of its sheet or file.
        labels: Labels of its rows.
        periods: Its period labels.
        authority: ONS code of the council.

    Returns:
        One `table_id` if the rows, or failing them the names, tell; else all that are as likely.
    """
    known = {
        table_id: sum(vocabulary.knows(table_id, label, authority) for label in set(labels))
        for table_id in vocabulary.tables
    }
    kind = period_type(periods[0])
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
