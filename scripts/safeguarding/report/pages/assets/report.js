// Conveniences only: without this script every page is complete, but for the search.
"use strict";

// Says to a reader who does not see it what a button has done.
const announced = document.createElement("p");
announced.className = "unseen";
announced.setAttribute("role", "status");
document.body.append(announced);

const button = (text, press) => {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", press);
  return made;
};

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

// Each note of a figure ends with a button: one for the page, which goes where it is wanted.
const COPY = "Copy a link to this figure";
const copy = button(COPY, async () => {
  const { id } = copy.closest("td");
  const address = `${location.href.split("#")[0]}#${id}`;
  try {
    await navigator.clipboard.writeText(address);
    copy.textContent = "Link copied";
  } catch {
    history.replaceState(null, "", `#${id}`);
    copy.textContent = "The link is in the address bar";
  }
  announced.textContent = copy.textContent;
});
const offered = document.createElement("span");
offered.className = "offered";
offered.append(copy, "Arrow keys lead to other figures.");
for (const met of ["pointerover", "focusin"]) {
  document.addEventListener(met, ({ target }) => {
    const tip = target.closest?.("td.sourced")?.querySelector(".tip");
    if (!tip || tip.contains(offered) || document.activeElement === copy) return;
    copy.textContent = COPY;
    tip.append(offered);
  });
}

// Of a table's figures, the Tab key stops at one; the arrow keys lead to the others.
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const figureAt = (row, column) => row?.cells[column]?.querySelector("a.figure");
const step = (link, [down, right]) => {
  const cell = link.closest("td");
  let row = cell.parentElement;
  let column = cell.cellIndex;
  do {
    column += right;
    if (down > 0) row = row.nextElementSibling;
    if (down < 0) row = row.previousElementSibling;
    if (!row?.cells[column]) return null;
  } while (!figureAt(row, column));
  return figureAt(row, column);
};
for (const table of document.querySelectorAll(".table-block table")) {
  const figures = [...table.querySelectorAll("a.figure")];
  const first = figures[0]?.closest("tr");
  const newest = [...(first?.querySelectorAll("a.figure") ?? [])].at(-1);
  for (const figure of figures) figure.tabIndex = figure === newest ? 0 : -1;
  table.addEventListener("focusin", ({ target }) => {
    if (!target.matches("a.figure")) return;
    for (const figure of figures) figure.tabIndex = figure === target ? 0 : -1;
  });
  table.addEventListener("keydown", (event) => {
    if (!STEPS[event.key] || !event.target.matches("a.figure")) return;
    const next = step(event.target, STEPS[event.key]);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
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

// A link to what is folded away unfolds it; some browsers do so themselves.
const unfold = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = target?.closest("details:not([open])");
  if (!folded) return;
  folded.open = true;
  target.scrollIntoView();
};
addEventListener("hashchange", unfold);
unfold();

// Paper has no summary to press.
let opened = [];
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const each of opened) each.open = true;
});
window.addEventListener("afterprint", () => {
  for (const each of opened) each.open = false;
});

// A chart as a file of its own: its colours are those of the page's light scheme.
const PIXELS = 2; // to a unit of the drawing
const drawing = (figure) => {
  const svg = figure.querySelector("svg").cloneNode(true);
  const { width, height } = svg.viewBox.baseVal;
  svg.removeAttribute("aria-describedby");
  const named = { title: figure.querySelector("figcaption"), desc: figure.querySelector("p[id]") };
  for (const [name, { textContent }] of Object.entries(named).reverse()) {
    const element = document.createElementNS(svg.namespaceURI, name);
    element.textContent = textContent;
    svg.prepend(element);
  }
  const text = new XMLSerializer().serializeToString(svg);
  const light = text.replace(/var\(--[a-z0-9-]+, ?(#[0-9a-f]+)\)/g, "$1");
  const paper = `<rect width="${width}" height="${height}" fill="#ffffff"/>`;
  const whole = light.replace(/<\/desc>/, `</desc>${paper}`);
  return { width, height, file: new Blob([whole], { type: "image/svg+xml" }) };
};
const save = (file, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  announced.textContent = `${name} was downloaded`;
};
const picture = async ({ width, height, file }) => {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * PIXELS;
  canvas.height = height * PIXELS;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
};
for (const figure of document.querySelectorAll("figure.chart:has(svg)")) {
  figure.querySelector(".downloads")?.append(
    button("SVG picture", () => save(drawing(figure).file, `${figure.id}.svg`)),
    button("PNG picture", async () => save(await picture(drawing(figure)), `${figure.id}.png`)),
  );
}

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

// A page: search the pages of its report. What they hold stands in a script beside them, which is
// asked for when somebody begins to search.
const MOST = 12; // results
const lookup = document.getElementById("lookup");
const lines = () =>
  window.reportIndex.flatMap(({ slug, title, tables }) => [
    { label: title, told: "Page", said: title.toLowerCase(), link: `${slug}.html`, cells: [], rank: 0 },
    ...tables.flatMap(({ id, caption, headers, rows }) =>
      rows.map(([own, label, ...cells], n) => ({
        label,
        name: label.toLowerCase(),
        told: caption,
        said: `${label} ${caption} ${title} ${cells[0] ?? ""}`.toLowerCase(),
        link: `${slug}.html#${own || id}`,
        cell: (column) => `${slug}.html#${id}-r${n + 1}-c${column + 1}`,
        cells,
        headers,
        rank: own ? 0 : headers[0] === "Unit" ? 1 : 2, // definitions, then the reports' tables
      })),
    ),
  ]);
const hit = (line, words) => {
  const rest = words.filter((word) => !line.said.includes(word));
  const fits = (column, word) =>
    line.headers[column].toLowerCase().includes(word) ||
    line.cells[column].replaceAll(",", "").startsWith(word.replaceAll(",", ""));
  const numbers = line.cells.map((_, n) => n).filter((n) => /\d/.test(line.cells[n]));
  const column = numbers.findLast((n) => rest.every((word) => fits(n, word)));
  if (rest.length && column === undefined) return null;
  if (column === undefined) return line;
  const figure = `${line.headers[column]}: ${line.cells[column]}`;
  const unit = line.headers[0] === "Unit" ? `, ${line.cells[0]}` : "";
  return { ...line, label: line.label + unit, figure, link: line.cell(column) };
};
const order = (words) => (one, other) =>
  (one.name !== words.join(" ")) - (other.name !== words.join(" ")) ||
  one.rank - other.rank || !one.said.startsWith(words[0]) - !other.said.startsWith(words[0]);
const listed = ({ label, told, figure, link }) => {
  const item = document.createElement("li");
  const anchor = document.createElement("a");
  const more = document.createElement("span");
  anchor.href = link;
  anchor.textContent = figure ? `${label}, ${figure}` : label;
  more.textContent = told;
  anchor.append(more);
  item.append(anchor);
  return item;
};
if (lookup) {
  const input = document.getElementById("wanted");
  const hits = document.getElementById("hits");
  const told = document.getElementById("hits-told");
  let known;
  const show = () => {
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    if (!known && words.length) return;
    const found = words.length ? known.map((line) => hit(line, words)).filter(Boolean) : [];
    found.sort(order(words));
    hits.replaceChildren(...found.slice(0, MOST).map(listed));
    hits.hidden = !found.length;
    const first = found.length > MOST ? `, ${MOST} shown` : "";
    told.textContent = words.length ? `${found.length || "Nothing"} found${first}` : "";
  };
  const load = () => {
    const script = document.createElement("script");
    script.src = lookup.dataset.index;
    script.addEventListener("load", () => {
      known = lines();
      show();
    });
    script.addEventListener("error", () => {
      told.textContent = `${lookup.dataset.index} is missing beside this page: no search`;
    });
    document.head.append(script);
  };
  lookup.hidden = false;
  input.addEventListener("focus", load, { once: true });
  input.addEventListener("input", show);
  lookup.addEventListener("keydown", (event) => {
    const stops = [input, ...hits.querySelectorAll("a")];
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      input.value = "";
      show();
      input.focus();
    } else if (move) {
      event.preventDefault();
      stops[stops.indexOf(document.activeElement) + move]?.focus();
    }
  });
}
