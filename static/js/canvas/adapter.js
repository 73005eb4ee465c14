// The canvas: shows a flow document and tells what people do with it. It changes nothing of the flow by
// itself; whoever listens does, and calls `update` with the changes. Only drawing.js knows Drawflow.

import { Events } from "../flow/events.js";
import { MAIN, edgeKey } from "../flow/document.js";
import { firstPlaces } from "../flow/layout.js";
import { svg } from "../editor/dom.js";
import { Culling } from "./culling.js";
import { Drawing } from "./drawing.js";
import { around, overlap, portY, sizeOf, wireMiddle, wirePath } from "./geometry.js";
import { fillStep, showState } from "./step_box.js";

const CLICK_SLACK = 4;

/**
 * `look(step)` says how a step appears: {inputs, outputs, icon, title, does, trigger, badges, problems}.
 *
 * Events: `select` (selection), `open` (step id), `move` ({steps, notes} of places), `wire` (edge),
 * `wire-to-space` ({source, sourcePort, point, client}; also a press on a port), `drop-on-wire` (step id, edge key), `wire-add` (edge
 * key, client), `menu` ({client, kind, id}), `view`, `space` (double click on nothing: {point, client}).
 */
export class Canvas {
  #first = new Map(); // where steps without a place are shown until they are moved

  constructor(element, look) {
    this.element = element;
    this.events = new Events();
    this.look = look;
    this.boxes = new Map();
    this.edges = new Map();
    this.hidden = new Map(); // step id -> the box that stands for it (a collapsed group)
    this.selection = { steps: new Set(), edges: new Set(), notes: new Set() };
    this.layers = []; // what else is drawn: notes, groups
    this.readOnly = false;
    this.drawing = new Drawing(element, this.#hands());
    this.culling = new Culling(this);
    element.setAttribute("role", "application");
    element.addEventListener("dblclick", (event) => this.#doubleClicked(event));
  }

  // --- the document
  load(doc) {
    this.doc = doc;
    this.#first = firstPlaces(doc, (step) => this.#sizeOf(this.look(step)));
    this.drawing.still = true;
    for (const id of [...this.boxes.keys()]) this.#removeStep(id);
    for (const step of doc.steps.values()) this.#addStep(step);
    for (const edge of doc.edges.values()) this.#addEdge(edge);
    this.drawing.still = false;
    for (const layer of this.layers) layer.load(doc);
    for (const key of this.edges.keys()) this.#route(key);
    this.events.emit("changed");
  }

  /** Show what changed. */
  update(doc, changes) {
    this.doc = doc;
    const touched = new Set(changes.filter((one) => one.in === "steps").map((one) => one.key));
    for (const { in: collection, key, after } of changes)
      if (collection === "edges" && after === undefined) this.#removeEdge(key);
    for (const id of touched) this.#refresh(id);
    for (const { in: collection, key } of changes)
      if (collection === "edges" && doc.edges.has(key) && !this.edges.has(key)) this.#addEdge(doc.edges.get(key));
    for (const layer of this.layers) layer.update(doc, changes);
    for (const id of touched) this.#routeOf(id);
    this.#forget();
    this.events.emit("changed");
  }

  /** Draw steps anew whose looks changed without the document (ports, problems). */
  refresh(ids) {
    for (const id of ids) this.#refresh(id);
    for (const id of ids) this.#routeOf(id);
  }

  // What is selected and is there no more.
  #forget() {
    const kept = (set, there) => new Set([...set].filter((key) => there.has(key)));
    const { steps, edges, notes } = this.selection;
    this.select({ steps: kept(steps, this.doc.steps), edges: kept(edges, this.doc.edges), notes: kept(notes, this.doc.notes) });
  }

  #refresh(id) {
    const step = this.doc.steps.get(id);
    const box = this.boxes.get(id);
    if (!step) return this.#removeStep(id);
    if (!box) return this.#addStep(step);
    const look = this.look(step);
    const same = String(box.inputs) === String(look.inputs) && String(box.outputs) === String(look.outputs);
    if (!same) return this.#rebuild(step);
    this.#place(box, this.#placeOf(step));
    fillStep(box.element, step, look);
  }

  #rebuild(step) {
    const edges = [...this.edges.values()].filter((edge) => edge.source === step.id || edge.target === step.id);
    const state = this.boxes.get(step.id).state;
    const keys = edges.map(edgeKey);
    for (const key of keys) this.#removeEdge(key);
    this.#removeStep(step.id);
    this.#addStep(step);
    for (const key of keys) if (this.doc.edges.has(key)) this.#addEdge(this.doc.edges.get(key));
    if (state) this.setStepState(step.id, state);
    this.#mark();
  }

  #placeOf(step) {
    return step.position ?? this.#first.get(step.id) ?? [0, 0];
  }

  #sizeOf({ inputs, outputs }) {
    return sizeOf(inputs.length, outputs.length);
  }

  #addStep(step) {
    const look = this.look(step);
    const position = this.#placeOf(step);
    const element = this.drawing.addBox(step.id, look.inputs.length, look.outputs.length, position);
    const size = this.#sizeOf(look);
    const box = { element, x: position[0], y: position[1], ...size, inputs: look.inputs, outputs: look.outputs };
    element.style.width = `${size.width}px`;
    element.style.height = `${size.height}px`;
    this.#ports(box, element.querySelectorAll(".input"), look.inputs, size.height);
    this.#ports(box, element.querySelectorAll(".output"), look.outputs, size.height);
    this.boxes.set(step.id, box);
    element.dataset.step = step.id;
    fillStep(element, step, look);
  }

  #ports(box, elements, names, height) {
    elements.forEach((element, index) => {
      element.style.top = `${portY(height, index, names.length)}px`;
      element.dataset.port = names[index];
      element.title = names[index];
      if (names[index] !== MAIN) {
        const label = document.createElement("span");
        label.className = "port-label";
        label.textContent = names[index];
        element.append(label);
      }
    });
  }

  #removeStep(id) {
    const box = this.boxes.get(id);
    if (!box) return;
    for (const [key, edge] of [...this.edges]) if (edge.source === id || edge.target === id) this.#removeEdge(key);
    this.drawing.removeBox(id);
    this.boxes.delete(id);
    this.selection.steps.delete(id);
  }

  #addEdge(edge) {
    const key = edgeKey(edge);
    const [output, input] = this.#portsOf(edge);
    const element = output < 0 || input < 0 ? null : this.drawing.addWire(key, edge.source, output, edge.target, input);
    if (!element) return;
    const hit = svg("path", { class: "wire-hit" });
    const count = svg("text", { class: "wire-count" });
    element.append(hit, count);
    if (edge.sourcePort === "failure") element.classList.add("failing");
    this.edges.set(key, { ...edge, element, output, input, hit, label: count });
    if (!this.drawing.still) this.#route(key);
  }

  #portsOf(edge) {
    const [source, target] = [this.boxes.get(edge.source), this.boxes.get(edge.target)];
    return [source ? source.outputs.indexOf(edge.sourcePort) : -1, target ? target.inputs.indexOf(edge.targetPort) : -1];
  }

  #removeEdge(key) {
    const edge = this.edges.get(key);
    if (!edge) return;
    this.drawing.removeWire(edge.source, edge.output, edge.target, edge.input);
    this.edges.delete(key);
  }

  // --- where wires run
  #routeOf(id) {
    for (const [key, edge] of this.edges) if (edge.source === id || edge.target === id) this.#route(key);
  }

  #route(key) {
    const edge = this.edges.get(key);
    const [from, to] = this.endsOf(edge);
    const inside = from.box === to.box && this.hidden.has(edge.source);
    edge.element.classList.toggle("hidden-wire", inside);
    const path = wirePath(from.point, to.point);
    edge.element.children[0].setAttribute("d", path);
    edge.hit.setAttribute("d", path);
    const [x, y] = wireMiddle(from.point, to.point);
    edge.label.setAttribute("x", x);
    edge.label.setAttribute("y", y - 6);
  }

  /** Where a wire begins and ends: at ports, or at the boxes of collapsed groups. */
  endsOf(edge) {
    return [this.#end(edge.source, edge.output, "outputs"), this.#end(edge.target, edge.input, "inputs")];
  }

  #end(id, index, side) {
    const box = this.hidden.get(id) ?? this.boxes.get(id);
    const x = side === "outputs" ? box.x + box.width : box.x;
    const y = this.hidden.has(id) ? box.height / 2 : portY(box.height, index, box[side].length);
    return { box, point: [x, box.y + y] };
  }

  /** Show other boxes in place of steps (Map step id -> box), and lead their wires there. */
  hide(hidden) {
    this.hidden = hidden;
    for (const [id, box] of this.boxes) box.element.classList.toggle("folded", hidden.has(id));
    for (const key of this.edges.keys()) this.#route(key);
  }

  // --- presses and drags
  #hands() {
    return {
      press: (event) => this.#pressed(event),
      dragged: (dx, dy, event) => this.#dragged(dx, dy, event),
      dropped: (event) => this.#dropped(event),
      menu: (event) => this.#menu(event),
      drawn: (wire) => this.#drawn(wire),
      viewed: () => this.events.emit("view"),
      ends: (id) => this.#routeOf(id),
    };
  }

  #pressed(event) {
    if (event.target.closest("input, textarea, button, a, [contenteditable]")) return "none";
    this.element.focus({ preventScroll: true });
    const touch = event.type === "touchstart";
    if (event.button === 1 || (event.button === 0 && this.panning)) return event.preventDefault(), "pan";
    if (!touch && event.button !== 0) return "none";
    const port = event.target.closest(".output");
    if (port) return this.readOnly ? "none" : "wire";
    const wire = event.target.closest("svg.connection");
    if (wire) return this.#pick("edges", wire.dataset.edge, event), "none";
    const step = event.target.closest(".drawflow-node");
    if (step) return this.#grab("steps", step.dataset.step, event);
    for (const layer of this.layers) {
      const grabbed = layer.press?.(event);
      if (grabbed) return grabbed;
    }
    if (touch) return "pan";
    event.preventDefault();
    this.events.emit("marquee", event);
    return "none";
  }

  #grab(kind, id, event) {
    this.#pick(kind, id, event, true);
    return this.drag();
  }

  /** Begin to drag what is selected; gives what a layer's `press` gives for it. */
  drag() {
    if (this.readOnly) return "none";
    const places = (ids, boxes) => new Map([...ids].map((id) => [id, [boxes.get(id).x, boxes.get(id).y]]));
    this.held = { moved: [0, 0], steps: places(this.selection.steps, this.boxes), more: this.layers.flatMap((layer) => layer.hold?.() ?? []) };
    return "drag";
  }

  #pick(kind, id, event, keep = false) {
    const more = event.shiftKey || event.ctrlKey || event.metaKey;
    if (keep && !more && this.selection[kind].has(id)) return;
    const chosen = { steps: new Set(), edges: new Set(), notes: new Set() };
    if (more) for (const name of Object.keys(chosen)) chosen[name] = new Set(this.selection[name]);
    if (more && chosen[kind].has(id)) chosen[kind].delete(id);
    else chosen[kind].add(id);
    this.select(chosen);
  }

  pick(kind, id, event) {
    this.#pick(kind, id, event, true);
  }

  #dragged(dx, dy) {
    const { held } = this;
    held.moved = [held.moved[0] + dx, held.moved[1] + dy];
    if (!held.begun && Math.hypot(...held.moved) * this.drawing.zoom < CLICK_SLACK) return;
    held.begun = true;
    const [x, y] = held.moved.map((value) => Math.round(value / 16) * 16);
    for (const [id, [left, top]] of held.steps) this.#place(this.boxes.get(id), [left + x, top + y]);
    for (const more of held.more) more.place(x, y);
    this.#routeAll(held.steps);
    if (held.steps.size === 1) this.#target(this.#wireUnder([...held.steps.keys()][0]));
  }

  #routeAll(ids) {
    for (const [key, edge] of this.edges) if (ids.has(edge.source) || ids.has(edge.target)) this.#route(key);
  }

  // The wire under the middle of a dragged step that nothing is wired to yet.
  #wireUnder(id) {
    for (const edge of this.edges.values()) if (edge.source === id || edge.target === id) return null;
    const box = this.boxes.get(id);
    if (!box.inputs.length) return null;
    const middle = { x: box.x + box.width / 2 - 40, y: box.y + box.height / 2 - 20, width: 80, height: 40 };
    for (const [key, edge] of this.edges) {
      const [from, to] = this.endsOf(edge);
      const [x, y] = wireMiddle(from.point, to.point);
      if (overlap(middle, { x, y, width: 1, height: 1 })) return key;
    }
    return null;
  }

  #target(key) {
    if (this.aimed) this.edges.get(this.aimed)?.element.classList.remove("aimed");
    this.aimed = key;
    if (key) this.edges.get(key).element.classList.add("aimed");
  }

  #dropped() {
    const { held } = this;
    this.held = null;
    if (!held?.begun) return;
    const key = this.aimed;
    this.#target(null);
    const steps = new Map([...held.steps.keys()].map((id) => [id, [this.boxes.get(id).x, this.boxes.get(id).y]]));
    const notes = new Map(held.more.flatMap((more) => more.places()));
    this.events.emit("move", { steps, notes });
    if (key) this.events.emit("drop-on-wire", [...steps.keys()][0], key);
  }

  #drawn({ source, output, target, input, at }) {
    const from = { source, sourcePort: this.boxes.get(source).outputs[output] };
    if (!at) return this.events.emit("wire", { ...from, target, targetPort: this.boxes.get(target).inputs[input] });
    const under = document.elementFromPoint(...at);
    if (under?.closest(".output") && under.closest(".drawflow-node")?.dataset.step === source) {
      const box = this.boxes.get(source);
      const point = [box.x + box.width + 96, box.y + box.height / 2];
      return this.events.emit("wire-to-space", { ...from, point, client: at });
    }
    if (under && this.element.contains(under) && !under.closest(".drawflow-node"))
      this.events.emit("wire-to-space", { ...from, point: this.toWorld(...at), client: at });
  }

  #menu(event) {
    const step = event.target.closest(".drawflow-node")?.dataset.step;
    const edge = event.target.closest("svg.connection")?.dataset.edge;
    if (step && !this.selection.steps.has(step)) this.select({ steps: [step] });
    if (edge) this.select({ edges: [edge] });
    const kind = step ? "step" : edge ? "edge" : "space";
    const client = [event.clientX, event.clientY];
    this.events.emit("menu", { kind, id: step ?? edge, client, point: this.toWorld(...client) });
  }

  #doubleClicked(event) {
    const step = event.target.closest(".drawflow-node");
    if (step) return this.events.emit("open", step.dataset.step);
    if (event.target !== this.element && event.target !== this.drawing.precanvas) return;
    const client = [event.clientX, event.clientY];
    this.events.emit("space", { point: this.toWorld(...client), client });
  }

  #place(box, [x, y]) {
    box.x = x;
    box.y = y;
    box.element.style.left = `${x}px`;
    box.element.style.top = `${y}px`;
  }

  // --- selection
  select({ steps = [], edges = [], notes = [] }) {
    const before = JSON.stringify(Object.values(this.selection).map((set) => [...set]));
    this.selection = { steps: new Set(steps), edges: new Set(edges), notes: new Set(notes) };
    this.#mark();
    if (before !== JSON.stringify(Object.values(this.selection).map((set) => [...set])))
      this.events.emit("select", this.selection);
  }

  #mark() {
    for (const [id, box] of this.boxes) box.element.classList.toggle("selected", this.selection.steps.has(id));
    for (const [key, edge] of this.edges) edge.element.classList.toggle("selected", this.selection.edges.has(key));
    for (const layer of this.layers) layer.mark?.(this.selection);
    this.element.classList.toggle("chosen", this.selection.steps.size + this.selection.notes.size > 0);
  }

  /** Steps whose boxes a rectangle of the flow touches. */
  within(area) {
    return [...this.boxes].filter(([id, box]) => !this.hidden.has(id) && overlap(box, area)).map(([id]) => id);
  }

  // --- what is seen
  get view() {
    return { x: this.drawing.canvas_x, y: this.drawing.canvas_y, zoom: this.drawing.zoom };
  }

  set view({ x, y, zoom }) {
    this.drawing.look(x, y, zoom);
  }

  /** The part of the flow that is seen. */
  get area() {
    const { x, y, zoom } = this.view;
    return { x: -x / zoom, y: -y / zoom, width: this.element.clientWidth / zoom, height: this.element.clientHeight / zoom };
  }

  toWorld(clientX, clientY) {
    const { left, top } = this.element.getBoundingClientRect();
    const { x, y, zoom } = this.view;
    return [(clientX - left - x) / zoom, (clientY - top - y) / zoom];
  }

  zoomBy(factor) {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    this.drawing.zoomAt(factor, left + width / 2, top + height / 2);
  }

  /** Show all of the flow, or all of some boxes; never larger than life. */
  fit(boxes = [...this.boxes.values(), ...this.layers.flatMap((layer) => layer.boxes?.() ?? [])]) {
    const all = around(boxes);
    const [width, height] = [this.element.clientWidth, this.element.clientHeight];
    if (!all) return this.drawing.look(width / 2 - 112, height / 2 - 32, 1);
    const zoom = Math.max(0.1, Math.min(1, (width - 160) / all.width, (height - 144) / all.height));
    this.drawing.look((width - all.width * zoom) / 2 - all.x * zoom, (height - all.height * zoom) / 2 - all.y * zoom, zoom);
  }

  /** The first look at a flow: all of it where that can be read, else where it begins. */
  begin() {
    this.fit();
    const readable = 0.6;
    if (!this.boxes.size || this.view.zoom >= readable) return;
    const all = [...this.boxes.values()];
    const first = all.find((box) => !box.inputs.length) ?? all[0];
    this.drawing.look(48 - first.x * readable, this.element.clientHeight / 2 - (first.y + 32) * readable, readable);
  }

  /** Bring a box into view where it is not. */
  reveal(id) {
    const box = this.hidden.get(id) ?? this.boxes.get(id);
    if (!box) return;
    const { area } = this;
    const inside = box.x >= area.x && box.y >= area.y && box.x + box.width <= area.x + area.width && box.y + box.height <= area.y + area.height;
    if (inside) return;
    const { zoom } = this.view;
    this.drawing.look(this.element.clientWidth / 2 - (box.x + box.width / 2) * zoom, this.element.clientHeight / 2 - (box.y + box.height / 2) * zoom, zoom);
  }

  // --- a run
  /** Show what a step is doing: {status, items, ms, error}; null takes it away. Statuses are those of steps:
   * `waiting`, `running`, `completed`, `failed`, `skipped`. */
  setStepState(id, state) {
    const box = this.boxes.get(id);
    if (!box) return;
    box.state = state;
    showState(box.element, state);
  }

  /** Show how many items went along a wire; null takes it away. */
  setEdgeCount(edge, count) {
    const wire = this.edges.get(typeof edge === "string" ? edge : edgeKey(edge));
    if (!wire) return;
    wire.label.textContent = count === null ? "" : count === 1 ? "1 item" : `${count} items`;
    wire.element.classList.toggle("carried", count !== null && count > 0);
  }

  clearStates() {
    for (const id of this.boxes.keys()) this.setStepState(id, null);
    for (const key of this.edges.keys()) this.setEdgeCount(key, null);
  }
}
