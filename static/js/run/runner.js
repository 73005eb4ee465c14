// Runs the flow of the editor and shows on the canvas where its execution stands, as it happens.

import { ask } from "../editor/server.js";
import { edgeKey } from "../flow/document.js";
import { watch } from "../live.js";
import { after, ENDED, shownOf } from "./progress.js";

const NOTHING = { status: null, error: null, sequence: 0, steps: {} };

/** Events on the editor: `run:change` (progress), `run:data` (execution) when there may be new data. */
export class Runner {
  #stop = null;
  #drawing = false;
  #old = NOTHING;

  constructor(editor) {
    this.editor = editor;
    this.progress = NOTHING;
    this.execution = null;
    this.live = "closed"; // how the socket stands that follows it
    this.following = null;
    this.kept = null; // the execution whose data a part goes on from
    editor.events.on("run:data", (execution) => (this.kept = execution));
    editor.events.on("run:step", (id) => this.run({ last: id }));
    editor.events.on("run:from", (id) => this.run({ first: id }));
    editor.events.on("run:all", () => this.run({}));
  }

  get active() {
    return this.execution !== null && this.progress.status !== null && !ENDED.has(this.progress.status);
  }

  /** Save what is not saved, then run all, to a step (`last`), from a step (`first`), or what lies between. */
  async run(part) {
    const { editor } = this;
    if (this.starting) return;
    this.starting = true;
    editor.events.emit("run:change", this.progress);
    try {
      if ((editor.saving.dirty || !editor.flow.id) && !(await editor.saving.save())) return;
      const kept = part.first || part.last ? this.kept : null;
      const path = `/flows/${encodeURIComponent(editor.flow.id)}/run`;
      const { execution } = await ask(path, { method: "POST", body: { ...part, kept } });
      await this.show(execution);
    } catch (error) {
      editor.toasts.bad(error.message);
    } finally {
      this.starting = false;
      editor.events.emit("run:change", this.progress);
    }
  }

  /** Show an execution from where it stands, and on while it lives. */
  async show(execution) {
    this.leave();
    this.execution = execution;
    const found = await ask(`/executions/${encodeURIComponent(execution)}/progress`);
    if (this.execution !== execution) return;
    this.#become(found);
    this.editor.events.emit("run:data", execution);
    if (ENDED.has(found.status)) return;
    const path = `/live/executions/${encodeURIComponent(execution)}`;
    const onState = (state) => (this.live = state);
    this.#stop = watch(path, { after: found.sequence, onEvent: (event) => this.#hear(event), onState });
  }

  leave() {
    this.#stop?.();
    this.#stop = null;
    this.execution = null;
    this.#become(NOTHING);
  }

  #hear(event) {
    this.#become(after(this.progress, event));
    if (ENDED.has(this.progress.status)) {
      this.#stop?.();
      this.#stop = null;
      this.editor.events.emit("run:data", this.execution);
      this.#say();
    }
  }

  #say() {
    const { status, error } = this.progress;
    this.editor.tell(`The execution is ${status}${error?.message ? `: ${error.message}` : ""}`);
  }

  /** Draw at most once a frame, and only steps that changed. */
  #become(progress) {
    this.progress = progress;
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#draw();
      this.editor.events.emit("run:change", this.progress);
    });
  }

  #draw() {
    const { canvas, doc } = this.editor;
    const { steps } = this.progress;
    const old = this.#old.steps;
    this.#old = this.progress;
    const changed = new Set([...Object.keys(steps), ...Object.keys(old)].filter((id) => steps[id] !== old[id]));
    for (const id of changed) if (doc.steps.has(id)) canvas.setStepState(id, shownOf(steps[id]));
    for (const edge of doc.edges.values()) {
      if (changed.has(edge.source)) canvas.setEdgeCount(edgeKey(edge), steps[edge.source]?.items?.[edge.sourcePort] ?? null);
    }
  }

  async act(verb) {
    await this.#ask(`/executions/${encodeURIComponent(this.execution)}/act/${verb}`, {});
  }

  async answer(task, payload) {
    await this.#ask(`/executions/${encodeURIComponent(this.execution)}/answer`, { task, payload });
  }

  async #ask(path, body) {
    try {
      await ask(path, { method: "POST", body });
    } catch (error) {
      this.editor.toasts.bad(error.message);
    }
  }

  /** Follow every execution of the flow, also those that others or triggers start. */
  follow(on) {
    this.following?.();
    this.following = null;
    if (!on) return;
    const { id } = this.editor.flow;
    this.following = watch("/live/executions", {
      onEvent: ({ data, type }) => {
        const begins = type.endsWith("execution.admitted.v1") || type.endsWith("execution.started.v1");
        if (begins && data.flowId === id && data.executionId !== this.execution && !this.active) this.show(data.executionId);
      },
    });
  }
}
