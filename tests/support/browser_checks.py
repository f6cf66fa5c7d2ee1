"""Checks of pages in a real browser; each takes pages and gives faults as text, none if well.

They know the report's own structure (`td.sourced`, `.figure`, `.tip`, `.scroll`) and nothing of
what it says, so that the same checks run on a made-up pack and on the report as published.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Locator, Page, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
DESKTOP, PHONE, NARROWEST = 1280, 390, 320  # CSS pixels
# Colours do not depend on the width, nor sizes on the colours: so two looks try all four.
LOOKS = tuple(zip((DESKTOP, PHONE), SCHEMES, strict=True))
A4_TEXT = 673  # CSS pixels: 210 mm less two margins of 16 mm
HEIGHT = 900
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOST_TOOLTIPS = 4  # of a page, spread over it
OPENING = 320  # milliseconds: more than a pointer has to rest until a note opens

DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
LIST_STOPS = """() => {
  const all = 'a[href], button, input, select, textarea, summary, [tabindex]';
  window.stops = [...document.querySelectorAll(all)].filter(
    (e) => e.tabIndex >= 0 && (e.type !== 'radio' || e.checked) // arrows lead to the other radios
      && e.checkVisibility({ visibilityProperty: true }));
  return window.stops.length;
}"""
STOP = """() => {
  const e = document.activeElement;
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const at = [box.left + box.width / 2, box.top + Math.min(box.height / 2, innerHeight / 2)];
  const top = document.elementFromPoint(...at);
  return {
    index: window.stops.indexOf(e),
    name: e.outerHTML.slice(0, 120),
    outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    seen: !!top && (e.contains(top) || top.contains(e)),
  };
}"""
TIP = """(cell) => {
  const tip = cell.querySelector('.tip');
  if (!tip.checkVisibility({ visibilityProperty: true })) return 'hidden';
  const box = tip.getBoundingClientRect();
  if (box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight)
    return `outside the window: ${JSON.stringify(box)}`;
  for (const x of [box.left + 3, box.right - 3])
    for (const y of [box.top + 3, box.bottom - 3])
      if (!tip.contains(document.elementFromPoint(x, y))) return `covered or cut at ${x}, ${y}`;
  return 'shown';
}"""
# The latest year or quarter that a table's headings name, and the label column beside it, must be
# seen before anything is scrolled; and what does not fit must be said.
NEWEST = """() => [...document.querySelectorAll('.scroll')].flatMap((region) => {
  const heads = [...region.querySelectorAll('thead th')];
  const newest = heads.filter((e) => /\\d{4}/.test(e.textContent)).at(-1);
  if (!newest) return [];
  const box = region.getBoundingClientRect();
  const cut = [heads[0], newest].filter((e) => {
    const its = e.getBoundingClientRect();
    return its.left < box.left - 1 || its.right > box.right + 1;
  });
  const cue = region.previousElementSibling;
  const silent = region.scrollWidth > region.clientWidth && !cue?.checkVisibility();
  return [...cut.map((e) => `${e.textContent} is cut off`), ...(silent ? ['no cue'] : [])]
    .map((fault) => `${region.getAttribute('aria-labelledby')}: ${fault}`);
})"""
UNFOLD = "document.querySelectorAll('details.folded').forEach((e) => { e.open = true; })"
BROKEN_WORDS = """() => {
  const found = new Set();
  for (const cell of document.querySelectorAll('main :is(th, td, h1, h2, h3, a, li, p, caption)')) {
    if (!cell.checkVisibility() || cell.offsetParent?.localName === 'thead') continue;
    for (const node of cell.childNodes) {
      const inside = node.localName === 'bdi' ? [node, ...node.children] : [];
      const within = inside.flatMap((e) => [...e.childNodes]).filter((e) => e.nodeType === 3);
      const texts = node.nodeType === 3 ? [node] : within;
      for (const text of texts) {
        for (const word of text.data.matchAll(/(?<![\\w/.])[A-Za-z]{2,20}(?![\\w/]|\\.\\w)/g)) {
          const range = document.createRange();
          range.setStart(text, word.index);
          range.setEnd(text, word.index + word[0].length);
          const tops = new Set([...range.getClientRects()].map((r) => Math.round(r.top)));
          if (tops.size > 1) found.add(`${cell.localName}: ${word[0]}`);
        }
      }
    }
  }
  return [...found];
}"""
SPILLED = """() => [...document.querySelectorAll('body *')].filter(
  (e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1
    && !e.closest('.scroll')).slice(0, 3).map((e) => e.outerHTML.slice(0, 120))"""


def chromium() -> str:
    """Where the browser is; empty if there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or ""


@contextmanager
def browser() -> Iterator[Browser]:
    """The browser, without a network of its own."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        yield running
        running.close()


@contextmanager
def opened(
    running: Browser,
    path: Path,
    width: int = DESKTOP,
    scheme: Scheme = "light",
    *,
    scripts: bool = True,
) -> Iterator[Page]:
    """A page as opened from the disk."""
    context = running.new_context(
        viewport={"width": width, "height": HEIGHT},
        color_scheme=scheme,
        java_script_enabled=scripts,
    )
    page = context.new_page()
    page.goto(path.as_uri())
    yield page
    context.close()


def settle(page: Page, *, scripts: bool = True) -> None:
    """Wait until what has changed is drawn; without scripts no page can tell."""
    if scripts:
        page.evaluate(DRAWN)
    else:
        page.wait_for_timeout(OPENING)


def loading_faults(running: Browser, folder: Path, paths: Sequence[Path]) -> list[str]:
    """What a page says on the console, and what it asks for outside the report's folder."""
    root = folder.resolve().as_uri() + "/"
    faults: list[str] = []
    for path in paths:
        context = running.new_context()
        page = context.new_page()
        requests: list[str] = []
        _listen(page, path.name, faults, requests)
        page.goto(path.resolve().as_uri(), wait_until="load")
        page.wait_for_timeout(50)
        faults += [f"{path.name}: asks for {url}" for url in requests if not url.startswith(root)]
        if not page.evaluate("[...document.styleSheets].some((s) => s.href)"):
            faults.append(f"{path.name}: no style sheet")
        if page.evaluate("'labelRan' in window"):
            faults.append(f"{path.name}: a label ran as a script")
        context.close()
    return faults


def _listen(page: Page, name: str, faults: list[str], requests: list[str]) -> None:
    """Note what a page asks for, and what goes wrong."""
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: faults.append(f"{name}: console: {message.text}"))
    page.on("pageerror", lambda error: faults.append(f"{name}: error: {error}"))
    page.on("requestfailed", lambda request: faults.append(f"{name}: failed: {request.url}"))


def axe_faults(
    running: Browser,
    paths: Sequence[Path],
    looks: Sequence[tuple[int, Scheme]] = LOOKS,
) -> list[str]:
    """What axe-core finds, with the first elements that each rule is broken by."""
    axe = Axe()
    options = {
        "runOnly": {"type": "tag", "values": RULES},
        "rules": {"target-size": {"enabled": True}},  # left out by axe unless it is asked for
        "resultTypes": ["violations"],
    }
    faults = []
    for path in paths:
        for width, scheme in looks:
            with opened(running, path, width, scheme) as page:
                found = axe.run(page, options=options).response["violations"]
            faults += [f"{path.name}, {width} px, {scheme}: {_violation(each)}" for each in found]
    return faults


def _violation(found: dict[str, Any]) -> str:
    """A rule of axe, what it asks for, and where it is broken."""
    where = [f"{node['target']} {node.get('failureSummary', '')}" for node in found["nodes"][:3]]
    return f"{found['id']} ({len(found['nodes'])}): {found['help']}: {'; '.join(where)}"


# What a script adds: buttons, and what stands beside one; all else is there without it.
WITHOUT_ADDED = """() => {
  const main = document.querySelector('main').cloneNode(true);
  for (const added of main.querySelectorAll('button, .offered')) added.remove();
  return main.textContent.replace(/\\s+/g, ' ');
}"""


def keyboard_faults(running: Browser, paths: Sequence[Path], width: int = DESKTOP) -> list[str]:
    """Links and controls that Tab does not reach in order, or whose focus is not seen."""
    faults = []
    for path in paths:
        with opened(running, path, width) as page:
            settle(page)
            for number in range(page.evaluate(LIST_STOPS)):
                page.keyboard.press("Tab")
                if page.evaluate("document.activeElement.closest('.tip') !== null"):
                    page.keyboard.press("Tab")  # past the button of a figure's note, not listed
                stop = page.evaluate(STOP)
                where = f"{path.name}: stop {number}: {stop['name']}"
                if stop["index"] != number:
                    faults.append(f"{where}: reached out of order ({stop['index']})")
                    break
                if stop["outline"] < 2:  # CSS pixels, as WCAG 2.4.13 has it
                    faults.append(f"{where}: focus is not visible")
                if not stop["seen"]:
                    faults.append(f"{where}: covered, or outside the window")
    return faults


def tooltip_faults(
    running: Browser,
    paths: Sequence[Path],
    widths: Sequence[int] = (DESKTOP, NARROWEST),
    *,
    scripts: bool = True,
) -> list[str]:
    """Notes of figures that are not shown whole on focus and on hover, or that stay on Escape."""
    faults = []
    for path in paths:
        for width in widths:
            with opened(running, path, width, scripts=scripts) as page:
                page.evaluate(UNFOLD)
                cells = page.locator("td.sourced").all()
                step = max(1, len(cells) // MOST_TOOLTIPS)
                for cell in {id(c): c for c in [*cells[::step], *cells[-1:]]}.values():
                    name = f"{path.name}, {width} px: {cell.get_attribute('id')}"
                    faults += [f"{name}: {fault}" for fault in _tip_faults(page, cell, scripts)]
    return faults


def _tip_faults(page: Page, cell: Locator, scripts: bool) -> Iterator[str]:
    """Faults of one note, by keyboard first and by pointer then."""
    figure = cell.locator(".figure")
    page.mouse.move(0, 0)
    figure.focus()
    settle(page, scripts=scripts)
    if (state := cell.evaluate(TIP)) != "shown":
        yield f"on focus: {state}"
    if scripts:
        page.keyboard.press("Escape")
        settle(page)
        if cell.evaluate(TIP) != "hidden":
            yield "on focus: Escape does not hide it"
    figure.evaluate("(e) => e.blur()")
    settle(page, scripts=scripts)
    figure.hover()
    page.wait_for_timeout(OPENING)
    if (state := cell.evaluate(TIP)) != "shown":
        yield f"on hover: {state}"
        return
    box = cell.locator(".tip").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=8)
    settle(page, scripts=scripts)
    if (state := cell.evaluate(TIP)) != "shown":
        yield f"with the pointer on it: {state}"
    if scripts:
        page.keyboard.press("Escape")
        settle(page)
        if cell.evaluate(TIP) != "hidden":
            yield "on hover: Escape does not hide it"


def scriptless_faults(running: Browser, paths: Sequence[Path]) -> list[str]:
    """Text that is missing without scripts, and notes that do not open."""
    faults = []
    seen = "document.querySelector('main').innerText.replace(/\\s+/g, ' ').length"
    for path in paths:
        with opened(running, path) as page:
            whole, length = page.evaluate(WITHOUT_ADDED), page.evaluate(seen)
        with opened(running, path, scripts=False) as page:
            if page.evaluate(WITHOUT_ADDED) != whole:
                faults.append(f"{path.name}: other text without scripts")
            missing = length - page.evaluate(seen)
            controls = page.evaluate(
                "[...document.querySelectorAll('[hidden]')].map((e) => e.textContent).join().length"
            )
            if missing > controls:
                faults.append(f"{path.name}: {missing} characters are not seen without scripts")
    return faults + tooltip_faults(running, paths, (DESKTOP,), scripts=False)


def overflow_faults(
    running: Browser, paths: Sequence[Path], widths: Sequence[int] = (NARROWEST, PHONE, DESKTOP)
) -> list[str]:
    """Pages that scroll sideways, with what is too wide."""
    faults = []
    for path in paths:
        with opened(running, path, max(widths)) as page:
            for width in widths:
                page.set_viewport_size({"width": width, "height": HEIGHT})
                settle(page)
                actual = page.evaluate("document.documentElement.scrollWidth")
                if actual > width:
                    faults.append(
                        f"{path.name}: {actual} px wide at {width} px: {page.evaluate(SPILLED)}"
                    )
    return faults


def reading_faults(
    running: Browser, paths: Sequence[Path], widths: Sequence[int] = (PHONE, DESKTOP)
) -> list[str]:
    """Newest periods that are cut off, tables that do not say that they scroll, broken words."""
    faults = []
    for path in paths:
        for width in widths:
            with opened(running, path, width) as page:
                page.evaluate(UNFOLD)
                settle(page)
                found = page.evaluate(NEWEST) + page.evaluate(BROKEN_WORDS)
            faults += [f"{path.name}, {width} px: {each}" for each in found]
    return faults


def print_faults(running: Browser, paths: Sequence[Path]) -> list[str]:
    """What is cut, hidden or shown on paper (A4, upright) and should not be."""
    faults = []
    for path in paths:
        with opened(running, path, A4_TEXT, "dark") as page:
            page.emulate_media(media="print", color_scheme="dark")
            settle(page)
            hidden = page.evaluate(
                "[...document.querySelectorAll('details > :not(summary, .downloads)')]"
                ".filter((e) => !e.checkVisibility({ contentVisibilityAuto: true })"
                " || !e.getClientRects().length).length"
            )
            shown = page.evaluate(
                "[...document.querySelectorAll('nav, .skip, .tip, .downloads, summary')]"
                ".filter((e) => e.checkVisibility()).map((e) => e.className || e.localName)"
            )
            wide = page.evaluate(
                "[...document.querySelectorAll('svg, table')].filter((e) =>"
                " e.getBoundingClientRect().right > innerWidth + 1).map((e) =>"
                " e.parentElement.parentElement.id)"
            )
            paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        faults += [f"{path.name}: {hidden} closed details"] if hidden else []
        faults += [f"{path.name}: {each} is printed" for each in shown]
        faults += [f"{path.name}: {each} is wider than the paper" for each in wide]
        faults += [f"{path.name}: printed on {paper}"] if paper != "rgb(255, 255, 255)" else []
    return faults
