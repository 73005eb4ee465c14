// Two people who save the same flow: nothing of either is lost.

import assert from "node:assert/strict";
import test from "node:test";
import * as commands from "../../static/js/flow/commands.js";
import { apply, fromDefinition, toDefinition } from "../../static/js/flow/document.js";
import { merge, takeTheirs } from "../../static/js/flow/merge.js";

const base = fromDefinition({
  id: "f",
  name: "F",
  steps: [
    { id: "a", type: "trigger.manual", next: { main: "b" } },
    { id: "b", type: "data.set", params: { fields: { x: 1 } }, next: { main: "c" } },
    { id: "c", type: "data.set", next: {} },
  ],
  canvas: { groups: [{ id: "g", steps: ["b", "c"] }] },
});
const does = (...made) => made.reduce((doc, make) => apply(doc, make(doc).changes), base);
const merged = (mine, theirs) => {
  const found = merge(base, mine, theirs);
  return [apply(mine, found.changes), found.conflicts];
};

test("edits of different steps come together without a question", () => {
  const mine = does((doc) => commands.setParameters(doc, "b", { fields: { x: 2 } }));
  const theirs = does(
    (doc) => commands.renameStep(doc, "c", "Last"),
    (doc) => commands.addStep(doc, { id: "d", type: "data.set" }, [{ source: "c", sourcePort: "main", target: "d", targetPort: "main" }]),
    (doc) => commands.setHead(doc, "name", "G"),
  );
  const [doc, conflicts] = merged(mine, theirs);
  assert.deepEqual(conflicts, []);
  assert.deepEqual(doc.steps.get("b").params, { fields: { x: 2 } });
  assert.equal(doc.steps.get("c").name, "Last");
  assert.ok(doc.edges.has("c.main>d.main"));
  assert.equal(doc.head.get("name"), "G");
});

test("the same step changed twice is a conflict that keeps mine until theirs is taken", () => {
  const mine = does((doc) => commands.setParameters(doc, "b", { fields: { x: 2 } }));
  const theirs = does((doc) => commands.setParameters(doc, "b", { fields: { x: 3 } }));
  const [doc, conflicts] = merged(mine, theirs);
  assert.deepEqual(conflicts.map(({ in: kind, key }) => [kind, key]), [["steps", "b"]]);
  assert.deepEqual(doc.steps.get("b").params.fields, { x: 2 });
  assert.deepEqual(apply(doc, takeTheirs(doc, conflicts)).steps.get("b").params.fields, { x: 3 });
});

test("the same edit made twice is no conflict", () => {
  const edit = (doc) => commands.setParameters(doc, "b", { fields: { x: 2 } });
  assert.deepEqual(merged(does(edit), does(edit))[1], []);
});

test("a step that one removed and the other changed is asked for, and wires to nowhere are left out", () => {
  const mine = does((doc) => commands.remove(doc, { steps: ["c"] }));
  const theirs = does(
    (doc) => commands.renameStep(doc, "c", "Kept"),
    (doc) => commands.addStep(doc, { id: "d", type: "data.set" }, [{ source: "c", sourcePort: "main", target: "d", targetPort: "main" }]),
  );
  const [doc, conflicts] = merged(mine, theirs);
  assert.deepEqual(conflicts.map(({ key }) => key), ["c"]);
  assert.deepEqual([...doc.edges.keys()], ["a.main>b.main"]);
  assert.deepEqual(doc.groups.get("g").steps, ["b"]);
  assert.doesNotThrow(() => toDefinition(doc));
});

test("whoever takes over a removal loses the wires, groups and pins of the step with it", () => {
  const mine = does((doc) => commands.renameStep(doc, "c", "Mine"), (doc) => commands.pin(doc, "c", [{ json: {} }]));
  const theirs = does((doc) => commands.remove(doc, { steps: ["c"] }));
  const [doc, conflicts] = merged(mine, theirs);
  const after = apply(doc, takeTheirs(doc, conflicts));
  assert.deepEqual([after.steps.has("c"), after.pins.has("c"), after.edges.size], [false, false, 1]);
});
