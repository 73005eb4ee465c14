// The flow's model: what is read is written back, and every command can be taken back.

import assert from "node:assert/strict";
import test from "node:test";
import * as commands from "../../static/js/flow/commands.js";
import { apply, difference, edgeKey, fromDefinition, inverse, toDefinition } from "../../static/js/flow/document.js";
import { History } from "../../static/js/flow/history.js";

export const DEFINITION = {
  id: "orders",
  name: "Orders",
  settings: { priority: 3 },
  steps: [
    { id: "hook", type: "trigger.webhook", params: { path: "o" }, position: [0, 0], next: { main: "check" } },
    { id: "check", type: "logic.condition", position: [300, 0], next: { true: ["fetch", "both.input 1"], false: "both.input 2" } },
    { id: "fetch", type: "http.request", name: "Load", params: { url: "{{ $('Check it').item }}" }, position: [600, 0], next: { main: "both.input 1" } },
    { id: "both", type: "logic.merge", params: { note: "$fetch.body" }, position: [900, 0], next: {} },
  ],
  canvas: {
    notes: [{ id: "n", text: "Hi", position: [0, -200], size: [240, 160] }],
    groups: [{ id: "g", name: "Middle", steps: ["check", "fetch"] }],
  },
  pins: { fetch: [{ json: { a: 1 } }] },
};

const doc = () => fromDefinition(structuredClone(DEFINITION));

test("a definition that is read is written back as it was", () => {
  assert.deepEqual(toDefinition(doc()), { ...DEFINITION, steps: DEFINITION.steps.map((step) => ({ ...step, next: listed(step.next) })) });
});

const listed = (next) => Object.fromEntries(Object.entries(next).map(([port, targets]) => [port, [targets].flat()]));

test("every command can be taken back, down to the order of entries", () => {
  const step = { id: "new", type: "data.set", position: [1, 2] };
  const wire = { source: "hook", sourcePort: "main", target: "check", targetPort: "main" };
  const boxes = new Map([...doc().steps].map(([id, { position: [x, y] }], index) => [id, { x: x + index, y: y + index * 7, width: 224, height: 64 }]));
  const all = [
    commands.addStep(doc(), step, [{ source: "hook", sourcePort: "main", target: "new", targetPort: "main" }]),
    commands.insertStep(doc(), step, wire, { input: "main", output: "main" }),
    commands.renameStep(doc(), "fetch", "Fetch"),
    commands.toggleSteps(doc(), ["fetch", "both"]),
    commands.setParameters(doc(), "fetch", {}),
    commands.move(doc(), { steps: new Map([["hook", [5, 5]]]), notes: new Map([["n", [1, 1]]]) }),
    commands.disconnect(doc(), edgeKey(wire)),
    commands.remove(doc(), { steps: ["check"] }),
    commands.remove(doc(), { steps: ["fetch", "check", "hook"], notes: ["n"] }),
    commands.remove(doc(), { edges: [edgeKey(wire)] }),
    commands.paste(doc(), { steps: [step, DEFINITION.steps[2]], edges: [], notes: DEFINITION.canvas.notes, groups: [] }, [32, 32]).command,
    commands.group(doc(), ["hook", "check"], "Both"),
    commands.ungroup(doc(), "g"),
    commands.patchGroup(doc(), "g", { collapsed: true }),
    commands.patchNote(doc(), "n", { text: "Ho" }),
    commands.setHead(doc(), "description", "Long"),
    commands.pin(doc(), "fetch", undefined),
    commands.align(doc(), boxes, "middle"),
    commands.distribute(doc(), boxes, "x"),
  ];
  for (const { label, changes } of all) {
    const after = apply(doc(), changes);
    assert.notDeepEqual(toDefinition(after), toDefinition(doc()), label);
    const back = apply(after, inverse(changes));
    assert.equal(JSON.stringify(toDefinition(back)), JSON.stringify(toDefinition(doc())), label);
  }
});

test("undo and redo walk over random edits and end where they were", () => {
  let seed = 7;
  const random = (count) => ((seed = (seed * 48271) % 2147483647), seed % count);
  const history = new History(doc());
  const seen = [JSON.stringify(toDefinition(history.doc))];
  for (let round = 0; round < 200; round += 1) {
    const ids = [...history.doc.steps.keys()];
    const id = ids[random(ids.length)];
    const made = [
      () => commands.addStep(history.doc, { id: `s${round}`, type: "data.set", position: [round, 0] }, [
        { source: id, sourcePort: "main", target: `s${round}`, targetPort: "main" },
      ]),
      () => commands.remove(history.doc, { steps: ids.length > 2 ? [id] : [] }),
      () => commands.toggleSteps(history.doc, [id]),
      () => commands.move(history.doc, { steps: new Map([[id, [round, round]]]) }),
      () => commands.group(history.doc, [id]),
    ][random(5)]();
    if (history.do(made)) seen.push(JSON.stringify(toDefinition(history.doc)));
  }
  for (let index = seen.length - 2; index >= 0; index -= 1) {
    history.undo();
    assert.equal(JSON.stringify(toDefinition(history.doc)), seen[index]);
  }
  assert.equal(history.undo(), null);
  for (let index = 1; index < seen.length; index += 1) {
    history.redo();
    assert.deepEqual(JSON.parse(JSON.stringify(toDefinition(history.doc))), JSON.parse(seen[index]));
  }
});

test("commands of one gesture are taken back together", () => {
  let now = 0;
  const history = new History(doc(), () => now);
  for (const x of [16, 32, 48]) {
    history.do(commands.move(history.doc, { steps: new Map([["hook", [x, 0]]]) }, "Move", "nudge"));
    now += 200;
  }
  now += 5000;
  history.do(commands.move(history.doc, { steps: new Map([["hook", [64, 0]]]) }, "Move", "nudge"));
  history.undo();
  assert.deepEqual(history.doc.steps.get("hook").position, [48, 0]);
  history.undo();
  assert.deepEqual(history.doc.steps.get("hook").position, [0, 0]);
});

test("a step that goes lets its neighbours be joined, and takes its wires, pins and place in groups along", () => {
  const after = apply(doc(), commands.remove(doc(), { steps: ["check", "fetch"] }).changes);
  assert.deepEqual([...after.edges], []);
  assert.deepEqual([after.pins.size, after.groups.size], [0, 0]);
  const line = fromDefinition({ id: "l", steps: [{ id: "a", next: { main: "b" } }, { id: "b", next: { main: "c" } }, { id: "c" }] });
  const joined = apply(line, commands.remove(line, { steps: ["b"] }).changes);
  assert.deepEqual([...joined.edges.keys()], ["a.main>c.main"]);
});

test("a step is renamed wherever expressions call it by its name, and nowhere else", () => {
  const text = "{{ $('Load').first() + $(\"Load\").x + $node['Load'].y + 'Load' + $('Loader') }}";
  const before = apply(doc(), commands.patchStep(doc(), "both", { params: { text } }).changes);
  const after = apply(before, commands.renameStep(before, "fetch", "It's").changes);
  assert.equal(after.steps.get("fetch").name, "It's");
  assert.equal(after.steps.get("both").params.text, "{{ $('It\\'s').first() + $(\"It's\").x + $node['It\\'s'].y + 'Load' + $('Loader') }}");
});

test("what is pasted gets ids and names of its own, and references follow", () => {
  const fragment = { steps: [DEFINITION.steps[2], DEFINITION.steps[3]], edges: [{ source: "fetch", sourcePort: "main", target: "both", targetPort: "input 1" }], notes: [], groups: [] };
  const { command, steps } = commands.paste(doc(), fragment, [0, 320]);
  const after = apply(doc(), command.changes);
  assert.deepEqual(steps, ["fetch_2", "both_2"]);
  assert.equal(after.steps.get("both_2").params.note, "$fetch_2.body");
  assert.equal(after.steps.get("fetch_2").name, "Load 2");
  assert.ok(after.edges.has("fetch_2.main>both_2.input 1"));
  assert.deepEqual(after.steps.get("both_2").position, [304, 320]);
});

test("the difference of two documents leads from one to the other", () => {
  const other = apply(doc(), commands.remove(doc(), { steps: ["fetch"] }).changes);
  assert.deepEqual(toDefinition(apply(doc(), difference(doc(), other))), toDefinition(other));
  assert.deepEqual(difference(doc(), doc()), []);
});
