import assert from "node:assert/strict";
import { test } from "node:test";

import { initials, listed, People } from "../../static/js/together/people.js";

const PRESENT = "q.qflow.flow.present.v1";
const ABSENT = "q.qflow.flow.absent.v1";
const ada = (step, connection = "tab_1") => ({ connection, person: "person:1", name: "ada", step });
const ben = (step) => ({ connection: "tab_9", person: "person:2", name: "ben", step });

test("people come, choose steps, and leave", () => {
  const people = new People();
  assert.deepEqual(people.hear(PRESENT, ada(null), 0), { came: ["ada"], left: [] });
  assert.deepEqual(people.hear(PRESENT, ada("greet"), 1), { came: [], left: [] });
  people.hear(PRESENT, ben("greet"), 2);
  assert.deepEqual([...people.bySteps()], [["greet", ["ada", "ben"]]]);
  assert.deepEqual(people.hear(ABSENT, ada(), 3), { came: [], left: ["ada"] });
  assert.deepEqual(people.names(), ["ben"]);
});

test("two pages of one person are one person, who leaves with the last", () => {
  const people = new People();
  people.hear(PRESENT, ada("one", "tab_1"), 0);
  people.hear(PRESENT, ada("two", "tab_2"), 0);
  assert.deepEqual(people.list(), [{ person: "person:1", name: "ada", steps: ["one", "two"] }]);
  assert.deepEqual(people.hear(ABSENT, ada(null, "tab_1"), 0).left, []);
  assert.deepEqual(people.hear(ABSENT, ada(null, "tab_2"), 0).left, ["ada"]);
});

test("who is not heard of any more is gone", () => {
  const people = new People();
  people.hear(PRESENT, ada(null), 0);
  assert.deepEqual(people.hear(PRESENT, ben(null), 120_000), { came: ["ben"], left: ["ada"] });
});

test("other events are of no concern", () => {
  assert.equal(new People().hear("q.qflow.flow.saved.v1", {}, 0), null);
});

test("names are shortened and listed", () => {
  assert.deepEqual(["ada", "Ada Lovelace", "x", "", "Élise-Marie Ø"].map(initials), ["AD", "AL", "X", "?", "ÉØ"]);
  assert.deepEqual([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(listed), ["", "a", "a and b", "a, b and c"]);
});
