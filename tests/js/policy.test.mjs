// What a validator reads before signing a version of the policy.

import assert from "node:assert/strict";
import test from "node:test";
import { policyLines } from "../../static/js/governance/policy_words.js";

const about = { dao: "bafydao", subnet: "acme", version: 2 };
const body = (more = {}) => ({
  form: "qflow/policy/1", dao: "bafydao", subnet: "acme", version: 2, prior: "bafy1", expires: 1.8e15,
  keys: { z6a: "ann", z6b: "bob" }, threshold: 2, document: { approved: ["one", "two"], code: "approved-only" }, ...more,
});
const before = body({ version: 1, prior: "", document: { approved: ["one", "gone"], code: "any" } });

test("what changed is read out of the bytes themselves", () => {
  assert.deepEqual(policyLines(body(), before, "bafy1", about), [
    "Version 2 of the policy of the subnet acme, which ends on 2027-01-15.",
    "approved: without gone",
    "approved: with two",
    'code becomes "approved-only"',
    "2 of these 2 keys sign the version after it: z6a, z6b",
  ]);
});

test("another subnet, version or predecessor than the page's is not signed", () => {
  for (const more of [{ subnet: "evil" }, { version: 3 }, { dao: "x" }, { form: "qflow/ballot/1" }, { prior: "bafy0" }]) {
    assert.throws(() => policyLines(body(more), before, "bafy1", about), /another policy/);
  }
});

test("a change of who signs is said", () => {
  assert.match(policyLines(body({ threshold: 1 }), before, "bafy1", about).at(-1), /^1 of these 2 .* which is a change/);
});

test("a renewal says that nothing changes, and a long list is cut", () => {
  assert.match(policyLines(body({ document: before.document }), before, "bafy1", about)[1], /lasts longer/);
  const many = body({ document: { ...before.document, approved: ["one", "gone", ...Array.from({ length: 40 }, (_, at) => `c${at}`)] } });
  assert.equal(policyLines(many, before, "bafy1", about).length, 15);
});
