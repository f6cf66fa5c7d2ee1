"""No integer program works a small count of an unpublished release out of what is public."""

from __future__ import annotations

import copy
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from attack import Attack, Name, Public, read_public, same_day, secrets
from compiled_project import CompiledProject
from conftest import PROJECT, Seeds
from exports.catalogue import exported_tables
from exports.disclosure import Audience, write_released_database
from worlds import MODES, Release, World, add_world, make_world, write_official

GREATEST = 5
WIDTH = 5  # bounds as far apart as 1 and 6: whether a count is small stays open
COUNCILS = 3  # of each mode


@dataclass
class Outcome:
    """What an attack finds: secrets, and those whose bounds are too close, by council."""

    secrets: Counter[str] = field(default_factory=Counter)
    narrow: dict[tuple[str, Name], tuple[int, int]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def worlds(seeds_as_they_are: Seeds) -> list[World]:
    codes = [
        row["local_authority_code"]
        for row in seeds_as_they_are["local_authorities"]
        if row["local_authority_code"] != "E10000014"
    ]
    numbered = [(mode, number) for mode in MODES for number in range(COUNCILS)]
    return [
        make_world(code, mode, 100 * MODES.index(mode) + number)
        for code, (mode, number) in zip(codes, numbered, strict=False)
    ]


@pytest.fixture(scope="module")
def warehouse(
    compiled: CompiledProject,
    seeds_as_they_are: Seeds,
    worlds: list[World],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    seeds = copy.deepcopy(seeds_as_they_are)
    for world in worlds:
        add_world(seeds, world)
    path = tmp_path_factory.mktemp("worlds") / "warehouse.duckdb"
    compiled.build(seeds, str(path)).close()
    write_official(path, worlds)
    return path


def released(warehouse: Path, audience: Audience = Audience.PUBLIC) -> Path:
    target = warehouse.parent / f"{audience}.duckdb"
    if not target.exists():
        tables = exported_tables(PROJECT / "target" / "manifest.json")
        write_released_database(warehouse, tables, audience, target)
    return target


def in_warehouse(warehouse: Path) -> dict[str, dict[Name, int]]:
    """Counts that each release prints."""
    found: dict[str, dict[Name, int]] = defaultdict(dict)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for release, measure, category, period, value in connection.execute(
            "select release_id, measure_id, coalesce(category_id, ''), period_id,"
            " cast(value as integer) from marts.fct_observations"
            " where unit = 'count' and value is not null"
        ).fetchall():
            name = "net" if measure == "care_net_change" else measure
            found[release][(name, category, period)] = value
    return found


def attack(
    world: World, release: Release, printed: dict[str, dict[Name, int]], public: Public
) -> Iterator[tuple[Name, tuple[int, int]]]:
    """Bounds of each secret of a release."""
    own = printed[release.name]
    known = {
        name
        for other in world.releases
        if other.is_published
        for name, value in printed[other.name].items()
        if own.get(name) == value
    }
    program = Attack(release.truth, [name for name, value in own.items() if value > 0])
    program.read(public.printed[world.authority])
    program.read_official(public.official[world.authority])
    for name in secrets(own, known, GREATEST):
        if same_day(name) not in {same_day(other) for other in known}:
            yield name, program.bounds(name, WIDTH)


def run(warehouse: Path, worlds: list[World], database: Path) -> Outcome:
    public, printed = read_public(database), in_warehouse(warehouse)
    outcome = Outcome()
    for world in worlds:
        for release in world.releases:
            if not release.is_published:
                for name, (low, high) in attack(world, release, printed, public):
                    outcome.secrets[world.mode] += 1
                    if high - low < WIDTH:
                        outcome.narrow[(release.name, name)] = (low, high)
    return outcome


def test_no_integer_program_works_out_a_small_count(warehouse: Path, worlds: list[World]) -> None:
    outcome = run(warehouse, worlds, released(warehouse))
    modes = {release.name: world.mode for world in worlds for release in world.releases}
    for mode in MODES:
        narrow = [b for (name, _), b in outcome.narrow.items() if modes[name] == mode]
        exact = sum(low == high for low, high in narrow)
        sys.stdout.write(
            f"\n{mode}: {outcome.secrets[mode]} secrets, {len(narrow)} narrow, {exact} exact"
        )
        assert outcome.secrets[mode] > 20
    assert not outcome.narrow
