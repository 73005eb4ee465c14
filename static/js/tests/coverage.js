// What the tests cover: a line, the list of what they miss, and marks on the canvas.

import { h } from "../editor/dom.js";
import { edgeKey, titleOf } from "../flow/document.js";
import { marksOf, missedIn } from "../flow/cases.js";

export class Coverage {
  #marks = null;

  constructor(editor) {
    this.editor = editor;
    this.shown = false;
    editor.events.on("change", () => this.#draw());
    editor.events.on("looks", () => this.#draw());
  }

  /** Take the coverage of a report, or null. */
  take(coverage) {
    this.coverage = coverage;
    this.#marks = coverage && marksOf(coverage);
    this.#draw();
  }

  show(on) {
    this.shown = on;
    this.#draw();
  }

  get element() {
    const { coverage, editor } = this;
    if (!coverage) return null;
    const missed = missedIn(coverage).filter(({ step }) => editor.doc.steps.has(step));
    const go = (step) => () => (editor.canvas.select({ steps: [step] }), editor.canvas.reveal(step));
    const rows = missed.map(({ step, port }) => h("li", {}, h("button", { type: "button", class: "quiet", onclick: go(step) }, nameOf(editor, step, port))));
    const toggle = h("button", { type: "button", "aria-pressed": String(this.shown), onclick: ({ target }) => (this.show(!this.shown), target.setAttribute("aria-pressed", String(this.shown))) }, "Show on the canvas");
    return h(
      "section",
      { class: "tests-coverage", "aria-label": "Coverage" },
      h("div", { class: "tests-line" }, h("strong", {}, `${coverage.percent} %`), " covered", toggle),
      rows.length ? h("details", {}, h("summary", {}, `Not yet: ${rows.length}`), h("ul", { class: "plain" }, rows)) : null,
    );
  }

  #draw() {
    const { canvas, doc } = this.editor;
    const marks = this.shown ? this.#marks : null;
    for (const [id, box] of canvas.boxes) mark(box.element, marks?.steps.get(id));
    for (const edge of doc.edges.values()) {
      const covered = marks?.ports.get(`${edge.source}.${edge.sourcePort}`);
      mark(canvas.edges.get(edgeKey(edge))?.element, covered === undefined ? undefined : covered ? "covered" : "missed");
    }
  }
}

function mark(element, word) {
  if (!element) return;
  if (word) element.dataset.coverage = word;
  else delete element.dataset.coverage;
}

function nameOf(editor, step, port) {
  const title = titleOf(editor.doc.steps.get(step));
  return port ? `${title}: output ${port}` : title;
}
