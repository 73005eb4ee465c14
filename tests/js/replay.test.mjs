// The timeline of an execution, and the measures of a node: pure functions.

import assert from "node:assert/strict";
import { test } from "node:test";

import { byLabel, lineThrough, rateOf, short } from "../../static/js/node/measures.js";
import { rangeOf, rowsOf, told } from "../../static/js/replay/spans.js";
import { after } from "../../static/js/run/progress.js";

let sequence = 0;
const event = (kind, data) => ({ type: `q.qflow.${kind}.v1`, data: { sequence: (sequence += 1), ...data } });
const run = { step: "ask", run: 0, task: 1, attempt: 1 };

test("a step that only computes has one span from its start to its end", () => {
  const [row] = rowsOf([event("step.completed", { ...run, startedUs: 10, atUs: 30, outputs: {} })]);
  assert.equal(row.status, "completed");
  assert.deepEqual(row.spans, [{ kind: "work", from: 10, to: 30, attempt: 1 }]);
});

test("attempts that fail and the pauses between them are told apart", () => {
  const [row] = rowsOf([
    event("execution.dispatched", { ...run, atUs: 10 }),
    event("step.failed", { ...run, startedUs: 10, atUs: 20, action: "retry", error: { message: "no" } }),
    event("execution.dispatched", { ...run, attempt: 2, atUs: 50 }),
    event("step.completed", { ...run, attempt: 2, startedUs: 50, atUs: 60, outputs: {} }),
  ]);
  assert.equal(row.attempts, 2);
  assert.deepEqual(row.spans.map(({ kind, from, to }) => [kind, from, to]), [["failed", 10, 20], ["retry", 20, 50], ["work", 50, 60]]);
});

test("a wait lasts until what was waited for arrives, or the execution ends", () => {
  const parked = event("step.waiting", { ...run, startedUs: 10, atUs: 12, wait: { kind: "approval" } });
  const arrived = event("step.resumed", { task: 1, kind: "answer", atUs: 90 });
  const [waiting] = rowsOf([parked]);
  assert.equal(waiting.status, "waiting");
  assert.equal(waiting.spans.at(-1).to, null);
  assert.equal(rowsOf([parked, arrived])[0].spans.at(-1).to, 90);
  const [stopped] = rowsOf([parked, event("execution.aborted", { atUs: 70 })]);
  assert.equal(stopped.status, "stopped");
  assert.equal(stopped.spans.at(-1).to, 70);
});

test("the range holds every start and every event, and is never empty", () => {
  const events = [event("step.completed", { ...run, startedUs: 10, atUs: 9000, outputs: {} })];
  assert.deepEqual(rangeOf(events, rowsOf(events)), { from: 10, to: 9000 });
  const one = [event("execution.started", { atUs: 5 })];
  assert.deepEqual(rangeOf(one, []), { from: 5, to: 1005 });
});

test("an event is told with the name of its step", () => {
  const failed = event("step.failed", { ...run, atUs: 1, startedUs: 0, action: "stop", error: { message: "no route" } });
  assert.equal(told(failed, () => "Ask them"), "Ask them failed: no route");
});

test("going back to a checkpoint gives the steps as they were then", () => {
  const steps = { begin: { status: "completed" } };
  const back = event("checkpoint.restored", { atUs: 1, progress: { steps } });
  assert.deepEqual(after({ status: "running", sequence: 0, steps: {} }, back).steps, steps);
});

test("rates come from two snapshots, and never below nothing", () => {
  const at = (uptimeSeconds, count) => ({ throughput: { uptimeSeconds }, latencies: { step_seconds: { count } } });
  assert.equal(rateOf("step_seconds", at(12, 30), at(10, 10)), 10);
  assert.equal(rateOf("step_seconds", at(12, 30), null), 0);
  assert.equal(rateOf("step_seconds", at(1, 0), at(10, 10)), 0);
  assert.equal(rateOf("none", at(12, 30), at(10, 10)), 0);
});

test("counters are summed by a label, numbers are short, and lines stay in their box", () => {
  const samples = [{ labels: { type: "a" }, value: 1 }, { labels: { type: "b" }, value: 3 }, { labels: { type: "a" }, value: 1 }];
  assert.deepEqual(byLabel(samples, "type"), [["b", 3], ["a", 2]]);
  assert.deepEqual(["0.123", "12.3", "1.23 k", "4.5 M"], [0.12345, 12.345, 1234, 4_500_000].map(short));
  assert.equal(lineThrough([0, 10], 0).line, "M0.00 29.00L100.00 1.00");
});
