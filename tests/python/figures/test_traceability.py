"""Every figure stands where its seed row says: on that line, in that cell, under that heading."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from conftest import PROJECT, Seeds
from safeguarding.warehouse.compiled_project import Row

SOURCES = Path(os.environ.get("SOURCE_TEXTS", PROJECT.parent / "shared" / "sources"))
FIGURES = sorted(
    path.stem
    for path in (PROJECT / "seeds" / "figures").glob("*.csv")
    if path.stem != "headline_figures"
)
PRINTED = {"hampshire-asr-2021-22": 341, "hampshire-asr-2022-23": 239}


@pytest.fixture(scope="module")
def lines() -> dict[str, list[str]]:
    """Lines of each report's text, counted from 1."""
    texts = {release: SOURCES / f"{release}.txt" for release in PRINTED}
    missing = [str(path) for path in texts.values() if not path.exists()]
    if missing:
        pytest.skip(
            f"TRACEABILITY NOT CHECKED: the reports' texts are not here ({', '.join(missing)});"
            " name their folder in SOURCE_TEXTS"
        )
    return {
        release: ["", *path.read_text(encoding="utf-8").splitlines()]
        for release, path in texts.items()
    }


def table_rows(seeds: Seeds) -> list[Row]:
    return [row for seed in FIGURES for row in seeds[seed]]


def without_spaces(text: str) -> str:
    return re.sub(r"\s", "", text)


def is_subsequence(short: str, long: str) -> bool:
    rest = iter(long)
    return all(letter in rest for letter in short)


def test_every_printed_figure_is_there(seeds: Seeds) -> None:
    found = dict.fromkeys(PRINTED, 0)
    for row in table_rows(seeds):
        found[row["release_id"]] += bool(row["value_as_printed"])
    assert found == PRINTED


def test_every_value_stands_in_its_cell(seeds: Seeds, lines: dict[str, list[str]]) -> None:
    checked = 0
    for row in table_rows(seeds):
        if row["value_as_printed"]:
            cells = lines[row["release_id"]][int(row["source_line"])].split("\t")
            assert cells[int(row["source_cell"]) - 1].strip() == row["value_as_printed"], row
            checked += 1
    assert checked == sum(PRINTED.values())


def test_no_cell_is_used_twice(seeds: Seeds) -> None:
    cells = [
        (row["release_id"], row["source_line"], row["source_cell"])
        for row in table_rows(seeds)
        if row["value_as_printed"]
    ]
    assert len(set(cells)) == len(cells)


def test_every_row_label_starts_its_line(seeds: Seeds, lines: dict[str, list[str]]) -> None:
    for row in table_rows(seeds):
        line = lines[row["release_id"]][int(row["source_line"])]
        assert line.strip().startswith(row["row_label"]), row


def test_periods_are_read_from_their_headings(seeds: Seeds, lines: dict[str, list[str]]) -> None:
    """A broken heading lost or doubled characters; it never says another period."""
    for row in table_rows(seeds):
        printed = without_spaces(row["period_as_printed"])
        read = without_spaces(row["period_label"])
        assert is_subsequence(printed, read) or is_subsequence(read, printed), row
        above = "".join(
            without_spaces(line) for line in lines[row["release_id"]][1 : int(row["source_line"])]
        )
        assert printed in above, row


def test_headings_stand_in_the_order_of_their_cells(seeds: Seeds) -> None:
    """Columns go by position: along a line, periods rise from left to right."""
    by_line: dict[tuple[str, str], list[Row]] = {}
    for row in table_rows(seeds):
        if row["source_cell"]:
            by_line.setdefault((row["release_id"], row["source_line"]), []).append(row)
    for rows in by_line.values():
        ordered = sorted(rows, key=lambda row: int(row["source_cell"]))
        starts = [first_month(row["period_label"]) for row in ordered]
        assert starts == sorted(starts), rows[0]


def first_month(period_label: str) -> tuple[int, int]:
    if period_label[:4].isdigit():
        return int(period_label[:4]), 4
    months = {"Apr": 4, "Jul": 7, "Oct": 10, "Jan": 1}
    return int(period_label[-4:]), months[period_label[:3]]


def test_figures_of_the_text_stand_on_their_lines(
    seeds: Seeds, lines: dict[str, list[str]]
) -> None:
    """A figure of the running text has no cell; its digits stand on the line."""
    assert seeds["headline_figures"]
    for row in seeds["headline_figures"]:
        line = lines[row["release_id"]][int(row["source_line"])]
        assert row["value_as_printed"] in line, row


def test_claims_stand_in_their_paragraphs(seeds: Seeds, lines: dict[str, list[str]]) -> None:
    """The line that a claim cites begins with the claim's paragraph, or follows it."""
    for claim in seeds["narrative_claims"]:
        number = int(claim["source_line"])
        before = "\n".join(lines[claim["release_id"]][: number + 1])
        paragraph = re.escape(claim["paragraph"])
        assert re.search(rf"^[-\s]*{paragraph}\.?\s", before, flags=re.MULTILINE), claim
