"""Figures worked by hand from tiny SYNTHETIC tables (worked_example/expected.csv says why)."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest
from record_runs import EXAMPLE, PERIOD, Ran, example, records_of, run

from safeguarding.records import record_commands

with (EXAMPLE / "expected.csv").open(encoding="utf-8", newline="") as _file:
    ANSWERS = list(csv.DictReader(_file))


@pytest.fixture(name="example")
def built_example() -> Ran:
    return example()


def test_all_43_answers_worked_by_hand(example: Ran) -> None:
    assert len(ANSWERS) == 43
    wrong = []
    for answer in ANSWERS:
        key = (answer["measure_id"], answer["category_id"], answer["period_id"])
        unit = "percent" if "." in answer["value"] else "count"
        if (found := example.figures.get((*key, unit))) != answer["value"]:
            wrong.append((*key, found, answer["value"], answer["why"]))
    assert wrong == []


def test_stock_and_flow_of_care_agree(example: Ran) -> None:
    entered, left = (
        sum(int(example.number(measure, f"{PERIOD} Q{quarter}") or 0) for quarter in range(1, 5))
        for measure in ("care_entered", "care_left")
    )
    before, after = example.number("cla_at_year_end", "2021-22"), example.number("cla_at_year_end")
    assert (before, entered, left, after) == ("6", 5, 4, "7")


def test_sources_sum_to_referrals(example: Ran) -> None:
    by_source = [
        int(v)
        for k, v in example.figures.items()
        if k[0] == "referrals_by_source" and k[3] == "count"
    ]
    assert str(sum(by_source)) == example.number("referrals")


def test_each_reading_has_a_name(example: Ran, tmp_path: Path) -> None:
    # From the referral: A1 0 days, A2 45, A3 70 (5 May to 15 August), A4 and A6 without referral.
    assert example.percent("assessments_in_time") == "60.00"
    assert example.percent("assessments_in_time_from_start") == "60.00"
    assert example.percent("assessments_in_time_from_referral") == "66.67"
    by_referral = run(records_of(tmp_path / "records"), "--clock", "referral")
    assert by_referral.percent("assessments_in_time") == "66.67"
    # A child once a year: P25 leaves and enters, and is one of each.
    assert example.number("care_entered_children") == "5"


def test_parquet_gives_what_csv_gives(example: Ran, tmp_path: Path) -> None:
    folder = tmp_path / "parquet"
    folder.mkdir()
    for path in EXAMPLE.glob("ssd_*.csv"):
        duckdb.execute(  # typed as a database would write it: days are days
            f"copy (from '{path}') to '{folder / path.stem}.parquet' (format parquet)"
        )
    assert run(folder).figures == example.figures


def test_rows_that_a_figure_was_counted_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = records_of(tmp_path / "records")
    options = [
        "--records",
        str(records),
        "--authority",
        "E10000014",
        "--period",
        PERIOD,
        "--extracted",
        "2023-06-30",
    ]
    assert record_commands.main(["explain", "--measure", "cpp_repeat", *options]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    repeat = [row for row in rows if row["measure_id"] == "cpp_repeat"]
    # L5, the sixth line of the file.
    assert [(r["source_file"], r["source_row"]) for r in repeat] == [("ssd_cp_plans.csv", "6")]
    started = [row for row in rows if row["measure_id"] == "cpp_started"]
    assert len(started) == 6
