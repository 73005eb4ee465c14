// Shows two versions of a flow on one canvas, and leads from change to change.

import { Canvas } from "../canvas/adapter.js";
import { Catalogue } from "../editor/catalogue.js";
import { h, icon, iconButton } from "../editor/dom.js";
import { ask, loadTypes } from "../editor/server.js";
import { titleOf } from "../flow/document.js";
import { tidied } from "../flow/layout.js";
import { looksOf, stopsOf, unionOf } from "./union.js";

const SIGNS = { added: ["plus", "Added"], removed: ["x", "Removed"], changed: ["pencil", "Changed"], moved: ["arrow-right", "Moved"] };

class Comparison {
  #at = -1;

  constructor(root, types, { before, after, marks }) {
    this.marks = marks;
    this.doc = unionOf(before.definition, after.definition);
    this.stops = stopsOf(this.doc, marks);
    this.catalogue = new Catalogue(types);
    this.catalogue.learn(looksOf(before.looks, after.looks), new Map());
    this.#build(root);
    this.#mark();
    this.#link();
  }

  #build(root) {
    const place = h("div", { class: "canvas", tabIndex: 0, "aria-label": "Both versions on the canvas" });
    this.word = h("output", { class: "versions-word" }, this.stops.length ? "" : "Nothing that the canvas shows has changed.");
    const step = (label, sign, by) => {
      const button = iconButton(sign, label, () => this.go(this.#at + by));
      button.disabled = !this.stops.length;
      return button;
    };
    const kinds = new Set([...Object.values(this.marks.steps), ...Object.values(this.marks.wires)]);
    const legend = [...kinds].map((kind) => h("span", { class: `versions-sign ${kind}` }, icon(SIGNS[kind][0]), SIGNS[kind][1]));
    const bar = h("div", { class: "versions-bar", role: "group", "aria-label": "Changes on the canvas" }, step("Change before", "arrow-left", -1), step("Next change", "arrow-right", 1), this.word, h("div", { class: "versions-legend" }, legend));
    root.replaceChildren(h("div", { class: "versions-stage" }, place), bar);
    this.canvas = new Canvas(place, (one) => this.catalogue.look(one, this.doc));
    this.canvas.readOnly = true;
    this.canvas.load(this.doc);
    if (![...this.doc.steps.values()].some((one) => one.position)) this.#lay();
    new ResizeObserver(() => this.canvas.begin()).observe(place);
    this.canvas.events.on("open", (id) => this.#toList(`[data-step="${CSS.escape(id)}"]`));
  }

  // Flows that were written by hand say no places.
  #lay() {
    const places = tidied(this.canvas.boxes, [...this.doc.edges.values()]);
    const steps = [...this.doc.steps].map(([id, one]) => [id, { ...one, position: places.get(id) }]);
    this.doc = { ...this.doc, steps: new Map(steps) };
    this.canvas.load(this.doc);
  }

  #mark() {
    for (const [id, kind] of Object.entries(this.marks.steps)) {
      const box = this.canvas.boxes.get(id);
      if (!box) continue;
      box.element.dataset.change = kind;
      box.element.append(h("div", { class: `versions-sign ${kind}` }, icon(SIGNS[kind][0]), SIGNS[kind][1]));
    }
    for (const [key, kind] of Object.entries(this.marks.wires)) {
      const wire = this.canvas.edges.get(key);
      if (!wire) continue;
      wire.element.dataset.change = kind;
      wire.label.textContent = SIGNS[kind][1];
    }
  }

  // Each change in the list leads to its place on the canvas.
  #link() {
    for (const row of document.querySelectorAll(".versions-change[data-step], .versions-change[data-wire]")) {
      const { step, wire } = row.dataset;
      const place = this.stops.findIndex((stop) => (step ? stop.step === step : stop.wire === wire));
      if (place < 0) continue;
      const what = row.querySelector("strong").textContent;
      row.querySelector(".versions-what").append(iconButton("eye", `Show ${what} on the canvas`, () => this.#toCanvas(place)));
    }
  }

  #toCanvas(place) {
    this.go(place);
    this.canvas.element.closest("section").scrollIntoView({ block: "nearest" });
    this.canvas.element.focus({ preventScroll: true });
  }

  #toList(selector) {
    const row = document.querySelector(`.versions-change${selector}`);
    row?.scrollIntoView({ block: "center" });
    row?.querySelector("button")?.focus({ preventScroll: true });
  }

  /** Show a change by its place among those on the canvas, round and round. */
  go(place) {
    const count = this.stops.length;
    this.#at = ((place % count) + count) % count;
    const { kind, step, wire } = this.stops[this.#at];
    this.canvas.select(step ? { steps: [step] } : { edges: [wire] });
    this.canvas.reveal(step ?? this.canvas.edges.get(wire)?.source);
    this.word.textContent = `${this.#at + 1} of ${count}: ${this.#name(step, wire)}, ${kind}`;
  }

  #name(step, wire) {
    if (step) return titleOf(this.doc.steps.get(step));
    const { source, target } = this.doc.edges.get(wire);
    return `wire from ${titleOf(this.doc.steps.get(source))} to ${titleOf(this.doc.steps.get(target))}`;
  }
}

const root = document.getElementById("versions-canvas");
if (root) {
  try {
    const [types, found] = await Promise.all([loadTypes(), ask(root.dataset.source)]);
    new Comparison(root, types, found);
    root.dataset.ready = "yes";
  } catch (error) {
    root.replaceChildren(h("p", { class: "bad", role: "alert" }, `The canvas cannot be shown: ${error.message}. Every change is listed below.`));
  }
}
