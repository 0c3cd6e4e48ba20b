"use strict";
// Themes; tables that sort, filter and copy; figures whose numbers follow menus and sliders.

const THEMES = ["system", "light", "dark"];

function shownTheme() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen) return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function nextTheme(button) {
  const now = document.documentElement.dataset.theme || "system";
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
  if (next === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  button.textContent = `Theme: ${next}`;
  recolour();
}

// Tables

function sortTable(header) {
  const body = header.closest("table").tBodies[0];
  const column = [...header.parentNode.children].indexOf(header);
  const down = header.getAttribute("aria-sort") === "ascending";
  const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
  const rows = [...body.rows].sort((a, b) => compare(key(a), key(b)) * (down ? -1 : 1));
  for (const other of header.parentNode.children) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", down ? "descending" : "ascending");
  body.append(...rows);
}

function compare(a, b) {
  const [x, y] = [Number.parseFloat(a), Number.parseFloat(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return a.localeCompare(b, undefined, { numeric: true });
  return x - y;
}

function filterTable(box) {
  const wanted = [...box.querySelectorAll("select.filter")].map((s) => [+s.dataset.column, s.value]);
  for (const row of box.querySelector("tbody").rows) {
    row.hidden = wanted.some(([c, text]) => text && row.cells[c].textContent.trim() !== text);
  }
}

function visibleRows(box) {
  const table = box.querySelector("table");
  const rows = [...table.tHead.rows, ...[...table.tBodies[0].rows].filter((row) => !row.hidden)];
  return rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
}

const csvCell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const csv = (rows) => rows.map((row) => row.map(csvCell).join(",")).join("\n") + "\n";

const LATEX = { "\\": "\\textbackslash{}", "–": "--", "±": "$\\pm$", "−": "$-$", "χ": "$\\chi$",
  "α": "$\\alpha$", "σ": "$\\sigma$", "…": "\\dots{}", "⁻¹": "$^{-1}$", "₁": "$_1$", "∞": "$\\infty$",
  "ρ": "$\\rho$", "×": "$\\times$", "·": "$\\cdot$", "²": "$^2$", "μ": "$\\mu$" };

function latexCell(text) {
  return text.replace(/⁻¹|[\\&%$#_{}~^–±−χασ…₁∞ρ×·²μ]/g, (c) => LATEX[c] ?? (
    c === "~" ? "\\textasciitilde{}" : c === "^" ? "\\textasciicircum{}" : `\\${c}`));
}

function latex(rows) {
  const lines = rows.map((row) => `${row.map(latexCell).join(" & ")} \\\\`);
  lines.splice(1, 0, "\\hline");
  return `\\begin{tabular}{${"l".repeat(rows[0].length)}}\n${lines.join("\n")}\n\\end{tabular}\n`;
}

async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {  // a page opened from a file may have no clipboard of its own
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  said.textContent = "copied";
  said.dataset.copied = text;
  setTimeout(() => { said.textContent = ""; }, 2000);
}

// Figures

const page = { charts: {}, numbers: {}, chosen: {}, theme: "" };

function decode(array) {
  if (array.texts) return { ...array, data: array.texts };
  const bytes = Uint8Array.from(atob(array.float32), (c) => c.charCodeAt(0));
  return { ...array, data: new Float32Array(bytes.buffer) };
}

// The numbers of a reference: an index for all axes but one, or for all.
function taken({ array, at }, chosen) {
  const { dims, shape, data } = page.numbers[array];
  let start = 0, step = 1, count = 1, stride = 1;
  for (let d = dims.length - 1; d >= 0; d -= 1) {
    if (dims[d] in at) {
      const index = typeof at[dims[d]] === "string" ? chosen[at[dims[d]]] : at[dims[d]];
      start += stride * (index < 0 ? shape[d] + index : index);
    } else {
      step = stride;
      count = shape[d];
    }
    stride *= shape[d];
  }
  const values = Array.from({ length: count }, (_, i) => data[start + i * step]);
  const known = values.map((v) => (Number.isNaN(v) ? null : v));
  return Object.keys(at).length === dims.length ? known[0] : known;
}

function outline({ x, y, stderr, axis }, chosen) {
  const [a, b, s] = [x, y, stderr].map((part) => taken(part.$take, chosen));
  const there = a.map((_, i) => i).filter((i) => b[i] !== null && s[i] !== null);
  const back = [...there].reverse();
  if (axis === "x") return [...there, ...back].map((i) => a[i]);
  return [...there.map((i) => b[i] + s[i]), ...back.map((i) => b[i] - s[i])];
}

// Colours that are as clear on a dark ground as the given ones on a light one.
const ON_DARK = { "#0072B2": "#4DA9E6", "#D55E00": "#FF8438", "#009E73": "#2CC79B",
  "#CC79A7": "#E59AC3", "#E69F00": "#F2B632", "#56B4E9": "#8FD0FA" };

function filled(node, chosen) {
  if (typeof node === "string" && node[0] === "#" && shownTheme() === "dark") {
    return (ON_DARK[node.slice(0, 7)] ?? node.slice(0, 7)) + node.slice(7);
  }
  if (Array.isArray(node)) return node.map((item) => filled(item, chosen));
  if (node === null || typeof node !== "object") return node;
  if (node.$take) return taken(node.$take, chosen);
  if (node.$band) return outline(node.$band, chosen);
  if (node.$theme) return colour(node.$theme);
  return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, filled(item, chosen)]));
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function merged(base, over) {
  const result = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const both = value && result[key] && typeof value === "object" && !Array.isArray(value);
    result[key] = both ? merged(result[key], value) : value;
  }
  return result;
}

// Without a pointer that hovers, as on a phone, the bar of tools would stay for good: there is none.
const hovers = () => !matchMedia("(hover: none)").matches;
const BAR = 42;  // px: room for the bar, upright at the right, beside the legend

function themed(layout) {
  const axis = { gridcolor: colour("grid"), linecolor: colour("axis"), zerolinecolor: colour("grid"),
    tickcolor: colour("axis"), automargin: true };
  const result = merged({
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: colour("text"), size: 13, family: "system-ui, DejaVu Sans, sans-serif" },
    margin: { l: 60, r: hovers() ? BAR : 15, t: 15, b: 50 }, hovermode: "closest",
    modebar: { orientation: "v", bgcolor: "rgba(0,0,0,0)", color: colour("axis"),
      activecolor: colour("text") },
    legend: { orientation: "h", yanchor: "bottom", y: 1.02, x: 0 },
  }, layout);
  for (const key of Object.keys(result)) {
    if (/^[xy]axis/.test(key)) result[key] = merged(axis, result[key]);
  }
  if (result.scene) {
    const bare = { color: colour("axis"), gridcolor: colour("grid"), showbackground: false };
    result.scene = merged({ xaxis: bare, yaxis: bare, zaxis: bare, aspectmode: "data" }, result.scene);
  }
  return result;
}

const settings = () => ({ displaylogo: false, responsive: true,
  displayModeBar: hovers() ? "hover" : false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] });

function draw(figure) {
  const chart = page.charts[figure.dataset.chart];
  const plot = figure.querySelector(".plot");
  const chosen = { ...chart.controls, ...page.chosen };
  const layout = themed(filled(chart.layout, chosen));
  layout.uirevision = "kept";  // a turned or zoomed view stays as it is
  return Plotly.react(plot, filled(chart.traces, chosen), layout, settings());
}

const figures = () => [...document.querySelectorAll("figure[data-chart]")];
const recolour = () => { if (window.Plotly) figures().filter((f) => f.dataset.drawn).forEach(draw); };

function choose(input) {
  const name = input.dataset.control, index = Number(input.value);
  page.chosen[name] = index;
  for (const other of document.querySelectorAll(`.control[data-control="${name}"]`)) {
    other.value = index;
    if (other.type === "range") {
      const text = JSON.parse(other.dataset.options)[index];
      other.setAttribute("aria-valuetext", text);
      other.parentNode.querySelector("output").textContent = text;
    }
  }
  const users = figures().filter((f) => f.dataset.drawn && f.querySelector(`[data-control="${name}"]`));
  return Promise.all(users.map(draw));
}

function shownNumbers(figure) {
  const rows = [["curve", "x", "y", "z", "standard error"]];
  for (const trace of figure.querySelector(".plot").data) {
    if (!trace.x || trace.fill === "toself" || trace.visible === "legendonly") continue;
    const y = trace.customdata ?? trace.y;  // of an axis that is not linear, the value itself
    trace.x.forEach((x, i) => rows.push([trace.name ?? "", x, y?.[i], trace.z?.[i],
      trace.error_y?.array?.[i]].map((v) => String(v ?? ""))));
  }
  return rows;
}

// All figures, drawn for paper in light colours (a width in px), or for the screen again (null).
function printed(width) {
  const root = document.documentElement.dataset;
  if (width !== null) page.theme = root.theme ?? "";
  root.theme = width === null ? page.theme : "light";
  if (!root.theme) delete root.theme;
  for (const figure of figures()) {
    figure.dataset.drawn = "yes";
    draw(figure);
    Plotly.relayout(figure.querySelector(".plot"), { width, autosize: width === null });
  }
}

function openFigures() {
  const data = JSON.parse(document.getElementById("figures").textContent);
  page.charts = data.charts;
  for (const [name, array] of Object.entries(data.numbers)) page.numbers[name] = decode(array);
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) first(target);
  }, { rootMargin: "400px" });
  const first = (figure) => {
    seen.unobserve(figure);
    if (figure.dataset.drawn) return;
    figure.dataset.drawn = "yes";
    draw(figure);
  };
  figures().forEach((figure) => seen.observe(figure));
  addEventListener("beforeprint", () => printed(680));
  addEventListener("afterprint", () => printed(null));
}

document.getElementById("theme").addEventListener("click", (event) => nextTheme(event.target));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
document.addEventListener("click", ({ target }) => {
  if (target.matches("button.sort")) sortTable(target.closest("th"));
  if (target.matches("button.copy")) {
    const box = target.closest(".table"), rows = visibleRows(box);
    copy(target.dataset.kind === "csv" ? csv(rows) : latex(rows), box.querySelector(".said"));
  }
  if (target.matches("button.numbers")) {
    const figure = target.closest("figure");
    copy(csv(shownNumbers(figure)), figure.querySelector("figcaption .said"));
  }
});
document.addEventListener("input", ({ target }) => {
  if (target.matches("select.filter")) filterTable(target.closest(".table"));
  if (target.matches(".control")) choose(target);
});
if (window.Plotly && document.getElementById("figures")) openFigures();
