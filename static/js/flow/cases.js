// Tests of a flow: commands that change them, and what a report says of the steps. Nothing here touches a page.

import { change } from "./document.js";

/** A name that no test has, made from a wish. */
export function freshName(tests, wish) {
  if (!tests.has(wish)) return wish;
  for (let number = 2; ; number += 1) if (!tests.has(`${wish} ${number}`)) return `${wish} ${number}`;
}

/** Adds or changes a test; `old` is the name that it had. It keeps its place. */
export function setCase(doc, one, old = one.name) {
  const label = `${doc.tests.has(old) ? "Change" : "Add"} the test ${one.name}`;
  if (old === one.name || !doc.tests.has(old)) return { label, changes: [change(doc, "tests", one.name, one)] };
  const gone = change(doc, "tests", old, undefined);
  return { label, changes: [gone, { in: "tests", key: one.name, before: undefined, after: one, at: gone.at }] };
}

export function removeCase(doc, name) {
  return { label: `Remove the test ${name}`, changes: [change(doc, "tests", name, undefined)] };
}

export function duplicateCase(doc, name) {
  const copy = { ...doc.tests.get(name), name: freshName(doc.tests, `${name} (copy)`) };
  return { label: `Duplicate the test ${name}`, changes: [change(doc, "tests", copy.name, copy)] };
}

/** A test of what is pinned: what the trigger gives is what it starts with, the rest are mocks. */
export function caseOfPins(doc, isTrigger) {
  const made = { name: freshName(doc.tests, "New test") };
  const mocks = {};
  for (const [id, items] of doc.pins) {
    if (!made.start && isTrigger(id)) Object.assign(made, { start: id, items });
    else mocks[id] = { items };
  }
  return Object.keys(mocks).length ? { ...made, mocks } : made;
}

/** Switches on or off that tests must pass before publishing. */
export function requirePassing(doc, on) {
  const { testsMustPass: before, ...others } = doc.head.get("settings") ?? {};
  const settings = on ? { ...others, testsMustPass: true } : others;
  const after = Object.keys(settings).length ? settings : undefined;
  return { label: on ? "Publish only what passes its tests" : "Publish without tests", changes: [change(doc, "head", "settings", after)] };
}

/** Whether a change of the document may change what tests come to: not places, notes and names of tests. */
export function matters({ in: collection, key, before, after }) {
  if (collection === "head") return key === "settings" && essence(before) !== essence(after);
  if (collection === "steps") return essence(before) !== essence(after);
  return collection === "edges" || collection === "pins";
}

const essence = (one) => JSON.stringify({ ...one, position: undefined, notes: undefined, testsMustPass: undefined });

/** Of a coverage: {steps: Map id -> covered | mocked | missed, ports: Map "id.port" -> boolean}. */
export function marksOf({ steps, branches }) {
  const word = ({ covered, mocked }) => (covered ? "covered" : mocked ? "mocked" : "missed");
  return {
    steps: new Map(steps.map((one) => [one.step, word(one)])),
    ports: new Map(branches.map(({ step, port, covered }) => [`${step}.${port}`, covered])),
  };
}

/** What no test ran: {step, port}, without a port for a step as a whole. */
export function missedIn({ steps, branches }) {
  return [
    ...steps.filter(({ covered, mocked }) => !covered && !mocked).map(({ step }) => ({ step, port: "" })),
    ...branches.filter(({ covered }) => !covered).map(({ step, port }) => ({ step, port })),
  ];
}

/** Items as people write them: the objects alone, where nothing else is in the items. */
export function plainItems(items) {
  const plain = (items ?? []).every((item) => Object.keys(item).every((key) => key === "json"));
  return plain ? (items ?? []).map((item) => item.json) : items;
}

/** The items of what people wrote: a list of objects or of items, or one of them; null for anything else. */
export function itemsOf(written) {
  const list = Array.isArray(written) ? written : [written];
  const object = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  if (!list.every(object)) return null;
  const whole = list.length > 0 && list.every((one) => object(one.json) && Object.keys(one).every((key) => ["json", "binary", "pairedItem"].includes(key)));
  return whole ? list : list.map((json) => ({ json }));
}
