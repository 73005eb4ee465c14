// Keys: what they do, and the list that says so. Single letters act only while the canvas or the list of
// steps has the focus; keys with Ctrl that are marked `anywhere` act on the whole page.

import * as commands from "../flow/commands.js";
import { available } from "./action.js";
import { openDialog } from "./dialogs.js";
import { h } from "./dom.js";

const NUDGE = 16;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const MOVES = [
  ["Arrows", "Go from step to step along the wires and across"],
  ["Alt+Arrows", "Move what is selected"],
  ["Space+drag, middle button", "Move the view"],
  ["Wheel, Ctrl+wheel", "Move the view, zoom"],
  ["Drag on nothing", "Select with a rectangle; with Shift, more"],
];

/** The name of a pressed key as actions write it: `Ctrl+Shift+Z`. */
export function nameOf(event) {
  const key = event.key.length === 1 && event.key !== " " ? (event.ctrlKey || event.altKey || /[a-z]/.test(event.key) ? letterOf(event) : event.key) : event.key;
  const shift = event.shiftKey && (key.length > 1 || /^[A-Z]$/.test(key) || event.ctrlKey);
  return [event.ctrlKey || event.metaKey ? "Ctrl" : "", shift ? "Shift" : "", event.altKey ? "Alt" : "", key].filter(Boolean).join("+");
}

function letterOf(event) {
  if (event.altKey && /^Key[A-Z]$/.test(event.code)) return event.code.slice(3);
  return event.key.toUpperCase();
}

export function listenForKeys(editor) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const name = nameOf(event);
    const action = editor.actions.find((candidate) => candidate.keys?.split(" ").includes(name));
    if (action?.native || !(action?.anywhere || editor.hasKeys(!event.ctrlKey && !event.metaKey && !event.altKey))) return;
    if (action && available(editor, action)) {
      event.preventDefault();
      action.run(editor);
    } else if (!action && !editor.listed && ARROWS[event.key]) arrow(editor, event);
  });
}

function arrow(editor, event) {
  event.preventDefault();
  const [dx, dy] = ARROWS[event.key];
  if (event.altKey) return nudge(editor, dx * NUDGE, dy * NUDGE);
  const next = neighbour(editor, dx, dy);
  if (!next) return;
  editor.canvas.select({ steps: event.shiftKey ? [...editor.selection.steps, next] : [next] });
  editor.canvas.reveal(next);
}

function nudge(editor, dx, dy) {
  const moved = (ids, place) => new Map([...ids].map((id) => [id, (({ x, y }) => [x + dx, y + dy])(place(id))]));
  const steps = moved(editor.selection.steps, (id) => editor.canvas.boxes.get(id));
  const notes = moved(editor.selection.notes, (id) => (([x, y]) => ({ x, y }))(editor.doc.notes.get(id).position ?? [0, 0]));
  editor.do(commands.move(editor.doc, { steps, notes }, "Move", "nudge"));
}

// The nearest step in a direction: one that a wire joins comes before others.
function neighbour(editor, dx, dy) {
  const { boxes } = editor.canvas;
  const from = [...editor.selection.steps].at(-1);
  if (!from) return boxes.keys().next().value;
  const here = boxes.get(from);
  const wired = new Set([...editor.doc.edges.values()].flatMap((edge) => (edge.source === from ? [edge.target] : edge.target === from ? [edge.source] : [])));
  let best = null;
  for (const [id, box] of boxes) {
    const along = (box.x - here.x) * dx + (box.y - here.y) * dy;
    if (id === from || along < 8 || editor.canvas.hidden.has(id)) continue;
    const across = Math.abs((box.x - here.x) * dy) + Math.abs((box.y - here.y) * dx);
    const far = (along + across * 2) * (wired.has(id) && dx ? 0.25 : 1);
    if (!best || far < best.far) best = { id, far };
  }
  return best?.id;
}

/** The list of all keys. */
export function showShortcuts(editor) {
  const sections = new Map([["Canvas", MOVES]]);
  for (const { section, keys, label } of editor.actions)
    if (keys) sections.set(section, [...(sections.get(section) ?? []), [keys.split(" ").join(", "), label]]);
  const parts = [...sections].map(([name, rows]) =>
    h("section", {}, h("h3", {}, name), h("dl", { class: "keys" }, rows.flatMap(([keys, label]) => [h("dt", {}, keys.split(", ").flatMap((one, index) => [index ? " " : "", h("kbd", {}, one)])), h("dd", {}, label)]))),
  );
  const close = h("button", { type: "button", class: "main", onclick: () => dialog.close() }, "Close");
  const dialog = openDialog(editor, "Keyboard shortcuts", h("div", { class: "key-sections dialog-scroll", tabIndex: 0 }, parts), h("div", { class: "dialog-actions" }, close));
  dialog.classList.add("wide-dialog");
}
