// Where new steps go, and which wires come with them.

import { STEP_WIDTH, around, overlap, sizeOf, wireMiddle } from "../canvas/geometry.js";
import { FAILURE, MAIN } from "../flow/document.js";
import * as commands from "../flow/commands.js";
import { openPalette } from "./palette.js";

const GAP_X = 96;
const GAP_Y = 32;

/** Ask for a type and add it where the view's middle is, or after the step that is selected. */
export function addByPalette(editor) {
  const [selected] = editor.selection.steps;
  if (editor.selection.steps.size === 1) return addAfter(editor, selected);
  const { x, y, width, height } = editor.canvas.area;
  openPalette(editor, { choose: (type) => add(editor, type, free(editor, [x + width / 2 - STEP_WIDTH / 2, y + height / 2 - 32])) });
}

/** Ask for a type and add it at a point of the flow. */
export function addAt(editor, point, client) {
  openPalette(editor, { place: client, choose: (type) => add(editor, type, [point[0], point[1] - 32]) });
}

/** Ask for a type and add it behind an output of a step: the one named, or the first that leads nowhere. */
export function addAfter(editor, id, port = firstFree(editor, id), at = null) {
  openPalette(editor, {
    place: at?.client ?? null,
    triggers: false,
    choose: (type) => add(editor, type, at ? [at.point[0], at.point[1] - 32] : behind(editor, id, port), { source: id, sourcePort: port }),
  });
}

/** Ask for a type and put it into a wire. */
export function insertByPalette(editor, key, client) {
  openPalette(editor, { place: client, triggers: false, choose: (type) => insert(editor, key, type) });
}

/** Add a step of a type; `from` is the port that leads to it. */
export function add(editor, type, position, from = null) {
  const step = editor.catalogue.newStep(editor.doc, type, commands.snapped(position));
  const wires = from && type.inputs.length ? [{ ...from, target: step.id, targetPort: type.inputs[0] }] : [];
  if (!editor.do(commands.addStep(editor.doc, step, wires))) return null;
  return shown(editor, step.id);
}

function shown(editor, id) {
  editor.canvas.select({ steps: [id] });
  editor.canvas.reveal(id);
  editor.tell(`Added ${id}`);
  return id;
}

export function insert(editor, key, type) {
  const edge = editor.doc.edges.get(key);
  if (!edge) return;
  const ends = editor.canvas.endsOf(editor.canvas.edges.get(key)).map((end) => end.point);
  const [x, y] = wireMiddle(...ends);
  const room = STEP_WIDTH + GAP_X;
  const shift = Math.max(0, room + 48 - (ends[1][0] - ends[0][0]));
  const position = commands.snapped([ends[1][0] > ends[0][0] ? Math.max(ends[0][0] + 64, x - STEP_WIDTH / 2) : x, y - 32]);
  const step = editor.catalogue.newStep(editor.doc, type, position);
  const made = commands.insertStep(editor.doc, step, edge, { input: type.inputs[0] ?? MAIN, output: type.outputs[0] });
  if (shift && ends[1][0] > ends[0][0]) made.changes.push(...moveAside(editor, edge, shift));
  if (editor.do(made)) shown(editor, step.id);
}

// What stands behind a wire moves to the right, so that the new step has room.
function moveAside(editor, edge, shift) {
  const limit = editor.canvas.boxes.get(edge.target).x;
  const seen = new Set([edge.target]);
  for (const id of seen)
    for (const other of editor.doc.edges.values())
      if (other.source === id && other.target !== edge.source && editor.canvas.boxes.get(other.target).x >= limit) seen.add(other.target);
  const places = new Map();
  for (const id of seen) {
    const box = editor.canvas.boxes.get(id);
    places.set(id, commands.snapped([box.x + shift, box.y]));
  }
  return commands.move(editor.doc, { steps: places }).changes;
}

/** Lead a wire through a step that was dropped on it. */
export function dropOnWire(editor, id, key) {
  const edge = editor.doc.edges.get(key);
  const { inputs, outputs } = editor.look(id);
  if (edge && inputs.length) editor.do(commands.rewireThrough(editor.doc, id, edge, { input: inputs[0], output: outputs.find((port) => port !== FAILURE) }));
}

function firstFree(editor, id) {
  const { outputs } = editor.look(id);
  const wired = new Set([...editor.doc.edges.values()].filter((edge) => edge.source === id).map((edge) => edge.sourcePort));
  return outputs.find((port) => !wired.has(port)) ?? outputs[0] ?? MAIN;
}

function behind(editor, id, port) {
  const box = editor.canvas.boxes.get(id);
  const index = Math.max(0, box.outputs.indexOf(port));
  const y = box.y + (index - (box.outputs.length - 1) / 2) * 96;
  return free(editor, [box.x + STEP_WIDTH + GAP_X, y]);
}

/** The place nearest below a wish where no step stands. */
export function free(editor, [x, y]) {
  const boxes = [...editor.canvas.boxes.values()];
  const size = sizeOf(1, 1);
  for (let below = y; ; below += 16) {
    const area = { x: x - 16, y: below - GAP_Y / 2, width: size.width + 32, height: size.height + GAP_Y };
    if (!boxes.some((box) => overlap(box, area))) return [x, below];
  }
}

/** Where something pasted goes: at the pointer if it is over the canvas, else in the middle of the view. */
export function pastePlace(editor, fragment) {
  if (editor.pointer) return editor.canvas.toWorld(...editor.pointer);
  const all = [...fragment.steps, ...fragment.notes].map((one) => ({ x: one.position?.[0] ?? 0, y: one.position?.[1] ?? 0, width: STEP_WIDTH, height: 64 }));
  const { width, height } = around(all) ?? { width: 0, height: 0 };
  const { area } = editor.canvas;
  return [area.x + (area.width - width) / 2, area.y + (area.height - height) / 2];
}
