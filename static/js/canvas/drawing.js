// Drawflow as the adapter uses it: it owns the boxes, the wires and the wire that is being drawn; which wires
// there are, where they run, what is selected and what moves is told to it.

import "../../vendor/drawflow/drawflow.min.js";
import { wirePath } from "./geometry.js";

const ZOOM_MIN = 0.1;
const ZOOM_MAX = 2;

export class Drawing extends globalThis.Drawflow {
  /** `hands` decides what presses and drags mean: {press, dragged, dropped, menu, drawn, viewed, ends}. */
  constructor(container, hands) {
    super(container);
    this.hands = hands;
    this.paths = new Map();
    this.byHand = false;
    this.still = false;
    this.force_first_input = true;
    this.on("connectionCreated", (ends) => this.byHand && this.#drawn(ends));
    this.start();
    this.container.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.#followOutside();
  }

  // A drag goes on where the pointer leaves the canvas.
  #followOutside() {
    const outside = (event) => this.#busy && !this.container.contains(event.target);
    window.addEventListener("mousemove", (event) => outside(event) && this.position(event));
    window.addEventListener("mouseup", (event) => outside(event) && this.dragEnd(event));
  }

  get #busy() {
    return this.drag || this.connection || this.editor_selected;
  }

  // --- presses and drags
  click(event) {
    const kind = this.hands.press(event);
    const [x, y] = pointOf(event);
    Object.assign(this, { pos_x: x, pos_y: y, pos_x_start: x, pos_y_start: y, mouse_x: x, mouse_y: y });
    this.ele_selected = event.target;
    if (kind === "wire") {
      this.connection = true;
      this.drawConnection(event.target);
      event.preventDefault();
    } else if (kind === "pan") this.editor_selected = true;
    else if (kind === "drag") this.drag = true;
  }

  position(event) {
    const [x, y] = pointOf(event);
    if (this.connection) this.updateConnection(x, y);
    else if (this.editor_selected) this.look(this.canvas_x + x - this.pos_x, this.canvas_y + y - this.pos_y, this.zoom);
    else if (this.drag) this.hands.dragged((x - this.pos_x) / this.zoom, (y - this.pos_y) / this.zoom, event);
    Object.assign(this, { pos_x: x, pos_y: y, mouse_x: x, mouse_y: y });
    if (this.#busy) event.preventDefault();
  }

  dragEnd(event) {
    if (!this.#busy) return;
    if (this.drag) this.hands.dropped(event);
    this.drop = { x: this.mouse_x, y: this.mouse_y, from: this.connection ? this.ele_selected : null, made: null };
    this.byHand = true;
    try {
      super.dragEnd(event);
    } finally {
      this.byHand = false;
    }
    const { from, made, x, y } = this.drop;
    if (from) this.hands.drawn(made ?? { ...this.#start(from), at: [x, y] });
  }

  #start(port) {
    return { source: port.closest(".drawflow-node").id.slice(5), output: indexOf(port.classList[1]) };
  }

  #drawn(ends) {
    this.removeSingleConnection(ends.output_id, ends.input_id, ends.output_class, ends.input_class);
    const [output, input] = [indexOf(ends.output_class), indexOf(ends.input_class)];
    this.drop.made = { source: ends.output_id, output, target: ends.input_id, input };
  }

  contextmenu(event) {
    event.preventDefault();
    this.hands.menu(event);
  }

  key() {}
  dblclick() {}
  updateNodeValue() {}
  zoom_enter() {}

  // --- what is seen
  wheel(event) {
    if (event.target.closest("[data-scrolls]")) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) this.zoomAt(Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
    else if (event.shiftKey) this.look(this.canvas_x - event.deltaY - event.deltaX, this.canvas_y, this.zoom);
    else this.look(this.canvas_x - event.deltaX, this.canvas_y - event.deltaY, this.zoom);
  }

  zoomAt(factor, clientX, clientY) {
    const { left, top } = this.container.getBoundingClientRect();
    const zoom = Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, this.zoom * factor));
    const [x, y] = [clientX - left, clientY - top];
    const scale = zoom / this.zoom;
    this.look(x - (x - this.canvas_x) * scale, y - (y - this.canvas_y) * scale, zoom);
  }

  look(x, y, zoom) {
    Object.assign(this, { canvas_x: x, canvas_y: y, zoom, zoom_last_value: zoom });
    this.precanvas.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
    this.hands.viewed();
  }

  pointermove_handler(event) {
    const known = this.evCache.findIndex((one) => one.pointerId === event.pointerId);
    if (known >= 0) this.evCache[known] = event;
    if (this.evCache.length !== 2) return;
    const [one, other] = this.evCache;
    const apart = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    if (this.prevDiff > 0) this.zoomAt(apart / this.prevDiff, (one.clientX + other.clientX) / 2, (one.clientY + other.clientY) / 2);
    this.prevDiff = apart;
  }

  // --- boxes and wires
  getModuleFromNodeId(id) {
    return this.drawflow.drawflow[this.module].data[id] ? this.module : undefined;
  }

  addBox(id, inputs, outputs, [x, y]) {
    this.nodeId = id;
    this.addNode(id, inputs, outputs, x, y, "", {}, "");
    return this.container.querySelector(`#node-${id}`);
  }

  removeBox(id) {
    this.removeNodeId(`node-${id}`);
  }

  /** Gives the wire's SVG element, or null where one of its ports is not there. */
  addWire(key, source, output, target, input) {
    const data = this.drawflow.drawflow[this.module].data;
    const [from, to] = [`output_${output + 1}`, `input_${input + 1}`];
    if (!data[source]?.outputs[from] || !data[target]?.inputs[to]) return null;
    this.addConnection(source, target, from, to);
    const made = this.precanvas.lastElementChild;
    if (!made.matches("svg.connection") || made.dataset.edge) return null;
    made.dataset.edge = key;
    return made;
  }

  removeWire(source, output, target, input) {
    this.removeSingleConnection(source, target, `output_${output + 1}`, `input_${input + 1}`);
  }

  updateConnectionNodes(name) {
    if (!this.still) this.hands.ends(name.slice(5));
  }

  createCurvature(x1, y1, x2, y2) {
    return wirePath([x1, y1], [x2, y2]);
  }
}

const indexOf = (name) => Number(name.split("_")[1]) - 1;

function pointOf(event) {
  const touch = event.touches?.[0] ?? event.changedTouches?.[0];
  return touch ? [touch.clientX, touch.clientY] : [event.clientX, event.clientY];
}
