import assert from "node:assert/strict";
import { test } from "node:test";

import { marksOf } from "../../static/js/together/comments.js";

test("steps with open comments are marked, with how many there are", () => {
  const open = (step) => ({ step, resolved: null });
  const marks = marksOf([open("a"), open("a"), open("b"), open(""), { step: "c", resolved: { by: "ada", at: 1 } }]);
  assert.deepEqual([...marks.keys()], ["a", "b"]);
  assert.equal(marks.get("a").tip, "2 open comments");
  assert.equal(marks.get("b").tip, "1 open comment");
});
