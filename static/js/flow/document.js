// The flow as the editor holds it: keyed collections that are never changed in place.
//
//   head    key -> value     everything of a Flow Definition but what follows (name, settings, ...)
//   steps   id -> step       a step of the definition, without `next`
//   edges   key -> edge      {source, sourcePort, target, targetPort}; see edgeKey
//   notes   id -> note       {id, text, position, size, color}
//   groups  id -> group      {id, name, steps, collapsed}
//   pins    id -> items      what a step gives instead of running
//   tests   name -> case     a test of the flow
//
// Every edit is a list of changes {in, key, before, after, at}: `undefined` means absent, and `at` is the
// place among the collection's entries where an absent one stood or shall stand (the end if not given).
// The inverse of a list of changes is the list backwards with before and after exchanged.

export const COLLECTIONS = ["head", "steps", "edges", "notes", "groups", "pins", "tests"];
export const MAIN = "main";
export const FAILURE = "failure";
const WIRES = ["next", "onSuccess", "onFailure"];

/** The key of a wire. Step ids hold letters, digits, _ and - only, so the parts cannot run together. */
export function edgeKey(edge) {
  return `${edge.source}.${edge.sourcePort}>${edge.target}.${edge.targetPort}`;
}

export function empty(head = {}) {
  return {
    head: new Map(Object.entries(head)),
    steps: new Map(),
    edges: new Map(),
    notes: new Map(),
    groups: new Map(),
    pins: new Map(),
    tests: new Map(),
  };
}

/** The document of a Flow Definition whose steps say with `next` what follows, as the server writes it. */
export function fromDefinition(definition) {
  const { steps = [], canvas = {}, pins = {}, tests = [], ...head } = definition;
  const doc = empty(head);
  for (const step of steps) {
    doc.steps.set(step.id, Object.fromEntries(Object.entries(step).filter(([key]) => !WIRES.includes(key))));
    for (const edge of wiresOf(step)) doc.edges.set(edgeKey(edge), edge);
  }
  for (const note of canvas.notes ?? []) doc.notes.set(note.id, note);
  for (const group of canvas.groups ?? []) doc.groups.set(group.id, group);
  for (const [id, items] of Object.entries(pins)) doc.pins.set(id, items);
  for (const one of tests) doc.tests.set(one.name, one);
  return doc;
}

function wiresOf(step) {
  return Object.entries(step.next ?? {}).flatMap(([sourcePort, targets]) =>
    [targets].flat().map((name) => {
      const dot = name.indexOf(".");
      const [target, targetPort] = dot < 0 ? [name, MAIN] : [name.slice(0, dot), name.slice(dot + 1)];
      return { source: step.id, sourcePort, target, targetPort };
    }),
  );
}

/** The Flow Definition of a document. Every step has a `next`, or the order of the list would wire them. */
export function toDefinition(doc) {
  const next = new Map([...doc.steps.keys()].map((id) => [id, {}]));
  for (const { source, sourcePort, target, targetPort } of doc.edges.values()) {
    const ports = next.get(source);
    (ports[sourcePort] ??= []).push(targetPort === MAIN ? target : `${target}.${targetPort}`);
  }
  const definition = { ...Object.fromEntries(doc.head) };
  definition.steps = [...doc.steps.values()].map((step) => ({ ...step, next: next.get(step.id) }));
  const canvas = {};
  if (doc.notes.size) canvas.notes = [...doc.notes.values()];
  if (doc.groups.size) canvas.groups = [...doc.groups.values()];
  if (doc.notes.size || doc.groups.size) definition.canvas = canvas;
  if (doc.pins.size) definition.pins = Object.fromEntries(doc.pins);
  if (doc.tests.size) definition.tests = [...doc.tests.values()];
  return definition;
}

/** The document after the changes; collections that nothing changed are the same objects. */
export function apply(doc, changes) {
  const after = { ...doc };
  for (const change of changes) {
    if (after[change.in] === doc[change.in]) after[change.in] = new Map(doc[change.in]);
    if (change.after === undefined) after[change.in].delete(change.key);
    else if (after[change.in].has(change.key) || change.at === undefined)
      after[change.in].set(change.key, change.after);
    else after[change.in] = inserted(after[change.in], change);
  }
  return after;
}

function inserted(map, { key, after, at }) {
  const entries = [...map];
  entries.splice(at, 0, [key, after]);
  return new Map(entries);
}

/** What takes the changes back. */
export function inverse(changes) {
  return changes
    .map(({ before, after, ...place }) => ({ ...place, before: after, after: before }))
    .reverse();
}

/** A change that sets, replaces or (with `undefined`) removes one entry of the document. */
export function change(doc, collection, key, after) {
  const before = doc[collection].get(key);
  const made = { in: collection, key, before, after };
  if (before !== undefined && after === undefined) made.at = [...doc[collection].keys()].indexOf(key);
  return made;
}

/** Whether two JSON values are the same, whatever the order of keys. */
export function same(one, other) {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && same(one[key], other[key]))
  );
}

/** The changes that lead from one document to another. */
export function difference(from, to) {
  const changes = [];
  for (const collection of COLLECTIONS) {
    for (const key of from[collection].keys())
      if (!to[collection].has(key)) changes.push(change(from, collection, key, undefined));
    for (const [key, value] of to[collection])
      if (!same(from[collection].get(key), value)) changes.push(change(from, collection, key, value));
  }
  return changes;
}

/** A step's name for people. */
export function titleOf(step) {
  return step.name || step.id;
}

/** The type of a step, where a definition says it with `action` too. */
export function typeOf(step) {
  return step.action ?? step.type;
}

/** An id that no entry of the collection has, made from a wish. */
export function freshId(taken, wish) {
  const base = wish.replace(/[^A-Za-z0-9_-]+/g, "_").replace(/^-+/, "").slice(0, 100) || "step";
  if (!taken.has(base)) return base;
  for (let number = 2; ; number += 1) if (!taken.has(`${base}_${number}`)) return `${base}_${number}`;
}
