"""What the evidence says of each figure, in words, and how the facts' columns lead to it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from safeguarding.exports.workbooks.workbook_model import readable
from safeguarding.published.facts import Figure

Record = dict[str, Any]


class Standing(StrEnum):
    """The standings of `fct_figures`, from the best to none at all."""

    CONFIRMED = "confirmed"
    CONSISTENT = "consistent"
    PROVISIONAL = "provisional"
    DISPUTED = "disputed"
    UNRECONCILED = "unreconciled"
    INCOMPLETE = "incomplete"
    CONTRADICTED = "contradicted"
    MISSING = "missing"


MEANINGS: dict[Standing, str] = {
    Standing.CONFIRMED: "official statistics of the same definition have the same figure",
    Standing.CONSISTENT: "no check has found a problem with it",
    Standing.PROVISIONAL: "the last quarter of its report, which later reports revise",
    Standing.DISPUTED: "the report prints two figures and does not say which is right",
    Standing.UNRECONCILED: (
        "it differs from official statistics or from another figure, and the reason is not known"
    ),
    Standing.INCOMPLETE: "it is known to leave out a part",
    Standing.CONTRADICTED: "other evidence contradicts it",
    Standing.MISSING: "the report has no figure here",
}
# What stands before a figure that there is a word to say of, on pages, in workbooks and in files.
SIGNS: dict[Standing, str] = {
    Standing.DISPUTED: "*",
    Standing.UNRECONCILED: "§",
    Standing.INCOMPLETE: "‡",
    Standing.CONTRADICTED: "†",
    Standing.PROVISIONAL: "[p]",
}
# No change, total or order may be taken from these.
UNSOUND = frozenset({Standing.INCOMPLETE, Standing.CONTRADICTED, Standing.MISSING})
# These may be ranked against each other.
SOUND = frozenset({Standing.CONFIRMED, Standing.CONSISTENT})


class Subject(NamedTuple):
    """A figure of `fct_figures`, but for its authority and period."""

    measure: str
    category: str | None
    unit: str
    is_calculated: bool


def subject_of(figure: Figure, category: str | None = None) -> Subject:
    """The figure that a column of a conformed fact holds."""
    its = None if figure.is_of_all else category
    return Subject(figure.measure, its, figure.unit, bool(figure.derived))


class Standings:
    """The standing of every figure of some authorities.

    Args:
        figures: Rows of `fct_figures`.
    """

    def __init__(self, figures: Iterable[Record]) -> None:
        """Put them in order once."""
        self._rows: dict[tuple[str, str, Subject], Record] = {}
        for row in figures:
            subject = Subject(
                row["measure_id"], row["category_id"], row["unit"], row["is_calculated"]
            )
            self._rows[row["local_authority_code"], row["period_id"], subject] = row

    def row(self, authority: str, period: str, subject: Subject) -> Record | None:
        """What `fct_figures` holds of a figure; None if it has no row or none is released."""
        return self._rows.get((authority, period, subject))

    def of(self, authority: str, period: str, subject: Subject) -> Standing | None:
        """The standing of a figure."""
        row = self.row(authority, period, subject)
        return Standing(row["standing"]) if row else None


def revision_told(row: Record) -> str:
    """What later releases have made of figures such as a provisional one, without a full stop."""
    cases = row["revision_cases"]
    if not cases:
        return "how much it may change is not known: no such figure has been printed again"
    least, greatest = row["least_revision_pct"], row["greatest_revision_pct"]
    if cases == 1:
        return (
            f"such a figure of an earlier report {changed_by(greatest)} when it was printed again, "
            "the only case"
        )
    return (
        f"of {cases} such figures of earlier reports, {changed_between(least, greatest)} when"
        " printed again"
    )


def changed_between(least: Decimal | None, greatest: Decimal | None) -> str:
    """`one fell by 3% and one rose by 4.9%`; those two that changed least and most may be one."""
    if least == greatest:
        return f"one {changed_by(least)}"
    return f"one {changed_by(least)} and one {changed_by(greatest)}"


def changed_by(percentage: Decimal | None) -> str:
    """`rose by 4.9%`, `did not change`; None is a change from 0, which has no percentage."""
    if percentage is None:
        return "changed from 0"
    if not percentage:
        return "did not change"
    return f"{'rose' if percentage > 0 else 'fell'} by {readable(f'{abs(percentage):.2f}')}%"


def counted(standings: Iterable[Standing]) -> str:
    """How many figures have each standing: `20 confirmed, 3 incomplete`."""
    found = list(standings)
    return ", ".join(f"{found.count(each)} {each}" for each in Standing if each in found)
