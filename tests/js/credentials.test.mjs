// What the form of a credential sends.

import assert from "node:assert/strict";
import test from "node:test";
import { changedValues, defaultsOf, isFor, isReference, wordsOf } from "../../static/js/credentials/values.js";

const schema = {
  properties: {
    keyType: { default: "passphrase" },
    secret: { writeOnly: true, default: "", when: { keyType: ["passphrase"] } },
    privateKey: { writeOnly: true, default: "", when: { keyType: ["pemKey"] } },
    algorithm: { default: "HS256" },
  },
};

test("words come one a line, or parted by commas and spaces", () => {
  assert.deepEqual(wordsOf(" a.example\n*.b.example, c.example:443\t"), ["a.example", "*.b.example", "c.example:443"]);
  assert.deepEqual(wordsOf("  "), []);
});

test("a field is for the values that it names, or their defaults", () => {
  const defaults = defaultsOf(schema);
  assert.equal(isFor(undefined, {}, defaults), true);
  assert.equal(isFor({ keyType: ["passphrase"] }, {}, defaults), true);
  assert.equal(isFor({ keyType: ["pemKey"] }, {}, defaults), false);
  assert.equal(isFor({ keyType: ["pemKey"] }, { keyType: "pemKey" }, defaults), true);
});

test("references are told from secrets", () => {
  assert.deepEqual(["vault://secret/a#b", "file://a", "env://A", "https://a", "vault"].map(isReference), [true, true, true, false, false]);
});

test("nothing is sent where nothing was changed, so that secrets stay as they are", () => {
  const start = { filled: true, values: { algorithm: "HS256" } };
  assert.equal(changedValues(schema, start, { algorithm: "HS256" }), null);
  assert.deepEqual(changedValues(schema, start, { algorithm: "HS512" }), { algorithm: "HS512" });
  assert.deepEqual(changedValues(schema, start, { algorithm: "HS256", secret: "s" }), { algorithm: "HS256", secret: "s" });
  assert.deepEqual(changedValues(schema, { filled: false, values: {} }, {}), {});
});

test("fields that are not for the other values, and emptied numbers, are not sent", () => {
  assert.deepEqual(changedValues(schema, null, { keyType: "pemKey", secret: "s", privateKey: "p", algorithm: null }), {
    keyType: "pemKey",
    privateKey: "p",
  });
});
