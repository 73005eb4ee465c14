// The pane of the flow's tests: the list, running them, what failed and what they cover.

import { h, icon, iconButton } from "../editor/dom.js";
import { ask } from "../editor/server.js";
import { caseOfPins, duplicateCase, freshName, removeCase, requirePassing, setCase } from "../flow/cases.js";
import { caseForm } from "./case_form.js";
import { Coverage } from "./coverage.js";
import { ageOf, Results } from "./kept.js";
import { flawsOf } from "./results.js";

const flowPath = (editor, rest) => `/flows/${encodeURIComponent(editor.flow.id)}/${rest}`;

export class TestsPane {
  #results;
  #asked = false; // whether the node was asked for the last results
  #running = null; // names that run now
  #accepting = null; // what a test is about to expect, since a step gave it
  #kept = null; // the execution whose data is at hand
  #editing = null; // the form that is open

  constructor(editor) {
    this.editor = editor;
    this.#results = new Results(editor.saving.dirty);
    this.coverage = new Coverage(editor);
    this.body = h("div", { class: "tests-body" });
    this.element = h("aside", { class: "tests-pane", hidden: true, "aria-label": "Tests", tabIndex: -1 }, this.#head(), this.body);
    this.element.addEventListener("keydown", (event) => this.#key(event));
    editor.events.on("change", ({ changes }) => this.#changed(changes));
    editor.events.on("run:data", (execution) => ((this.#kept = execution), this.#draw()));
  }

  get #tests() {
    return this.editor.doc.tests;
  }

  open() {
    this.element.hidden = false;
    this.#draw();
    this.#load();
    this.element.focus({ preventScroll: true });
    if (!this.editor.listed) this.editor.canvas.fit();
  }

  close() {
    this.element.hidden = true;
    this.coverage.show(false);
    this.editor.focus();
  }

  toggle() {
    if (this.element.hidden) this.open();
    else this.close();
  }

  // What is covered of what is no longer there tells nothing.
  #changed(changes) {
    if (this.#results.change(changes)) this.coverage.take(null);
    if (changes.some((one) => one.in !== "notes" && one.in !== "groups")) this.#draw();
  }

  async #load() {
    const { editor } = this;
    if (this.#asked || !editor.flow.id) return;
    this.#asked = true;
    try {
      this.#results.load((await ask(flowPath(editor, "tests"))).cases);
      this.#draw();
    } catch (error) {
      this.#asked = false;
      editor.tell(`The last results cannot be loaded: ${error.message}`);
    }
  }

  #head() {
    return h("header", { class: "tests-head" }, h("h2", {}, "Tests"), iconButton("x", "Close", () => this.close(), "Esc"));
  }

  #key(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.stopPropagation();
    if (this.#editing) this.#leaveForm();
    else this.close();
  }

  // --- the list
  #draw() {
    if (this.element.hidden || this.#editing) return;
    const names = [...this.#tests.keys()];
    this.body.replaceChildren(
      ...[this.#tools(names), this.#mustPass(), this.coverage.element, names.length ? h("ul", { class: "plain tests-list" }, names.map((name) => this.#row(name))) : nothing()].filter(Boolean),
    );
  }

  #tools(names) {
    const { canWrite } = this.editor;
    const busy = this.#running !== null;
    const button = (label, onclick, more = {}) => h("button", { type: "button", onclick, ...more }, label);
    return h(
      "div",
      { class: "tests-tools" },
      h("button", { type: "button", class: "main", disabled: busy || !names.length, onclick: () => this.run() }, icon("play"), busy ? " Running…" : " Run all"),
      canWrite && button("New test", () => this.#edit(this.#fresh(), null)),
      canWrite && button("From the last run", () => this.#fromRun(), { disabled: !this.#kept, title: this.#kept ? "A test of what the shown run did" : "Run the flow first" }),
    );
  }

  // What is pinned is a start, if anything is.
  #fresh() {
    const { editor } = this;
    return caseOfPins(editor.doc, (id) => editor.look(id)?.trigger);
  }

  #mustPass() {
    const { editor } = this;
    const on = Boolean(editor.doc.head.get("settings")?.testsMustPass);
    const tick = h("input", { type: "checkbox", checked: on, disabled: !editor.canWrite, onchange: ({ target }) => editor.do(requirePassing(editor.doc, target.checked)) });
    return h("label", { class: "tests-must" }, tick, "Publish only what passes");
  }

  #row(name) {
    const result = this.#results.get(name);
    const busy = this.#running?.includes(name);
    const state = busy ? "running" : result ? (result.passed ? "passed" : "failed") : "new";
    const { canWrite, doc } = this.editor;
    const open = h("button", { type: "button", class: "tests-name", onclick: () => this.#edit(doc.tests.get(name), name) }, name);
    const tools = [
      iconButton("play", `Run ${name}`, () => this.run([name])),
      result?.executionId && iconButton("eye", `Show the run of ${name}`, () => this.editor.runner.show(result.executionId)),
      canWrite && iconButton("copy", `Duplicate ${name}`, () => this.editor.do(duplicateCase(this.editor.doc, name))),
      canWrite && iconButton("trash-2", `Remove ${name}`, () => this.editor.do(removeCase(this.editor.doc, name))),
    ].filter(Boolean);
    for (const tool of tools) if (this.#running) tool.disabled = true;
    const flaws = result && !result.passed && !busy ? flawsOf(this.editor, result, (flaw) => (this.#accepting = this.#accept(name, result, flaw))) : null;
    const age = busy ? "" : ageOf(result);
    const told = age ? h("p", { class: "tests-age" }, `${STATES[state][1]}, ${age}`) : null;
    return h("li", { class: "tests-case", data: { outcome: state, ...(age ? { age: "older" } : {}) } }, h("div", { class: "tests-row" }, stateOf(state), open, tools), told, flaws);
  }

  // --- running
  /** Save, and run some tests or all of them. */
  async run(names = [...this.#tests.keys()]) {
    const { editor } = this;
    await this.#accepting;
    if (this.#running || ((editor.saving.dirty || !editor.flow.id) && !(await editor.saving.save()))) return;
    const all = names.length === this.#tests.size;
    this.#running = names;
    this.#draw();
    try {
      const report = await ask(flowPath(editor, "tests"), { method: "POST", body: { cases: all ? [] : names } });
      this.#results.take(report.cases);
      if (all) this.coverage.take(report.coverage);
      const failed = report.cases.filter(({ passed }) => !passed).length;
      editor.tell(failed ? `${failed} of ${report.cases.length} tests failed` : `${report.cases.length} passed`);
    } catch (error) {
      editor.toasts.bad(error.message);
    } finally {
      this.#running = null;
      this.#draw();
    }
  }

  // --- editing
  #edit(one, old) {
    this.#editing = caseForm(this.editor, one, {
      keep: (next) => this.#keep(next, old),
      leave: () => this.#leaveForm(),
    });
    this.body.replaceChildren(this.#editing);
    this.#editing.querySelector("input")?.focus();
  }

  // Gives what is wrong with a test that cannot be kept.
  #keep(next, old) {
    if (next.name !== old && this.#tests.has(next.name)) return "Another test has this name.";
    this.editor.do(setCase(this.editor.doc, next, old ?? next.name));
    this.#leaveForm();
    return "";
  }

  #leaveForm() {
    this.#editing = null;
    this.#draw();
    this.element.focus({ preventScroll: true });
  }

  async #fromRun() {
    try {
      const { case: made } = await ask(`/executions/${encodeURIComponent(this.#kept)}/case`, { method: "POST", body: {} });
      this.#edit({ ...made, name: freshName(this.#tests, made.name) }, null);
    } catch (error) {
      this.editor.toasts.bad(error.message);
    }
  }

  /** Let a test expect what a step gave. */
  async #accept(name, result, { step, port }) {
    try {
      const { case: made } = await ask(`/executions/${encodeURIComponent(result.executionId)}/case`, { method: "POST", body: { expect: [step] } });
      const one = this.#tests.get(name);
      const { [port]: gone, ...ports } = one.expect?.contains?.[step] ?? {};
      const contains = { ...one.expect?.contains, [step]: ports };
      if (!Object.keys(ports).length) delete contains[step];
      const outputs = { ...one.expect?.outputs, [step]: { ...one.expect?.outputs?.[step], [port]: made.expect?.outputs?.[step]?.[port] ?? [] } };
      this.editor.do(setCase(this.editor.doc, { ...one, expect: { ...one.expect, contains, outputs } }));
    } catch (error) {
      this.editor.toasts.bad(error.message);
    }
  }
}

function nothing() {
  return h("p", { class: "tests-none" }, "A test says what the flow starts with, what stands in for steps that reach outside, and what should come of it. Begin with a new one, or make one of a run that went well.");
}

const STATES = { new: ["circle-dot", "not run"], running: ["loader-circle", "runs"], passed: ["check", "passed"], failed: ["x", "failed"] };

function stateOf(state) {
  const [sign, word] = STATES[state];
  return h("span", { class: "tests-state", title: word }, icon(sign), h("span", { class: "hidden" }, word));
}
