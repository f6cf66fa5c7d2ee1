"""SYNTHETIC councils: every count there is, what each release prints of it, and DfE's table.

The counts are invented and agree with each other; a mode says what was published before.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb

from conftest import Seeds
from support.disclosure_attack import Name
from support.synthetic.synthetic_council import (
    CATEGORIES,
    POPULATION,
    SOURCES,
    Figures,
    add_release,
    figures,
    share,
)

MODES = (
    "one draft",
    "percentages were published",
    "part was published",
    "two drafts",
    "three drafts",
    "one category is revised",
    "three quarters were published",
)
OFFICIAL_COUNTS = (
    "referrals",
    "initial_child_protection_conferences",
    "assessments_in_time",
    "cpp_started",
    "section_47_enquiries",
    "assessments",
    "cpp_at_year_end",
    "cpp_ended",
    "cpp_ended_after_2_years",
    "cpp_open_2_years",
    "cpp_repeat",
    "cla_at_year_end",
    "uasc_looked_after",
)
RATIOS = {"percent", "rate_per_10000"}
TEXTS = ["uasc_looked_after", "cla_excluding_uasc", "uasc_share_of_cla"]
EARLY = "2019-20"  # what was published before ends here, in most modes
Truth = dict[Name, int]


@dataclass
class Release:
    """A release: what it prints, and every count of the world that it tells of."""

    name: str
    day: str
    is_published: bool
    printed: Figures
    truth: Truth


@dataclass
class World:
    """A SYNTHETIC council."""

    authority: str
    mode: str
    has_official: bool
    releases: list[Release] = field(default_factory=list)

    @property
    def drafts(self) -> list[Release]:
        return [release for release in self.releases if not release.is_published]

    @property
    def truth(self) -> Truth:
        """Of the last release, and so of official statistics."""
        return self.releases[-1].truth


def counts(printed: Figures) -> Truth:
    return {_name(key): int(value) for key, value in printed.items() if key[3] == "count"}


def make_world(authority: str, mode: str, seed: int, *, has_official: bool) -> World:
    """Make a council of a mode: one of `MODES`."""
    rng = random.Random(seed)  # noqa: S311
    world = World(authority, mode, has_official)
    final = _figures(seed)

    def add(name: str, day: str, full: Figures, content: Figures, is_published: bool) -> None:
        printed = _as_printed(content, seed)
        name = f"SYNTHETIC-{authority}-{name}"
        world.releases.append(Release(name, day, is_published, printed, truth_of(full)))

    def publish(content: Figures, full: Figures = final) -> None:
        add("published", "2021-01-01", full, content, True)

    if mode == "percentages were published":
        publish({k: v for k, v in final.items() if k[3] in RATIOS and k[2][:7] <= EARLY})
    if mode in ("part was published", "three drafts"):
        publish({k: v for k, v in final.items() if k[2][:7] <= EARLY and rng.random() < 0.5})
    if mode == "three quarters were published":
        publish({k: v for k, v in final.items() if " Q" in k[2] and k[2][-1] != "3"})
    if mode == "one category is revised":
        before = _before_revision(final, rng)
        publish(before, before)
    for number in {"two drafts": [1], "three drafts": [1, 2]}.get(mode, []):
        mixed = _mixed(final, _figures(seed + 1000 * number), rng)
        add(f"draft-{number}", f"2022-0{number}-01", mixed, mixed, False)
    add("draft-9", "2022-06-01", final, final, False)
    return world


def add_world(seeds: Seeds, world: World) -> None:
    """Add a council's releases to the seeds."""
    for release in world.releases:
        add_release(
            seeds,
            release.name,
            release.day,
            release.printed,
            is_published=release.is_published,
            authority=world.authority,
        )


def write_official(warehouse: Path, worlds: list[World]) -> None:
    """Put SYNTHETIC official statistics of the councils in place of DfE's."""
    with duckdb.connect(str(warehouse)) as connection:
        release = "SYNTHETIC-official"
        for world in worlds:
            connection.execute(
                "delete from marts.fct_official_statistics where area_code = ?", [world.authority]
            )
            if not world.has_official:
                continue
            rows = [
                (world.authority, m, c or None, p, release, unit, value, marker)
                for m, c, p, unit, value, marker in _official(world)
            ]
            connection.executemany(
                "insert into marts.fct_official_statistics (official_statistic_id, area_code,"
                " measure_id, category_id, financial_year, release_id, unit, value, marker,"
                " is_calculated, is_latest_release, source_table)"
                " select md5(concat_ws('/', $1, $2, $3, $4, $6)), $1, $2, $3, $4, $5, $6, $7, $8,"
                " false, true, 'SYNTHETIC'",
                rows,
            )


def truth_of(printed: Figures) -> Truth:
    """Every count that figures tell of, also those that stand nowhere."""
    found = counts(printed)
    years = sorted({key[2] for key in printed if len(key[2]) == 7})
    for year in years:
        for parts, total in (("referrals_by_source", "with_source"), ("cpp_started", "started")):
            found[(total, "", year)] = sum(
                v for (m, _, p), v in found.items() if m == parts and p == year
            )
        for ratio, part, whole in (
            ("section_47_to_conference", "conferences", "section_47_enquiries"),
            ("assessments_in_time", "in_time", "assessments"),
        ):
            value = printed.get((ratio, "", year, "percent"))
            if value is not None:
                found[(part, "", year)] = round(value * found[(whole, "", year)] / 100)
        before = f"{int(year[:4]) - 1}-{int(year[:4]) % 100:02d}"
        stocks = [found.get(("cpp_at_year_end", "", p)) for p in (before, year)]
        if stocks[0] is not None and stocks[1] is not None:
            found[("cpp_ended", "", year)] = stocks[0] + found[("started", "", year)] - stocks[1]
        looked_after = found.get(("cla_at_year_end", "", before))
        for quarter in range(1, 5):
            net = found.get(("net", "", f"{year} Q{quarter}"))
            if looked_after is not None and net is not None and quarter < 4:
                looked_after += net
                found[("cla_at_year_end", "", f"{year} Q{quarter}")] = looked_after
        found[("population", "", year)] = POPULATION
    # Years of two councils side by side do not follow from each other.
    return {name: value for name, value in found.items() if name[0] == "net" or value >= 0}


def _name(key: tuple[str, str, str, str]) -> Name:
    return ("net" if key[0] == "care_net_change" else key[0], key[1], key[2])


def _figures(seed: int) -> Figures:
    """Figures of `synthetic`, and the text's figures on the last day of each quarter."""
    found = figures(seed)
    rng = random.Random(seed + 7)  # noqa: S311
    for (measure, _, period), looked_after in truth_of(found).items():
        if measure != "cla_at_year_end" or period[:7] < EARLY:
            continue
        unaccompanied = rng.randint(0, looked_after)
        day = period
        if " Q" not in period:
            day = f"{period} Q4"
            unaccompanied = int(found[("uasc_looked_after", "", period, "count")])
        found[("uasc_looked_after", "", day, "count")] = Decimal(unaccompanied)
        found[("cla_excluding_uasc", "", day, "count")] = Decimal(looked_after - unaccompanied)
        found[("uasc_share_of_cla", "", day, "percent")] = share(unaccompanied, looked_after)
    return found


def _as_printed(content: Figures, seed: int) -> Figures:
    """What a report prints: of the text's three figures of a day, some."""
    rng = random.Random(seed + 9)  # noqa: S311
    days = sorted({key[2] for key in content if key[0] in TEXTS})
    kept = {(day, text) for day in days for text in rng.sample(TEXTS, rng.randint(1, 3))}
    return {k: v for k, v in content.items() if k[0] not in TEXTS or (k[2], k[0]) in kept}


def _mixed(final: Figures, other: Figures, rng: random.Random) -> Figures:
    """Figures of an earlier draft: some years are those of another council altogether."""
    years = {key[2][:7] for key in final}
    revised = {year for year in sorted(years) if rng.random() < 0.4}
    mixed = {k: v for k, v in final.items() if k[2][:7] not in revised}
    return mixed | {k: v for k, v in other.items() if k[2][:7] in revised}


def _before_revision(final: Figures, rng: random.Random) -> Figures:
    """Figures as published before one small category of each year was revised."""
    before = {key: value for key, value in final.items() if key[2][:7] <= "2021-22"}
    for year in sorted({key[2] for key in before if key[0] == "cpp_started"}):
        for measure, categories in (("cpp_started", CATEGORIES), ("referrals_by_source", SOURCES)):
            of = [c for c in categories if 1 <= before[(measure, c, year, "count")] <= 5]
            if of:
                chosen = rng.choice(of)
                before[(measure, chosen, year, "count")] += rng.randint(1, 3)
                for category in categories:
                    for unit in RATIOS:
                        before.pop((measure, category, year, unit), None)
    return before


def _official(world: World) -> Iterator[tuple[str, str, str, str, Decimal | None, str | None]]:
    """DfE's table: counts of up to five are suppressed, and another one of their table."""
    rng = random.Random(world.authority)  # noqa: S311
    truth = world.truth
    years = sorted({name[2] for name in truth if name[0] == "cpp_started"})

    def rows(
        measure: str, year: str, values: dict[str, int], *, keep: bool = False
    ) -> Iterator[tuple[str, str, str, str, Decimal | None, str | None]]:
        small = {c for c, value in values.items() if 1 <= value <= 5}
        if len(small) == 1 and len(values) > 1:
            small.add(min(set(values) - small, key=lambda c: (values[c] == 0, values[c])))
        for category, value in values.items():
            is_hidden = category in small and not keep
            number = None if is_hidden else Decimal(value)
            yield (measure, category, year, "count", number, "c" if is_hidden else None)

    for year in years:
        sources = {s: truth[("referrals_by_source", s, year)] for s in SOURCES}
        sources.pop("not_recorded")
        yield from rows("referrals_by_source", year, sources)
        started = {c: truth[("cpp_started", c, year)] for c in CATEGORIES}
        yield from rows("cpp_started", year, started)
        totals = {
            "referrals": "with_source",
            "initial_child_protection_conferences": "conferences",
            "assessments_in_time": "in_time",
            "cpp_started": "started",
        }
        for measure in OFFICIAL_COUNTS:
            value = truth[(totals.get(measure, measure), "", year)]
            yield from rows(measure, year, {"": value})
        for measure in ("care_entered", "care_left"):
            total = sum(truth[(measure, "", f"{year} Q{q}")] for q in range(1, 5))
            near = total - (rng.random() < 0.5)  # a child that entered twice counts once
            yield from rows(measure, year, {"": max(near, 0)})
        for measure, part, whole in (
            ("cpp_repeat", "cpp_repeat", "started"),
            ("cpp_open_2_years", "cpp_open_2_years", "cpp_at_year_end"),
            ("cpp_ended_after_2_years", "cpp_ended_after_2_years", "cpp_ended"),
        ):
            count, base = truth[(part, "", year)], truth[(whole, "", year)]
            if not 1 <= count <= 5 and base:
                yield (measure, "", year, "percent", share(count, base, decimals="0.1"), None)
        yield ("population_0_to_17", "", year, "count", Decimal(POPULATION), None)
