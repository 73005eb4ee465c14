// Every edit of a flow, as a command {label, changes} for the history. Nothing here touches a page.

import { FAILURE, change, edgeKey, freshId, titleOf } from "./document.js";

export const GRID = 16;

export function snapped([x, y]) {
  return [Math.round(x / GRID) * GRID, Math.round(y / GRID) * GRID];
}

/** Adds a step, and a wire to it where it was drawn from a port. */
export function addStep(doc, step, wires = []) {
  const changes = [change(doc, "steps", step.id, step)];
  for (const edge of wires) changes.push(change(doc, "edges", edgeKey(edge), edge));
  return { label: `Add ${titleOf(step)}`, changes };
}

/** Adds a step in the middle of a wire: what came along it goes through the step. */
export function insertStep(doc, step, edge, ports) {
  return { label: `Insert ${titleOf(step)}`, changes: [change(doc, "steps", step.id, step), ...through(doc, step.id, edge, ports)] };
}

/** Leads a wire through a step that is there already. */
export function rewireThrough(doc, id, edge, ports) {
  return { label: `Insert ${titleOf(doc.steps.get(id))}`, changes: through(doc, id, edge, ports) };
}

function through(doc, id, edge, { input, output }) {
  const into = { source: edge.source, sourcePort: edge.sourcePort, target: id, targetPort: input };
  const changes = [change(doc, "edges", edgeKey(edge), undefined), change(doc, "edges", edgeKey(into), into)];
  if (output) {
    const onward = { source: id, sourcePort: output, target: edge.target, targetPort: edge.targetPort };
    changes.push(change(doc, "edges", edgeKey(onward), onward));
  }
  return changes;
}

/** Changes keys of a step; `undefined` takes a key away. */
export function patchStep(doc, id, patch, label, join) {
  const before = doc.steps.get(id);
  const after = Object.fromEntries(
    Object.entries({ ...before, ...patch }).filter(([, value]) => value !== undefined),
  );
  return { label: label ?? `Change ${titleOf(before)}`, changes: [change(doc, "steps", id, after)], join };
}

export function setParameters(doc, id, params) {
  return patchStep(doc, id, { params: Object.keys(params).length ? params : undefined });
}

/** Gives a step another name, also where expressions call it by its name ($('Old'), $node["Old"]). */
export function renameStep(doc, id, name) {
  const step = doc.steps.get(id);
  const old = titleOf(step);
  const wanted = name.trim() === id ? "" : name.trim();
  const changes = [];
  for (const [key, other] of doc.steps) {
    const renamed = key === id ? { ...withoutKey(other, "name"), ...(wanted ? { name: wanted } : {}) } : other;
    const params = other.params && renamedIn(other.params, old, wanted || id);
    const after = params && params !== other.params ? { ...renamed, params } : renamed;
    if (after !== other) changes.push(change(doc, "steps", key, after));
  }
  return { label: `Rename ${old}`, changes };
}

function withoutKey(value, key) {
  const { [key]: gone, ...rest } = value;
  return rest;
}

function renamedIn(value, old, name) {
  if (typeof value === "string") return value.includes(old) ? textRenamed(value, old, name) : value;
  if (Array.isArray(value)) {
    const all = value.map((one) => renamedIn(one, old, name));
    return all.some((one, index) => one !== value[index]) ? all : value;
  }
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([key, one]) => [key, renamedIn(one, old, name)]);
  return entries.some(([key, one]) => one !== value[key]) ? Object.fromEntries(entries) : value;
}

function textRenamed(text, old, name) {
  const calls = /(\$(?:items)?\(\s*|\$node\[\s*)(["'`])((?:\\.|(?!\2).)*)\2/g;
  return text.replace(calls, (all, opening, quote, inside) =>
    unescaped(inside) === old ? `${opening}${quote}${escaped(name, quote)}${quote}` : all,
  );
}

const unescaped = (text) => text.replace(/\\(.)/g, "$1");
const escaped = (text, quote) => text.replace(/[\\"'`]/g, (sign) => (sign === "\\" || sign === quote ? `\\${sign}` : sign));

/** Switches steps on or off together: off, unless all of them are. */
export function toggleSteps(doc, ids) {
  const steps = ids.map((id) => doc.steps.get(id)).filter(Boolean);
  const off = !steps.every((step) => step.disabled);
  const changes = steps.map((step) =>
    change(doc, "steps", step.id, off ? { ...step, disabled: true } : withoutKey(step, "disabled")),
  );
  return { label: `${off ? "Switch off" : "Switch on"} ${counted(steps)}`, changes };
}

/** Moves steps and notes; `places` is {steps: Map id -> [x, y], notes: Map id -> [x, y]}. */
export function move(doc, { steps = new Map(), notes = new Map() }, label = "Move", join = undefined) {
  const changes = [];
  for (const [collection, places] of [["steps", steps], ["notes", notes]])
    for (const [id, position] of places) {
      const entry = doc[collection].get(id);
      if (entry) changes.push(change(doc, collection, id, { ...entry, position }));
    }
  return { label, changes, join };
}

export function connect(doc, edge) {
  return { label: "Draw a wire", changes: [change(doc, "edges", edgeKey(edge), edge)] };
}

export function disconnect(doc, key) {
  return { label: "Remove a wire", changes: [change(doc, "edges", key, undefined)] };
}

/**
 * Removes what is selected: {steps, notes, edges} by key. Where one wire led into a step that is removed
 * and one out of it, they are joined, as far as that can be told.
 */
export function remove(doc, { steps = [], notes = [], edges = [] }) {
  const gone = new Set(steps);
  const dropped = new Set(edges);
  const changes = [];
  for (const [key, edge] of doc.edges)
    if (dropped.has(key) || gone.has(edge.source) || gone.has(edge.target))
      changes.push(change(doc, "edges", key, undefined));
  if (gone.size === 1) changes.push(...bridged(doc, steps[0]));
  for (const group of doc.groups.values()) {
    const left = group.steps.filter((id) => !gone.has(id));
    if (left.length < group.steps.length)
      changes.push(change(doc, "groups", group.id, left.length ? { ...group, steps: left } : undefined));
  }
  for (const id of steps) changes.push(change(doc, "steps", id, undefined), change(doc, "pins", id, undefined));
  for (const id of notes) changes.push(change(doc, "notes", id, undefined));
  return { label: `Remove ${what(doc, steps, notes, edges)}`, changes: lastFirst(changes) };
}

// Entries leave from the back, so that each one's place still holds when it comes back.
function lastFirst(changes) {
  const leaving = changes.filter(({ after }) => after === undefined).sort((one, other) => other.at - one.at);
  return [...changes.filter(({ after }) => after !== undefined), ...leaving];
}

function bridged(doc, id) {
  const into = [...doc.edges.values()].filter((edge) => edge.target === id && edge.source !== id);
  const out = [...doc.edges.values()].filter((edge) => edge.source === id && edge.target !== id && edge.sourcePort !== FAILURE);
  if (into.length !== 1 || out.length !== 1) return [];
  const edge = { source: into[0].source, sourcePort: into[0].sourcePort, target: out[0].target, targetPort: out[0].targetPort };
  if (edge.source === edge.target || doc.edges.has(edgeKey(edge))) return [];
  return [change(doc, "edges", edgeKey(edge), edge)];
}

function what(doc, steps, notes, edges) {
  if (steps.length) return counted(steps.map((id) => doc.steps.get(id)));
  if (notes.length) return notes.length === 1 ? "a note" : `${notes.length} notes`;
  return edges.length === 1 ? "a wire" : `${edges.length} wires`;
}

function counted(steps) {
  return steps.length === 1 ? titleOf(steps[0]) : `${steps.length} steps`;
}

/**
 * Adds a fragment {steps, edges, notes, groups} with fresh ids, its top left corner at `place`.
 * Gives the command and the ids that were taken.
 */
export function paste(doc, fragment, place, label = "Paste") {
  const ids = new Map();
  const taken = new Map(doc.steps);
  for (const step of fragment.steps) {
    const id = freshId(taken, step.id);
    taken.set(id, step);
    ids.set(step.id, id);
  }
  const moved = mover(fragment, place);
  const names = new Set([...doc.steps.values()].map(titleOf));
  const changes = fragment.steps.map((step) => {
    const copy = { ...step, id: ids.get(step.id), position: moved(step.position ?? [0, 0]) };
    if (copy.params) copy.params = referring(copy.params, ids);
    if (copy.name) copy.name = freshName(names, copy.name);
    return change(doc, "steps", copy.id, copy);
  });
  for (const edge of fragment.edges) {
    const copy = { ...edge, source: ids.get(edge.source), target: ids.get(edge.target) };
    if (copy.source && copy.target) changes.push(change(doc, "edges", edgeKey(copy), copy));
  }
  const notes = pasteNotes(doc, fragment, moved, changes);
  pasteGroups(doc, fragment, ids, changes);
  return { command: { label, changes }, steps: [...ids.values()], notes };
}

function mover(fragment, [x, y]) {
  const all = [...fragment.steps, ...fragment.notes].map((one) => one.position ?? [0, 0]);
  const left = Math.min(...all.map((position) => position[0]));
  const top = Math.min(...all.map((position) => position[1]));
  return (position) => snapped([position[0] - left + x, position[1] - top + y]);
}

function freshName(names, wish) {
  let name = wish;
  for (let number = 2; names.has(name); number += 1) name = `${wish.replace(/ \d+$/, "")} ${number}`;
  names.add(name);
  return name;
}

// References to steps that were copied along ($id.path) follow them to their new ids.
function referring(value, ids) {
  if (typeof value === "string") {
    const whole = /^\$([A-Za-z0-9_][A-Za-z0-9_-]*)(?=$|[.[])/.exec(value);
    return whole && ids.has(whole[1]) ? `$${ids.get(whole[1])}${value.slice(whole[0].length)}` : value;
  }
  if (Array.isArray(value)) return value.map((one) => referring(one, ids));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, referring(one, ids)]));
}

function pasteNotes(doc, fragment, moved, changes) {
  const taken = new Map(doc.notes);
  return fragment.notes.map((note) => {
    const id = freshId(taken, note.id);
    taken.set(id, note);
    changes.push(change(doc, "notes", id, { ...note, id, position: moved(note.position ?? [0, 0]) }));
    return id;
  });
}

function pasteGroups(doc, fragment, ids, changes) {
  const taken = new Map(doc.groups);
  for (const group of fragment.groups) {
    const steps = group.steps.map((id) => ids.get(id)).filter(Boolean);
    if (!steps.length) continue;
    const id = freshId(taken, group.id);
    taken.set(id, group);
    changes.push(change(doc, "groups", id, { ...group, id, steps }));
  }
}

/** Pins what a step gives ({json, ...} items), or with `undefined` lets it run again. */
export function pin(doc, id, items) {
  const label = `${items ? "Pin" : "Unpin"} ${titleOf(doc.steps.get(id))}`;
  return { label, changes: [change(doc, "pins", id, items)] };
}

export function addNote(doc, note) {
  return { label: "Add a note", changes: [change(doc, "notes", note.id, note)] };
}

export function patchNote(doc, id, patch, label = "Change a note", join = undefined) {
  return { label, changes: [change(doc, "notes", id, { ...doc.notes.get(id), ...patch })], join };
}

/** Groups steps; a step that was in another group leaves it. */
export function group(doc, ids, name) {
  const id = freshId(doc.groups, "group");
  const chosen = new Set(ids);
  const changes = [];
  for (const other of doc.groups.values()) {
    const left = other.steps.filter((step) => !chosen.has(step));
    if (left.length < other.steps.length)
      changes.push(change(doc, "groups", other.id, left.length ? { ...other, steps: left } : undefined));
  }
  changes.push(change(doc, "groups", id, { id, name: name || "Group", steps: [...ids] }));
  return { label: "Group", changes };
}

export function ungroup(doc, id) {
  return { label: "Ungroup", changes: [change(doc, "groups", id, undefined)] };
}

export function patchGroup(doc, id, patch, label = "Change a group") {
  const after = { ...doc.groups.get(id), ...patch };
  if (!after.collapsed) delete after.collapsed;
  return { label, changes: [change(doc, "groups", id, after)] };
}

/** Changes a key of the flow itself: name, description, settings, metadata. */
export function setHead(doc, key, value) {
  return { label: `Change the flow's ${key}`, changes: [change(doc, "head", key, value)] };
}

const EDGES = {
  left: (box, all) => [all.left, box.y],
  right: (box, all) => [all.right - box.width, box.y],
  top: (box, all) => [box.x, all.top],
  bottom: (box, all) => [box.x, all.bottom - box.height],
  center: (box, all) => [(all.left + all.right - box.width) / 2, box.y],
  middle: (box, all) => [box.x, (all.top + all.bottom - box.height) / 2],
};
export const ALIGNMENTS = Object.keys(EDGES);

/** Lines steps up; `boxes` is Map id -> {x, y, width, height}. */
export function align(doc, boxes, side) {
  const all = [...boxes.values()];
  const around = {
    left: Math.min(...all.map((box) => box.x)),
    right: Math.max(...all.map((box) => box.x + box.width)),
    top: Math.min(...all.map((box) => box.y)),
    bottom: Math.max(...all.map((box) => box.y + box.height)),
  };
  const places = new Map([...boxes].map(([id, box]) => [id, snapped(EDGES[side](box, around))]));
  return move(doc, { steps: places }, "Align");
}

/** Puts even gaps between steps, along `x` or `y`; the outermost stay. */
export function distribute(doc, boxes, axis) {
  const size = axis === "x" ? "width" : "height";
  const sorted = [...boxes].sort(([, one], [, other]) => one[axis] - other[axis]);
  const first = sorted[0][1];
  const last = sorted.at(-1)[1];
  const filled = sorted.reduce((sum, [, box]) => sum + box[size], 0);
  const gap = (last[axis] + last[size] - first[axis] - filled) / (sorted.length - 1);
  let at = first[axis];
  const places = new Map();
  for (const [id, box] of sorted) {
    places.set(id, snapped(axis === "x" ? [at, box.y] : [box.x, at]));
    at += box[size] + gap;
  }
  return move(doc, { steps: places }, "Distribute");
}
