"""What must hold of any records, whoever reads them: sums and balances, with faults in them too."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from record_runs import EXAMPLE, PERIOD, Ran, run
from test_planted_faults import OPTIONS, SMALL

from support.planted_faults import plant
from support.record_files import read_tables, write_903, write_census, write_ssd
from support.synthetic_records import Tables, generate

# From each child's own tables: what is read, and of which year.
SETS = {
    "SSD tables": ("ssd", PERIOD),
    "census and SSDA903": ("returns", PERIOD),
    "SSD tables with faults": ("ssd", "2021-22"),
    "census and SSDA903 of a year": ("returns", "2021-22"),
}


@pytest.fixture(scope="module", params=SETS)
def counted(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Ran, str, Path]:
    """Figures of a set, its year, and the folder where the records were kept."""
    form, period = SETS[request.param]
    folder = tmp_path_factory.mktemp("identities")
    tables: Tables = read_tables(EXAMPLE) if period == PERIOD else generate(SMALL)
    if "faults" in request.param:
        tables, _ = plant(tables, 0.04)
    start = int(period[:4])
    if form == "ssd":
        write_ssd(tables, folder / "records")
    else:
        write_903(tables, folder / "records", start)
        for year in (start - 1, start):
            write_census(tables, folder / "records" / f"cin_{year}.xml", year)
    options = () if period == PERIOD else OPTIONS
    ran = run(folder / "records", *options, "--keep", str(folder / "kept"))
    assert ran.code == 0, ran.err
    return ran, period, folder / "kept"


def test_stock_and_flow_of_care(counted: tuple[Ran, str, Path]) -> None:
    ran, period, _ = counted
    before = f"{int(period[:4]) - 1}-{period[2:4]}"
    entered, left = (
        sum(number(ran, measure, f"{period} Q{quarter}") for quarter in range(1, 5))
        for measure in ("care_entered", "care_left")
    )
    assert entered > 0
    after = number(ran, "cla_at_year_end", period)
    assert after == number(ran, "cla_at_year_end", before) + entered - left
    net = sum(number(ran, "care_net_change", f"{period} Q{quarter}") for quarter in range(1, 5))
    assert net == entered - left


@pytest.mark.parametrize("parts, whole", [("referrals_by_source", "referrals")])
def test_parts_sum_to_the_whole(counted: tuple[Ran, str, Path], parts: str, whole: str) -> None:
    ran, period, _ = counted
    by_part = {
        key[1]: int(value)
        for key, value in ran.figures.items()
        if (key[0], key[2], key[3]) == (parts, period, "count")
    }
    assert len(by_part) > 10
    assert sum(by_part.values()) == number(ran, whole, period) > 0


def test_bands_sum_to_assessments(counted: tuple[Ran, str, Path]) -> None:
    """However long each took, and where nobody can say how long: none is lost by the calendar."""
    ran, period, kept = counted
    start = int(period[:4])
    with duckdb.connect(str(kept / "working.duckdb"), read_only=True) as connection:
        bands = connection.execute(
            """
            select
                case
                    when days_from_start is null then 'unknown'
                    when start_date > authorised_date then 'ends before it starts'
                    when days_from_start = 0 then '0'
                    when days_from_start <= 45 then 'in time'
                    else 'late'
                end as band,
                count(*)
            from records.int_record_assessments
            where authorised_date between ? and ?
            group by band
            """,
            [f"{start}-04-01", f"{start + 1}-03-31"],
        ).fetchall()
    counts = dict(bands)
    assert {"in time", "late"} <= set(counts)
    assert sum(counts.values()) == number(ran, "assessments", period)
    timed = sum(counts.get(band, 0) for band in ("0", "in time", "late"))
    in_time = counts.get("0", 0) + counts["in time"]
    if (share := ran.percent("assessments_in_time_from_start", period)) != "":
        assert share == f"{100 * in_time / timed:.2f}"


def number(ran: Ran, measure: str, period: str) -> int:
    found = ran.number(measure, period)
    assert found, f"{measure} of {period} is {found!r}"
    return int(found)
