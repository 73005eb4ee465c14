// Replays an execution: a slider over its journal, the flow on the canvas as it stood then, and a timeline.

import { Canvas } from "../canvas/adapter.js";
import { duration } from "../canvas/step_box.js";
import { Catalogue } from "../editor/catalogue.js";
import { h, iconButton } from "../editor/dom.js";
import { ask, loadTypes } from "../editor/server.js";
import { edgeKey, fromDefinition, titleOf } from "../flow/document.js";
import { tidied } from "../flow/layout.js";
import { watch } from "../live.js";
import { after, ENDED, shownOf } from "../run/progress.js";
import { RunView } from "./run_view.js";
import { rangeOf, rowsOf, told } from "./spans.js";
import { nameOf, Timeline } from "./timeline.js";

const BEFORE = { status: "pending", error: null, sequence: 0, steps: {} };
const PLAY_MS = 400;

class Replay {
  #shown = BEFORE;
  #playing = 0;

  constructor(root, types, { definition, looks, events, all }) {
    this.execution = root.dataset.execution;
    this.events = events;
    this.states = [];
    for (const event of events) this.states.push(after(this.states.at(-1) ?? BEFORE, event));
    this.all = all;
    this.doc = fromDefinition(definition);
    this.at = events.length - 1;
    this.run = new RunView(this.execution, document.querySelector('form[action$="/again"]') !== null);
    this.timeline = new Timeline((id) => this.title(id), (row) => this.choose(row.step, row.run));
    this.#build(root, types, looks);
    this.draw();
  }

  title(id) {
    const step = this.doc.steps.get(id);
    return step ? titleOf(step) : id;
  }

  #build(root, types, looks) {
    const place = h("div", { class: "canvas replay-canvas", tabIndex: 0, "aria-label": "The flow as it stood" });
    this.slider = h("input", { type: "range", min: "0", step: "1", "aria-label": "Moment of the execution", oninput: () => this.go(Number(this.slider.value)) });
    this.play = iconButton("play", "Play", () => this.toggle());
    this.word = h("output", { class: "replay-word" });
    const bar = h("div", { class: "replay-bar", role: "group", "aria-label": "Replay" }, this.play, iconButton("arrow-left", "One event back", () => this.go(this.at - 1)), iconButton("arrow-right", "One event on", () => this.go(this.at + 1)), this.slider, this.word);
    const more = this.all > this.events.length && this.events.length ? h("p", { class: "note" }, `The first ${this.events.length} of ${this.all} entries are replayed.`) : null;
    root.replaceChildren(...[h("div", { class: "replay-stage" }, place), bar, more, h("h2", {}, "Timeline"), this.timeline.element, this.run.element].filter(Boolean));
    const catalogue = new Catalogue(types);
    catalogue.learn(looks, new Map());
    this.canvas = new Canvas(place, (step) => catalogue.look(step, this.doc));
    this.canvas.readOnly = true;
    this.canvas.load(this.doc);
    if (![...this.doc.steps.values()].some((step) => step.position)) this.#lay();
    new ResizeObserver(() => this.canvas.fit()).observe(place);
    const pick = (id) => id && this.choose(id);
    this.canvas.events.on("select", ({ steps }) => pick([...steps][0]));
    this.canvas.events.on("open", pick);
  }

  // Flows that were written by hand say no places.
  #lay() {
    const places = tidied(this.canvas.boxes, [...this.doc.edges.values()]);
    const steps = [...this.doc.steps].map(([id, step]) => [id, { ...step, position: places.get(id) }]);
    this.doc = { ...this.doc, steps: new Map(steps) };
    this.canvas.load(this.doc);
  }

  /** Show the execution as it stood after an event, by its place. */
  go(place) {
    this.at = Math.max(0, Math.min(place, this.events.length - 1));
    this.draw();
  }

  choose(step, run) {
    const newest = run ?? rowsOf(this.events).filter((row) => row.step === step).at(-1)?.run ?? 0;
    this.timeline.chosen = nameOf({ step, run: newest });
    this.canvas.select({ steps: [step] });
    this.draw();
    this.run.show(step, this.title(step), run);
  }

  /** Play from here, or from the start; or stop. */
  toggle() {
    if (this.#playing) return this.#stop();
    if (this.at >= this.events.length - 1) this.go(0);
    this.#playing = setInterval(() => {
      this.go(this.at + 1);
      if (this.at >= this.events.length - 1) this.#stop();
    }, PLAY_MS);
    return this.#label("square", "Stop");
  }

  #stop() {
    clearInterval(this.#playing);
    this.#playing = 0;
    this.#label("play", "Play");
  }

  #label(name, word) {
    const fresh = iconButton(name, word, null);
    this.play.replaceChildren(...fresh.childNodes);
    this.play.title = word;
    this.play.setAttribute("aria-label", word);
  }

  /** An event that happened just now; whoever looks at the newest moment goes on with it. */
  hear(event) {
    const newest = this.at >= this.events.length - 1;
    this.events.push(event);
    this.states.push(after(this.states.at(-1) ?? BEFORE, event));
    if (newest) this.at = this.events.length - 1;
    this.draw();
  }

  draw() {
    const event = this.events[this.at];
    const state = this.states[this.at] ?? BEFORE;
    const rows = rowsOf(this.events);
    this.slider.max = String(Math.max(0, this.events.length - 1));
    this.slider.value = String(this.at);
    this.slider.disabled = this.events.length < 2;
    if (!event) return;
    const range = rangeOf(this.events, rows);
    const words = `${told(event, (id) => this.title(id))}, after ${duration((event.data.atUs - range.from) / 1000)}`;
    this.slider.setAttribute("aria-valuetext", words);
    this.word.textContent = `${this.at + 1} of ${this.events.length} · ${words}`;
    this.timeline.draw(rows, range, event.data.atUs);
    this.#onCanvas(state);
  }

  #onCanvas(state) {
    const old = this.#shown.steps;
    this.#shown = state;
    for (const id of new Set([...Object.keys(old), ...Object.keys(state.steps)])) {
      if (old[id] === state.steps[id] || !this.doc.steps.has(id)) continue;
      this.canvas.setStepState(id, shownOf(state.steps[id]));
      for (const edge of this.doc.edges.values())
        if (edge.source === id) this.canvas.setEdgeCount(edgeKey(edge), state.steps[id]?.items?.[edge.sourcePort] ?? null);
    }
  }
}

async function open(root) {
  const id = encodeURIComponent(root.dataset.execution);
  const [types, journal] = await Promise.all([loadTypes(), ask(`/executions/${id}/journal`)]);
  const replay = new Replay(root, types, journal);
  root.dataset.ready = "yes";
  const last = journal.events.at(-1)?.data.sequence ?? 0;
  if (ENDED.has(replay.states.at(-1)?.status) || last < journal.all) return;
  watch(`/live/executions/${id}`, { after: last, onEvent: (event) => event.data.sequence > last && replay.hear(event) });
}

const root = document.getElementById("replay");
open(root).catch((error) => root.replaceChildren(h("p", { class: "bad", role: "alert" }, `The replay cannot be shown: ${error.message}`)));
