// The comments of a flow, as the node has them.

import { ask } from "../editor/server.js";
import { Events } from "../flow/events.js";

export class Comments {
  constructor(editor) {
    this.editor = editor;
    this.events = new Events(); // `change`
    this.list = [];
    this.canWrite = false;
  }

  get #path() {
    return `/flows/${encodeURIComponent(this.editor.flow.id)}/comments`;
  }

  /** What is said of a step, or with "" of the flow itself, or without one of anything: each with its `replies`. */
  of(step) {
    const threads = threadsOf(this.list);
    return step === undefined ? threads : threads.filter((one) => one.step === step);
  }

  async load() {
    if (this.editor.flow.id) this.#take(await ask(this.#path));
  }

  async add(text, step, answers = "") {
    this.#take(await ask(this.#path, { method: "POST", body: { text, step, answers } }));
  }

  async resolve(id, resolved) {
    this.#take(await ask(`${this.#path}/${id}/resolve`, { method: "POST", body: { resolved } }));
  }

  async remove(id) {
    this.#take(await ask(`${this.#path}/${id}/delete`, { method: "POST", body: {} }));
  }

  #take({ comments, can_write: canWrite }) {
    this.list = comments;
    this.canWrite = canWrite && this.editor.canWrite;
    this.#mark();
    this.events.emit("change");
  }

  #mark() {
    const { editor } = this;
    const touched = editor.catalogue.mark("comments", marksOf(this.list)).filter((id) => editor.doc.steps.has(id));
    if (touched.length) editor.events.emit("looks", touched);
  }
}

/** Comments with the replies to them, all oldest first. */
export function threadsOf(list) {
  const threads = new Map(list.filter(({ answers }) => !answers).map((one) => [one.id, { ...one, replies: [] }]));
  for (const one of list) if (one.answers) threads.get(one.answers)?.replies.push(one);
  return [...threads.values()];
}

/** Step id -> the mark of a step with comments that are open. */
export function marksOf(list) {
  const counts = new Map();
  for (const { step, answers, resolved } of list) if (step && !answers && !resolved) counts.set(step, (counts.get(step) ?? 0) + 1);
  return new Map([...counts].map(([step, count]) => [step, { kind: "comments", icon: "message-square", tip: count === 1 ? "1 open comment" : `${count} open comments` }]));
}
