// A chart of the rows that are shown: bars, a line or points, whichever the columns suggest; the reader may choose another.
// It is drawn from the table, which stays below it and says the same.

import { make, say } from "./words.js";

const WIDEST = 760;
const NARROWEST = 300;
const HEIGHT = 340;
const BARS = 40;
const POINTS = 1000;
const TIME = /^\d{4}(-\d\d(-\d\d)?)?$/;
const SVG = "http://www.w3.org/2000/svg";

/** A figure for a table of results; nothing if there is no number in it. */
export function chart(table) {
  const columns = read(table);
  const numbers = columns.filter((column) => column.numeric);
  const rows = columns[0]?.texts.length ?? 0;
  if (!numbers.length || rows < 2) return null;
  const texts = columns.filter((column) => !column.numeric);
  const telling = texts.toSorted((one, other) => new Set(other.texts).size - new Set(one.texts).size); // that tells the rows apart
  const along = texts.find((column) => column.time) ?? telling[0] ?? numbers[0];
  const up = numbers.find((column) => column !== along);
  if (!up) return null;
  const figure = make("figure", { class: "chart" });
  const kind = choice(say("chart_kind"), ["bar", "line", "scatter"].map((name) => [name, say(`chart_${name}`)]), suited(along));
  const x = choice(say("chart_x"), columns.map((column) => [column.name, column.name]), along.name);
  const y = choice(say("chart_y"), numbers.map((column) => [column.name, column.name]), up.name);
  const place = make("div", {});
  const draw = () => {
    const chosen = (select) => columns.find((column) => column.name === select.value);
    const width = Math.max(NARROWEST, Math.min(WIDEST, place.clientWidth)); // letters keep their size
    place.replaceChildren(...drawn(kind.select.value, chosen(x.select), chosen(y.select), width));
  };
  x.select.addEventListener("change", () => {
    kind.select.value = suited(columns.find((column) => column.name === x.select.value));
  });
  for (const { select } of [kind, x, y]) select.addEventListener("change", draw);
  figure.append(make("div", { class: "row" }, kind.label, x.label, y.label), place);
  const folded = make("details", { class: "chart" }, make("summary", {}, say("chart")), figure);
  folded.addEventListener("toggle", draw); // its width is known when it is open
  return folded;
}

/** The kind of chart that a column suggests for what lies along it. */
function suited(column) {
  if (column.time) return "line";
  return column.numeric ? "scatter" : "bar";
}

/** Columns of a table: name, texts of the cells, and whether they are numbers or moments. */
function read(table) {
  const rows = [...table.tBodies[0].rows];
  return [...table.tHead.rows[0].cells].map((head, place) => {
    const cells = rows.map((row) => row.cells[place]);
    const texts = cells.map((cell) => (cell.querySelector(".none") ? "" : (cell.querySelector("a, span") ?? cell).textContent.trim()));
    const filled = texts.filter(Boolean);
    const time = filled.length > 0 && filled.every((text) => TIME.test(text));
    return { name: head.textContent.trim(), texts, time, numeric: head.classList.contains("number") };
  });
}

function choice(label, options, chosen) {
  const select = make("select", {});
  for (const [value, text] of options) select.append(make("option", { value }, text));
  select.value = chosen;
  return { select, label: make("label", {}, `${label} `, select) };
}

/** The drawing, and what has to be said of it. */
function drawn(kind, x, y, width) {
  const all = x.texts.map((text, row) => ({ text, at: x.numeric ? Number(text) : row, value: y.texts[row] === "" ? NaN : Number(y.texts[row]) }));
  const pairs = all.filter((pair) => pair.text !== "" && Number.isFinite(pair.value));
  const most = kind === "bar" ? BARS : POINTS;
  const shown = pairs.slice(0, most);
  if (kind === "line") shown.sort((one, other) => (x.numeric ? one.at - other.at : x.time ? one.text.localeCompare(other.text) : 0));
  const notes = [];
  if (shown.length < pairs.length) notes.push(say("chart_first", { count: shown.length, all: pairs.length }));
  if (pairs.length < all.length) notes.push(say("chart_left_out", { count: all.length - pairs.length }));
  const label = say("chart_label", { x: x.name, y: y.name });
  const parts = [shown.length ? (kind === "bar" ? bars(shown, width, label) : plane(kind, shown, x, y, width, label)) : ""];
  if (notes.length) parts.push(make("p", { class: "other" }, notes.join(" ")));
  return parts;
}

/** An element of SVG. */
function shape(tag, attributes, ...content) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...content);
  return element;
}

function canvas(width, height, label) {
  return shape("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label });
}

/** Lying bars, so that names can be read. */
function bars(pairs, width, label) {
  const step = 24;
  const left = Math.round(Math.min(250, width * 0.42));
  const room = width - left - 70;
  const low = Math.min(0, ...pairs.map((pair) => pair.value));
  const high = Math.max(0, ...pairs.map((pair) => pair.value));
  const scale = (value) => left + ((value - low) / (high - low || 1)) * room;
  const svg = canvas(width, pairs.length * step + 8, label);
  pairs.forEach((pair, row) => {
    const top = row * step + 4;
    const from = scale(Math.min(0, pair.value));
    const to = scale(Math.max(0, pair.value));
    svg.append(
      shape("text", { x: left - 8, y: top + 14, "text-anchor": "end" }, shortened(pair.text, Math.floor(left / 7.5)), shape("title", {}, pair.text)),
      shape("rect", { class: "bar", x: from, y: top, width: Math.max(to - from, 1), height: step - 7 }, shape("title", {}, `${pair.text}: ${written(pair.value)}`)),
      shape("text", { class: "axis", x: to + 6, y: top + 14 }, written(pair.value)),
    );
  });
  return svg;
}

/** Points, or a line through them, over two axes. */
function plane(kind, pairs, x, y, width, label) {
  const edge = { left: 70, right: 20, top: 16, bottom: 52 };
  const values = pairs.map((pair) => pair.value);
  const places = pairs.map((pair, order) => (x.numeric ? pair.at : order));
  const ticks = steps(Math.min(...values, kind === "line" ? 0 : Infinity), Math.max(...values));
  const [least, greatest] = [Math.min(...places), Math.max(...places)];
  const across = (place) => edge.left + ((place - least) / (greatest - least || 1)) * (width - edge.left - edge.right);
  const up = (value) => HEIGHT - edge.bottom - ((value - ticks[0]) / (ticks.at(-1) - ticks[0] || 1)) * (HEIGHT - edge.top - edge.bottom);
  const svg = canvas(width, HEIGHT, label);
  for (const tick of ticks) {
    svg.append(
      shape("line", { class: "grid", x1: edge.left, x2: width - edge.right, y1: up(tick), y2: up(tick) }),
      shape("text", { class: "axis", x: edge.left - 8, y: up(tick) + 4, "text-anchor": "end" }, written(tick)),
    );
  }
  const labels = x.numeric ? steps(least, greatest).filter((tick) => tick >= least && tick <= greatest).map((tick) => [tick, written(tick)]) : thinned(pairs, Math.floor(width / 90));
  for (const [place, text] of labels) {
    svg.append(shape("text", { class: "axis", x: across(place), y: HEIGHT - edge.bottom + 20, "text-anchor": "middle" }, shortened(text, 14)));
  }
  svg.append(
    shape("text", { class: "axis", x: width - edge.right, y: HEIGHT - 8, "text-anchor": "end" }, x.name),
    shape("text", { class: "axis", x: 0, y: 12 }, y.name),
  );
  const points = pairs.map((pair, order) => [across(places[order]), up(pair.value), `${pair.text}: ${written(pair.value)}`]);
  if (kind === "line") svg.append(shape("polyline", { class: "line", points: points.map(([left, top]) => `${left},${top}`).join(" ") }));
  for (const [left, top, text] of points) svg.append(shape("circle", { class: "point", cx: left, cy: top, r: 4 }, shape("title", {}, text)));
  return svg;
}

/** Round numbers from below the least to above the greatest. */
function steps(least, greatest) {
  const span = greatest - least || Math.abs(greatest) || 1;
  const rough = 10 ** Math.floor(Math.log10(span / 4));
  const step = [1, 2, 5, 10].map((times) => times * rough).find((size) => span / size <= 6) ?? 10 * rough;
  const found = [];
  for (let number = Math.floor(least / step); number <= Math.ceil(greatest / step); number += 1) found.push(Number((number * step).toPrecision(12)));
  return found;
}

/** Some of the texts along an axis, so that they do not overlap. */
function thinned(pairs, most) {
  const every = Math.ceil(pairs.length / most);
  return pairs.map((pair, order) => [order, pair.text]).filter((_, order) => order % every === 0);
}

function written(number) {
  return number.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 6 });
}

function shortened(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
