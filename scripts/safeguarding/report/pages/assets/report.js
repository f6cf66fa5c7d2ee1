// Conveniences only: without this script every page is complete.
"use strict";

// Escape hides a note that a pointer or the focus has opened, until both have left.
const OPEN = ".sourced:hover, .sourced:focus-within";
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const cell of document.querySelectorAll(OPEN)) cell.classList.add("dismissed");
});
const forget = () => {
  for (const cell of document.querySelectorAll(".dismissed")) {
    if (!cell.matches(OPEN)) cell.classList.remove("dismissed");
  }
};
for (const moved of ["pointerover", "pointerout", "focusin", "focusout"]) {
  document.addEventListener(moved, () => requestAnimationFrame(forget));
}

// What does not scroll need not be stopped at on the way through a page; what does says so.
const regions = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const scrolls = target.scrollWidth > target.clientWidth;
    if (scrolls) target.tabIndex = 0;
    else if (target !== document.activeElement) target.removeAttribute("tabindex");
    const cue = target.previousElementSibling;
    if (cue?.matches(".more")) cue.hidden = !scrolls;
  }
});
for (const region of document.querySelectorAll(".scroll")) regions.observe(region);

// Paper has no summary to press.
let opened = [];
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const each of opened) each.open = true;
});
window.addEventListener("afterprint", () => {
  for (const each of opened) each.open = false;
});

// The front page: list only the authorities whose name or region has what is typed.
const finder = document.getElementById("finder");
if (finder) {
  const entries = [...document.querySelectorAll(".entry")];
  const found = document.getElementById("found");
  const groups = [...document.querySelectorAll(".letter")];
  finder.hidden = false;
  document.getElementById("find").addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    for (const entry of entries) {
      const name = entry.querySelector(".name").textContent.toLowerCase();
      entry.hidden = !name.includes(wanted);
    }
    for (const group of groups) group.hidden = !group.querySelector(".entry:not([hidden])");
    const left = entries.filter((entry) => !entry.hidden).length;
    found.textContent = wanted ? `${left} of ${entries.length} authorities` : "";
  });
}
