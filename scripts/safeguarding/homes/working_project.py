"""Derive the dbt project that a home's commands work on, when something changed.

Its models, macros, tests and settings are the product's. Of its seeds, figures, releases and
registers are the home's alone; reference data and official statistics are the product's with the
home's own rows behind them. All that reads seeds therefore works in a home as in the repository.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from safeguarding.homes import places
from safeguarding.homes.places import (
    FIGURES,
    OFFICIAL,
    REFERENCE,
    REGISTERS,
    STATE,
    Home,
    HomeError,
)  # fmt: skip
from safeguarding.warehouse import seed_files

Row = dict[str, str]
TABLE = "table_id"
# Seeds of which a home has its own rows alone, beside the figures: all in `registers`, and these.
ELSEWHERE = {"releases": "reference", "narrative_claims": "claims"}
# A rule of the product that a home may have a rule of its own in place of.
RULES = "disclosure_rules"
STATISTICS = "official_statistics.parquet"
_BESIDE = re.compile(r"^(~\$|\.~lock\.)|(?<=.)#$")  # what spreadsheet programs keep beside a file
_SEED = re.compile(r"seeds/[a-z]+/[a-z_0-9]+\.csv")
_COPY = re.compile(r"conflict|\(\d+\)$| - copy|-(desktop|laptop|pc)-|^copy of ", re.IGNORECASE)


def place_of(seed: Path) -> str:
    """Where a home keeps rows of a seed: a folder of the home, for `seeds/<folder>/<name>.csv`."""
    if seed.parent.name == FIGURES:
        return FIGURES
    if seed.stem in ELSEWHERE or seed.parent.name == REGISTERS:
        return REGISTERS
    return OFFICIAL if seed.parent.name == OFFICIAL else REFERENCE


def is_own(seed: Path) -> bool:
    """Whether a home has its own rows of a seed alone, and none of the product's."""
    is_register = place_of(seed) == REGISTERS and seed.stem != RULES
    return seed.parent.name == FIGURES or is_register


def seeds_of(project: Path) -> dict[str, Path]:
    """Seeds of a project by their names."""
    return {path.stem: path for path in sorted((project / "seeds").rglob("*.csv"))}


def kept_file(project: Path, seed_file: str, release_id: str | None) -> tuple[Path, str]:
    """Return what a person edits to change rows of a seed: a home's file, or the seed.

    Returns:
        The root, and the file's name below it.
    """
    seed, home = Path(seed_file), places.home_of(project)
    if not home:
        return project, seed_file
    place = place_of(seed)
    return home.root, f"{place}/{f'{release_id}.csv' if place == FIGURES else seed.name}"


def in_home(message: str, project: Path) -> str:
    """Name a home's files in place of seeds that a message about the project names."""
    if not places.home_of(project):
        return message

    def named(seed: re.Match[str]) -> str:
        path = Path(seed[0])
        place = place_of(path)
        return f"{place}/ (table {path.stem})" if place == FIGURES else f"{place}/{path.name}"

    return _SEED.sub(named, message)


def own_files(home: Home) -> Iterator[Path]:
    """The files that a home keeps figures and rows in, without what programs left there.

    Raises:
        HomeError: A file is none that a home has: its rows would be counted twice, or not at all.
    """
    names = _names()
    for folder in (FIGURES, REGISTERS, REFERENCE, OFFICIAL):
        for path in places.files_in(home.root / folder):
            refuse_placeholder(path)
            is_table = path.suffix == ".csv" or path.name == STATISTICS
            if folder != FIGURES and path.name not in names[folder]:
                raise HomeError(_unknown(home, path, names[folder]))
            if is_table:
                yield path
            elif path.suffix.lower() == ".csv":
                raise HomeError(f"{_said(home, path)}: end its name with .csv in small letters.")


def refuse_placeholder(path: Path) -> None:
    """Refuse a file that a cloud folder has not brought yet, or that a program keeps for itself.

    Raises:
        HomeError: It is one.
    """
    if path.is_file() and _BESIDE.match(path.name):
        raise HomeError(
            f"{path}: this is what a spreadsheet program keeps beside an open file. Close the file"
            f" there, then name the file itself: {_BESIDE.sub('', path.name)}."
            " Nothing was changed."
        )
    if path.is_file() and not path.stat().st_size:
        raise HomeError(
            f"{path}: the file is empty (0 bytes), as a cloud folder leaves one that it has not"
            " brought yet. Open it once, or wait until it is there, or delete it."
            " Nothing was changed."
        )


def _unknown(home: Home, path: Path, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(path.name.lower(), names, 1, cutoff=0.5)
    if _COPY.search(path.stem):
        of = f" of {near[0]}" if near else ""
        advice = f"It looks like a copy{of} that a cloud folder made: compare the two, keep one."
    elif near:
        advice = f"Did you mean {near[0]}? Rename it, or move it out of the folder."
    else:
        advice = f"Expected: {', '.join(names)}. Move it out of the folder."
    return f"{_said(home, path)}: no such file belongs there. {advice} Nothing was changed."


def _names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = {FIGURES: [], REGISTERS: [], REFERENCE: [], OFFICIAL: []}
    for seed in seeds_of(places.product()).values():
        names[place_of(seed)].append(seed.name)
    names[OFFICIAL].append(STATISTICS)
    return names


def prepare(home: Home) -> None:
    """Derive the home's project if the home's files changed; nothing is done if none did.

    The caller holds the home's lock.

    Raises:
        HomeError: The home is of another version of the product, or a file cannot be used.
    """
    refuse_other_version(home)
    if places.read_json(home.project / STATE).get("home") != places.digest_of_home(home):
        derive(home, home.project)


def is_current(home: Home) -> bool:
    """Whether the derived project says what the home and the product say."""
    state = places.read_json(home.project / STATE)
    return (
        state.get("home") == places.digest_of_home(home)
        and state.get("product") == places.digest_of_product()
        and not places.other_version(home)
    )


def refuse_other_version(home: Home) -> None:
    """Refuse a home of a newer product, or one that is still to be upgraded.

    Raises:
        HomeError: It is one.
    """
    if other := places.other_version(home):
        what, do = other
        shows = " It shows what changes before anything is replaced." if "upgrade" in do else ""
        raise HomeError(f"{what} Next: {do}.{shows} Nothing was changed.")


def derive(home: Home, into: Path) -> None:
    """Write the project, of which only what changed; it is whole once its state is written.

    Raises:
        HomeError: A file of the home cannot be used; the project is as it was.
        OSError: The home cannot be written.
    """
    files = list(own_files(home))
    said = {"product": places.digest_of_product(), "version": places.version()}
    said |= {"home": places.digest_of_home(home)}
    contents = {**_of_product(), **_seeds(home, files)}
    state = into / STATE
    into.mkdir(parents=True, exist_ok=True)
    state.unlink(missing_ok=True)
    for name, content in contents.items():
        path = into / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            new = path.with_name(f"{path.name}.new")  # who reads it finds the old or the new one
            new.write_bytes(content)
            new.replace(path)
    for path in list(places.product_files(into)):
        if path.relative_to(into).as_posix() not in contents:
            path.unlink()
    _write_statistics(home, into)
    state.write_text(json.dumps(said), encoding="utf-8")


def _of_product() -> dict[str, bytes]:
    root = places.product()
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in places.product_files(root)
    }


def _seeds(home: Home, files: Sequence[Path]) -> dict[str, bytes]:
    """Seeds whose rows are not the product's alone, by their path below the project."""
    root = places.product()
    made = {}
    problems: list[str] = []
    figures = _figures(home, [path for path in files if path.parent.name == FIGURES], problems)
    by_place = {(path.parent.name, path.stem): path for path in files if path.suffix == ".csv"}
    for path, columns in seed_files.declared_columns(root).items():
        name, place = path.stem, place_of(path)
        if place == FIGURES:
            rows = figures.pop(name, [])
        else:
            file = by_place.get((place, name))
            own = read_rows(home, file, columns, problems) if file else []
            if not own and not is_own(path):
                continue
            rows = _behind(home, path, own, problems)
        made[path.relative_to(root).as_posix()] = as_csv(columns, rows)
    for table in figures:
        known = ", ".join(sorted(p.stem for p in (root / "seeds" / FIGURES).glob("*.csv")))
        problems.append(f"figures: found the table '{table}', expected one of {known}.")
    if problems:
        raise HomeError("\n".join([*problems, "Nothing was changed."]))
    return made


def _behind(home: Home, seed: Path, own: list[Row], problems: list[str]) -> list[Row]:
    """Rows of the product with the home's own behind them, where the home has not its own alone."""
    if is_own(seed) or seed.stem == RULES:
        return own
    sheet = yaml.safe_load(seed.with_suffix(".yml").read_text(encoding="utf-8"))["seeds"][0]
    key = sheet["config"]["meta"].get("key") or []

    def key_of(row: Row) -> tuple[str, ...]:
        return tuple(row.get(name, "") for name in key) if key else tuple(row.values())

    rows, _ = seed_files.read(seed)
    kept = {key_of(row): row for row in own}
    if seed.parent.name == OFFICIAL:  # what was loaded later stands in place of the product's
        return [*(row for row in rows if key_of(row) not in kept), *own]
    added = []
    product = {key_of(row): row for row in rows}
    for row in own:
        if (same := product.get(key_of(row))) is None:
            added.append(row)
        elif same != row:
            said = ", ".join(f"{name} {row[name]!r}" for name in key)
            problems.append(
                f"reference/{seed.name}: the row with {said} is the product's already, with other"
                " contents. Delete the row, or give it a name of its own."
            )
    return [*rows, *added]


def _figures(home: Home, files: Sequence[Path], problems: list[str]) -> dict[str, list[Row]]:
    """Figures of all releases, by table."""
    columns = figure_columns()
    tables: dict[str, list[Row]] = {}
    for path in files:
        for row in read_rows(home, path, [TABLE, *columns], problems):
            if row["release_id"] != path.stem:
                copied = _COPY.search(path.stem)
                problems.append(
                    f"{_said(home, path)}: found figures of the release '{row['release_id']}',"
                    f" expected those of '{path.stem}', after which the file is named."
                    + (
                        " It looks like a copy that a cloud folder made: compare the two, keep one."
                        if copied
                        else " Rename the file."
                    )
                )
                break
            code = row["local_authority_code"]
            if code not in home.authorities:
                problems.append(foreign(home, _said(home, path), code))
                break
            tables.setdefault(row.pop(TABLE), []).append(row)
    return tables


def foreign(home: Home, where: str, code: str) -> str:
    """Say that figures are of a council that the home is not for."""
    return (
        f"{where}: found figures of {code}, expected {' or '.join(home.authorities)}, as"
        f" {places.SETTINGS} says. If this home is for {code} too, add it there:"
        f" authority = {json.dumps([*home.authorities, code])}."
    )


def figure_columns() -> list[str]:
    """Columns of a figure seed, in order."""
    config = yaml.safe_load((places.product() / places.PROJECT_FILE).read_text(encoding="utf-8"))
    return list(config["seeds"][config["name"]][FIGURES]["+column_types"])


def read_rows(home: Home, path: Path, columns: Sequence[str], problems: list[str]) -> list[Row]:
    """Read rows of a home's file: columns of an older version are blank where it lacks them."""
    rows, found = seed_files.read(path)
    name = _said(home, path)
    problems += [f"{name}{problem}" for problem in found]
    if found:
        return []
    header = header_of(path.read_bytes())
    unknown = [column for column in header if column not in columns]
    if unknown or len(set(header)) < len(header):
        problems.append(
            f"{name} row 1: found columns {', '.join(c or '(empty)' for c in header)},"
            f" expected {', '.join(columns)}."
        )
        return []
    return [{column: row.get(column, "") for column in columns} for row in rows]


def header_of(content: bytes) -> list[str]:
    """The columns of a CSV file."""
    text = content.decode("utf-8-sig")
    return next(csv.reader(io.StringIO(text, newline="")), [])


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """A CSV file of rows."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def _said(home: Home, path: Path) -> str:
    return path.relative_to(home.root).as_posix()


def _write_statistics(home: Home, into: Path) -> None:
    """Put official statistics that the home loaded beside the product's, or in their place."""
    own, shipped = home.root / OFFICIAL / STATISTICS, into / "seeds" / OFFICIAL / STATISTICS
    if own.exists():
        _write_query(
            f"select * from read_parquet('{_sql(own)}') union all by name"
            f" select * from read_parquet('{_sql(shipped)}') anti join"
            f" (select distinct release_id, source_table from read_parquet('{_sql(own)}'))"
            " using (release_id, source_table)"
            " order by source_table, measure_id, category_id, unit, area_code, financial_year,"
            " release_id",
            shipped,
        )


def keep_official(home: Home) -> None:
    """Keep in the home what a loading of official statistics added to its project.

    Raises:
        OSError: The home cannot be written.
    """
    product = seeds_of(places.product())
    for name, path in seeds_of(home.project).items():
        place = place_of(path)
        if place not in (OFFICIAL, REFERENCE) or is_own(path):
            continue
        if path.read_bytes() == product[name].read_bytes():
            continue
        theirs, _ = seed_files.read(product[name])
        rows = [row for row in seed_files.read(path)[0] if row not in theirs]
        if rows:
            target = home.root / place / path.name
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(as_csv(list(rows[0]), rows))
    statistics = home.project / "seeds" / OFFICIAL / STATISTICS
    shipped = product["official_files"].parent / STATISTICS
    if statistics.read_bytes() != shipped.read_bytes():
        target = home.root / OFFICIAL / STATISTICS
        target.parent.mkdir(exist_ok=True)
        loaded = home.root / OFFICIAL / "official_files.csv"  # figures of the tables it names
        _write_query(
            f"select * from read_parquet('{_sql(statistics)}') semi join"
            f" read_csv('{_sql(loaded)}', all_varchar = true) using (release_id, source_table)",
            target,
        )


def _write_query(query: str, to: Path) -> None:
    import duckdb  # noqa: PLC0415 - only where official statistics were loaded

    made = to.with_suffix(".new")
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"copy ({query}) to '{_sql(made)}' (format parquet, compression zstd)")
    made.replace(to)


def _sql(path: Path) -> str:
    return str(path).replace("'", "''")
