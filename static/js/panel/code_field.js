// The editor for code of a step: Ace, fetched when the first one is shown. Without it a plain text area stands.

import { h } from "../editor/dom.js";
import { suggestions } from "./completion.js";
import { variablesWarning } from "./variables.js";

const BASE = new URL("../../vendor/ace-builds/", import.meta.url);
const NAMES = new Set(["code", "wat"]);
const LINES_MIN = 12;
const LINES_MAX = 40;
let loading = null;

/** Whether a parameter of this name is a program. */
export function isCode(name) {
  return NAMES.has(name);
}

/** `env`: {label, describedBy, language, known(), variablesKnown}. */
export function codeField(name, value, set, env) {
  const warning = h("p", { class: "field-warning", role: "status" });
  const warn = (text) => (warning.textContent = variablesWarning(text, env.known().variables, true));
  let now = value;
  const changed = (text) => {
    now = text;
    set(text);
    warn(text);
  };
  env.variablesKnown?.then(() => warn(now));
  return h("div", {}, editorOf(value, changed, env), warning);
}

function editorOf(value, set, env) {
  const area = h("textarea", {
    class: "code",
    rows: LINES_MIN,
    spellcheck: false,
    value,
    "aria-label": env.label,
    "aria-describedby": env.describedBy,
    oninput: ({ target }) => set(target.value),
  });
  const holder = h("div", { class: "code-field" }, area);
  ace()
    .then((library) => holder.isConnected && replaced(library, holder, area, set, env))
    .catch(() => holder.classList.add("plain"));
  return holder;
}

function replaced(library, holder, area, set, env) {
  const place = h("div", { class: "code-editor" });
  holder.replaceChildren(place);
  const editor = library.edit(place, {
    mode: `ace/mode/${env.language ?? "javascript"}`,
    theme: "ace/theme/qflow",
    value: area.value,
    minLines: LINES_MIN,
    maxLines: LINES_MAX,
    tabSize: 2,
    useSoftTabs: true,
    useWorker: false,
    showPrintMargin: false,
    highlightActiveLine: false,
    enableBasicAutocompletion: true,
    enableLiveAutocompletion: true,
    enableKeyboardAccessibility: true,
    fontFamily: "var(--mono-family)",
    fontSize: 13,
  });
  editor.textInput.getElement().setAttribute("aria-label", env.label);
  editor.completers = [completer(env)];
  editor.session.on("change", () => set(editor.getValue()));
}

/** Completion of `$json` paths and step names, as in expressions. */
function completer(env) {
  return {
    identifierRegexps: [/[\w$.[\]"'()]/],
    getCompletions(editor, session, { row, column }, prefix, give) {
      const line = session.getLine(row);
      const found = suggestions(line, column, env.known(), true);
      if (!found) return give(null, []);
      const before = prefix.slice(0, Math.max(0, prefix.length - (column - found.from)));
      return give(null, found.list.map(({ text, about }) => ({ value: before + text, caption: text, meta: about, score: 1000 })));
    },
  };
}

function ace() {
  loading ??= load();
  return loading;
}

async function load() {
  document.head.append(h("link", { rel: "stylesheet", href: new URL("css/ace.css", BASE).pathname }));
  await import(new URL("ace.js", BASE).pathname);
  const library = globalThis.ace;
  library.config.set("useStrictCSP", true);
  library.config.set("loadWorkerFromBlob", false);
  const parts = ["mode-javascript.js", "mode-python.js", "mode-json.js", "ext-language_tools.js", "ext-searchbox.js"];
  for (const part of parts) await import(new URL(part, BASE).pathname);
  library.define("ace/theme/qflow", ["require", "exports", "module"], (require, exports) => {
    Object.assign(exports, { isDark: false, cssClass: "ace-qflow", cssText: "" });
  });
  return library;
}
