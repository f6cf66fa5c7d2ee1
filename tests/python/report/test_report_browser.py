"""The report's pages in a real browser, as a reader opens them: from a disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from support import browser_checks
from support.synthetic import synthetic_pack

pytestmark = pytest.mark.skipif(
    not browser_checks.chromium(), reason="no Chromium is installed to open the pages in"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="module")
def pages(folder: Path) -> list[Path]:
    return synthetic_pack.write_site(folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browser_checks.browser() as running:
        yield running


def test_nothing_is_asked_for_outside_the_report(
    browser: Browser, folder: Path, pages: list[Path]
) -> None:
    assert browser_checks.loading_faults(browser, folder, pages) == []


def test_axe_finds_nothing(browser: Browser, pages: list[Path]) -> None:
    assert browser_checks.axe_faults(browser, pages) == []


def test_a_keyboard_is_enough(browser: Browser, pages: list[Path]) -> None:
    assert browser_checks.keyboard_faults(browser, pages) == []


def test_notes_of_figures_are_shown_whole_and_go_on_escape(
    browser: Browser, pages: list[Path]
) -> None:
    assert browser_checks.tooltip_faults(browser, pages) == []


def test_all_is_there_without_scripts(browser: Browser, pages: list[Path]) -> None:
    assert browser_checks.scriptless_faults(browser, pages) == []


def test_no_page_scrolls_sideways(browser: Browser, pages: list[Path]) -> None:
    assert browser_checks.overflow_faults(browser, pages) == []


def test_paper_holds_all(browser: Browser, pages: list[Path]) -> None:
    assert browser_checks.print_faults(browser, pages) == []


def test_policy_stops_a_script_in_the_page(browser: Browser, folder: Path) -> None:
    """Even a label that were not escaped would not run."""
    page = folder / "shire" / "2022-23" / "findings.html"
    broken = page.with_name("broken.html")
    harm = f"<main>{synthetic_pack.SCRIPT}<img src='http://192.0.2.1/x.png'>"
    broken.write_text(page.read_text(encoding="utf-8").replace("<main", f"{harm}<main", 1))
    faults = browser_checks.loading_faults(browser, folder, [broken])
    broken.unlink()
    refused = [each for each in faults if "Content Security Policy" in each]
    assert [each for each in refused if "inline script" in each], faults
    assert [each for each in refused if "image" in each], faults
    assert [each for each in faults if "ran as a script" in each] == []


def test_an_authority_is_found_by_typing(browser: Browser, pages: list[Path]) -> None:
    with browser_checks.opened(browser, pages[0]) as page:
        page.get_by_label("Find an authority").fill("  SHIRE")
        assert page.locator(".entry:visible .name bdi").all_inner_texts() == [
            synthetic_pack.pack().authority
        ]
        assert page.locator("#found").inner_text() == "1 of 6 authorities"
