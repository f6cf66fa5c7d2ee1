"""The same SYNTHETIC children as SSD tables, as censuses and as SSDA903: the same figures."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from record_runs import EXAMPLE, example, run

from benchmarks.measure import OWN_PEAK, process
from support.record_files import read_tables, write_903, write_census

OF_CONTACTS_AND_LEAVERS = {"initial_contacts", "uasc_care_leavers"}
# A census ends on 31 March.
OF_THE_NEXT_YEAR = "section_47_to_conference_cohort_to_30_june"
# Its assessments stand in a case, where those of the example without one are linked to none.
BY_REFERRAL = "assessments_in_time_from_referral"


def returns(folder: Path, *, years: tuple[int, ...] = (2021, 2022)) -> Path:
    tables = read_tables(EXAMPLE)
    write_903(tables, folder, 2022)
    for year in years:
        write_census(tables, folder / f"cin_{year}.xml", year)
    return folder


def test_all_readers_give_the_same_figures(tmp_path: Path) -> None:
    found = run(returns(tmp_path / "returns"))
    assert found.code == 0, found.err
    left_out = {*OF_CONTACTS_AND_LEAVERS, OF_THE_NEXT_YEAR, BY_REFERRAL}
    expected = {key: v for key, v in example().figures.items() if key[0] not in left_out}
    assert {key: v for key, v in found.figures.items() if key[0] != BY_REFERRAL} == expected
    assert len(expected) > 80


def test_one_census_knows_no_earlier_year(tmp_path: Path) -> None:
    found = run(returns(tmp_path / "returns", years=(2022,)))
    assert found.number("re_referrals") == found.percent("re_referrals") == ""
    assert ("no_earlier_year", "re_referrals") in found.findings
    assert found.number("referrals") == "9"


@pytest.mark.skipif(not OWN_PEAK.exists(), reason="only Linux tells the peak of one process alone")
def test_a_census_of_many_children_is_streamed(tmp_path: Path) -> None:
    """A process that reads 30 MB holds little more than one that reads 3 MB."""
    peaks = []
    for copies in (1, 10):
        path = tmp_path / f"cin_{copies}.xml"
        _large_census(path, 3_000 * copies)
        read = (sys.executable, "-m", "benchmarks.many_records", "read", path)
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        peaks.append(process(read, environment).peak)
    assert peaks[1] - peaks[0] < 50, peaks


def _large_census(path: Path, children: int) -> None:
    tables = read_tables(EXAMPLE)
    write_census(tables, path, 2021)
    text = path.read_text(encoding="utf-8")
    begin, end = text.index("<Child>"), text.rindex("</Children>")
    body = text[begin:end]
    with path.open("w", encoding="utf-8") as file:
        file.write(text[:begin])
        for _ in range(children // body.count("<Child>")):
            file.write(body)
        file.write(text[end:])
