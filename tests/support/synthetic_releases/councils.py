"""The councils behind SYNTHETIC releases: real codes, invented sizes and habits of print."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from safeguarding.warehouse.seed_files import PROJECT

REFERENCE = PROJECT / "seeds" / "reference"
# What stands in a label that is printed beside one unit only.
WORDS_OF_A_UNIT = ("%", "rate", "percent", "per cent", "per 10,000", "number", "count", "no of")


DECIMALS_KEPT = 2


@dataclass(frozen=True)
class Style:
    """How a council prints figures.

    Attributes:
        decimals: Decimals of a percentage, 1 or 2.
        percent_sign: What follows a percentage.
        has_commas: Whether thousands are set apart.
        marker: What stands for a suppressed figure.
        has_slash: Whether a year is printed as 2004/05.
        has_multiple: Whether plans for more than one category of abuse have a row.
        rounded_years: In how many years, from the first on, percentages are rounded to one decimal
            place before they are printed with two.
    """

    decimals: int
    percent_sign: str
    has_commas: bool
    marker: str
    has_slash: bool
    has_multiple: bool
    rounded_years: int = 0

    def count(self, number: int) -> str:
        """A count as this council prints it."""
        return f"{number:,}" if self.has_commas else str(number)

    def places(self, year: int) -> int:
        """To how many decimals percentages are rounded, in the years from the first, 0, on."""
        return 1 if year < self.rounded_years else self.decimals

    def percent(self, scaled: int) -> str:
        """A percentage as this council prints it, from its last decimal places."""
        whole, part = divmod(scaled, 10**self.decimals)
        return f"{whole}.{part:0{self.decimals}d}{self.percent_sign}"


@dataclass(frozen=True)
class Council:
    """An authority that publishes.

    Attributes:
        code: ONS code.
        name: Its name.
        children: SYNTHETIC population aged 0 to 17 in the first year.
        style: How it prints.
    """

    code: str
    name: str
    children: int
    style: Style


def authorities() -> list[tuple[str, str]]:
    """Code and name of every English authority, by code."""
    return sorted(
        (row["local_authority_code"], row["local_authority_name"])
        for row in read(REFERENCE / "local_authorities.csv")
    )


def councils(number: int, rng: np.random.Generator) -> list[Council]:
    """The first `number` authorities by code, with sizes and styles drawn at random.

    Raises:
        ValueError: There are fewer authorities than that, or none is asked for.
    """
    known = authorities()
    if not 1 <= number <= len(known):
        raise ValueError(
            f"--authorities: found {number}, expected 1 to {len(known)}, the authorities in"
            " seeds/reference/local_authorities.csv. Ask for fewer."
        )
    # Of its own, so that what else is drawn does not depend on it.
    habits = rng.spawn(1)[0]
    found = [
        Council(
            code=code,
            name=name,
            children=int(np.clip(rng.lognormal(np.log(70_000), 0.6), 30_000, 330_000)),
            style=Style(
                decimals=int(rng.integers(1, 3)),
                percent_sign=str(rng.choice(["", "", "%", " %"])),
                has_commas=bool(rng.random() < 0.4),
                marker="c" if rng.random() < 0.25 else "[c]",
                has_slash=bool(rng.random() < 0.3),
                has_multiple=bool(rng.random() < 0.6),
            ),
        )
        for code, name in known[:number]
    ]
    return [
        replace(council, style=replace(council.style, rounded_years=int(habits.integers(0, 4))))
        if council.style.decimals == DECIMALS_KEPT
        else council
        for council in found
    ]


def labels() -> dict[tuple[str, str], list[str]]:
    """Wordings that any council may use for a row, by table and row."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in read(REFERENCE / "row_label_variants.csv"):
        wording = row["printed_label"]
        is_plain = not any(word in wording.lower() for word in WORDS_OF_A_UNIT)
        if is_plain and not row.get("local_authority_code"):
            found.setdefault((row["table_id"], row["row_id"]), []).append(wording)
    return found


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
