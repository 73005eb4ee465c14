// Leaves out of the page what is far from the part of the flow that is seen, so that moving the view stays
// smooth however large the flow is.

import { overlap } from "./geometry.js";

const AWAY = "away";
const FAR_ZOOM = 0.25; // below it, boxes show no words

export class Culling {
  #kept = null; // the part of the flow whose boxes and wires are on the page
  #asked = false;

  constructor(canvas) {
    this.canvas = canvas;
    canvas.events.on("view", () => this.#viewed());
    canvas.events.on("changed", () => this.#soon());
    new ResizeObserver(() => this.#soon()).observe(canvas.element);
  }

  #viewed() {
    const { area } = this.canvas;
    const inside = this.#kept && area.x >= this.#kept.x && area.y >= this.#kept.y && area.x + area.width <= this.#kept.x + this.#kept.width && area.y + area.height <= this.#kept.y + this.#kept.height;
    if (!inside || this.#kept.width > area.width * 4) this.#soon();
  }

  #soon() {
    if (!this.#asked) requestAnimationFrame(() => this.now());
    this.#asked = true;
  }

  now() {
    this.#asked = false;
    const { canvas } = this;
    const { x, y, width, height } = canvas.area;
    if (!width || !height) return;
    const kept = { x: x - width / 2, y: y - height / 2, width: width * 2, height: height * 2 };
    this.#kept = kept;
    canvas.element.classList.toggle("far", canvas.view.zoom < FAR_ZOOM);
    for (const box of canvas.boxes.values()) show(box.element, overlap(box, kept));
    for (const edge of canvas.edges.values()) show(edge.element, overlap(spanned(canvas.endsOf(edge)), kept));
  }
}

function show(element, on) {
  if (element.classList.contains(AWAY) === on) element.classList.toggle(AWAY, !on);
}

function spanned([{ point: [x1, y1] }, { point: [x2, y2] }]) {
  const [x, y] = [Math.min(x1, x2) - 64, Math.min(y1, y2) - 8];
  return { x, y, width: Math.abs(x2 - x1) + 128, height: Math.abs(y2 - y1) + 128 };
}
