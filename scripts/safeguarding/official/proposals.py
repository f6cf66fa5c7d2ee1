"""Propose what unknown columns and groups of rows are, by their values.

Nothing is decided here: a person accepts the rows proposed. What the values do not settle is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from safeguarding.official.areas import line
from safeguarding.official.earlier import (
    OTHER,
    SAME,
    Agreement,
    Earlier,
    YearAndArea,
    agreement,
)
from safeguarding.official.known import (
    AREAS_BY,
    COLUMNS,
    FIGURES,
    NEIGHBOUR_RANKS,
    Known,
    Meaning,
    OfficialFileError,
    Proposal,
    Row,
    UnknownLayoutError,
)
from safeguarding.official.published_files import YEAR, PublishedFile, nearest_of, slug
from safeguarding.official.years_and_areas import AREA_COLUMN, lenient_places

CLOSENESS = re.compile(".*close|[0-9]+[.][0-9]+")
HALF = 0.5
LEAST_OF_TABLE = 100  # values compared before a table is reported as another
COLUMN_NAMES = ("source_table", "canonical_name", "release_id", "header")
FIGURE_NAMES = ("source_table", *Meaning._fields)


def check_layout(file: PublishedFile, known: Known, earlier: Earlier) -> None:
    """Check that every column and group of rows is known, and holds what it held before.

    Raises:
        UnknownLayoutError: One is not; the message has the rows to add.
    """
    proposals = list(_Reading(file, known, earlier).proposals())
    if not proposals:
        return
    words = []
    for proposal in proposals:
        words += [proposal.reason, *(f"  {line(*row.values())}" for row in proposal.rows)]
    raise UnknownLayoutError("\n".join(words), proposals)


class _Reading:
    """A file, and how its columns agree with earlier figures."""

    def __init__(self, file: PublishedFile, known: Known, earlier: Earlier) -> None:
        self.file = file
        self.known = known
        self.table = file.table
        self.release = file.release_id or f"{file.table.publication_id}-YEAR"
        self.identity = [*AREAS_BY[file.table.areas_by], "row_group"]
        self.earlier = earlier(file.table.name, file.release_id)
        self.group_now: dict[str, str] = {}  # earlier name of a renamed group

    def proposals(self) -> Iterator[Proposal]:
        found = self._identities()
        self.file = self.file.renamed(found)
        yield from (
            self._renamed(index, name, f"its values are those of '{name}'")
            for index, name in found.items()
        )
        self.places = list(lenient_places(self.file, self.known))
        # Groups first: a renamed column is compared group by group.
        groups = list(self._groups())
        yield from self._columns()
        yield from groups
        self._check_known()

    def _identities(self) -> dict[int, str]:
        """Find columns of areas, years and groups with a new header, by their contents."""
        missing = [name for name in self.file.missing if name in self.identity]
        needed = set(self.table.needed(self.file.layout))
        # A header may mean another, unneeded column of an older release.
        spare = [i for i, name in enumerate(self.file.columns) if name not in needed]
        found: dict[int, str] = {}
        for kind, is_kind in self._kinds().items():
            wanted = [name for name in missing if name.startswith(kind)]
            fits = [i for i in spare if i not in found and self._is_of(i, is_kind)]
            if kind == "la_number":
                fits = [i for i in fits if self._is_distinct(i)][:1]
            elif kind == "neighbour_":
                fits = [i for i in fits if not self._is_distinct(i)]
            elif kind == "closeness" and len(fits) == len(NEIGHBOUR_RANKS):
                wanted *= len(fits)
            # Neighbours are in order from the nearest, so their order identifies them.
            if wanted and len(fits) == len(wanted):
                found |= dict(zip(fits, wanted, strict=True))
        return found

    def _kinds(self) -> dict[str, Callable[[str], bool]]:
        """Return, for each column of areas, years and groups, a check of its texts."""
        areas = self.known.areas

        def is_authority(text: str) -> bool:
            return areas.find(text) in areas.local_authorities

        if self.table.areas_by == "number":
            return {
                "la_number": is_authority,
                "neighbour_": is_authority,
                "closeness": lambda text: CLOSENESS.fullmatch(text.lower()) is not None,
            }
        return {
            "time_period": lambda text: YEAR.fullmatch(text) is not None,
            "geographic_level": AREA_COLUMN.__contains__,
            "country_code": lambda text: text.startswith("E92"),
            "region_code": lambda text: text.startswith(("E12", "E13")),
            "new_la_code": lambda text: text.startswith("E") and is_authority(text),
            "la_name": lambda text: areas.find(text) is not None,
            "row_group": lambda text: text in self.table.row_groups,
        }

    def _is_of(self, index: int, is_kind: Callable[[str], bool]) -> bool:
        cells = {row[index] for row in self.file.rows} - {""}
        return bool(cells) and sum(map(is_kind, cells)) >= SAME * len(cells)

    def _is_distinct(self, index: int) -> bool:
        cells = [row[index] for row in self.file.rows if row[index]]
        return len(set(cells)) == len(cells)

    def _columns(self) -> Iterator[Proposal]:
        missing, unknown = self.file.missing, self.file.unknown
        fits = {
            (name, index): self._agreement(name, index) for name in missing for index in unknown
        }
        alone = {
            name: index
            for name in missing
            if (index := self._one_that_fits(name, unknown, fits)) is not None
        }
        # A column that fits two is left open.
        alone = {n: i for n, i in alone.items() if [*alone.values()].count(i) == 1}
        for name, index in alone.items():
            fit = fits[name, index]
            why = f"{fit.equal} of {fit.compared} values of both releases are those of '{name}'"
            yield self._renamed(index, name, why)
        left = [index for index in unknown if index not in alone.values()]
        gone = [name for name in missing if name not in alone]
        open_names = [
            name
            for name in gone
            if name not in self.identity and any(self._is_open(fits[name, index]) for index in left)
        ]
        for name in gone:
            if name in self.identity and name != "closeness":
                yield self._lost(name, left)
            else:
                yield self._dropped(name, is_safe=name not in open_names)
        for index in left:
            yield from self._new(
                index, [n for n in open_names if self._is_open(fits[n, index])], fits
            )

    def _one_that_fits(
        self, name: str, unknown: Sequence[int], fits: Mapping[tuple[str, int], Agreement]
    ) -> int | None:
        """Find the column whose values are those of a canonical one; None if it is unclear.

        Rates of children and of cases are nearly the same. Among several such columns it is the one
        that is equal to the last digit, or else the one with the same name in any case. A column
        that has kept its name may have more revised values.
        """
        known = {slug(header) for header in self.file.layout.headers_of[name]} | {name}
        named = [i for i in unknown if slug(self.file.headers[i]) in known]
        near = [
            i
            for i in unknown
            if fits[name, i].is_telling and fits[name, i].share >= (HALF if i in named else SAME)
        ]
        if len(near) <= 1:
            return near[0] if near else None
        exact = [i for i in near if fits[name, i].exact >= SAME * fits[name, i].compared]
        named = [i for i in near if i in named]
        for chosen in (exact, named):
            if len(chosen) == 1:
                return chosen[0]
        return None

    @staticmethod
    def _is_open(fit: Agreement) -> bool:
        """Check whether the values allow a column to be the missing one."""
        return not fit.is_telling or fit.share >= OTHER

    def _renamed(self, index: int, name: str, why: str) -> Proposal:
        header = self.file.headers[index]
        same = [i for i, each in enumerate(self.file.headers) if each == header]
        # A repeated header needs a row for each occurrence, in order.
        names = [name if i == index else self.file.columns[i] or f"{name}_again" for i in same]
        return Proposal(
            COLUMNS,
            tuple(self._row(each, header) for each in names),
            f"{self._at(index)}: {why}. Add to {COLUMNS}:",
            is_safe=True,
        )

    def _lost(self, name: str, left: Sequence[int]) -> Proposal:
        """Report a missing column that is needed to read any row."""
        known = " or ".join(f"'{header}'" for header in self.file.layout.headers_of[name])
        reason = (
            f"{self.file.path.name} line 1: column {known} ({name}) of table {self.table.name} is"
            " missing, and no column has its values. Download the complete file"
        )
        headers = [self.file.headers[index] for index in left]
        if not headers:
            return Proposal(COLUMNS, (), f"{reason}.", is_safe=False)
        nearest = nearest_of(known, headers)
        return Proposal(
            COLUMNS,
            (self._row(name, nearest),),
            f"{reason}; if it is called '{nearest}' now, add to {COLUMNS}:",
            is_safe=False,
        )

    def _dropped(self, name: str, *, is_safe: bool) -> Proposal:
        known = " or ".join(f"'{header}'" for header in self.file.layout.headers_of[name])
        return Proposal(
            COLUMNS,
            (self._row(name, ""),),
            f"{self.file.path.name} line 1: column {known} ({name}) of table {self.table.name} is"
            f" missing. If the file is complete, its figures end before {self.release}, and older"
            f" releases keep them: add to {COLUMNS}:",
            is_safe,
        )

    def _new(
        self,
        index: int,
        open_names: Sequence[str],
        fits: Mapping[tuple[str, int], Agreement],
    ) -> Iterator[Proposal]:
        header = self.file.headers[index]
        if open_names:
            # The values do not show it: the nearest name is only a hint.
            by_header = {self.file.layout.headers_of[name][-1]: name for name in open_names}
            nearest = nearest_of(header, by_header)
            name = by_header[nearest]
            fit = fits[name, index]
            seen = f"{fit.equal} of {fit.compared} values of both releases are equal"
            yield Proposal(
                COLUMNS,
                (self._row(name, header),),
                f"{self._at(index)}. The nearest known is '{nearest}' ({seen}). If that is what it"
                f" is called now, add to {COLUMNS}:",
                is_safe=False,
            )
        names = set(self.file.layout.headers_of)
        new = slug(header) or f"column_{index + 1}"
        while new in names:
            new += "_new"
        yield Proposal(
            COLUMNS,
            (self._row(new, header),),
            f"{self._at(index)}. {'If it' if open_names else 'It'} is new, it is left out until"
            f" {FIGURES} says what it counts: add to {COLUMNS}:",
            not open_names,
        )

    def _row(self, name: str, header: str) -> Row:
        cells = (self.table.name, name, self.release, header)
        return dict(zip(COLUMN_NAMES, cells, strict=True))

    def _at(self, index: int) -> str:
        header = self.file.headers[index]
        before = self.file.layout.meanings_of.get(header)
        known = f"stood for '{before[0]}' before" if before else "is not known"
        return (
            f"{self.file.path.name} line 1, column {index + 1}: found header '{header}', which"
            f" {known} in table {self.table.name} of {self.release}"
        )

    def _agreement(self, name: str, index: int) -> Agreement:
        """Compare a column with earlier figures of a canonical one."""
        total = Agreement()
        for meaning in self.table.meanings:
            if meaning.canonical_name == name:
                total = total.with_more(self._agreement_with(meaning, index, meaning.row_group))
        return total

    def _agreement_with(self, meaning: Meaning, index: int, group: str) -> Agreement:
        values = self.earlier.get((meaning.measure_id, meaning.category_id, meaning.unit), {})
        cells = (
            (place, row[index])
            for place, its_group, row in self._placed_rows()
            if its_group == group
        )
        are_estimates = meaning.unit == "rate_per_10000" or meaning.measure_id.startswith(
            "population"
        )
        return agreement(cells, values, are_estimates=are_estimates) if values else Agreement()

    def _placed_rows(self) -> Iterator[tuple[YearAndArea, str, Sequence[str]]]:
        at = self._at_group()
        for place, row in zip(self.places, self.file.rows, strict=True):
            if place is not None:
                group = "" if at is None else row[at]
                yield place, self.group_now.get(group, group), row

    def _at_group(self) -> int | None:
        columns = self.file.columns
        return columns.index("row_group") if "row_group" in columns else None

    def _groups(self) -> Iterator[Proposal]:
        """Propose what unknown groups of rows are."""
        at = self._at_group()
        if at is None:
            return
        found = list(dict.fromkeys(row[at] for row in self.file.rows))
        gone = [group for group in self.table.row_groups if group not in found]
        for group in found:
            if group not in self.table.row_groups:
                yield from self._group(group, gone, at)

    def _group(self, group: str, gone: Sequence[str], at: int) -> Iterator[Proposal]:
        number = next(n for n, row in enumerate(self.file.rows) if row[at] == group)
        where = f"{self.file.at(number, at)}: found rows '{group}', which are not known"
        fits = {each: self._group_agreement(group, each) for each in gone}
        same = [each for each, fit in fits.items() if fit.is_telling and fit.share >= SAME]
        nearest = same[0] if len(same) == 1 else nearest_of(group, gone or self.table.row_groups)
        rows = tuple(
            self._figure(meaning._replace(row_group=group))
            for meaning in self.table.meanings
            if meaning.row_group == nearest
        )
        left_out = (self._figure(Meaning("", group, "", "", "")),)
        if len(same) == 1:
            fit = fits[nearest]
            self.group_now[group] = nearest
            yield Proposal(
                FIGURES,
                rows,
                f"{where}. {fit.equal} of {fit.compared} values of both releases are those of"
                f" '{nearest}'. They are renamed: add to {FIGURES}:",
                True,
            )
            return
        is_new = all(fit.is_telling and fit.share < OTHER for fit in fits.values())
        if not is_new:
            yield Proposal(
                FIGURES,
                rows,
                f"{where}. The nearest known is '{nearest}'. If they are the same renamed, add to"
                f" {FIGURES}:",
                is_safe=False,
            )
        yield Proposal(FIGURES, left_out, f"{where}. To leave them out, add to {FIGURES}:", is_new)

    def _group_agreement(self, group: str, other: str) -> Agreement:
        total = Agreement()
        for meaning in self.table.meanings:
            if meaning.row_group == other and meaning.canonical_name in self.file.columns:
                index = self.file.columns.index(meaning.canonical_name)
                total = total.with_more(self._agreement_with(meaning, index, group))
        return total

    def _figure(self, meaning: Meaning) -> Row:
        return dict(zip(FIGURE_NAMES, (self.table.name, *meaning), strict=True))

    def _check_known(self) -> None:
        """Check that a known header still means what it meant."""
        compared = Agreement()
        for index, name in enumerate(self.file.columns):
            fit = self._agreement(name, index) if name else Agreement()
            compared = compared.with_more(fit)
            if not fit.is_telling or fit.share >= HALF:
                continue
            others = {m.canonical_name for m in self.table.meanings} - {name, ""}
            now = [o for o in sorted(others) if self._agreement(o, index).share >= SAME]
            if now:
                row = line(*self._row(now[0], self.file.headers[index]).values())
                raise OfficialFileError(
                    f"{self.file.path.name} line 1, column {index + 1}: header"
                    f" '{self.file.headers[index]}' stood for '{name}', but"
                    f" {fit.compared - fit.equal} of {fit.compared} values of both releases differ"
                    f" and those of '{now[0]}' are equal. If it stands for that now, add to"
                    f" {COLUMNS}: {row}"
                )
        if compared.compared >= LEAST_OF_TABLE and compared.share < HALF:
            raise OfficialFileError(
                f"{self.file.path.name}: it has the columns of table {self.table.name}, but only"
                f" {compared.equal} of {compared.compared} values of the years that an earlier"
                " release has are equal to it. It may be another table: compare the two, and move"
                " the file out of the folder if it is."
            )
