// Documents on their way in: what is looked at, what is stored, and what goes wrong.

import assert from "node:assert/strict";
import test from "node:test";
import { Queue, summary } from "../../static/js/imports/queue.js";

const text = (name, value = name) => ({ name, read: async () => value });

function rig() {
  const sent = [];
  const send = async (one, action) => {
    sent.push([one.name, action]);
    if (one.text === "breaks") throw new Error("no answer");
    return { ok: one.text !== "bad", report: `${action} ${one.text}` };
  };
  return { sent, queue: new Queue(send, () => {}) };
}

test("everything is looked at, and only what is good is stored", async () => {
  const { sent, queue } = rig();
  await queue.add([text("a"), text("b", "bad"), text("c", "breaks")]);
  assert.deepEqual(queue.documents.map(({ state }) => state), ["ready", "refused", "failed"]);
  assert.equal(summary(queue.documents), "1 ready to be imported, 2 not possible");
  await queue.store();
  assert.deepEqual(sent.filter(([, action]) => action === "import"), [["a", "import"]]);
  assert.equal(queue.documents[0].report, "import a");
  assert.equal(summary(queue.documents), "1 imported, 2 not possible");
});

test("what is stored is not stored twice, and what is left out not at all", async () => {
  const { sent, queue } = rig();
  await queue.add([text("a"), text("b")]);
  queue.drop(queue.documents[1]);
  await queue.store();
  await queue.store();
  assert.equal(sent.filter(([, action]) => action === "import").length, 1);
});

test("a document that cannot be read says why", async () => {
  const { queue } = rig();
  await queue.add([{ name: "big", read: () => { throw new Error("it is larger than 16 MB"); } }]);
  assert.equal(queue.documents[0].error, "it is larger than 16 MB");
  assert.equal(queue.busy, 0);
});
