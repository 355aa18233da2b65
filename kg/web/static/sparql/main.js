// The SPARQL page with JavaScript. Without it the same form, list and result work by themselves.

import { edit } from "./editor.js";
import { offer, putAway } from "./questions.js";
import { addressOf, clear, equip, show, tell } from "./results.js";
import { make, say } from "./words.js";

const form = document.querySelector("form.editor");
const field = document.getElementById("query");
const line = make("span", { class: "other", id: "unread" });
const stop = make("button", { type: "button", class: "quiet", hidden: "" }, say("stop"));
let under = null; // the request that is under way
let present = addressed(); // the query of the address that is shown

const editor = await edit(field, () => run(), (number) => {
  line.textContent = number && field.value.trim() ? say("unread", { line: number }) : "";
});
const button = form.querySelector("button");
const row = make("div", { class: "row" }, stop, line, document.getElementById("status"));
button.after(row);
row.prepend(button);
document.getElementById("keys").hidden = false;

/** Run what is in the editor. With `keep` the address stays as it is; with `go` the window moves to the result. */
async function run({ keep = false, go = true } = {}) {
  const query = editor.value;
  if (!query.trim()) return editor.focus();
  under?.abort();
  const mine = (under = new AbortController());
  stop.hidden = false;
  editor.unmark();
  if (!keep) {
    const address = addressOf(form, query);
    if (address !== location.pathname + location.search + location.hash) history.pushState(null, "", address);
    present = addressed();
  }
  try {
    await show(form, query, mine.signal, go);
  } catch (error) {
    if (error.problem?.line) editor.mark(error.problem.line, error.problem.column ?? 1);
  } finally {
    if (under === mine) {
      under = null;
      stop.hidden = true;
    }
  }
}

/** The query of the present address: after the mark if it is a long one. */
function addressed() {
  return new URLSearchParams(location.hash.slice(1)).get("query") ?? new URLSearchParams(location.search).get("query");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
stop.addEventListener("click", () => under?.abort());
addEventListener("popstate", () => {
  const query = addressed();
  if (query === present) return; // within the page, as to its content
  present = query;
  putAway();
  if (query === null) {
    clear();
  } else {
    editor.value = query;
    run({ keep: true, go: false });
  }
});
offer(editor, (complete) => (complete ? run({ go: false }) : tell("")));

const marked = document.querySelector("#problem [data-line]");
if (marked) editor.mark(Number(marked.dataset.line), Number(marked.dataset.column || 1), false);
if (location.hash.startsWith("#query=")) {
  editor.value = addressed();
  run({ keep: true });
} else if (!document.getElementById("result").hidden) {
  equip(addressOf(form, editor.value));
}
