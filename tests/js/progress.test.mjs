// Where an execution stands, from its events.

import assert from "node:assert/strict";
import test from "node:test";
import { after, shownOf, waitingFor } from "../../static/js/run/progress.js";

const START = { status: "running", error: null, sequence: 2, steps: {} };
const event = (kind, sequence, data = {}) => ({ type: `q.qflow.${kind}.v1`, data: { sequence, ...data } });
const told = (...events) => events.reduce(after, START);
const completed = event("step.completed", 3, { step: "a", startedUs: 1000, atUs: 3500, outputs: { main: { count: 2 } } });

test("a step that completed shows its items and its time", () => {
  const { steps } = told(completed);
  assert.deepEqual(shownOf(steps.a), { status: "completed", items: 2, ms: 2.5, error: undefined });
});

test("an event that comes twice or late changes nothing", () => {
  const once = told(completed);
  assert.equal(after(once, completed), once);
});

test("a retry goes on running, a failure says why", () => {
  const failed = (action, sequence) => event("step.failed", sequence, { step: "a", action, error: { message: "no" }, startedUs: 0, atUs: 0 });
  assert.equal(told(failed("retry", 3)).steps.a.status, "running");
  assert.deepEqual(told(failed("stop", 3)).steps.a.error, "no");
});

test("who waits for an answer is told with what is asked", () => {
  const waits = event("step.waiting", 3, { step: "ask", task: 7, wait: { kind: "approval", prompt: { title: "Ship it?" } } });
  assert.deepEqual(waitingFor(told(waits)), [{ step: "ask", task: 7, prompt: { title: "Ship it?" } }]);
});

test("the end of an execution is its status", () => {
  assert.equal(told(event("execution.paused", 3)).status, "paused");
  assert.deepEqual(told(event("execution.failed", 3, { error: { message: "x" } })).error, { message: "x" });
});
