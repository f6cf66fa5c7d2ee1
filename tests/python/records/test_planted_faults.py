"""Faults planted in SYNTHETIC records at a known rate: each is found, and none beside them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from record_runs import Ran, run

from support.hampshire_targets import HAMPSHIRE
from support.planted_faults import FAULTS, Finding, plant
from support.record_files import write_ssd
from support.synthetic_records import Tables, generate

OPTIONS = ("--period", "2021-22", "--extracted", "2022-06-30")
# A tenth of Hampshire's, or fewer.
SMALL = replace(
    HAMPSHIRE,
    contacts=2_000,
    sources={source: number // 10 for source, number in HAMPSHIRE.sources.items()},
    re_referrals=900,
    open_cases=400,
    enquiries=795,
    enquiries_with_conference=163,
    conferences=164,
    assessments=2_766,
    assessments_in_time=2_656,
)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return generate(SMALL)


@pytest.fixture(scope="module")
def clean(tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("clean") / "ssd"
    write_ssd(tables, folder)
    return run(folder, *OPTIONS)


@pytest.mark.parametrize("rate", [0.01, 0.04])
def test_each_fault_is_found(tables: Tables, clean: Ran, rate: float, tmp_path: Path) -> None:
    faulty, planted = plant(tables, rate)
    assert set(planted) == {finding for fault in FAULTS for finding in fault.finds}
    write_ssd(faulty, tmp_path / "ssd")
    found = Counter(numbers(run(tmp_path / "ssd", *OPTIONS)))
    found.subtract(numbers(clean))
    assert {finding: more for finding, more in found.items() if more} == dict(planted)


def test_a_rate_that_would_plant_two_in_one_child(tables: Tables) -> None:
    with pytest.raises(ValueError, match="more than one for each child"):
        plant(tables, 0.5)


def numbers(ran: Ran) -> Counter[Finding]:
    assert ran.code == 0, ran.err
    return Counter(
        {key: int(row["records"]) for key, row in ran.findings.items() if row["records"]}
    )
