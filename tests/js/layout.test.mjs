// Tidy-up: steps follow those that lead to them, and no two lie on one another.

import assert from "node:assert/strict";
import test from "node:test";
import { firstPlaces, tidied } from "../../static/js/flow/layout.js";

const boxesOf = (count) => new Map(Array.from({ length: count }, (_, index) => [`s${index}`, { x: 40, y: 40, width: 224, height: 64 + (index % 3) * 24 }]));
const wire = (source, target) => ({ source: `s${source}`, target: `s${target}` });

function overlaps(places, boxes) {
  const all = [...places].map(([id, [x, y]]) => ({ id, x, y, ...{ width: boxes.get(id).width, height: boxes.get(id).height } }));
  return all.flatMap((one, index) =>
    all.slice(index + 1).filter((other) => one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height),
  );
}

test("wires lead to the right, except those that close a circle", () => {
  const edges = [wire(0, 1), wire(1, 2), wire(2, 3), wire(3, 1), wire(0, 3)];
  const places = tidied(boxesOf(4), edges);
  const left = (index) => places.get(`s${index}`)[0];
  assert.ok(left(0) < left(1) && left(1) < left(2) && left(2) < left(3));
});

test("random flows of 500 steps are laid out without overlaps, at once", () => {
  let seed = 11;
  const random = (count) => ((seed = (seed * 48271) % 2147483647), seed % count);
  const edges = Array.from({ length: 600 }, () => wire(random(500), random(500)));
  const boxes = boxesOf(500);
  const places = tidied(boxes, edges);
  assert.equal(places.size, 500);
  assert.deepEqual(overlaps(places, boxes), []);
});

test("parts that no wire joins stand below one another, from the corner where the flow was", () => {
  const places = tidied(boxesOf(4), [wire(0, 1), wire(2, 3)]);
  const tops = ["s0", "s1"].map((id) => places.get(id)[1]);
  assert.deepEqual([places.get("s0")[0], Math.min(...tops)], [40, 40]);
  assert.ok(Math.min(places.get("s2")[1], places.get("s3")[1]) > Math.max(...tops) + 88);
});

test("a wire that passes steps by has room between them", () => {
  const places = tidied(boxesOf(4), [wire(0, 1), wire(1, 2), wire(2, 3), wire(0, 3)]);
  const middle = (id) => places.get(id)[1] + boxesOf(4).get(id).height / 2;
  const straight = (middle("s0") + middle("s3")) / 2;
  for (const id of ["s1", "s2"]) assert.ok(Math.abs(middle(id) - straight) > boxesOf(4).get(id).height / 2, id);
});

test("a step that leads to itself and a flow without wires are no trouble", () => {
  assert.equal(tidied(boxesOf(2), [wire(0, 0)]).size, 2);
});

test("steps without a place get one below those that have one, and none is moved", () => {
  const steps = new Map([["a", { id: "a", position: [40, 40] }], ["b", { id: "b" }], ["c", { id: "c" }]]);
  const doc = { steps, edges: new Map([["1", { source: "a", target: "b" }], ["2", { source: "b", target: "c" }]]) };
  const places = firstPlaces(doc, () => ({ width: 224, height: 64 }));
  assert.deepEqual([...places.keys()], ["b", "c"]);
  assert.ok(places.get("b")[1] >= 104 && places.get("c")[0] > places.get("b")[0]);
});
