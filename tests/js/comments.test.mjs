import assert from "node:assert/strict";
import { test } from "node:test";

import { marksOf, threadsOf } from "../../static/js/together/comments.js";

test("steps with open comments are marked, with how many there are", () => {
  const open = (step) => ({ step, resolved: null });
  const marks = marksOf([open("a"), open("a"), open("b"), { ...open("b"), answers: "x" }, open(""), { step: "c", resolved: { by: "ada", at: 1 } }]);
  assert.deepEqual([...marks.keys()], ["a", "b"]);
  assert.equal(marks.get("a").tip, "2 open comments");
  assert.equal(marks.get("b").tip, "1 open comment");
});

test("replies stand with what they answer, in their order", () => {
  const said = (id, answers = "") => ({ id, answers });
  const threads = threadsOf([said("one"), said("two"), said("a", "one"), said("b", "two"), said("c", "one"), said("lost", "gone")]);
  assert.deepEqual(threads.map(({ id, replies }) => [id, replies.map((one) => one.id)]), [["one", ["a", "c"]], ["two", ["b"]]]);
});
