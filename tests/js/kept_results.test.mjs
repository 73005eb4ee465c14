import assert from "node:assert/strict";
import { test } from "node:test";

import { ageOf, Results } from "../../static/js/tests/kept.js";

const result = (name, more = {}) => ({ name, passed: true, current: true, versionNumber: 2, ...more });
const step = (before, after) => ({ in: "steps", key: "a", before, after });

test("what the node kept is shown, and what ran here since is not overwritten by it", () => {
  const results = new Results();
  results.take([{ name: "one", passed: false }]);
  results.load([result("one"), result("two", { current: false })]);
  assert.equal(results.get("one").passed, false);
  assert.equal(ageOf(results.get("one")), "");
  assert.equal(ageOf(results.get("two")), "of an older version (2)");
  assert.equal(ageOf(results.get("three")), "");
});

test("results are of an older version once what runs has changed, not where a box was moved", () => {
  const results = new Results();
  results.take([{ name: "one", passed: true }]);
  assert.equal(results.change([step({ id: "a", position: [0, 0] }, { id: "a", position: [9, 9] })]), false);
  assert.equal(ageOf(results.get("one")), "");
  assert.equal(results.change([step({ id: "a" }, { id: "a", disabled: true })]), true);
  assert.equal(ageOf(results.get("one")), "of an older version");
  results.take([{ name: "one", passed: true }]);
  assert.equal(ageOf(results.get("one")), "");
});

test("a changed test makes its own result an older one", () => {
  const results = new Results();
  results.take([{ name: "one" }, { name: "two" }]);
  results.change([{ in: "tests", key: "one", before: {}, after: {} }]);
  assert.deepEqual(["one", "two"].map((name) => results.get(name).current), [false, true]);
});

test("what was changed before the node answered counts, too", () => {
  const results = new Results(true);
  results.load([result("one")]);
  assert.equal(results.get("one").current, false);
});
