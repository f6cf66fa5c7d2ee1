"""What an earlier report was made of is used again while nothing that it follows from changes."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from safeguarding.published import stamp
from safeguarding.report import kept, publication, report_commands
from safeguarding.report.documents.document_template import TEMPLATE
from safeguarding.report.drawing import charts
from safeguarding.report.kept import Kept
from safeguarding.report.pack import pack_of
from safeguarding.report.report_model import Chart, Pack

YEAR = "2022-23"
AUTHORITY = "E10000014"
CHANGED = (
    "update marts.fct_uasc set uasc_arrivals = uasc_arrivals + 1 where period_id = '2022-23 Q4'"
)


def report(
    database: Path, output: Path, folder: Path, template: Path = TEMPLATE
) -> dict[str, bytes]:
    """The files of a report of a year."""
    output.mkdir()
    shutil.copy(database, output / "safeguarding.duckdb")
    job = report_commands.parse(["--output", str(output), "--year", YEAR])
    report_commands.report(replace(job, kept=folder, template=template))
    place = output / "report"
    return {
        path.relative_to(place).as_posix(): path.read_bytes()
        for path in place.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def database(report_exports: Path) -> Path:
    return report_exports / "safeguarding.duckdb"


@pytest.fixture(scope="module")
def first(
    database: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, bytes], Path]:
    """A report for which nothing was kept, and what it kept."""
    folder = tmp_path_factory.mktemp("first")
    return report(database, folder / "out", folder / "kept"), folder / "kept"


@pytest.fixture
def folder(first: tuple[dict[str, bytes], Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(first[1], tmp_path / "kept"))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counter[object]:
    """What is made from now on: charts and pictures by what they show, files by their kind."""
    found: Counter[object] = Counter()

    def watch(place: object, name: str, told: Callable[..., object]) -> None:
        real = getattr(place, name)

        def watched(*arguments: object, **named: object) -> object:
            found[told(*arguments)] += 1
            return real(*arguments, **named)

        monkeypatch.setattr(place, name, watched)

    watch(charts, "to_svg", lambda chart: chart)
    watch(charts, "to_png", lambda _: "picture")
    watch(publication, "write_workbook", lambda *_: "workbook")
    watch(publication, "write_document", lambda *_: "document")
    return found


def pack(database: Path) -> Pack:
    with duckdb.connect(str(database), read_only=True) as connection:
        return pack_of(connection, AUTHORITY, YEAR)


def charts_of(pack: Pack) -> set[Chart]:
    return {each for page in pack.pages for section in page.sections for each in section.charts}


def test_nothing_is_made_again_while_nothing_changes(
    first: tuple[dict[str, bytes], Path], database: Path, folder: Path, tmp_path: Path,
    made: Counter[object],
) -> None:  # fmt: skip
    assert report(database, tmp_path / "out", folder) == first[0]
    assert not made


def test_one_figure_changes_just_what_shows_it(
    first: tuple[dict[str, bytes], Path], database: Path, folder: Path, tmp_path: Path,
    made: Counter[object],
) -> None:  # fmt: skip
    other = Path(shutil.copy(database, tmp_path / "other.duckdb"))
    with duckdb.connect(str(other)) as connection:
        connection.execute(CHANGED)
        connection.execute(
            f"update marts.publication set checksum = (select {stamp.CHECKSUM} from marts.fct_uasc"
            " as t) where table_name = 'fct_uasc'"
        )
    before, after = charts_of(pack(database)), charts_of(pack(other))
    changed = after - before
    assert 0 < len(changed) < len(after) / 2
    again = report(other, tmp_path / "out", folder)
    assert {each for each in made if isinstance(each, Chart)} == changed
    assert made["picture"] == len(changed)
    assert made["workbook"] == made["document"] == 1
    assert again == report(other, tmp_path / "whole", tmp_path / "nothing kept")
    assert again != first[0]


def test_another_template_makes_only_the_document_again(
    first: tuple[dict[str, bytes], Path], database: Path, folder: Path, tmp_path: Path,
    made: Counter[object],
) -> None:  # fmt: skip
    template = tmp_path / "template.docx"
    template.write_bytes(TEMPLATE.read_bytes() + b"\0")
    assert report(database, tmp_path / "out", folder, template) == first[0]
    assert made == {"document": 1}


def test_what_is_damaged_is_made_again(
    first: tuple[dict[str, bytes], Path], database: Path, folder: Path, tmp_path: Path,
    made: Counter[object],
) -> None:  # fmt: skip
    places = sorted(folder.iterdir())
    for place, donor in zip(places[::2], [*places[1::2], places[0]], strict=False):
        place.write_bytes(donor.read_bytes())  # whole, but another's
    for place in places[1::4]:
        place.write_bytes(place.read_bytes()[:-1])
    for place in places[3::4]:
        place.write_bytes(b"")
    assert report(database, tmp_path / "out", folder) == first[0]
    assert sum(made.values()) == len(places)


def test_a_folder_that_keeps_nothing_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    for _ in range(2):
        assert Kept(tmp_path / "kept").give(lambda: b"made", "what") == b"made"
    Kept(tmp_path / "kept").tidy()
    Kept(tmp_path / "never made").tidy()


def test_other_code_makes_all_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = Kept(tmp_path)
    assert keeper.give(lambda: b"by the old", "chart", 1) == b"by the old"
    assert keeper.give(lambda: b"by the new", "chart", 1) == b"by the old"
    package = tmp_path / "package"
    package.mkdir()
    (package / "draw.py").write_text("new")
    monkeypatch.setattr(kept, "PACKAGE", package)
    kept._code.cache_clear()
    try:
        assert keeper.give(lambda: b"by the new", "chart", 1) == b"by the new"
    finally:
        kept._code.cache_clear()


def test_what_no_report_used_for_a_day_goes(tmp_path: Path) -> None:
    keeper = Kept(tmp_path)
    for name in ("used", "unused"):
        keeper.give(name.encode, name)
    long_ago = time.time() - 2 * kept.DAY
    for place in tmp_path.iterdir():
        os.utime(place, (long_ago, long_ago))
    keeper.give(lambda: b"", "used")
    keeper.tidy()
    assert [place.read_bytes()[-4:] for place in tmp_path.iterdir()] == [b"used"]
