import assert from "node:assert/strict";
import { test } from "node:test";

import { changesIn, testRows, testsWarning } from "../../static/js/editor/publish_words.js";

const part = (words, before, after) => ({ words, before, after });
const step = (kind, title, ...parts) => ({ kind, what: "Step", title, detail: "data.set", parts });

test("each change is told with what it was and is, and moved steps in one line", () => {
  const told = changesIn([
    step("changed", "Greet", part("Parameter fields.hello", "moon", "a\n  b"), part("Notes", null, "why"), part("Parameter x", "x".repeat(90), null)),
    { kind: "added", what: "Wire", title: "Begin to Greet", detail: "", parts: [] },
    { kind: "changed", what: "Order", title: "", detail: "the steps stand in another order", parts: [] },
    step("moved", "Begin"),
    step("moved", "End"),
  ]);
  assert.deepEqual(told, [
    ["changed", "Step Greet", ["Parameter fields.hello: moon → a b", "Notes: why", `Parameter x: ${"x".repeat(64)}… → nothing`]],
    ["added", "Wire Begin to Greet", []],
    ["changed", "Order the steps stand in another order", []],
    ["moved", "2 steps stand in other places", []],
  ]);
});

const last = (passed, current = true, number = 3) => ({ passed, current, number });
const tests = (mustPass, ...found) => ({ mustPass, cases: found.map((one, at) => ({ name: `t${at}`, last: one })) });

test("a test tells its last result, and of which version where that was another one", () => {
  assert.deepEqual(testRows(tests(false, last(true), last(false), null, last(true, false), last(false, false, null))), [
    ["passed", "t0", "passed"],
    ["failed", "t1", "failed"],
    ["new", "t2", "not run yet"],
    ["old", "t3", "passed on version 3, which was different"],
    ["old", "t4", "failed on an older version, which was different"],
  ]);
});

test("who publishes is warned of tests that must pass and failed on this very version", () => {
  assert.equal(testsWarning(tests(false, last(false))), "");
  assert.equal(testsWarning(tests(true)), "");
  assert.match(testsWarning(tests(true, last(true), null)), /runs the tests first/);
  assert.match(testsWarning(tests(true, last(false), last(false, false))), /^One test failed on exactly this/);
});
