"""Find which code stands for which council, and in which years, after a reorganisation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from safeguarding.financial_years import year_after
from safeguarding.intake.new_figures import Place, Problem, Row

Seeds = Mapping[str, list[Row]]


@dataclass(frozen=True)
class Change:
    """A change of a code: what replaced it, or what it replaced.

    Attributes:
        code: The code that may report only some years.
        year: The first financial year of the new codes.
        is_recoded: Whether it is the same council under a new code.
        others: The codes on the other side of the change.
    """

    code: str
    year: str
    is_recoded: bool
    others: tuple[str, ...]

    @property
    def last_year(self) -> str:
        """The last financial year of the old code."""
        return year_after(self.year, -1)


def listed_code(code: str, seeds: Seeds) -> str:
    """Return the listed code of a council whose code `local_authorities` does not list.

    A council whose code was replaced is one council. Its figures are stored under one code, so that
    they are compared with each other.
    """
    listed = {row["local_authority_code"] for row in seeds["local_authorities"]}
    if code in listed:
        return code
    for row in seeds["area_changes"]:
        if row["change_kind"] == "recoded":
            old, new = row["old_area_code"], row["new_area_code"]
            if old == code:
                return listed_code(new, seeds)
            if new == code and old in listed:
                return old
    return code


def abolished(code: str, seeds: Seeds) -> Row | None:
    """Make the row of `local_authorities` for an abolished council; None for any other code."""
    areas = {row["area_code"]: row for row in seeds["official_areas"]}
    area, region = areas.get(code), None
    if area and area["area_type"] == "local_authority":
        region = areas[area["region_code"]]
    if area is None or region is None:
        return None
    return {
        "local_authority_code": code,
        "local_authority_name": area["area_name"],
        "region_code": region["area_code"],
        "region_name": region["area_name"],
        "dfe_la_code": area["dfe_la_code"],
    }


def year_problems(code: str, year: str, seeds: Seeds, place: Place) -> Iterator[Problem]:
    """Report a council that did not exist in a financial year.

    Args:
        code: ONS code as given, which `local_authorities` need not list.
        year: The financial year that a release is about; blank if not stated.
        seeds: Rows of every seed, by its name.
        place: Where the release's record stands.
    """
    names = _names(seeds)
    name = f" ({names[code]})" if code in names else ""
    found = f"the local_authority_code '{code}'{name} for {year}"
    for change in _ended(code, seeds, names):
        if year < change.year:
            continue
        what = "has a new code" if change.is_recoded else "was abolished"
        others = _listed([f"{names.get(other, '')} {other}".strip() for other in change.others])
        advice = (
            f"The council is the same: use {others}."
            if change.is_recoded
            else f"Its area now belongs to {others}: give each council's figures under its code."
        )
        yield Problem(
            place,
            found,
            f"a council of that year: {code} {what} and may report no year after"
            f" {change.last_year}",
            advice,
        )
    for change in _begun(code, seeds):
        if year and year < change.year:
            others = _listed([f"{names.get(other, '')} {other}".strip() for other in change.others])
            yield Problem(
                place,
                found,
                f"a council of that year: {code} began in {change.year}",
                f"Before that it was {others}.",
            )


def _ended(code: str, seeds: Seeds, names: Mapping[str, str]) -> Iterator[Change]:
    rows = [
        row
        for row in seeds["area_changes"]
        if row["old_area_code"] == code
        # A council keeps the code that is listed until the newer one is.
        and (row["change_kind"] == "replaced" or row["new_area_code"] in names)
    ]
    if rows:
        others = tuple(row["new_area_code"] for row in rows)
        is_recoded = rows[0]["change_kind"] == "recoded"
        yield Change(code, rows[0]["first_financial_year"], is_recoded, others)


def _begun(code: str, seeds: Seeds) -> Iterator[Change]:
    rows = [
        row
        for row in seeds["area_changes"]
        if row["new_area_code"] == code and row["change_kind"] == "replaced"
    ]
    if rows:
        others = tuple(row["old_area_code"] for row in rows)
        yield Change(code, rows[0]["first_financial_year"], is_recoded=False, others=others)


def _names(seeds: Seeds) -> dict[str, str]:
    areas = {row["area_code"]: row["area_name"] for row in seeds["official_areas"]}
    listed = {
        row["local_authority_code"]: row["local_authority_name"]
        for row in seeds["local_authorities"]
    }
    return areas | listed


def _listed(texts: list[str]) -> str:
    *first, last = texts
    return f"{', '.join(first)} and {last}" if first else last
