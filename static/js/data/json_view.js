// A JSON value as a tree that opens and closes, by mouse and by keys (WAI-ARIA tree pattern).

import { h, icon } from "../editor/dom.js";
import { draggable } from "./dragging.js";
import { Rows } from "./rows.js";
import { brief, expressionOf, rowsOf } from "./shape.js";

const ROW = 22;
const OPEN_SIZE = 50;

/** Shows items; paths below `[index].json` are dragged and copied as expressions of that item. */
export class JsonView {
  #open = new Map();
  #rows = [];
  #at = 0;

  constructor(items, places, { root, copied }) {
    this.root = root;
    this.copied = copied;
    this.values = Object.fromEntries(places.map((place) => [place, items[place].json]));
    this.single = places.length === 1;
    this.few = places.length <= OPEN_SIZE;
    this.list = new Rows(ROW, { role: "tree", "aria-label": "JSON" });
    this.element = this.list.element;
    this.element.classList.add("data-json");
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.#draw();
  }

  #isOpen(path) {
    const said = this.#open.get(path.join("\u0000"));
    if (said !== undefined) return said;
    return path.length === 1 ? this.few : path.length === 2 && this.single;
  }

  #draw() {
    this.#rows = rowsOf(this.values, (path) => this.#isOpen(path));
    this.list.show(this.#rows.length, (index) => this.#row(index));
  }

  #toggle(index, open) {
    const row = this.#rows[index];
    if (!row?.size || row.open === open) return;
    this.#open.set(row.path.join("\u0000"), open ?? !row.open);
    this.#draw();
  }

  #row(index) {
    const row = this.#rows[index];
    const element = h(
      "div",
      {
        class: `json-row value ${row.kind}`,
        role: "treeitem",
        "aria-level": String(row.depth + 1),
        "aria-expanded": row.size ? String(row.open) : undefined,
        "aria-selected": String(index === this.#at),
        onclick: () => this.#choose(index, true),
      },
      h("span", { class: "json-twist" }, row.size ? icon(row.open ? "chevron-down" : "chevron-right") : null),
      h("span", { class: "json-key" }, row.depth ? String(row.key) : `item ${row.key}`),
      h("span", { class: "json-value" }, row.open ? "" : shown(row)),
    );
    element.style.setProperty("--depth", String(row.depth));
    return row.depth ? draggable(element, expressionOf(this.root, row.path.slice(1))) : element;
  }

  #choose(index, toggle = false) {
    const before = this.#at;
    this.#at = Math.max(0, Math.min(index, this.#rows.length - 1));
    if (toggle && this.#rows[this.#at].size) this.#toggle(this.#at);
    else [before, this.#at].forEach((one) => this.list.refresh(one));
    this.list.reveal(this.#at);
  }

  #key(event) {
    const row = this.#rows[this.#at];
    const moves = {
      ArrowDown: () => this.#choose(this.#at + 1),
      ArrowUp: () => this.#choose(this.#at - 1),
      Home: () => this.#choose(0),
      End: () => this.#choose(this.#rows.length - 1),
      ArrowRight: () => (row.size && !row.open ? this.#toggle(this.#at, true) : this.#choose(this.#at + 1)),
      ArrowLeft: () => (row.open ? this.#toggle(this.#at, false) : this.#choose(this.#parent())),
      Enter: () => this.#choose(this.#at, true),
      c: () => (event.ctrlKey || event.metaKey ? this.#copy() : null),
    };
    if (!row || !moves[event.key] || (event.key === "c" && !(event.ctrlKey || event.metaKey))) return;
    event.preventDefault();
    moves[event.key]();
  }

  #parent() {
    const { depth } = this.#rows[this.#at];
    let index = this.#at - 1;
    while (index > 0 && this.#rows[index].depth >= depth) index -= 1;
    return index;
  }

  /** The expression of the chosen row, into the clipboard. */
  #copy() {
    const row = this.#rows[this.#at];
    if (!row?.depth) return;
    const text = expressionOf(this.root, row.path.slice(1));
    navigator.clipboard?.writeText(text);
    this.copied?.(text);
  }
}

function shown(row) {
  if (row.kind === "array") return `[${row.size}]`;
  if (row.kind === "object") return `{${row.size}}`;
  return row.kind === "string" ? JSON.stringify(brief(row.value, 400)) : String(row.value);
}
