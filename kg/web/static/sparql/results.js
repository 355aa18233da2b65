// The result: asked for as the page that a browser without JavaScript gets, of which its part is shown here.

import { chart } from "./chart.js";
import { local, make, page, Refused, say, settings } from "./words.js";

const result = document.getElementById("result");
const trouble = document.getElementById("problem");
const status = document.getElementById("status");

/** Say what goes on; what can be read elsewhere on the page, for those only who hear it. */
export function tell(text, { heard = false } = {}) {
  status.classList.toggle("hidden", heard);
  status.textContent = text;
}

/** The address of a query: what the server answers with its result, or, for a long one, what this page reads. */
export function addressOf(form, query) {
  const parameters = new URLSearchParams(new FormData(form));
  parameters.delete("format");
  parameters.delete("lang");
  parameters.set("query", query);
  if (parameters.toString().length <= settings.linkLength) return local("/sparql", parameters);
  return `${local("/sparql", {})}#${new URLSearchParams({ query })}`;
}

/** Ask for the result of a query and show it, with `go` also where it is out of sight; a problem is shown, and thrown. */
export async function show(form, query, signal, go) {
  const parameters = new URLSearchParams(new FormData(form));
  parameters.set("query", query);
  parameters.set("format", "html");
  result.setAttribute("aria-busy", "true");
  tell(say("running"));
  try {
    const short = parameters.toString().length <= settings.linkLength;
    const found = short ? await page(`/sparql?${parameters}`, { signal }) : await page("/sparql", { method: "POST", body: parameters, signal });
    trouble.replaceChildren();
    result.replaceChildren(...found.getElementById("result").childNodes);
    result.hidden = false;
    equip(addressOf(form, query));
    if (go && result.getBoundingClientRect().top > innerHeight - 120) result.scrollIntoView();
    tell(result.querySelector("h2 + p")?.textContent ?? "", { heard: true });
  } catch (error) {
    tell("");
    if (error.name === "AbortError") {
      tell(say("stopped"));
    } else if (error instanceof Refused) {
      refuse(error.problem);
    } else {
      refuse({ detail: say("offline") }, settings.language);
    }
    throw error;
  } finally {
    result.removeAttribute("aria-busy");
  }
}

/** Forget the result. */
export function clear() {
  result.hidden = true;
  result.replaceChildren();
  trouble.replaceChildren();
  tell("");
}

/** Show what the server refused. What it says is in English. */
function refuse(problem, language = "en") {
  result.hidden = true;
  const place = problem.line && settings.language !== "en" ? [make("strong", {}, say("place", problem)), " "] : [];
  const detail = make("span", { lang: language }, problem.title ? `${problem.title}. ${problem.detail}` : problem.detail);
  trouble.replaceChildren(make("div", { class: "problem", role: "alert" }, make("p", {}, ...place, detail)));
}

/** Give the result what only a script can: buttons that copy, and a chart. */
export function equip(address) {
  const link = result.querySelector(".permalink");
  const whole = new URL(address, location.href).href;
  if (link) {
    link.href = address;
    link.after(" ", copier(say("copy_link"), () => whole, link));
  } else if (result.querySelector("form.formats")) {
    const long = make("a", { class: "permalink", href: address }, say("copy_link"));
    result.querySelector("form.formats").after(make("p", {}, copier(say("copy_link"), () => whole, long), " ", make("span", { class: "other" }, say("long"))));
  }
  for (const code of result.querySelectorAll(".code pre")) {
    const heading = code.previousElementSibling;
    heading.append(" ", copier(say("copy"), () => code.textContent, code, `${say("copy")}: ${heading.textContent}`));
  }
  const table = result.querySelector("table.result");
  const drawn = table && chart(table);
  if (drawn) table.closest(".wide").before(drawn);
}

/** A button that copies a text; where the browser lets no page copy, the text is selected. */
function copier(label, text, element, name = label) {
  const button = make("button", { type: "button", class: "small" }, label);
  if (name !== label) button.setAttribute("aria-label", name);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      tell(say("copied"));
    } catch {
      getSelection().selectAllChildren(element);
      tell(say("not_copied"));
    }
  });
  return button;
}
