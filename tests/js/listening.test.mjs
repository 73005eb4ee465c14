// Waiting for a test event: what is shown as the address, what counts as the event, and when it ends.

import assert from "node:assert/strict";
import test from "node:test";
import { addressesOf, LISTEN_MS, Listener } from "../../static/js/run/listening.js";

const HOOK = { id: "hook", type: "trigger.webhook", params: { path: "/orders/:id", methods: ["POST", "PUT"] } };

function rig(executions = {}) {
  const told = [];
  const it = { told, shown: [], time: 0, newest: null, ended: 0, saved: 0 };
  const editor = {
    flow: { id: "f" },
    saving: { dirty: false, save: async () => ((it.saved += 1), true) },
    events: { emit: (name, { step }) => told.push(step) },
    toasts: { show: (text) => told.push(text) },
  };
  const ask = async (path) => (path.endsWith("/newest") ? { execution: it.newest } : executions[path.split("/")[2]]);
  const watch = (path, { onEvent }) => ((it.event = (data) => onEvent({ data })), () => (it.ended += 1));
  const ticks = [];
  const every = (call) => ticks.push(call);
  it.tick = async () => { for (const call of ticks.slice(-2)) await call(); };
  it.listener = new Listener(editor, { show: async (one) => it.shown.push(one) }, { watch, ask, now: () => it.time, every, never: () => {} });
  it.editor = editor;
  return it;
}

const settle = () => new Promise((done) => setImmediate(done));
const called = (trigger = "hook", mode = "test") => ({ trigger, mode });

test("a webhook and a form have a test address and one for production", () => {
  assert.deepEqual(addressesOf(HOOK, "http://n/"), {
    door: "webhook", methods: ["POST", "PUT"], test: "http://n/webhook-test/orders/:id", production: "http://n/webhook/orders/:id",
  });
  assert.equal(addressesOf({ type: "trigger.form", params: { path: "ask" } }, "http://n").test, "http://n/form-test/ask");
});

test("without a path there is no address, nor for a step that nobody calls", () => {
  for (const params of [undefined, {}, { path: " " }, { path: "={{ $json.a }}" }]) assert.equal(addressesOf({ type: "trigger.webhook", params }, "http://n"), null);
  assert.equal(addressesOf({ type: "trigger.manual", params: { path: "a" } }, "http://n"), null);
});

test("the first test call of the trigger is shown, and the waiting ends", async () => {
  const it = rig({ one: called() });
  await it.listener.start("hook");
  it.event({ flowId: "f", executionId: "one" });
  await settle();
  assert.deepEqual(it.shown, ["one"]);
  assert.equal(it.listener.step, null);
  assert.equal(it.ended, 1);
});

test("other flows, other triggers and production calls do not count", async () => {
  const it = rig({ other: called("form"), real: called("hook", "production"), foreign: called() });
  await it.listener.start("hook");
  it.event({ flowId: "g", executionId: "foreign" });
  it.event({ flowId: "f", executionId: "other" });
  it.event({ flowId: "f", executionId: "real" });
  await settle();
  assert.deepEqual(it.shown, []);
  assert.equal(it.listener.step, "hook");
});

test("a call that the socket did not tell is found, one from before is not", async () => {
  const it = rig({ old: called(), fresh: called() });
  it.newest = "old";
  await it.listener.start("hook");
  await it.tick();
  await settle();
  assert.deepEqual(it.shown, []);
  it.newest = "fresh";
  await it.tick();
  await settle();
  assert.deepEqual(it.shown, ["fresh"]);
});

test("it gives up after its time, and can be stopped before", async () => {
  const it = rig();
  await it.listener.start("hook");
  it.time = LISTEN_MS;
  await it.tick();
  assert.equal(it.listener.step, null);
  assert.match(it.told.at(-1), /No test event/);
  await it.listener.start("hook");
  it.listener.stop();
  assert.equal(it.listener.step, null);
  assert.equal(it.ended, 2);
});

test("what is not saved is saved first, since a test call runs the saved draft", async () => {
  const it = rig();
  it.editor.saving.dirty = true;
  await it.listener.start("hook");
  assert.equal(it.saved, 1);
  it.editor.saving.save = async () => false;
  it.listener.stop();
  await it.listener.start("hook");
  assert.equal(it.listener.step, null, "what could not be saved is not listened for");
});
