"""Find areas as the published files name them: by code, DfE's number or name, past or present.

An unknown area is described as far as possible, with the rows that would make it known. An
abolished council belongs in `official_areas.csv`, never among the authorities of today.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

AREAS = "seeds/official/official_areas.csv"
AUTHORITIES = "seeds/reference/local_authorities.csv"
CHANGES = "seeds/official/area_changes.csv"
SPELLINGS = "seeds/official/official_columns.csv"
AREAS_TABLE = "areas"  # its rows say which texts mean areas, not which headers mean columns
CODE = re.compile(r"E[0-9]{8}")
BETWEEN = re.compile(r"\s*[/,;&+]\s*|\s+and\s+")


@dataclass(frozen=True)
class Unknown:
    """An unknown area of a file.

    Attributes:
        text: Its text in the file: a code, a number or a name.
        name: Its name in the file, or blank.
        region_code: ONS code of its region in the file, or blank.
        region_name: Name of its region in the file, or blank.
        number: DfE's number of it in the file, or blank.
        years: Financial years of its rows in the file, in order; none if there are no years.
    """

    text: str
    name: str = ""
    region_code: str = ""
    region_name: str = ""
    number: str = ""
    years: tuple[str, ...] = ()


@dataclass(frozen=True)
class Areas:
    """Everything known about areas.

    Attributes:
        codes: ONS code of each area, by any code, DfE number, name or spelling that files have;
            blank for a text whose rows are left out.
        names: Name of each area by its code.
        regions: Code of each authority's region.
        local_authorities: ONS codes of authorities, past and present.
        begins: The first financial year of each authority that replaced another.
        ends: The first financial year in which each authority that was replaced was gone.
        successors: Codes of those that replaced an authority.
        predecessors: Codes of those that an authority replaced.
    """

    codes: Mapping[str, str]
    names: Mapping[str, str]
    regions: Mapping[str, str]
    local_authorities: frozenset[str]
    begins: Mapping[str, str]
    ends: Mapping[str, str]
    successors: Mapping[str, Sequence[str]]
    predecessors: Mapping[str, Sequence[str]]

    def find(self, text: str) -> str | None:
        """Return the code of an area; blank if its rows are left out, None if it is unknown."""
        code = self.codes.get(text)
        return self.codes.get(normalise_codes(text)) if code is None else code

    def named(self, code: str) -> str:
        """Name an area for a person: `Kent E10000016`."""
        return f"{self.names.get(code, '')} {code}".strip()

    def listed(self, codes: Iterable[str]) -> str:
        """Name areas in a sentence: `Kent E10000016 and Surrey E10000030`."""
        *first, last = [self.named(code) for code in codes]
        return f"{', '.join(first)} and {last}" if first else last

    def parts(self, text: str) -> list[str]:
        """Return the codes of several areas in one cell; none if it is one area."""
        found = CODE.findall(text) or [part for part in BETWEEN.split(text) if part]
        codes = [self.codes.get(part) or part for part in found]
        is_list = len(codes) > 1 and all(CODE.fullmatch(code) for code in codes)
        return list(dict.fromkeys(codes)) if is_list else []

    def existed(self, code: str, year: str) -> bool:
        """Check whether an authority existed in a financial year."""
        return self.begins.get(code, "") <= year and not self.ends.get(code, "9") <= year

    def advice(self, unknown: Unknown, present: Mapping[str, set[str]]) -> str:
        """Describe what an unknown area may be, and the rows to add.

        Args:
            unknown: The area.
            present: Codes of the areas that the file has rows of, by financial year.
        """
        text, name = unknown.text, unknown.name or unknown.text
        if parts := self.parts(text):
            others = self.listed(parts[1:])
            return (
                f"It is {self.listed(parts)} in one row. To store its figures under"
                f" {self.named(parts[0])}, which then include {others}, add to {SPELLINGS}:"
                f" {spelling(text, parts[0])} - To leave its rows out, add: {spelling(text, '')}"
            )
        if not CODE.fullmatch(text):
            return self._advice_on_name(text)
        gone = line(text, name, "local_authority", unknown.region_code, unknown.number)
        if text in self.ends:
            followed = self.listed(self.successors[text])
            return (
                f"It is an abolished council: {followed} replaced it in {self.ends[text]}."
                f" Add to {AREAS}: {gone}"
            )
        same = self._same_council(unknown, present)
        return same or self._advice_on_years(unknown, name, gone, present)

    def _advice_on_years(
        self, unknown: Unknown, name: str, gone: str, present: Mapping[str, set[str]]
    ) -> str:
        text = unknown.text
        today = line(text, name, unknown.region_code, unknown.region_name, unknown.number)
        if text in self.begins:
            before = self.listed(self.predecessors[text])
            return f"It replaced {before} in {self.begins[text]}. Add to {AUTHORITIES}: {today}"
        years = sorted(present)
        first, last = (unknown.years[0], unknown.years[-1]) if unknown.years else ("", "")
        if years and last < years[-1]:
            after = min(year for year in years if year > last)
            followed_by = self._began(present, after, unknown.region_code)
            return (
                f"The file has it up to {last}, so it was abolished. Add to {AREAS}: {gone} -"
                f" and to {CHANGES} a row for each council that replaced it:"
                f" {self._changes([text], followed_by or ['CODE'], after, name)}"
            )
        advice = f"If it is a new authority, add to {AUTHORITIES}: {today}"
        if years and first > years[0]:
            before_it = self._ended(present, first, unknown.region_code)
            advice += (
                f" - and to {CHANGES} a row for each council that it replaced:"
                f" {self._changes(before_it or ['CODE'], [text], first, name)}"
            )
        return advice

    def _advice_on_name(self, text: str) -> str:
        nearest = max(
            (each for each in self.codes if each),
            key=lambda known: difflib.SequenceMatcher(None, text.lower(), known.lower()).ratio(),
        )
        code = self.codes[nearest] or "CODE"
        past = f" (abolished in {self.ends[code]})" if code in self.ends else ""
        return (
            f"The nearest known is '{nearest}'{past}. If it is that one, add to {SPELLINGS}:"
            f" {spelling(text, code)}"
        )

    def _same_council(self, unknown: Unknown, present: Mapping[str, set[str]]) -> str | None:
        """Suggest that a council of the same number (or name) may have a new code.

        A council that replaces another may keep its name (Dorset) and has a number of its own.
        """
        alike = unknown.number or unknown.name
        code = self.codes.get(alike) if alike else None
        if not code or code not in self.local_authorities:
            return None
        theirs = [year for year in sorted(present) if code in present[year]]
        if set(theirs) & set(unknown.years):
            return None  # both at once: two councils
        old, new, year = code, unknown.text, unknown.years[0] if unknown.years else "YEAR"
        if theirs and unknown.years and unknown.years[-1] < theirs[0]:
            old, new, year = new, old, theirs[0]
        change = line(old, new, year, "recoded", self.names[code])
        return (
            f"{self.named(code)} has the same {'number' if unknown.number else 'name'}. If it is"
            f" the same council under another code, add to {CHANGES}: {change}"
        )

    def _began(self, present: Mapping[str, set[str]], year: str, region: str) -> list[str]:
        before: set[str] = set().union(*(present[each] for each in present if each < year))
        return self._councils(present[year] - before, region)

    def _ended(self, present: Mapping[str, set[str]], year: str, region: str) -> list[str]:
        last = max(each for each in present if each < year)
        later: set[str] = set().union(*(present[each] for each in present if each >= year))
        return self._councils(present[last] - later, region)

    def _councils(self, codes: set[str], region: str) -> list[str]:
        mine = codes & self.local_authorities
        return sorted(code for code in mine if self.regions.get(code, region) == region)

    def _changes(self, old: Sequence[str], new: Sequence[str], year: str, name: str) -> str:
        rows = []
        for one in old:
            for other in new:
                old_name = self.names.get(one, name)
                rows.append(line(one, other, year, "replaced", f"{old_name} was replaced"))
        return " - ".join(rows)


def normalise_codes(text: str) -> str:
    """Return a list of codes in one form, whatever separates them; other text unchanged."""
    codes = CODE.findall(text)
    return " / ".join(codes) if len(codes) > 1 else text


def spelling(text: str, code: str) -> str:
    """Write the row that says which area a text means; a blank code leaves its rows out."""
    return line(AREAS_TABLE, code, "", normalise_codes(text))


def line(*cells: str) -> str:
    """Write cells as a line of CSV, ready to paste."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def read_areas(project: Path) -> Areas:
    """Read what is known about areas from the project's seeds."""
    codes: dict[str, str] = {}
    names: dict[str, str] = {}
    regions: dict[str, str] = {}
    authorities = set()
    for row in _rows(project / AREAS):
        code = row["area_code"]
        codes[code] = codes[row["area_name"]] = code
        names[code] = row["area_name"]
        if row["area_type"] == "local_authority":
            # A past number or name (Dorset) may be another authority's today.
            authorities.add(code)
            codes[row["dfe_la_code"]] = code
            regions[code] = row["region_code"]
    for row in _rows(project / AUTHORITIES):
        code = row["local_authority_code"]
        authorities.add(code)
        names[code], regions[code] = row["local_authority_name"], row["region_code"]
        for name in (code, row["dfe_la_code"], row["local_authority_name"]):
            codes[name] = code
    changes = _rows(project / CHANGES)
    # The latest change first, since a new code may itself have been replaced.
    for row in reversed(changes):
        if row["change_kind"] == "recoded":
            old, new = row["old_area_code"], row["new_area_code"]
            if old not in authorities:
                if new in codes:
                    codes[old] = codes[new]
            elif new not in authorities:
                codes[new] = old
    codes |= {
        row["header"]: row["canonical_name"]
        for row in _rows(project / SPELLINGS)
        if row["source_table"] == AREAS_TABLE
    }
    replaced = [row for row in changes if row["change_kind"] == "replaced"]
    successors, predecessors = defaultdict(list), defaultdict(list)
    for row in replaced:
        successors[row["old_area_code"]].append(row["new_area_code"])
        predecessors[row["new_area_code"]].append(row["old_area_code"])
    return Areas(
        codes,
        names,
        regions,
        frozenset(authorities),
        begins={row["new_area_code"]: row["first_financial_year"] for row in replaced},
        ends={row["old_area_code"]: row["first_financial_year"] for row in replaced},
        successors=successors,
        predecessors=predecessors,
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
