// What a step's runs gave: items per port and run, errors, console lines; and the data that is pinned.

import { DataPane } from "../data/data_pane.js";
import { h, icon, iconButton } from "../editor/dom.js";
import { json } from "./leaves.js";

export class OutputPane {
  #found = { runs: [], logs: [] };

  constructor(panel) {
    this.panel = panel;
    this.runs = h("select", { "aria-label": "Run", hidden: true, onchange: () => this.#draw() });
    this.ports = h("select", { "aria-label": "Output", hidden: true, onchange: () => this.#draw() });
    this.pinButton = iconButton("pin", "Pin this data", () => this.#pin());
    this.editButton = iconButton("pencil", "Edit the output as pinned data", () => this.#edit());
    this.pane = new DataPane({
      title: "Output",
      root: "$json",
      empty: "No output yet. Run the step to see what it gives.",
      copied: (text) => panel.editor.tell(`Copied ${text}`),
      tools: [this.runs, this.ports, panel.editor.canWrite ? this.pinButton : "", panel.editor.canWrite ? this.editButton : ""],
    });
    this.notice = h("div", { class: "output-notice" });
    this.pane.body.before(this.notice);
    this.element = this.pane.element;
  }

  async load() {
    const { id, source } = this.panel;
    try {
      this.#found = await source.runs(id);
    } catch (error) {
      return this.pane.say(h("p", { class: "bad" }, error.message));
    }
    if (id !== this.panel.id) return undefined;
    const { runs } = this.#found;
    this.runs.replaceChildren(...runs.map(({ run }, index) => h("option", { value: String(index) }, `Run ${run + 1}`)));
    this.runs.value = String(runs.length - 1);
    this.runs.hidden = runs.length < 2;
    return this.#draw();
  }

  get #run() {
    return this.#found.runs[Number(this.runs.value)] ?? this.#found.runs.at(-1);
  }

  #draw() {
    const pinned = this.panel.pinned;
    this.pinButton.setAttribute("aria-pressed", String(Boolean(pinned)));
    this.pinButton.title = pinned ? "Take the pin away" : "Pin this data";
    if (pinned) return this.#showPinned(pinned);
    const run = this.#run;
    const ports = Object.keys(run?.ports ?? {});
    if (![...this.ports.options].every((option, index) => option.value === ports[index]) || this.ports.options.length !== ports.length) {
      this.ports.replaceChildren(...ports.map((port) => h("option", { value: port }, port)));
    }
    this.ports.hidden = ports.length < 2;
    const { count = 0, items = [] } = run?.ports[this.ports.value || ports[0]] ?? {};
    this.notice.replaceChildren(...notices(run, count, items.length, this.#found.logs));
    this.pinButton.disabled = !items.length;
    this.pane.show(items, run ? "This run gave no items here." : "");
    return undefined;
  }

  #showPinned(items) {
    this.runs.hidden = this.ports.hidden = true;
    this.pinButton.disabled = false;
    this.notice.replaceChildren(h("p", { class: "notice-line" }, icon("pin"), "Pinned: test runs take this data instead of running the step."));
    this.pane.show(items, "The pinned data is empty.");
  }

  #pin() {
    const { panel } = this;
    panel.pin(panel.pinned ? null : this.pane.items);
    this.#draw();
  }

  /** The items as JSON text; what is saved is pinned. */
  #edit() {
    const { panel } = this;
    let values = this.pane.items.map((item) => item.json);
    const wrong = h("p", { class: "bad", role: "alert" });
    const keep = () => {
      const list = Array.isArray(values) ? values : [values];
      if (!list.every((one) => one !== null && typeof one === "object" && !Array.isArray(one))) {
        wrong.textContent = "Each item must be an object, such as {\"name\": \"Ada\"}.";
        return;
      }
      panel.pin(list.map((one) => ({ json: one })));
      this.#draw();
    };
    const area = json(values, (next) => (values = next), { label: "Items as JSON", describedBy: undefined });
    this.notice.replaceChildren();
    this.pane.say(
      area,
      wrong,
      h("div", { class: "row" }, h("button", { type: "button", class: "main", onclick: keep }, "Pin these items"), h("button", { type: "button", onclick: () => this.#draw() }, "Cancel")),
    );
  }
}

function notices(run, count, shown, logs) {
  const found = [];
  if (run?.error) {
    const { message, description, code } = run.error;
    found.push(h("div", { class: "output-error", role: "alert" }, h("strong", {}, message), description ? h("p", {}, description) : null, code ? h("p", { class: "soft" }, code) : null));
  }
  if (count > shown) found.push(h("p", { class: "notice-line" }, `The first ${shown} of ${count} items are shown.`));
  if (logs.length) {
    const lines = logs.map(({ message }) => message).join("\n");
    found.push(h("details", { class: "console" }, h("summary", {}, `Console (${logs.length})`), h("pre", {}, lines)));
  }
  return found;
}
