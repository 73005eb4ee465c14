// Asks the node, a moment after each edit, what is wrong with the flow and which ports its steps have.

import { toDefinition } from "../flow/document.js";
import { checkFlow } from "./server.js";

const PAUSE_MS = 400;

export class Checking {
  #timer;
  #running;

  constructor(editor) {
    this.editor = editor;
    this.general = []; // problems that belong to no step
    this.count = 0;
    editor.history.events.on("change", ({ changes }) => this.#matters(changes) && this.soon());
  }

  // Where things stand changes nothing of what they do.
  #matters(changes) {
    return changes.some(({ in: collection, before, after }) => {
      if (collection !== "steps") return collection !== "notes";
      const rest = (step) => step && JSON.stringify({ ...step, position: null });
      return rest(before) !== rest(after);
    });
  }

  soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), PAUSE_MS);
  }

  async now() {
    this.#running?.abort();
    if (!this.editor.doc.steps.size) return this.take({ looks: {}, problems: [] }, []);
    this.#running = new AbortController();
    const definition = toDefinition(this.editor.doc);
    try {
      this.take(await checkFlow(definition, this.#running.signal), definition.steps);
    } catch (error) {
      if (error.name !== "AbortError" && error.status !== 0) this.editor.toasts.bad(error.message);
    }
  }

  /** Take in problems and looks for the steps of a definition. */
  take({ looks, problems }, steps) {
    const bySteps = new Map();
    this.general = [];
    for (const problem of problems) {
      const index = /^steps\[(\d+)\]/.exec(problem.path)?.[1];
      const id = index === undefined ? undefined : steps[index]?.id;
      if (id === undefined) this.general.push(problem);
      else bySteps.set(id, [...(bySteps.get(id) ?? []), told(problem)]);
    }
    this.count = problems.filter((one) => one.severity !== "warning").length;
    const changed = this.editor.catalogue.learn(looks, bySteps).filter((id) => this.editor.doc.steps.has(id));
    this.editor.events.emit("looks", changed);
    this.editor.events.emit("flow");
  }
}

// "steps[3].params.url" is "url" to whoever fills in the form.
function told(problem) {
  const place = problem.path.replace(/^steps\[\d+\]\.?/, "").replace(/^params\.?/, "");
  return { ...problem, message: place ? `${place} ${problem.message}` : problem.message };
}
