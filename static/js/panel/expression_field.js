// A text in which expressions stand: completion while typing, and what it comes to for the chosen item.

import { brief, kindOf } from "../data/shape.js";
import { droppable } from "../data/dragging.js";
import { h } from "../editor/dom.js";
import { suggestions } from "./completion.js";
import { variablesWarning } from "./variables.js";

const PREVIEW_MS = 250;
let count = 0;

/**
 * `env`: {label, describedBy, known(), variablesKnown, preview(written) -> Promise<{value}|{error}>, onItem(listener)}.
 * `set(text)` is told of every edit.
 */
export function expressionField(text, set, env) {
  const id = `suggestions-${(count += 1)}`;
  const input = h("textarea", {
    class: "expression",
    rows: Math.min(8, Math.max(1, text.split("\n").length)),
    value: text,
    spellcheck: false,
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": id,
    "aria-autocomplete": "list",
    "aria-label": env.label,
    "aria-describedby": env.describedBy,
  });
  const list = h("ul", { id, class: "suggestions", role: "listbox", "aria-label": "Suggestions", hidden: true });
  const told = h("output", { class: "preview" });
  const preview = previewer(input, told, env);
  const completion = new Completion(input, list, env.known, changed);
  const warning = h("p", { class: "field-warning", role: "status" });
  const warn = () => (warning.textContent = variablesWarning(input.value, env.known().variables));
  function changed() {
    set(input.value);
    preview.soon();
    warn();
  }
  input.addEventListener("input", () => {
    changed();
    completion.offer();
  });
  droppable(input, (expression) => {
    input.setRangeText(expression, input.selectionStart, input.selectionEnd, "end");
    changed();
  });
  preview.soon();
  warn();
  env.variablesKnown?.then(warn);
  env.onItem(() => (input.isConnected ? preview.soon() : false));
  return h("div", { class: "expression-field" }, input, list, told, warning);
}

/** Asks for the value some time after the last key, and shows the newest answer only. */
function previewer(input, told, env) {
  let timer = 0;
  let asked = 0;
  const show = async () => {
    const number = (asked += 1);
    if (!input.value.trim()) return told.replaceChildren();
    const answer = await env.preview(input.value).catch((error) => ({ error: { message: error.message } }));
    if (number === asked) shown(told, answer);
    return undefined;
  };
  return {
    soon() {
      clearTimeout(timer);
      timer = setTimeout(show, PREVIEW_MS);
    },
  };
}

function shown(told, answer) {
  told.classList.toggle("bad", Boolean(answer.error));
  if (answer.error) told.replaceChildren(answer.error.message);
  else if (answer.value === undefined) told.replaceChildren(h("em", {}, "undefined"));
  else told.replaceChildren(h("span", { class: `value ${kindOf(answer.value)}` }, brief(answer.value, 300) || '""'));
}

/** The list under the caret's word: arrows choose, Enter or Tab takes, Escape closes. */
class Completion {
  #offered = null;
  #at = 0;

  constructor(input, list, known, changed) {
    Object.assign(this, { input, list, known, changed });
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => setTimeout(() => this.#close(), 150));
  }

  offer() {
    const { selectionStart, value } = this.input;
    this.#offered = suggestions(value, selectionStart, this.known());
    this.#at = 0;
    this.#draw();
  }

  #draw() {
    const open = Boolean(this.#offered);
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    if (!open) return this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...this.#offered.list.map((one, index) => this.#entry(one, index)));
    const chosen = this.list.children[this.#at];
    this.input.setAttribute("aria-activedescendant", chosen.id);
    return chosen.scrollIntoView({ block: "nearest" });
  }

  #entry({ text, about }, index) {
    const properties = {
      id: `${this.list.id}-${index}`,
      role: "option",
      "aria-selected": String(index === this.#at),
      onmousedown: (event) => {
        event.preventDefault();
        this.#take(index);
      },
    };
    return h("li", properties, h("code", {}, text), h("span", { class: "soft" }, about));
  }

  #key(event) {
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      this.offer();
      return;
    }
    if (!this.#offered) return;
    const count = this.#offered.list.length;
    const acts = {
      ArrowDown: () => this.#move((this.#at + 1) % count),
      ArrowUp: () => this.#move((this.#at - 1 + count) % count),
      Enter: () => this.#take(this.#at),
      Tab: () => this.#take(this.#at),
      Escape: () => this.#close(),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }

  #move(index) {
    this.#at = index;
    this.#draw();
  }

  #take(index) {
    const { from, list } = this.#offered;
    this.input.setRangeText(list[index].text, from, this.input.selectionStart, "end");
    this.#close();
    this.changed();
  }

  #close() {
    this.#offered = null;
    this.#draw();
  }
}
