// Completion: what somebody types is looked up among the names of this graph, and what is chosen is written as SPARQL.

import { make, say, settings } from "./words.js";

const LEAST = 3; // letters from which the list opens by itself
const PAUSE_MS = 120;
const WORD = /[\p{L}\p{N}_:'’\-]+$/u;
const KEYWORDS = (
  "a as ask asc avg base bind bound by clear concat construct contains count datatype desc describe distinct exists false filter from " +
  "graph group having if in iri lang langmatches lcase limit max min minus named not now offset optional order prefix reduced regex " +
  "replace round sample select separator service silent str strafter strbefore strends strlen strstarts substr sum true ucase undef " +
  "union uri values where year"
).split(" ");

let latest = 0;

/** Offer names for the word before the cursor. If it was not `asked` for, only where a word of some length is typed. */
export async function complete(yasqe, asked) {
  const word = wordAt(yasqe);
  if (!word || (!asked && (word.text.length < LEAST || isKeyword(word.text)))) return;
  const mine = (latest += 1);
  if (!asked) await new Promise((done) => setTimeout(done, PAUSE_MS));
  if (mine !== latest) return;
  const found = await ask(word);
  const now = wordAt(yasqe);
  if (mine !== latest || !found.length || !now || now.text !== word.text || !yasqe.hasFocus()) return;
  yasqe.showHint({
    hint: () => ({
      list: found.map((each) => ({ text: each.text, render: (element) => element.append(...shown(each)) })),
      from: { line: now.line, ch: now.start },
      to: { line: now.line, ch: now.end },
    }),
    completeSingle: false,
    container: document.querySelector("main"),
    closeCharacters: /[\s()\[\]{};>,.]/,
    updateOnCursorActivity: false,
  });
  document.querySelector(".CodeMirror-hints")?.setAttribute("aria-label", say("names"));
}

/** The word before the cursor, where a term may stand: not in a string, a comment, a variable or an IRI. */
function wordAt(yasqe) {
  const cursor = yasqe.getCursor();
  const before = yasqe.getLine(cursor.line).slice(0, cursor.ch);
  const token = yasqe.getTokenAt(cursor);
  const text = WORD.exec(before)?.[0] ?? "";
  const previous = before.slice(0, before.length - text.length);
  if (!text || /[?$@<]$/.test(previous) || /^(string|comment)$/.test(token.type ?? "") || inString(previous)) return null;
  return { text, line: cursor.line, start: cursor.ch - text.length, end: cursor.ch, first: wanted(yasqe, cursor.line, previous) };
}

function inString(text) {
  return (text.replace(/\\./g, "").match(/"/g) ?? []).length % 2 === 1;
}

/** Whether a word is a keyword, or in capitals and the beginning of one: then it is no name. */
function isKeyword(text) {
  const small = text.toLowerCase();
  return KEYWORDS.includes(small) || (text === text.toUpperCase() && KEYWORDS.some((keyword) => keyword.startsWith(small)));
}

/** What stands best here: a class after `a`, a property where the verb of a triple is due, else a thing. */
function wanted(yasqe, line, before) {
  const words = before.trimEnd().split(/\s+/);
  const last = words.at(-1);
  if (last === "a" || last === "rdf:type") return "class";
  const here = before.trimEnd();
  if (/;$/.test(here) || (!here && /;\s*$/.test(yasqe.getLine(line - 1) ?? ""))) return "property";
  return words.length % 3 === 1 && /^[?$]|:/.test(last) && /(^|[.{])\s*\S+$/.test(here) ? "property" : "thing";
}

/** Terms by the beginning of a name. A prefix before a colon narrows them down. */
async function ask(word) {
  const [, prefix, begun] = /^(?:([^:]*):)?(.*)$/u.exec(word.text);
  const parameters = new URLSearchParams({ q: begun, lang: settings.language, first: prefix === "pol" && word.first === "thing" ? "class" : word.first });
  try {
    const reply = await fetch(`/suggest?${parameters}`);
    const found = reply.ok ? (await reply.json()).suggestions : [];
    return prefix === undefined ? found : found.filter((each) => each.text.startsWith(`${prefix}:`));
  } catch {
    return []; // to go on typing is better than to be told
  }
}

/** A line of the list: the label, the name that fits if it is another, what it is, and what will be written. */
function shown(term) {
  const kind = term.type || (term.kind === "thing" ? "" : say(term.kind));
  const parts = [make("span", {}, term.label)];
  if (term.name) parts.push(make("small", {}, `= ${term.name}`));
  if (kind) parts.push(make("small", {}, kind));
  parts.push(make("code", {}, term.text));
  return parts;
}
