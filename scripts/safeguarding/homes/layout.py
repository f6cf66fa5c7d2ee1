"""Lay out a home: its folders, its settings with every default, and a page for the analyst."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from safeguarding.homes import places, working_project
from safeguarding.homes.places import (
    FIGURES,
    FOLDERS,
    OFFICIAL,
    REFERENCE,
    REGISTERS,
    SETTINGS,
    Home,
    HomeError,
)  # fmt: skip
from safeguarding.homes.working_project import RULES, TABLE, Row
from safeguarding.warehouse import seed_files

# Reference data that councils most often have rows of their own of.
OWN_REFERENCE = (
    "row_label_variants", "measures", "published_rows", "context_words", "local_authorities",
)  # fmt: skip
HERE = Path(__file__).parent
HAMPSHIRE = "E10000014"
DEMONSTRATION = "Hampshire's two reports, as the demonstration has them."


def lay_out(root: Path, authorities: Sequence[str]) -> Home:
    """Make a home; an existing folder must have nothing of the kind in it.

    Raises:
        HomeError: A code is none, or the folder cannot be a home; nothing was changed.
    """
    for code in authorities:
        if not places.CODE.fullmatch(code):
            raise HomeError(_no_code(code))
    places.refuse_within_product(root)
    if above := places.find(root.parent):
        raise HomeError(
            f"{root} would be inside the home {above}. Make it beside it. Nothing was changed."
        )
    contents = _contents(authorities)
    there = sorted(name for name in contents if (root / name).exists())
    if there:
        raise HomeError(
            f"{root} has {', '.join(there)} already. Give the name of a new folder."
            " Nothing was changed."
        )
    try:
        for folder in (FIGURES, REGISTERS, REFERENCE, OFFICIAL, *FOLDERS.values()):
            (root / folder).mkdir(parents=True, exist_ok=True)
        # The settings come last: with them the folder is a home.
        for name, content in contents.items():
            (root / name).write_bytes(content)
    except OSError as error:
        raise HomeError(
            f"{root} cannot be written: {error.strerror}. Try another place."
        ) from error
    return places.read(root)


def demonstrate(root: Path) -> Home:
    """Make a home with the figures, releases and registers of the product's own seeds."""
    home = lay_out(root, [HAMPSHIRE])
    product = places.product()
    columns = [TABLE, *working_project.figure_columns()]
    figures: dict[str, list[Row]] = {}
    for name, path in working_project.seeds_of(product).items():
        if not working_project.is_own(path):
            continue
        rows = seed_files.read(path)[0]
        if working_project.place_of(path) == REGISTERS:
            header = working_project.header_of(path.read_bytes())
            content = working_project.as_csv(header, rows)
            (root / REGISTERS / path.name).write_bytes(content)
            continue
        for row in rows:
            figures.setdefault(row["release_id"], []).append({TABLE: name} | row)
    for release_id, rows in figures.items():
        content = working_project.as_csv(columns, rows)
        (root / FIGURES / f"{release_id}.csv").write_bytes(content)
    return home


def names_of(codes: Iterable[str]) -> list[str]:
    """What councils are called, or their codes where the product does not know them."""
    known = _councils()
    return [known.get(code, code) for code in codes]


def _councils() -> dict[str, str]:
    rows, _ = seed_files.read(working_project.seeds_of(places.product())["local_authorities"])
    return {row["local_authority_code"]: row["local_authority_name"] for row in rows}


def _no_code(code: str) -> str:
    codes = {name.lower(): code for code, name in _councils().items()}
    near = difflib.get_close_matches(code.lower(), codes, 3)
    advice = ", ".join(f"{codes[name]} ({name.title()})" for name in near)
    return (
        f"--authority: found '{code}', expected a council's ONS code as E10000008."
        + (f" Did you mean {advice}?" if advice else "")
        + " Nothing was changed."
    )


def _contents(authorities: Sequence[str]) -> dict[str, bytes]:
    seeds = working_project.seeds_of(places.product())
    empty = {}
    for name, path in seeds.items():
        place = working_project.place_of(path)
        if name != RULES and (place == REGISTERS or name in OWN_REFERENCE):
            header = working_project.header_of(path.read_bytes())
            empty[f"{place}/{path.name}"] = working_project.as_csv(header, [])
    code = authorities[0] if len(authorities) == 1 else list(authorities)
    values = {
        "@AUTHORITY@": json.dumps(code),
        "@NAMES@": ", ".join(names_of(authorities)),
        "@VERSION@": places.version(),
    }

    def filled(template: str) -> bytes:
        text = (HERE / "templates" / template).read_text(encoding="utf-8")
        for name, value in values.items():
            text = text.replace(name, value)
        return text.encode("utf-8")

    return {
        **empty,
        "README.md": filled("README.md"),
        ".gitignore": filled("gitignore"),
        SETTINGS: filled("safeguarding.toml"),
    }
