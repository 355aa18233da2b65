// The editor: YASQE in the place of the text field, which keeps its value for the form.

import { complete } from "./complete.js";
import { say, settings } from "./words.js";

const MODE = "sparql-of-this-graph";

/** The editor's grammar, which knows the prefixes that a query need not declare here. */
function withPrefixes(configuration) {
  const mode = window.Yasqe.getMode(configuration, "sparql11");
  return { ...mode, startState: (...given) => ({ ...mode.startState(...given), prefixes: { ...settings.prefixes } }) };
}

/** Load the editor's own script and style sheet, once each. */
function load() {
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = settings.style;
  document.head.prepend(style); // before our own, which has the last word
  const script = document.createElement("script");
  script.src = settings.script;
  const loaded = [style, script].map((element) => new Promise((done, fail) => {
    element.addEventListener("load", done);
    element.addEventListener("error", () => fail(new Error(`${element.href ?? element.src} could not be loaded`)));
  }));
  document.head.append(script);
  return Promise.all(loaded);
}

/** Put an editor in the place of a text field. `run` is called for Ctrl+Enter, `changed` with the number of a line that is no SPARQL. */
export async function edit(field, run, changed) {
  await load();
  const { Yasqe } = window;
  Yasqe.defaults.autocompleters = []; // those that it brings ask other hosts
  Yasqe.defineMode(MODE, withPrefixes);
  const keys = {
    "Ctrl-Enter": run,
    "Cmd-Enter": run,
    "Ctrl-Space": (editor) => complete(editor, true),
    Tab: false, // leaves the editor (WCAG 2.1.2)
    "Shift-Tab": false,
    "Ctrl-S": false,
  };
  const place = document.createElement("div");
  field.after(place);
  const yasqe = new Yasqe(place, {
    mode: MODE,
    value: field.value || `SELECT ?statement ?summary\nWHERE {\n  ?statement a pol:Demand ;\n    pol:summary ?summary .\n  FILTER(LANG(?summary) = "${settings.language}")\n}\nLIMIT 20\n`,
    autofocus: false,
    persistenceId: null, // what is written is in the address and nowhere else
    consumeShareLink: null,
    createShareableLink: null,
    showQueryButton: false,
    resizeable: false,
    editorHeight: "auto",
    viewportMargin: Infinity,
    foldGutter: false,
    gutters: ["gutterErrorBar", "CodeMirror-linenumbers"],
    highlightSelectionMatches: false,
    extraKeys: keys,
  });
  field.hidden = true;
  field.required = false;
  const input = yasqe.getInputField();
  input.setAttribute("aria-label", say("editor"));
  input.id = "query-editor";
  input.setAttribute("aria-multiline", "true");
  document.querySelector(`label[for="${field.id}"]`).htmlFor = input.id;
  yasqe.getScrollerElement().tabIndex = -1;
  yasqe.getGutterElement().setAttribute("aria-hidden", "true");

  let marks = [];
  const unmark = () => {
    marks.forEach((clear) => clear());
    marks = [];
  };
  const tell = () => {
    field.value = yasqe.getValue();
    changed(firstUnread(yasqe));
  };
  yasqe.on("change", (_, change) => {
    unmark();
    tell();
    if (change.origin === "+input") complete(yasqe, false);
  });
  tell();
  return {
    get value() {
      return yasqe.getValue();
    },
    set value(text) {
      if (text !== yasqe.getValue()) yasqe.setValue(text);
    },
    focus: () => yasqe.focus(),
    unmark,
    /** Show where an error is; line and column count from 1. With `go` the cursor goes there. */
    mark(line, column, go = true) {
      unmark();
      const at = { line: line - 1, ch: Math.max(column - 1, 0) };
      if (line > yasqe.lineCount()) return;
      const handle = yasqe.addLineClass(at.line, "background", "wrong-line");
      marks.push(() => yasqe.removeLineClass(handle, "background", "wrong-line"));
      const token = yasqe.getTokenAt({ line: at.line, ch: at.ch + 1 });
      const span = yasqe.markText({ line: at.line, ch: token.start }, { line: at.line, ch: Math.max(token.end, at.ch + 1) }, { className: "wrong-place" });
      marks.push(() => span.clear());
      if (!go) return;
      yasqe.setCursor(at);
      yasqe.scrollIntoView(at, 60);
      yasqe.focus();
    },
  };
}

/** Number of the first line, from 1, that the editor's grammar does not take; 0 if there is none. */
function firstUnread(yasqe) {
  if (yasqe.queryValid) return 0;
  for (let line = 0; line < yasqe.lineCount(); line += 1) {
    if (yasqe.lineInfo(line).gutterMarkers?.gutterErrorBar) return line + 1;
  }
  return 0;
}
