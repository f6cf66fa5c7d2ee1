"""Say which place an area has among others."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from safeguarding.report.report_model import Quantity, Sentence
from safeguarding.report.sentences.phrases import (
    Part,
    Unit,
    bracketed,
    counted,
    sentence,
    with_unit,
)

ORDINALS = (
    "", "second ", "third ", "fourth ", "fifth ", "sixth ", "seventh ", "eighth ", "ninth ",
    "tenth ",
)  # fmt: skip
MEASURED_AS: dict[Unit, str] = {
    "count": "number of",
    "percent": "percentage of",
    "rate_per_10000": "rate of",
    "average": "average of",
}
TELLS_ITS_UNIT = ("number ", "percentage ", "rate ", "share ")


@dataclass(frozen=True)
class Place:
    """The place of an area among others."""

    measure_name: str  # what is measured: `Section 47 enquiries`, `Children looked after`
    area_name: str  # name of the area
    rate: Decimal | None  # its figure; None if there is none
    unit: Unit  # unit of the figure and the median
    rank: int | None  # its rank, 1 for the highest; None without a figure, or of too few
    of: int  # how many are ranked, the area among them; without a rank, how many are known
    median: Decimal | None  # median of the group; None if there is none
    group: str  # `its ten statistical neighbours`, `the South East`, `England`
    left_out: int  # how many of the group have no figure
    period_label: str = ""  # the period; left out of the sentence if empty

    @property
    def are_neighbours(self) -> bool:
        """Whether the group are statistical neighbours, which the area is not one of."""
        return self.group.startswith("its ")


def compared(place: Place) -> Sentence:
    """Say which place an area has among others."""
    name = within_a_sentence(place.measure_name)
    measure = name if name.startswith(TELLS_ITS_UNIT) else f"{MEASURED_AS[place.unit]} {name}"
    subject = f"{measure} in {place.area_name}"
    period = place.period_label
    if place.rate is None:
        when = f" in {period}" if period else ""
        group = place.group if place.are_neighbours else f"others in {place.group}"
        return sentence(
            f"There is no figure for the {subject}{when}, so it is not compared with {group}."
        )
    if place.rank is None:
        return sentence(
            f"In {period} the {subject} was " if period else f"The {subject} was ",
            *with_unit(place.rate, place.unit),
            *_unranked(place),
        )
    return sentence(
        f"In {period} the {subject}, " if period else f"The {subject}, ",
        *with_unit(place.rate, place.unit),
        ", was ",
        *_rank(place, place.rank),
        *_among(place),
        ".",
    )


def within_a_sentence(name: str) -> str:
    """Give a name without its capital, unless it is a proper name: `Section 47`, `Family Help`."""
    first, _, others = name.partition(" ")
    is_proper = first[1:].lower() != first[1:] or others[:1].isdigit() or others[:1].isupper()
    return name if is_proper else name[:1].lower() + name[1:]


def _rank(place: Place, rank: int) -> list[Part]:
    """Say `the second highest of 11`, counted from the nearer end; neighbours are counted apart."""
    if place.of == 1:
        return ["the only figure"]
    from_below = place.of - rank + 1
    is_high = rank <= from_below
    position = rank if is_high else from_below
    end = f"{'highest' if is_high else 'lowest'} of "
    group: list[Part] = [counted(place.of)]
    if place.are_neighbours:
        others = place.of - 1
        neighbours = f" statistical neighbour{'' if others == 1 else 's'}"
        group = [f"{place.area_name} and its ", counted(others), neighbours]
    if position <= len(ORDINALS):
        return [f"the {ORDINALS[position - 1]}{end}", *group]
    return ["the ", Quantity(Decimal(position), "rank"), f"{_suffix(position)} {end}", *group]


def _unranked(place: Place) -> list[Part]:
    """Say `; it is not ranked in England, as only 9 of 152 authorities have a figure.`."""
    where = f"among {place.group}" if place.are_neighbours else f"in {place.group}"
    known, there = counted(place.of), counted(place.of + place.left_out)
    has = "has" if place.of == 1 else "have"
    those = "of them" if place.are_neighbours else "authorities"
    return [
        f"; it is not ranked {where}, as only ", known, " of ", there, f" {those} {has} a figure.",
    ]  # fmt: skip


def _suffix(number: int) -> str:
    is_teen = number % 100 in range(11, 14)
    return "th" if is_teen else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _among(place: Place) -> list[Part]:
    """Say `in the South East (median 239.1; no figure for 1)`."""
    where = "" if place.are_neighbours else f" in {place.group}"
    median: list[Part] = []
    if place.median is not None:
        whose = "their median " if place.are_neighbours else "median "
        median = [whose, Quantity(place.median, place.unit)]
    left_out: list[Part] = ["no figure for ", counted(place.left_out)] if place.left_out else []
    inside = [*median, *(["; "] if median and left_out else []), *left_out]
    return [where, *bracketed(" (", inside, ")")]
