// A pane that shows items in one of several views, with a search.

import { h } from "../editor/dom.js";
import { filesView } from "./files_view.js";
import { JsonView } from "./json_view.js";
import { schemaView } from "./schema_view.js";
import { filesOf, matching } from "./shape.js";
import { tableView } from "./table_view.js";

const VIEWS = { table: "Table", json: "JSON", schema: "Schema", files: "Files" };
const SEARCH_MS = 150;

/**
 * Options: `title`; `root` of expressions (`$json`, or `$('A step').item.json`); `empty`: what to say without
 * items; `pick(index)`: an item was chosen; `use(expression)`; `address(file)`; `tools`: elements for the head.
 */
export class DataPane {
  #items = [];
  #view = "table";
  #text = "";
  #timer = 0;
  #note = "";

  constructor(options) {
    this.options = options;
    this.chosen = 0;
    this.tabs = h("div", { class: "tabs", role: "tablist", "aria-label": `${options.title}: view` });
    this.search = h("input", {
      type: "search",
      class: "data-search",
      placeholder: "Search",
      "aria-label": `Search in ${options.title.toLowerCase()}`,
      oninput: () => this.#searched(),
    });
    this.count = h("span", { class: "data-count soft" });
    this.body = h("div", { class: "data-body", role: "tabpanel", tabIndex: -1 });
    const head = h(
      "header",
      { class: "data-headline" },
      h("h3", {}, options.title),
      this.count,
      h("div", { class: "data-tools" }, options.tools ?? []),
    );
    this.element = h("section", { class: "data-pane", "aria-label": options.title }, head, this.#bar(), this.body);
    this.#draw();
  }

  #bar() {
    return h("div", { class: "data-bar" }, this.tabs, this.search);
  }

  /** Show items; `note` says where they come from, or why there are none. */
  show(items, note = "") {
    this.#items = items ?? [];
    this.#note = note;
    this.chosen = Math.min(this.chosen, Math.max(0, this.#items.length - 1));
    this.#draw();
  }

  get items() {
    return this.#items;
  }

  /** Show what is put there instead of items: a message, or progress. */
  say(...content) {
    this.#items = [];
    this.tabs.replaceChildren();
    this.search.hidden = true;
    this.count.textContent = "";
    this.body.replaceChildren(h("div", { class: "data-empty" }, ...content));
  }

  #searched() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#text = this.search.value;
      this.#draw();
    }, SEARCH_MS);
  }

  #draw() {
    const some = this.#items.length > 0;
    this.search.hidden = !some;
    this.#drawTabs(some);
    if (!some) {
      this.count.textContent = "";
      this.body.replaceChildren(h("div", { class: "data-empty" }, this.#note || this.options.empty));
      return;
    }
    const places = matching(this.#items, this.#text);
    this.count.textContent = counted(places.length, this.#items.length);
    this.body.replaceChildren(places.length ? this.#content(places) : h("p", { class: "data-empty" }, "Nothing found."));
  }

  #drawTabs(some) {
    const offered = Object.keys(VIEWS).filter((view) => view !== "files" || filesOf(this.#items).length);
    if (!offered.includes(this.#view)) this.#view = "table";
    const tabs = some ? offered : [];
    this.tabs.replaceChildren(...tabs.map((view) => this.#tab(view, tabs)));
  }

  #tab(view, tabs) {
    const selected = view === this.#view;
    return h(
      "button",
      {
        type: "button",
        role: "tab",
        "aria-selected": String(selected),
        tabIndex: selected ? 0 : -1,
        onclick: () => this.#turn(view),
        onkeydown: (event) => {
          const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          if (step) this.#turn(tabs[(tabs.indexOf(view) + step + tabs.length) % tabs.length], true);
        },
      },
      VIEWS[view],
    );
  }

  #turn(view, focus = false) {
    this.#view = view;
    this.#draw();
    if (focus) this.tabs.querySelector("[aria-selected=true]")?.focus();
  }

  #content(places) {
    const items = this.#items;
    const { root, use, address, copied } = this.options;
    if (this.#view === "json") return new JsonView(items, places, { root, copied }).element;
    if (this.#view === "schema") return schemaView(places.map((place) => items[place]), { root, use });
    if (this.#view === "files") return filesView(items, { address });
    return tableView(items, places, { root, chosen: this.chosen, pick: (index) => this.#pick(index) });
  }

  #pick(index) {
    this.chosen = index;
    for (const button of this.body.querySelectorAll(".data-index")) {
      button.setAttribute("aria-pressed", String(Number(button.textContent) === index));
    }
    this.options.pick?.(index);
  }
}

function counted(found, all) {
  const items = all === 1 ? "1 item" : `${all} items`;
  return found === all ? items : `${found} of ${items}`;
}
