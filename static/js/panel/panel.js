// The panel of a step: what comes in, how the step is set up, what came out.

import { DataPane } from "../data/data_pane.js";
import { h, icon, iconButton } from "../editor/dom.js";
import { approvalNotice } from "./approval.js";
import { patchStep, pin, renameStep, setParameters } from "../flow/commands.js";
import { titleOf } from "../flow/document.js";
import { Credentials } from "./credential_field.js";
import { recordForm } from "./form.js";
import { helpOf } from "./help.js";
import { listenBox } from "./listen.js";
import { OutputPane } from "./output.js";
import { fieldsOf } from "./schema.js";
import { settingsForm } from "./settings.js";
import { Source, stepsBefore } from "./source.js";

const PARTS = { input: "Input", parameters: "Parameters", output: "Output" };
const LANGUAGES = { "code.python": "python" };

export class StepPanel {
  #listeners = new Set();
  #problemListeners = [];
  #join = 0;

  constructor(editor, element) {
    Object.assign(this, { editor, element });
    this.source = new Source(editor);
    this.credentials = new Credentials(editor);
    this.id = null;
    this.part = "parameters";
    editor.events.on("step:open", (id) => this.open(id));
    editor.events.on("change", (event) => this.#changed(event));
    editor.events.on("looks", () => this.#showProblems());
    editor.events.on("run:data", (execution) => this.use(execution));
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Show the data of an execution from now on. */
  use(execution) {
    this.source.kept = execution;
    if (this.id) this.#loadData();
  }

  open(id) {
    if (!this.editor.step(id)) return;
    this.from ??= document.activeElement;
    this.id = id;
    this.#build();
    this.element.hidden = false;
    this.element.focus();
    this.#loadData();
  }

  close() {
    this.element.hidden = true;
    this.element.replaceChildren();
    this.id = null;
    this.editor.canvas.focus?.();
    if (this.from?.isConnected) this.from.focus();
    this.from = null;
  }

  get step() {
    return this.editor.step(this.id);
  }

  #build() {
    const { editor, step } = this;
    const type = editor.catalogue.of(step);
    this.#listeners = new Set();
    this.#problemListeners = [];
    this.input = new DataPane({
      title: "Input",
      root: "$json",
      empty: "No input yet. Run the steps before this one, or pin data to them.",
      pick: () => this.#tellListeners(),
      use: (expression) => this.#insert(expression),
      copied: (text) => editor.tell(`Copied ${text}`),
      tools: [this.#origin()],
    });
    this.output = new OutputPane(this);
    const middle = h("section", { class: "panel-middle", "aria-label": "Parameters" }, approvalNotice(editor, () => this.step), listenBox(editor, () => this.step), this.#tabs(type));
    const grid = h("div", { class: "panel-grid" }, this.input.element, middle, this.output.element);
    this.element.replaceChildren(this.#head(type), this.#parts(), grid);
    this.element.tabIndex = -1;
    this.element.setAttribute("role", "dialog");
    this.element.setAttribute("aria-label", `Step ${titleOf(step)}`);
    this.element.dataset.part = this.part;
    this.#showProblems();
  }

  #head(type) {
    const { editor, step } = this;
    const name = h("input", {
      class: "panel-name",
      value: titleOf(step),
      "aria-label": "Name of the step",
      readOnly: !editor.canWrite,
      maxLength: 256,
      onchange: ({ target }) => target.value.trim() && editor.do(renameStep(editor.doc, this.id, target.value)),
    });
    const run = h("button", { type: "button", class: "main", onclick: () => editor.events.emit("run:step", this.id) }, icon("play"), "Run step");
    return h(
      "header",
      { class: "panel-head" },
      h("span", { class: "step-icon" }, icon(type?.icon ?? "circle-help")),
      h("div", { class: "panel-words" }, name, h("span", { class: "soft" }, type?.label ?? "Unknown step type")),
      editor.canRun ? run : null,
      iconButton("x", "Close", () => this.close(), "Esc"),
    );
  }

  /** On narrow screens one part is shown at a time. */
  #parts() {
    const buttons = Object.entries(PARTS).map(([part, title]) =>
      h("button", { type: "button", "aria-pressed": String(part === this.part), onclick: () => this.#turn(part) }, title),
    );
    return h("div", { class: "segments panel-parts", role: "group", "aria-label": "Part" }, buttons);
  }

  #turn(part) {
    this.part = part;
    this.element.dataset.part = part;
    const buttons = this.element.querySelectorAll(".panel-parts button");
    [...buttons].forEach((button, index) => button.setAttribute("aria-pressed", String(Object.keys(PARTS)[index] === part)));
  }

  #tabs(type) {
    const body = h("div", { class: "panel-form" });
    const views = {
      Parameters: () => this.#form(type),
      Settings: () => settingsForm(this.step, (patch) => this.#patch(patch)),
      Comments: () => this.editor.together.talk(this.id),
      Help: () => helpOf(type),
    };
    const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Step" });
    const show = (name) => {
      tabs.replaceChildren(
        ...Object.keys(views).map((one) =>
          h("button", { type: "button", role: "tab", "aria-selected": String(one === name), onclick: () => show(one) }, one),
        ),
      );
      body.replaceChildren(views[name]());
      body.inert = !this.editor.canWrite && !["Comments", "Help"].includes(name);
      this.#showProblems();
    };
    show("Parameters");
    return [tabs, body];
  }

  #form(type) {
    if (!type) return h("p", { class: "bad" }, "This node has no such step type; its parameters are kept.");
    const fields = fieldsOf(type.schema);
    if (!fields.length) return h("p", { class: "data-empty" }, "This step has no parameters.");
    return recordForm(fields, this.step.params ?? {}, (params) => this.#setParameters(params), this.#environment(type));
  }

  #environment(type) {
    const { id } = this;
    return {
      language: LANGUAGES[type.type] ?? "javascript",
      credentials: this.credentials,
      known: () => this.#known(),
      variablesKnown: this.source.variablesKnown,
      preview: async (written) => (id === this.id ? this.source.preview(id, written, this.input.chosen) : {}),
      onItem: (listener) => this.#listeners.add(listener),
      onProblems: (listener) => this.#problemListeners.push(listener),
      problems: (path) => this.#problemsAt(path),
    };
  }

  #known() {
    const { doc } = this.editor;
    const steps = stepsBefore(doc, this.id).map((id) => ({ title: titleOf(doc.steps.get(id)), items: this.source.known.get(id) ?? [] }));
    return { items: this.input.items, steps, variables: this.source.variables };
  }

  #setParameters(params) {
    const { editor } = this;
    editor.do({ ...setParameters(editor.doc, this.id, params), join: `parameters-${this.id}-${this.#join}` });
  }

  #patch(patch) {
    this.editor.do(patchStep(this.editor.doc, this.id, patch, undefined, `settings-${this.id}`));
  }

  /** The steps whose data can be looked through beside the input. */
  #origin() {
    const { doc } = this.editor;
    const before = stepsBefore(doc, this.id);
    const options = before.map((id) => h("option", { value: id }, titleOf(doc.steps.get(id))));
    const choose = ({ target }) => (target.value ? this.#showOf(target.value) : this.#loadInput());
    return h("select", { "aria-label": "Where the data comes from", onchange: choose }, h("option", { value: "" }, "What comes in"), options);
  }

  async #showOf(id) {
    const title = titleOf(this.editor.step(id)).replaceAll("'", "\\'");
    this.input.options.root = `$('${title}').item.json`;
    const { runs } = await this.source.runs(id);
    const ports = Object.values(runs.at(-1)?.ports ?? {});
    this.input.show(ports.flatMap(({ items }) => items), "This step has not run in the execution that is shown.");
  }

  #loadData() {
    this.#loadInput();
    this.output.load();
    for (const id of stepsBefore(this.editor.doc, this.id).slice(0, 8)) this.source.runs(id).catch(() => null);
  }

  async #loadInput() {
    const { id } = this;
    this.input.options.root = "$json";
    try {
      const ports = await this.source.inputs(id);
      if (id !== this.id) return;
      const [first] = Object.values(ports);
      const left = first && first.count > first.items.length ? ` (the first of ${first.count})` : "";
      this.input.show(first?.items ?? []);
      this.editor.tell(`${first?.items.length ?? 0} items come in${left}`);
      this.#tellListeners();
    } catch (error) {
      if (id === this.id) this.input.say(h("p", { class: "bad" }, error.message));
    }
  }

  #tellListeners() {
    for (const listener of this.#listeners) if (listener() === false) this.#listeners.delete(listener);
  }

  #insert(expression) {
    const field = this.element.querySelector("textarea.expression:focus, .expression-field textarea");
    if (field) {
      field.setRangeText(expression, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input"));
      field.focus();
    } else {
      navigator.clipboard?.writeText(expression);
      this.editor.tell(`Copied ${expression}`);
    }
  }

  #problemsAt(path) {
    const found = this.editor.catalogue.problems.get(this.id) ?? [];
    const wanted = path.join(".");
    return found.filter((one) => placeOf(one.path) === wanted).map((one) => (one.hint ? `${one.message}; ${one.hint}` : one.message));
  }

  #showProblems() {
    for (const listener of this.#problemListeners) listener();
  }

  #changed({ changes, origin }) {
    if (!this.id) return;
    if (!this.step) return this.close();
    const mine = changes.some((one) => one.in === "steps" && one.key === this.id);
    if (mine && origin !== "do") this.#rebuild();
    if (changes.some((one) => one.in === "edges" || one.in === "pins")) this.#loadData();
    return undefined;
  }

  #rebuild() {
    this.#join += 1;
    this.#build();
    this.#loadData();
  }

  /** Keys while the panel is open, wherever in it the focus is, or nowhere. */
  #key(event) {
    if (!this.id || event.defaultPrevented) return;
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.editor.events.emit("run:step", this.id);
  }

  /** Pin items as the step's output; null takes the pin away. */
  pin(items) {
    this.editor.do(pin(this.editor.doc, this.id, items ?? undefined));
  }

  get pinned() {
    return this.editor.doc.pins.get(this.id) ?? null;
  }
}

// "steps[3].params.headers.x" -> "headers.x"
function placeOf(path) {
  return path.replace(/^steps\[\d+\]\.?/, "").replace(/^params\.?/, "").replace(/\[(\d+)\]/g, ".$1").replace(/\["([^"]*)"\]/g, ".$1");
}
