// Notes on the canvas: Markdown, moved, sized and coloured like anything else that can be taken back.

import { addNote, patchNote, snapped } from "../flow/commands.js";
import { freshId } from "../flow/document.js";
import { askLongText } from "../editor/dialogs.js";
import { h, iconButton } from "../editor/dom.js";
import { overlap } from "./geometry.js";
import { rendered } from "./markdown.js";

const LEAST = [128, 64];
export const COLORS = 7;

export class Notes {
  #boxes = new Map(); // id -> {element, x, y, width, height}

  constructor(editor) {
    this.editor = editor;
    this.canvas = editor.canvas;
    this.canvas.layers.push(this);
  }

  load(doc) {
    for (const { element } of this.#boxes.values()) element.remove();
    this.#boxes.clear();
    for (const note of doc.notes.values()) this.#show(note);
  }

  update(doc, changes) {
    for (const { in: collection, key } of changes) {
      if (collection !== "notes") continue;
      this.#boxes.get(key)?.element.remove();
      this.#boxes.delete(key);
      if (doc.notes.has(key)) this.#show(doc.notes.get(key));
    }
    this.mark(this.canvas.selection);
  }

  #show(note) {
    const [x, y] = note.position ?? [0, 0];
    const [width, height] = note.size ?? [240, 160];
    const body = h("div", { class: "note-body" }, rendered(note.text ?? ""));
    const element = h("div", { class: "note", data: { note: note.id, color: note.color ?? 1 }, ondblclick: (event) => this.edit(note.id, event) }, body, this.#tools(note), h("div", { class: "note-size", title: "Drag to size" }));
    const box = { element, x, y, width, height };
    Object.assign(element.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
    this.#boxes.set(note.id, box);
    this.canvas.drawing.precanvas.prepend(element);
  }

  #tools(note) {
    if (!this.editor.canWrite) return null;
    const next = ((note.color ?? 1) % COLORS) + 1;
    return h("div", { class: "note-tools" }, iconButton("pencil", "Edit the note", (event) => this.edit(note.id, event)), iconButton("circle-dot", "Another colour", () => this.editor.do(patchNote(this.editor.doc, note.id, { color: next }, "Colour a note"))));
  }

  /** Add a note in the middle of what is seen, and write in it. */
  add() {
    const { doc, listed } = this.editor;
    const { area } = this.canvas;
    const id = freshId(doc.notes, "note");
    const position = snapped([area.x + area.width / 2 - 120, area.y + area.height / 2 - 80]);
    if (!this.editor.do(addNote(doc, { id, text: "", position, size: [240, 160] }))) return;
    this.canvas.select({ notes: [id] });
    if (listed) this.editInList(id);
    else this.edit(id);
  }

  /** Write in a note without the canvas. */
  async editInList(id) {
    const { text = "" } = this.editor.doc.notes.get(id);
    const written = await askLongText(this.editor, "Note", "Markdown", text);
    if (written !== null && written !== text) this.editor.do(patchNote(this.editor.doc, id, { text: written }, "Write a note"));
  }

  /** Write in a note; Escape or a press elsewhere keeps what was written. */
  edit(id, event) {
    event?.stopPropagation();
    if (!this.editor.canWrite) return;
    const { element } = this.#boxes.get(id);
    const text = this.editor.doc.notes.get(id).text ?? "";
    const field = h("textarea", { class: "note-text", "aria-label": "Note, in Markdown", value: text, maxLength: 65536, "data-scrolls": "" });
    field.addEventListener("keydown", (pressed) => {
      pressed.stopPropagation();
      if (pressed.key === "Escape") this.canvas.element.focus();
    });
    field.addEventListener("blur", () => {
      field.remove();
      if (field.value !== text) this.editor.do(patchNote(this.editor.doc, id, { text: field.value }, "Write a note"));
    });
    element.append(field);
    field.focus();
  }

  // --- as a layer of the canvas
  press(event) {
    const element = event.target.closest(".note");
    if (!element) return null;
    const id = element.dataset.note;
    if (event.target.closest(".note-size")) return this.#sizing(id);
    this.canvas.pick("notes", id, event);
    return this.canvas.drag();
  }

  #sizing(id) {
    if (!this.editor.canWrite) return "none";
    const box = this.#boxes.get(id);
    const { width, height } = box;
    this.canvas.select({ notes: [id] });
    const place = (dx, dy) => {
      box.width = Math.max(LEAST[0], width + dx);
      box.height = Math.max(LEAST[1], height + dy);
      Object.assign(box.element.style, { width: `${box.width}px`, height: `${box.height}px` });
    };
    const places = () => {
      this.editor.do(patchNote(this.editor.doc, id, { size: [box.width, box.height] }, "Size a note"));
      return [];
    };
    this.canvas.held = { moved: [0, 0], steps: new Map(), more: [{ place, places }] };
    return "drag";
  }

  hold() {
    return [...this.canvas.selection.notes].filter((id) => this.#boxes.has(id)).map((id) => {
      const box = this.#boxes.get(id);
      const { x, y } = box;
      const place = (dx, dy) => {
        Object.assign(box, { x: x + dx, y: y + dy });
        Object.assign(box.element.style, { left: `${box.x}px`, top: `${box.y}px` });
      };
      return { place, places: () => [[id, [box.x, box.y]]] };
    });
  }

  within(area) {
    return [...this.#boxes].filter(([, box]) => overlap(box, area)).map(([id]) => id);
  }

  mark({ notes }) {
    for (const [id, { element }] of this.#boxes) element.classList.toggle("selected", notes.has(id));
  }

  boxes() {
    return [...this.#boxes.values()];
  }
}
