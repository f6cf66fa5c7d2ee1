"""The report of the real figures in a real browser, and what goes wrong on the way to it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from lxml import html
from playwright.sync_api import Browser

from conftest import PROJECT
from safeguarding.exports import output_folder
from safeguarding.report import report_commands
from support import browser_checks

MOST_BYTES = 500_000
YEAR = "2022-23"
SUBJECTS = {
    "contacts-and-referrals", "section-47-and-assessments", "child-protection-plans",
    "children-looked-after", "unaccompanied-children",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(report_exports: Path) -> Path:
    return report_exports / "report"


@pytest.fixture(scope="module")
def pages(folder: Path) -> list[Path]:
    """Every page: the front page and those of both years."""
    return sorted(folder.rglob("*.html"))


@pytest.fixture(scope="module")
def of_one_year(pages: list[Path], folder: Path) -> list[Path]:
    """The front page and those of one year: the other year's are of the same make."""
    return [each for each in pages if each.parent == folder or YEAR in each.parts]


def test_there_is_a_page_for_each_subject(pages: list[Path], folder: Path) -> None:
    subjects = {
        "index", "data-quality", "claims", "how-it-compares", "quality-statement", "front-door",
        "trends", "glossary", "about",
    } | SUBJECTS  # fmt: skip
    for year in ("2021-22", "2022-23"):
        found = {each.stem for each in pages if each.parent == folder / "hampshire" / year}
        assert found == subjects


def test_no_page_is_heavy(pages: list[Path]) -> None:
    assert [each.name for each in pages if each.stat().st_size >= MOST_BYTES] == []


def test_every_link_resolves(pages: list[Path]) -> None:
    parsed = {each.resolve(): html.fromstring(each.read_bytes()) for each in pages}
    ids = {path: set(page.xpath("//@id")) for path, page in parsed.items()}
    broken = []
    for path, page in parsed.items():
        for link in page.xpath("//@href|//@src"):
            address, _, fragment = link.partition("#")
            target = (path.parent / address).resolve() if address else path
            if re.match(r"https?:", link):
                broken.append((path.name, link, "leaves the folder"))
            elif not target.is_file():
                broken.append((path.name, link, "no such file"))
            elif fragment and fragment not in ids[target]:
                broken.append((path.name, link, "no such place"))
    assert broken == []


def test_nothing_is_asked_for_outside_the_report(
    browser: Browser, folder: Path, of_one_year: list[Path]
) -> None:
    assert browser_checks.loading_faults(browser, folder, of_one_year) == []


def test_the_newest_is_in_view_and_words_are_whole(
    browser: Browser, of_one_year: list[Path]
) -> None:
    assert browser_checks.reading_faults(browser, of_one_year) == []


def test_axe_finds_nothing(browser: Browser, of_one_year: list[Path]) -> None:
    """All else of a page is tried on made-up ones, which have every part and the longest texts.

    Of the subjects, whose pages are of one template, the one with the most tables.
    """
    others = SUBJECTS - {"child-protection-plans"}
    pages = [each for each in of_one_year if each.stem not in others]
    looks = [(browser_checks.DESKTOP, browser_checks.SCHEMES[0])]
    assert browser_checks.axe_faults(browser, pages, looks) == []


# ---- what goes wrong


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """A function that makes a report in a folder, and gives its exit code and all it said."""

    def report(output: Path, *arguments: str) -> tuple[int, str]:
        code = report_commands.main(["--output", str(output), *arguments])
        told = capsys.readouterr()
        return code, told.out + told.err

    return report


@pytest.fixture
def copied(report_exports: Path, tmp_path: Path) -> Path:
    """Exports with a report of before, to be left alone."""
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "index.html").write_text("the report of before")
    shutil.copy(report_exports / "safeguarding.duckdb", tmp_path)
    return tmp_path


def assert_left_alone(outcome: tuple[int, str], output: Path, said: str) -> None:
    assert outcome[0] == 1
    assert said in outcome[1]
    assert (output / "report" / "index.html").read_text() == "the report of before"
    assert not (output / output_folder.UNFINISHED).exists()


def test_without_exports(tmp_path: Path) -> None:
    """As a command, with all that starts it."""
    outcome = subprocess.run(
        [sys.executable, "scripts/build_report.py", "--output", str(tmp_path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert outcome.returncode == 1
    assert "safeguarding.duckdb does not exist. Run make export first." in outcome.stderr


def test_unknown_authority_and_year(copied: Path, run: Run) -> None:
    outcome = run(copied, "--authority", "E99999999")
    assert_left_alone(outcome, copied, "--authority E99999999: no release prints figures for it")
    assert "E10000014" in outcome[1]
    outcome = run(copied, "--year", "2019-20")
    assert_left_alone(outcome, copied, "There are: 2021-22, 2022-23.")


def test_database_that_lacks_a_table(copied: Path, run: Run) -> None:
    with duckdb.connect(str(copied / "safeguarding.duckdb")) as connection:
        connection.execute("drop table marts.fct_observations")
    assert_left_alone(run(copied), copied, "lacks a table")


def test_database_that_lacks_a_later_table(copied: Path, run: Run) -> None:
    with duckdb.connect(str(copied / "safeguarding.duckdb")) as connection:
        connection.execute("drop table marts.fct_benchmarks")
    assert_left_alone(run(copied), copied, "lacks a table (Table with name fct_ben")


def test_file_that_is_no_database(copied: Path, run: Run) -> None:
    (copied / "safeguarding.duckdb").write_text("not a database")
    assert_left_alone(run(copied), copied, "was not changed")


def test_another_export_runs(copied: Path, run: Run) -> None:
    with output_folder.workspace_in(copied):
        code, said = run(copied)
    assert code == 1
    assert "Another export" in said


def test_place_that_cannot_be_taken(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file open elsewhere, as Windows has it: the old folder may go, the new may not come."""
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.name == "report" and self.parent.name == output_folder.UNFINISHED:
            raise PermissionError(13, "in use", str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    assert report_commands.main(["--output", str(copied), "--format", "pages"]) == 1
    assert (copied / "report" / "index.html").read_text() == "the report of before"


def test_killed_while_the_report_is_replaced(copied: Path) -> None:
    """Between the old folder's going and the new one's coming: the old one comes back."""
    left = copied / output_folder.UNFINISHED
    left.mkdir()
    (copied / "report").rename(left / f"report{output_folder.OLD}")
    with output_folder.workspace_in(copied):
        pass
    assert (copied / "report" / "index.html").read_text() == "the report of before"
    assert not left.exists()


def test_only_what_is_asked_for(copied: Path, run: Run) -> None:
    code, said = run(copied, "--year", "2022-23", "--format", "pages")
    assert code == 0, said
    assert "14 pages, 1 report." in said
    made = [
        path.name for path in (copied / "report").rglob("*") if path.suffix in (".docx", ".xlsx")
    ]
    assert made == []
    page = (copied / "report" / "hampshire" / "2022-23" / "index.html").read_text("utf-8")
    assert ".docx" not in page
    assert ".xlsx" not in page


def test_the_same_figures_give_the_same_report(report_exports: Path, tmp_path: Path) -> None:
    shutil.copy(report_exports / "safeguarding.duckdb", tmp_path)
    job = report_commands.parse(["--output", str(tmp_path), "--year", "2022-23"])
    report_commands.report(replace(job, kept=tmp_path / "nothing kept"))
    before = report_exports / "report" / "hampshire" / "2022-23"
    after = tmp_path / "report" / "hampshire" / "2022-23"
    for path in (each for each in after.rglob("*") if each.is_file() and each.suffix != ".html"):
        assert path.read_bytes() == (before / path.relative_to(after)).read_bytes(), path
