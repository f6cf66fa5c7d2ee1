"""Homes of every version that councils have are read for ever, whatever the product becomes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from conftest import PROJECT
from safeguarding.homes import places, upgrade, working_project
from safeguarding.warehouse.compiled_project import COMPILED, CompiledProject

KEPT = Path(__file__).parent / "kept"
# As typed into the file of a SYNTHETIC council that was loaded into each.
FIGURES = {
    ("initial_contacts", "2021-22", 1200),
    ("initial_contacts", "2022-23", 1350),
    ("referrals", "2021-22", 300),
    ("referrals", "2022-23", 324),
}


@pytest.fixture(params=sorted(path.name for path in KEPT.iterdir()))
def home(request: pytest.FixtureRequest, tmp_path: Path) -> places.Home:
    home = places.read(Path(shutil.copytree(KEPT / request.param, tmp_path / "home")))
    CompiledProject.of(PROJECT)  # the same SQL: compiled once
    shutil.copytree(PROJECT / COMPILED, home.project / COMPILED)
    return home


def test_a_home_of_every_version_is_read(home: places.Home) -> None:
    working_project.derive(home, home.project)
    compiled = CompiledProject.of(home.project)
    connection = compiled.build(compiled.read_seeds())
    assert list(compiled.failing_tests(connection)) == []
    found = connection.sql(
        "select measure_id, period_id, cast(value as integer) from marts.fct_observations"
    ).fetchall()
    assert set(found) == FIGURES


def test_columns_that_an_older_version_lacked_are_blank(home: places.Home) -> None:
    for path in (home.root / "figures").glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines()
        shorter = [line.rpartition(",")[0] for line in lines]  # without `note`, the last
        path.write_text("\r\n".join(shorter) + "\r\n", encoding="utf-8")
    working_project.derive(home, home.project)
    made = (home.project / "seeds/figures/contacts_and_referrals.csv").read_text("utf-8")
    assert made.splitlines()[0].endswith(",note")
    assert made.splitlines()[1].endswith("2021-22,2021-22,count,1200,,")


def test_a_newer_home_is_refused_with_the_version_to_install(home: places.Home) -> None:
    settings = home.root / places.SETTINGS
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(f'"{home.version}"', '"99.1.0"'), encoding="utf-8")
    for check in (working_project.prepare, working_project.refuse_other_version):
        with pytest.raises(places.HomeError, match=r"install version 99\.1\.0 or newer, as: pip"):
            check(places.read(home.root))


def test_what_a_version_changes_is_told_before_it_is_taken(
    home: places.Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """A release had another definition of referrals: the finding about it is another, too."""
    working_project.derive(home, home.project)
    seed = home.project / "seeds/official/official_correspondences.csv"
    text = seed.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("referrals,,count,"))
    seed.write_text(text.replace(f"{row}\n", ""), encoding="utf-8")
    state = home.project / places.STATE
    earlier = json.loads(state.read_text("utf-8")) | {"product": "an earlier one"}
    state.write_text(json.dumps(earlier), encoding="utf-8")
    assert upgrade.upgrade(home, as_json=False, accept=False) == 1
    said = capsys.readouterr().out.splitlines()
    assert "Reference data: 1 change" in said
    assert any(line.startswith("  official/official_correspondences: referrals") for line in said)
    assert "Findings: 2 changes" in said  # of two years: official statistics have 131 and 224
    assert any("the report prints 324, official statistics have 224" in line for line in said)
    assert said[-1].startswith("Nothing was replaced.")
    assert seed.read_text(encoding="utf-8") != text
    upgrade.take(home)
    assert seed.read_text(encoding="utf-8") == text
    assert places.read(home.root).version == places.version()
    working_project.prepare(home)
