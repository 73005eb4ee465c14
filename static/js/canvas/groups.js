// Groups: a frame around steps, moved as one; collapsed, one box stands for them all.

import { patchGroup, ungroup } from "../flow/commands.js";
import { askText } from "../editor/dialogs.js";
import { h, icon, iconButton } from "../editor/dom.js";
import { STEP_WIDTH, around } from "./geometry.js";

const MARGIN = 24;
const HEAD = 36;

export class Groups {
  #frames = new Map(); // id -> {element, x, y, width, height}

  constructor(editor) {
    this.editor = editor;
    this.canvas = editor.canvas;
    this.canvas.layers.push(this);
  }

  load(doc) {
    this.#draw(doc);
  }

  update(doc, changes) {
    const moved = changes.some(({ in: collection }) => collection === "steps");
    if (changes.some(({ in: collection }) => collection === "groups") || (moved && doc.groups.size)) this.#draw(doc);
  }

  #draw(doc) {
    for (const { element } of this.#frames.values()) element.remove();
    this.#frames.clear();
    const hidden = new Map();
    for (const group of doc.groups.values()) {
      const area = around(group.steps.map((id) => this.canvas.boxes.get(id)).filter(Boolean));
      if (!area) continue;
      const frame = group.collapsed ? this.#folded(group, area) : this.#open(group, area);
      this.#frames.set(group.id, frame);
      this.#put(frame);
      this.canvas.drawing.precanvas.prepend(frame.element);
      if (group.collapsed) for (const id of group.steps) hidden.set(id, frame);
    }
    if (hidden.size || this.canvas.hidden.size) this.canvas.hide(hidden);
  }

  #put({ element, x, y, width, height }) {
    Object.assign(element.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
  }

  #open(group, area) {
    const element = h("div", { class: "group", data: { of: group.id } }, h("div", { class: "group-head" }, this.#name(group), this.#tools(group)));
    return { element, x: area.x - MARGIN, y: area.y - MARGIN - HEAD, width: area.width + MARGIN * 2, height: area.height + MARGIN * 2 + HEAD };
  }

  #folded(group, area) {
    const count = group.steps.length === 1 ? "1 step" : `${group.steps.length} steps`;
    const words = h("div", { class: "step-words" }, this.#name(group), h("div", { class: "step-does" }, count));
    const sign = h("div", { class: "step-icon" }, icon("layers"));
    const element = h("div", { class: "group folded-group", data: { of: group.id } }, sign, words, this.#tools(group));
    return { element, x: area.x, y: area.y, width: STEP_WIDTH, height: 64 };
  }

  #name(group) {
    return h("div", { class: "group-name", ondblclick: (event) => (event.stopPropagation(), this.rename(group.id)) }, group.name || "Group");
  }

  #tools(group) {
    const fold = group.collapsed ? ["chevron-down", "Open the group"] : ["chevron-up", "Collapse the group"];
    return h(
      "div",
      { class: "group-tools" },
      iconButton(fold[0], fold[1], () => this.fold(group.id)),
      iconButton("ungroup", "Ungroup", () => this.editor.do(ungroup(this.editor.doc, group.id))),
    );
  }

  fold(id) {
    const group = this.editor.doc.groups.get(id);
    const label = group.collapsed ? "Open a group" : "Collapse a group";
    this.editor.do(patchGroup(this.editor.doc, id, { collapsed: !group.collapsed }, label));
  }

  async rename(id) {
    if (!this.editor.canWrite) return;
    const name = await askText(this.editor, "Name the group", "Name", this.editor.doc.groups.get(id).name, "Rename");
    if (name) this.editor.do(patchGroup(this.editor.doc, id, { name }, "Rename a group"));
  }

  // --- as a layer of the canvas
  press(event) {
    const element = event.target.closest(".group-head, .folded-group");
    if (!element) return null;
    const group = this.editor.doc.groups.get(element.closest(".group").dataset.of);
    const more = event.shiftKey || event.ctrlKey || event.metaKey;
    const kept = more ? this.canvas.selection : { steps: [], notes: [] };
    this.canvas.select({ steps: [...kept.steps, ...group.steps], notes: [...kept.notes] });
    return this.canvas.drag();
  }

  hold() {
    return [...this.#frames].map(([id, frame]) => {
      const group = this.editor.doc.groups.get(id);
      if (!group.steps.every((step) => this.canvas.selection.steps.has(step))) return null;
      const { x, y } = frame;
      const place = (dx, dy) => {
        Object.assign(frame, { x: x + dx, y: y + dy });
        this.#put(frame);
      };
      return { place, places: () => [] };
    }).filter(Boolean);
  }

  mark({ steps }) {
    for (const [id, { element }] of this.#frames) {
      const group = this.editor.doc.groups.get(id);
      element.classList.toggle("selected", Boolean(group) && group.steps.every((step) => steps.has(step)));
    }
  }

  boxes() {
    return [...this.#frames.values()];
  }
}
