// What the page told the scripts: the language, addresses, and words in that language.

export const settings = JSON.parse(document.getElementById("settings").textContent);

/** A text in the language of the page, with values put in where {name} stands. */
export function say(key, values = {}) {
  return settings.words[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** An element with attributes and content. Content that is a string stays a text: nothing is read as HTML. */
export function make(tag, attributes = {}, ...content) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...content);
  return element;
}

/** An address of this site, in the language that was chosen. */
export function local(path, parameters) {
  const all = new URLSearchParams(parameters);
  if (settings.chosen) all.set("lang", settings.language);
  const query = all.toString();
  return query ? `${path}?${query}` : path;
}

/** A page of this site, for its parts. A problem is thrown as the server describes it (RFC 9457). */
export async function page(address, options = {}) {
  const headers = { Accept: "text/html;q=0.9, application/problem+json" };
  const reply = await fetch(address, { ...options, headers });
  if (!reply.ok) throw new Refused(await reply.json().catch(() => ({ title: `HTTP ${reply.status}`, detail: "" })));
  return new DOMParser().parseFromString(await reply.text(), "text/html");
}

/** What the server refused, and why. */
export class Refused extends Error {
  constructor(problem) {
    super(problem.detail);
    this.problem = problem;
  }
}
