// What the panel asks the node, for the flow as it stands in the editor.

import { ask } from "../editor/server.js";
import { toDefinition } from "../flow/document.js";

export class Source {
  constructor(editor) {
    this.editor = editor;
    this.kept = null; // the execution whose data is shown
    this.variables = null; // name -> value, once they are known
    this.variablesKnown = ask("/variables.json").then((found) => (this.variables = found), () => null);
    this.known = new Map(); // step id -> its newest items, for completion
  }

  #shown(step) {
    const { editor } = this;
    const unsaved = !editor.flow.id || editor.saving?.dirty;
    return {
      flow: editor.flow.id,
      step,
      kept: this.kept,
      definition: unsaved ? toDefinition(editor.doc) : undefined,
    };
  }

  /** Port -> {count, items} that the step would get. */
  async inputs(step) {
    const { ports } = await ask("/flows/step-inputs", { method: "POST", body: this.#shown(step) });
    return ports;
  }

  /** What a value as written comes to for an item: {value} or {error}. */
  async preview(step, written, item) {
    const body = { ...this.#shown(step), values: [written], item };
    const { values } = await ask("/flows/step-preview", { method: "POST", body });
    return values[0];
  }

  /** The runs of a step in the execution whose data is shown; none without one. */
  async runs(step) {
    if (!this.kept) return { runs: [], logs: [] };
    const path = `/executions/${encodeURIComponent(this.kept)}/steps/${encodeURIComponent(step)}`;
    const found = await ask(path);
    const ports = Object.values(found.runs.at(-1)?.ports ?? {});
    this.known.set(step, ports.flatMap(({ items }) => items));
    return found;
  }
}

/** The steps from which wires lead to a step, nearest first. */
export function stepsBefore(doc, id) {
  const found = [];
  let border = [id];
  while (border.length) {
    const next = [];
    for (const edge of doc.edges.values()) {
      if (border.includes(edge.target) && edge.source !== id && !found.includes(edge.source)) {
        found.push(edge.source);
        next.push(edge.source);
      }
    }
    border = next;
  }
  return found;
}
