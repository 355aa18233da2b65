// The published queries: a list to search, and the fields of the chosen one, which write its query anew.
// The fields are those of the query's own page, which has the query with the values, too.

import { local, make, page, say } from "./words.js";
import { tell } from "./results.js";

const PAUSE_MS = 250;
const place = document.getElementById("fields");
const entries = [...document.querySelectorAll("#question-list > li")];

/** Let the list be searched, and its queries be taken into an editor; `taken` is called when one was. */
export function offer(editor, taken) {
  search();
  for (const entry of entries) {
    const link = entry.querySelector("a");
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab: its own page
      event.preventDefault();
      choose(link, editor, taken);
    });
  }
}

/** Forget the chosen query. */
export function putAway() {
  place.hidden = true;
  place.replaceChildren();
  for (const entry of entries) entry.querySelector("a").removeAttribute("aria-current");
}

function search() {
  document.getElementById("question-box").open = matchMedia("(min-width: 56.01rem)").matches; // where there is room beside the editor
  const finder = document.getElementById("finder");
  const field = document.getElementById("find");
  const found = document.getElementById("found");
  finder.hidden = entries.length === 0;
  const texts = entries.map((entry) => plain(`${entry.textContent} ${entry.querySelector("a").pathname}`));
  const narrow = () => {
    const words = plain(field.value).split(/\s+/);
    entries.forEach((entry, number) => {
      entry.hidden = !words.every((word) => texts[number].includes(word));
    });
    const count = entries.filter((entry) => !entry.hidden).length;
    found.textContent = field.value.trim() ? say("found", { count, all: entries.length }) : "";
  };
  field.addEventListener("input", narrow);
  narrow();
}

/** Small letters without diacritics. */
function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

async function choose(link, editor, taken) {
  const path = link.pathname;
  const found = await read(local(path, {}));
  if (!found) return;
  putAway();
  link.setAttribute("aria-current", "true");
  const own = make("a", { href: link.href }, say("question_page"));
  const close = make("button", { type: "button", class: "small" }, say("close"));
  close.addEventListener("click", putAway);
  const title = make("p", { class: "row" }, make("span", {}, `${say("question")} `, make("strong", {}, link.textContent)), own, close);
  place.append(title);
  if (found.fields) {
    found.fields.querySelector("button")?.remove();
    place.append(found.fields, ...found.lists);
    follow(found.fields, path, editor);
  }
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
  editor.value = found.query;
  taken(!found.fields || found.fields.checkValidity());
}

/** Write the query anew when a field changes. */
function follow(fields, path, editor) {
  let written = editor.value;
  let timer = 0;
  const write = async () => {
    const given = new URLSearchParams([...new FormData(fields)].filter(([name, value]) => value && name !== "lang"));
    const found = await read(local(path, given));
    if (!found) return;
    const changed = written && editor.value !== written;
    editor.value = found.query;
    written = editor.value;
    if (found.problem) tell(found.problem);
    else if (changed) tell(say("rewritten"));
    else tell("");
  };
  fields.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(write, PAUSE_MS);
  });
  fields.addEventListener("submit", (event) => event.preventDefault());
  setTimeout(() => (written = editor.value));
}

/** Fields and text of a published query with some values; nothing if they cannot be had. */
async function read(address) {
  try {
    const reply = await fetch(address, { headers: { Accept: "text/html" } }); // a wrong value is a page, too
    const found = new DOMParser().parseFromString(await reply.text(), "text/html");
    const text = found.querySelector("#text ~ form input[name=query], section[aria-labelledby=text] input[name=query]");
    return {
      query: text.value,
      fields: found.querySelector("form.fields"),
      lists: found.querySelectorAll("datalist"),
      problem: found.querySelector(".problem")?.textContent ?? "",
    };
  } catch {
    tell(say("no_question"));
    return null;
  }
}
