import assert from "node:assert/strict";
import { test } from "node:test";

import { looksOf, stopsOf, unionOf } from "../../static/js/versions/union.js";

const BEFORE = {
  id: "a",
  name: "old",
  steps: [
    { id: "one", type: "x", position: [0, 0], next: { main: "gone" } },
    { id: "gone", type: "x", position: [300, 0], next: {} },
  ],
};
const AFTER = {
  id: "a",
  name: "new",
  steps: [
    { id: "one", type: "x", position: [0, 64], next: { main: "here" } },
    { id: "here", type: "x", next: {} },
  ],
};

test("both versions stand in one document, each step as the newer one has it", () => {
  const doc = unionOf(BEFORE, AFTER);
  assert.deepEqual([...doc.steps.keys()], ["one", "here", "gone"]);
  assert.deepEqual(doc.steps.get("one").position, [0, 64]);
  assert.deepEqual([...doc.edges.keys()], ["one.main>here.main", "one.main>gone.main"]);
});

test("a step that is gone gives way to what stands there now", () => {
  const there = { ...AFTER, steps: [AFTER.steps[0], { id: "here", type: "x", position: [320, 16], next: {} }] };
  const [x, y] = unionOf(BEFORE, there).steps.get("gone").position;
  assert.equal(x, 300);
  assert.ok(y >= 16 + 64);
});

test("ports of both versions are there for the wires of both", () => {
  const old = { one: { inputs: ["main"], outputs: ["big", "small"], effect: "pure" } };
  const now = { one: { inputs: ["main"], outputs: ["small", "none"], effect: "read" }, here: { inputs: [], outputs: ["main"] } };
  const looks = looksOf(old, now);
  assert.deepEqual(looks.one.outputs, ["small", "none", "big"]);
  assert.equal(looks.one.effect, "read");
  assert.deepEqual(looks.here, now.here);
});

test("the way from change to change goes through steps and their wires", () => {
  const marks = { steps: { here: "added", gone: "removed" }, wires: { "one.main>here.main": "added", "one.main>gone.main": "removed" } };
  const stops = stopsOf(unionOf(BEFORE, AFTER), marks);
  assert.deepEqual(stops.map((stop) => stop.step ?? stop.wire), ["one.main>here.main", "one.main>gone.main", "here", "gone"]);
});
