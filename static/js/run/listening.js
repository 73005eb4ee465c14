// Waits for one test event of a webhook or a form, and shows what it brought.

import { ask as askNode } from "../editor/server.js";
import { watch as watchNode } from "../live.js";

export const LISTEN_MS = 120_000;
const LOOK_MS = 3000;
const DOORS = { "trigger.webhook": "webhook", "trigger.form": "form" };

const OUTSIDE = {
  watch: watchNode,
  ask: askNode,
  now: () => Date.now(),
  every: (call, ms) => setInterval(call, ms),
  never: (timer) => clearInterval(timer),
};

/** {test, production, methods} of a trigger that is called at an address; null for other steps and without a path. */
export function addressesOf(step, base) {
  const door = DOORS[step?.type];
  const path = step?.params?.path;
  if (!door || typeof path !== "string" || !path.trim() || path.startsWith("=")) return null;
  const below = path.trim().replace(/^\/+|\/+$/g, "");
  const root = base.replace(/\/+$/, "");
  const methods = door === "form" ? ["GET"] : (step.params.methods ?? ["POST"]);
  return { door, methods, test: `${root}/${door}-test/${below}`, production: `${root}/${door}/${below}` };
}

/**
 * Listens for a test call of a trigger. Emits `listen:change` on the editor; `step` is the trigger it waits at, or null,
 * and `left` the milliseconds until it gives up. What happens is told over the socket; in case that loses something, the
 * newest execution is asked for, too.
 */
export class Listener {
  step = null;
  #until = 0;
  #newest = null;
  #stop = [];
  #seen = new Set();

  constructor(editor, runner, outside = {}) {
    Object.assign(this, { editor, runner, ...OUTSIDE, ...outside });
  }

  get left() {
    return this.step === null ? 0 : Math.max(0, this.#until - this.now());
  }

  /** Save what is not saved, since a test call runs the saved draft, and wait. */
  async start(step) {
    const { editor } = this;
    this.stop();
    if ((editor.saving.dirty || !editor.flow.id) && !(await editor.saving.save())) return;
    this.#newest = await this.#newestExecution();
    this.step = step;
    this.#until = this.now() + LISTEN_MS;
    this.#seen.clear();
    const ticking = this.every(() => this.#tick(), 1000);
    const looking = this.every(() => this.#look(), LOOK_MS);
    const leave = this.watch("/live/executions", { onEvent: (event) => this.#hear(event) });
    this.#stop = [() => this.never(ticking), () => this.never(looking), leave];
    this.#change();
  }

  stop() {
    for (const stop of this.#stop) stop();
    this.#stop = [];
    if (this.step === null) return;
    this.step = null;
    this.#change();
  }

  #change() {
    this.editor.events.emit("listen:change", this);
  }

  #tick() {
    if (this.left > 0) return this.#change();
    this.stop();
    return this.editor.toasts.show("No test event came within two minutes.");
  }

  #hear({ data }) {
    if (data.flowId === this.editor.flow.id) this.#check(data.executionId);
  }

  async #look() {
    const newest = await this.#newestExecution();
    if (newest && newest !== this.#newest) this.#check(newest);
  }

  async #newestExecution() {
    const path = `/flows/${encodeURIComponent(this.editor.flow.id)}/newest`;
    return (await this.ask(path).catch(() => ({}))).execution ?? null;
  }

  /** Show an execution, if it is a test call of the trigger that is waited at. */
  async #check(execution) {
    const { step } = this;
    if (step === null || execution === this.#newest || this.#seen.has(execution)) return;
    this.#seen.add(execution);
    const found = await this.ask(`/executions/${encodeURIComponent(execution)}/progress`).catch(() => null);
    if (!found) this.#seen.delete(execution);
    if (this.step !== step || found?.mode !== "test" || found.trigger !== step) return;
    this.stop();
    this.editor.toasts.show("A test event came.");
    await this.runner.show(execution);
  }
}
