"""A return does not say whose it is: what shows that it is hardly this council's is found."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from record_runs import EXAMPLE, Ran, run

from safeguarding.records import counting
from safeguarding.records.request import Request
from safeguarding.warehouse.seed_files import PROJECT
from support.hampshire_targets import HAMPSHIRE
from support.record_files import read_tables, write_903, write_census, write_ssd
from support.synthetic_records import generate

IN_CARE = "P2"  # how the children in care of the example begin
PUBLISHED = "seeds/official/official_statistics.parquet"


def both(folder: Path, in_census: int) -> Ran:
    """A return, and a census that has so many of its children."""
    tables = read_tables(EXAMPLE)
    care = {row["clae_person_id"] for row in tables["ssd_cla_episodes"]}
    known = {row["cine_person_id"] for row in tables["ssd_cin_episodes"]} & care
    assert not known
    tables["ssd_cin_episodes"] += [
        dict.fromkeys(tables["ssd_cin_episodes"][0], "")
        | {
            "cine_referral_id": f"N{child}",
            "cine_person_id": child,
            "cine_referral_date": "2022-05-05",
            "cine_referral_source_code": "6",
            "cine_referral_nfa": "N",
        }
        for child in sorted(care)[:in_census]
    ]
    write_903(tables, folder, 2022)
    write_census(tables, folder / "cin.xml", 2022)
    return run(folder)


def test_a_return_whose_children_are_not_in_the_census(tmp_path: Path) -> None:
    found = both(tmp_path / "records", 0)
    assert found.code == 0
    finding = found.findings["child_in_no_census", "ssd_cla_episodes"]
    assert finding["severity"] == "warning"
    assert int(finding["records"]) > 0
    assert finding["first_file"] == "Episodes.csv"
    assert "the return may be another council's" in found.err
    assert not any(f" {IN_CARE}{digit}" in found.err for digit in range(10)), "no child is named"


def test_a_return_whose_children_are_in_the_census(tmp_path: Path) -> None:
    found = both(tmp_path / "records", 5)
    assert found.code == 0
    assert ("child_in_no_census", "ssd_cla_episodes") not in found.findings


def test_tables_of_one_system(tmp_path: Path) -> None:
    """The Standard Safeguarding Dataset is one council's, whatever children its tables share."""
    write_ssd(read_tables(EXAMPLE), tmp_path / "records")
    found = run(tmp_path / "records")
    assert found.code == 0
    assert not [check for check, _ in found.findings if check == "child_in_no_census"]


def test_a_return_by_itself(tmp_path: Path) -> None:
    write_903(read_tables(EXAMPLE), tmp_path / "records", 2022)
    found = run(tmp_path / "records")
    assert ("child_in_no_census", "ssd_cla_episodes") not in found.findings
    # The example has 7 children looked after, of Hampshire's 1,859.
    finding = found.findings["far_from_published", "cla_at_year_end"]
    assert finding["severity"] == "warning"
    assert finding["effect"] == (
        "found 7 children looked after on 2023-03-31, expected within 25% of the 1,859 that DfE"
        " published for 2022-23. The records may be another council's, or lack children: check"
        " whose they are before you use a figure"
    )
    assert f"warning, cla_at_year_end: {finding['effect']}." in found.err


@pytest.mark.parametrize(("authority", "is_far"), [("E10000014", False), ("E10000030", True)])
def test_a_whole_council(tmp_path: Path, authority: str, *, is_far: bool) -> None:
    """SYNTHETIC records with Hampshire's figures, as Hampshire's and as Surrey's."""
    tables = generate(HAMPSHIRE)
    care = ("ssd_person", "ssd_cla_episodes", "ssd_legal_status", "ssd_cla_placement")
    write_ssd({name: tables[name] for name in care}, tmp_path / "records")
    options = ("--period", "2021-22", "--extracted", "2022-06-30", "--authority", authority)
    found = run(tmp_path / "records", *options)
    assert found.number("cla_at_year_end", "2021-22") == "1725"
    assert (("far_from_published", "cla_at_year_end") in found.findings) == is_far


def test_beside_the_year_or_the_one_before() -> None:
    """Beside DfE's figure of the year, or of the year before while that is not published."""
    figures = [
        {"measure_id": "cla_at_year_end", "category_id": None, "unit": "count", "value": 1000}
    ]
    years = {"2022-23": "2022-23", "2025-26": "2024-25", "2026-27": None}
    with duckdb.connect() as connection:
        last = connection.sql(
            f"select max(financial_year) from '{PROJECT / PUBLISHED}'"
            " where measure_id = 'cla_at_year_end'"
        ).fetchall()
    assert last == [("2024-25",)], "give the years above again"
    for period, year in years.items():
        request = Request(Path(), "E10000014", period, None)  # type: ignore[arg-type]
        found = list(
            counting._far_from_published(
                PROJECT, request, [figure | {"period_id": period} for figure in figures]
            )
        )
        told = [finding["effect"] for finding in found]
        assert all(f"for {year}." in text for text in told) and bool(told) == (year is not None)
