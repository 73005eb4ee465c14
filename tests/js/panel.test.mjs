// Forms from schemas, completion of expressions, and the shape of data.

import assert from "node:assert/strict";
import test from "node:test";
import * as shape from "../../static/js/data/shape.js";
import { choicesOf } from "../../static/js/panel/credential_choices.js";
import { isInside, suggestions } from "../../static/js/panel/completion.js";
import { arranged, blank, fieldsOf, isWritten, titleOf } from "../../static/js/panel/schema.js";
import { variablesIn, variablesWarning } from "../../static/js/panel/variables.js";

const schema = {
  type: "object",
  required: ["url"],
  properties: {
    url: { type: "string", description: "The address; see [urls](urls.md)." },
    method: { enum: ["GET", "POST"], default: "GET", type: "string" },
    timeoutMs: { anyOf: [{ type: "integer", minimum: 1 }, { type: "null" }], default: null },
    auth: { discriminator: { propertyName: "kind" }, oneOf: [{ $ref: "#/$defs/No" }, { $ref: "#/$defs/Basic" }] },
    query: { type: "object", additionalProperties: {} },
    tags: { type: "array", items: { type: "string" } },
    keep: { anyOf: [{ enum: ["all", "none"], type: "string" }, { type: "array", items: { type: "string" } }] },
    tree: { $ref: "#/$defs/Tree" },
  },
  $defs: {
    No: { type: "object", properties: { kind: { const: "none" } } },
    Basic: { type: "object", required: ["kind", "user"], properties: { kind: { const: "basic" }, user: { type: "string" } } },
    Tree: { type: "object", properties: { below: { $ref: "#/$defs/Tree" } } },
  },
};
const fields = Object.fromEntries(fieldsOf(schema).map((one) => [one.name, one]));
test("each shape of a schema becomes a field that a form can show", () => {
  const kinds = Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, one.field.kind]));
  assert.deepEqual(kinds, { url: "text", method: "choice", timeoutMs: "number", auth: "variant", query: "map", tags: "list", keep: "any", tree: "record" });
  assert.equal(fields.timeoutMs.field.nullable, true);
  assert.equal(fields.url.field.help, "The address; see urls.");
  assert.deepEqual(fields.keep.field.choices, ["all", "none"]);
});

test("what is new starts with its default, or with the least that is right", () => {
  assert.equal(blank(fields.method.field), "GET");
  assert.deepEqual(blank(fields.auth.field), { kind: "none" });
  assert.equal(blank(fields.timeoutMs.field), 1);
});

test("what is required or set is shown, what may be absent is offered, and nothing is lost", () => {
  const { shown, folded, more } = arranged(fieldsOf(schema), { tags: ["a"] });
  assert.equal(shown[0].name, "url");
  assert.ok(shown.some((one) => one.name === "tags"));
  assert.deepEqual(more.map((one) => one.name), ["timeoutMs"]);
  assert.equal(shown.length + folded.length + more.length, Object.keys(fields).length);
});

test("names are read as people write them", () => {
  assert.equal(titleOf("onConversionError"), "On conversion error");
  assert.equal(titleOf("timeoutMs"), "Timeout (ms)");
});

test("expressions and references are told from plain text", () => {
  assert.deepEqual(["{{ 1 }}", "$json.a", "$9.99", "a {{ b", 3].map(isWritten), [true, true, false, true, false]);
});

const known = {
  items: [{ json: { customer: { name: "Ada", "first order": 1 }, lines: [{ price: 2 }] } }],
  steps: [{ title: "Get it", items: [{ json: { id: 1 } }] }],
};
const offered = (text, always) => suggestions(text, text.length, known, always)?.list.map((one) => one.text) ?? null;

test("paths, steps and names are offered where they can stand", () => {
  assert.deepEqual(offered("{{ $json."), [".customer", ".lines"]);
  assert.deepEqual(offered("{{ $json.customer.f"), ['["first order"]']);
  assert.deepEqual(offered("{{ $json.lines[0]."), [".price"]);
  assert.deepEqual(offered("{{ $('Ge"), ["$('Get it').item.json"]);
  assert.deepEqual(offered("{{ $('Get it').item.json."), [".id"]);
  assert.ok(offered("{{ $js").includes("$json"));
});

test("outside braces nothing is offered, in code everything", () => {
  assert.equal(offered("$json."), null);
  assert.equal(offered("{{ 1 }} $json."), null);
  assert.deepEqual(offered("$json.", true), [".customer", ".lines"]);
  assert.equal(isInside("{{ a }} b", 9), false);
});

test("a path becomes an expression whatever its names hold", () => {
  assert.equal(shape.expressionOf("$json", ["a", 0, "b c", 'd"e']), '{{ $json.a[0]["b c"]["d\\"e"] }}');
});

test("the schema of items has each field once, with its types and an example", () => {
  const found = shape.schemaOf([{ json: { a: null, b: [{ c: 1 }] } }, { json: { a: "x", b: [] } }]);
  assert.deepEqual(found.map((one) => [one.key, [...one.kinds], one.sample]), [["a", ["null", "string"], "x"], ["b", ["array"], undefined]]);
  assert.equal(found[1].children[0].children[0].key, "c");
});

test("searching finds keys and values, however deep", () => {
  const items = [{ json: { a: { deep: "Ada" } } }, { json: { ADAPTER: 1 } }, { json: { b: 2 } }];
  assert.deepEqual(shape.matching(items, "ada"), [0, 1]);
  assert.deepEqual(shape.matching(items, " "), [0, 1, 2]);
});

test("only open parts of a tree are looked into", () => {
  const value = { big: Array.from({ length: 100_000 }, (_, index) => ({ index })), small: { a: 1 } };
  const rows = shape.rowsOf(value, (path) => path[0] === "small");
  assert.deepEqual(rows.map((row) => row.key), ["big", "small", "a"]);
  assert.equal(rows[0].size, 100_000);
});

test("long values are cut before they are written out", () => {
  const long = "x".repeat(5_000_000);
  const before = performance.now();
  assert.ok(shape.brief({ list: Array(1000).fill(long) }).length < 200);
  assert.ok(performance.now() - before < 1000);
});

test("a field that names a credential is picked, not written", () => {
  const ref = { $ref: "#/$defs/CredentialRef" };
  const schema = {
    properties: {
      optional: { anyOf: [ref, { type: "null" }], default: null, credentialTypes: ["crypto"] },
      needed: { ...ref, credentialTypes: ["totpApi", "crypto"] },
    },
    required: ["needed"],
    $defs: { CredentialRef: { type: "object", properties: { type: {}, name: {} } } },
  };
  const [optional, needed] = fieldsOf(schema);
  assert.deepEqual([optional.field.kind, optional.field.nullable, optional.field.types], ["credential", true, ["crypto"]]);
  assert.deepEqual([needed.field.kind, needed.field.nullable], ["credential", false]);
  assert.deepEqual([blank(optional.field), blank(needed.field)], [null, undefined]);
});

test("a picker offers the types that fit, with what is chosen even where nobody has filled it in", () => {
  const known = {
    credentials: [{ type: "smtp", name: "Mail", filled: true }, { type: "crypto", name: "Key", filled: true }],
    labels: { smtp: "SMTP", crypto: "Crypto" },
  };
  assert.deepEqual(choicesOf(["smtp"], known, undefined), [{ type: "smtp", label: "SMTP", names: [{ name: "Mail", filled: true }] }]);
  assert.deepEqual(choicesOf(["smtp"], known, { type: "smtp", name: "Old" })[0].names, [
    { name: "Mail", filled: true },
    { name: "Old", filled: false },
  ]);
  assert.equal(choicesOf(["smtp"], known, { type: "slackApi", name: "S" })[1].label, "slackApi");
});

test("variables of the subnet are completed with their values", () => {
  const known = { items: [], steps: [], variables: { BASE: "https://a.example", BATCH: "9", OTHER: "" } };
  const text = "{{ $vars.BA";
  assert.deepEqual(suggestions(text, text.length, known), {
    from: 9,
    list: [
      { text: "BASE", about: "https://a.example" },
      { text: "BATCH", about: "9" },
    ],
  });
  assert.equal(suggestions("{{ $vars.X", 10, known), null);
});

test("an expression is warned of variables that are not there, outside of braces nothing is", () => {
  const known = { API_BASE: "https://a.example", region: "eu" };
  assert.deepEqual(variablesIn("{{ $vars.a + $vars?.b + $vars['c d'] + $vars.a }} and $vars.no {{ $vars.toString() }}"), ["a", "b", "c d"]);
  assert.deepEqual(variablesIn("return $vars.a ?? $vars[name]", true), ["a"]);
  assert.equal(variablesWarning("{{ $vars.API_BASE }}/{{ $vars.region }}", known), "");
  assert.match(variablesWarning("{{ $vars.api_base }}", known), /no variable api_base \(did you mean API_BASE\?\); it is undefined/);
  assert.match(variablesWarning("{{ $vars.REGION_NAME }}{{ $vars.x }}", known), /did you mean region\?.*no variable x;/);
  assert.match(variablesWarning("{{ $vars.constructor }}", known), /no variable constructor/);
  assert.equal(variablesWarning("{{ $vars.x }}", null), "");
});
