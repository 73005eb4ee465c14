// Tests of a flow in the editor's model.

import assert from "node:assert/strict";
import { test } from "node:test";

import { caseOfPins, duplicateCase, freshName, itemsOf, marksOf, matters, missedIn, plainItems, removeCase, requirePassing, setCase } from "../../static/js/flow/cases.js";
import { apply, fromDefinition, inverse, toDefinition } from "../../static/js/flow/document.js";
import { merge } from "../../static/js/flow/merge.js";

const DEFINITION = {
  id: "f",
  steps: [{ id: "call", type: "trigger.manual", next: { main: "load" } }, { id: "load", type: "http.request", next: {} }],
  pins: { call: [{ json: { n: 1 } }], load: [{ json: { n: 2 } }] },
  tests: [{ name: "one" }, { name: "two", start: "load" }, { name: "three" }],
};
const doc = () => fromDefinition(structuredClone(DEFINITION));
const names = (one) => [...one.tests.keys()];

test("a definition's tests come back as they were", () => {
  assert.deepEqual(toDefinition(doc()).tests, DEFINITION.tests);
  assert.equal(toDefinition(fromDefinition({ steps: [] })).tests, undefined);
});

test("a renamed test keeps its place, and undo gives it back", () => {
  const before = doc();
  const { changes } = setCase(before, { name: "second", start: "load" }, "two");
  const after = apply(before, changes);
  assert.deepEqual(names(after), ["one", "second", "three"]);
  assert.deepEqual(toDefinition(apply(after, inverse(changes))), toDefinition(before));
});

test("tests are added, copied and removed", () => {
  let now = doc();
  now = apply(now, setCase(now, { name: "four" }).changes);
  now = apply(now, duplicateCase(now, "two").changes);
  now = apply(now, removeCase(now, "one").changes);
  assert.deepEqual(names(now), ["two", "three", "four", "two (copy)"]);
  assert.equal(now.tests.get("two (copy)").start, "load");
});

test("a name that is taken gets a number", () => {
  assert.equal(freshName(doc().tests, "one"), "one 2");
  assert.equal(freshName(doc().tests, "new"), "new");
});

test("a test of what is pinned starts with the trigger's items and mocks the rest", () => {
  const made = caseOfPins(doc(), (id) => id === "call");
  assert.deepEqual(made, { name: "New test", start: "call", items: [{ json: { n: 1 } }], mocks: { load: { items: [{ json: { n: 2 } }] } } });
});

test("that tests must pass is a setting beside others", () => {
  let now = fromDefinition({ steps: [], settings: { priority: 1 } });
  now = apply(now, requirePassing(now, true).changes);
  assert.deepEqual(toDefinition(now).settings, { priority: 1, testsMustPass: true });
  now = apply(now, requirePassing(now, false).changes);
  assert.deepEqual(toDefinition(now).settings, { priority: 1 });
});

test("two people's tests come together one by one", () => {
  const base = doc();
  const mine = apply(base, setCase(base, { name: "one", notes: "mine" }).changes);
  const theirs = apply(base, setCase(base, { name: "three", notes: "theirs" }).changes);
  const { changes, conflicts } = merge(base, mine, theirs);
  assert.deepEqual(conflicts, []);
  assert.deepEqual([...apply(mine, changes).tests.values()].map(({ notes }) => notes), ["mine", undefined, "theirs"]);
});

test("a coverage is told step by step and way by way", () => {
  const coverage = {
    percent: 50,
    steps: [{ step: "a", covered: true, mocked: false }, { step: "b", covered: false, mocked: true }, { step: "c", covered: false, mocked: false }],
    branches: [{ step: "a", port: "true", covered: true }, { step: "a", port: "false", covered: false }],
  };
  const marks = marksOf(coverage);
  assert.deepEqual([...marks.steps], [["a", "covered"], ["b", "mocked"], ["c", "missed"]]);
  assert.deepEqual([...marks.ports], [["a.true", true], ["a.false", false]]);
  assert.deepEqual(missedIn(coverage), [{ step: "c", port: "" }, { step: "a", port: "false" }]);
});

test("items are written as plain objects where they hold nothing else", () => {
  assert.deepEqual(plainItems([{ json: { a: 1 } }]), [{ a: 1 }]);
  const files = [{ json: {}, binary: { file: {} } }];
  assert.deepEqual(plainItems(files), files);
  assert.deepEqual(itemsOf([{ a: 1 }]), [{ json: { a: 1 } }]);
  assert.deepEqual(itemsOf({ a: 1 }), [{ json: { a: 1 } }]);
  assert.deepEqual(itemsOf(files), files);
  assert.deepEqual(itemsOf([]), []);
  for (const wrong of [3, null, [1], "x", [[{}]]]) assert.equal(itemsOf(wrong), null);
});

test("results are old once a step, a wire or a setting changed, but not by moving a step", () => {
  const step = { id: "a", type: "data.set", position: [0, 0] };
  assert.ok(!matters({ in: "steps", key: "a", before: step, after: { ...step, position: [9, 9], notes: "x" } }));
  assert.ok(matters({ in: "steps", key: "a", before: step, after: { ...step, params: {} } }));
  assert.ok(matters({ in: "steps", key: "a", before: step, after: undefined }));
  assert.ok(matters({ in: "edges", key: "a.main>b.main" }) && matters({ in: "pins", key: "a" }));
  assert.ok(matters({ in: "head", key: "settings", before: undefined, after: { order: "v1" } }));
  assert.ok(!matters({ in: "head", key: "settings", before: undefined, after: { testsMustPass: true } }));
  assert.ok(!matters({ in: "tests", key: "one" }) && !matters({ in: "notes", key: "n" }) && !matters({ in: "head", key: "name" }));
});
