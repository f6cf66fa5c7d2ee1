"""Put sentences together from words and quantities."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from safeguarding.report.report_model import Quantity, Sentence

Unit = Literal["count", "percent", "rate_per_10000", "average"]
Part = str | Quantity

RATE_UNIT = "per 10,000"
ONE_PLACE = Decimal("0.1")


def tenth(value: Decimal) -> Decimal:
    """Give a rate, share or median with one decimal place."""
    return value.quantize(ONE_PLACE, ROUND_HALF_UP)


def sentence(*parts: Part) -> Sentence:
    """Make a sentence; neighbouring texts become one."""
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return Sentence(tuple(merged))


def joined(items: Sequence[Sequence[Part]]) -> list[Part]:
    """Join items as `a, b and c`."""
    parts: list[Part] = []
    for index, item in enumerate(items):
        is_last = index == len(items) - 1
        parts += ["" if index == 0 else " and " if is_last else ", ", *item]
    return parts


def listed(names: Sequence[str]) -> str:
    """Join names as `a, b and c`."""
    return "".join(map(str, joined([[name] for name in names])))


def bracketed(before: str, parts: Sequence[Part], after: str) -> list[Part]:
    """Put parts between two texts; no parts, no texts."""
    return [before, *parts, after] if parts else []


def counted(number: int) -> Quantity:
    """Give a number of things."""
    return Quantity(Decimal(number))


def with_unit(value: Decimal, unit: Unit, name: str = "") -> list[Part]:
    """Give a figure with its unit, unless the name of the series tells it."""
    is_told = unit != "rate_per_10000" or RATE_UNIT in name
    return [Quantity(value, unit), "" if is_told else f" {RATE_UNIT} children"]


def rose_or_fell(before: Decimal, after: Decimal, unit: Unit, has: str = "") -> list[Part]:
    """Say `rose by 12` or `has fallen by 1.2 percentage points`."""
    verb = (
        ("risen" if after > before else "fallen") if has else "rose" if after > before else "fell"
    )
    change = abs(after - before)
    if unit != "percent":
        return [f"{has}{verb} by ", Quantity(change, unit)]
    points = " percentage point" if change == 1 else " percentage points"
    return [f"{has}{verb} by ", Quantity(change, "percentage points"), points]


def share_changed(before: Decimal, after: Decimal, unit: Unit) -> list[Part]:
    """Give a change in per cent; nothing for percentages, and from zero or less."""
    if unit == "percent" or before <= 0:
        return []
    percentage = tenth(abs(after - before) * 100 / before)
    if not percentage:
        return ["less than ", Quantity(ONE_PLACE, "percent")]
    return [Quantity(percentage, "percent")]


def moved(before: Decimal, after: Decimal, unit: Unit, name: str = "") -> list[Part]:
    """Say `rose by 491 (6.2%) to 8,439`; `name` is that of the series, which may tell the unit."""
    return [
        *rose_or_fell(before, after, unit),
        *bracketed(" (", share_changed(before, after, unit), ")"),
        " to ",
        *with_unit(after, unit, name),
    ]
