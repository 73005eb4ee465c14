// The form of one test: what it starts with, what stands in for steps, what is expected; or the same as YAML.

import { h, iconButton } from "../editor/dom.js";
import { ask } from "../editor/server.js";
import { titleOf } from "../flow/document.js";
import { itemsOf, plainItems } from "../flow/cases.js";

const ENDS = [["completed", "It completes"], ["failed", "It fails"], ["waiting", "It waits"]];
const MOCKS = [["items", "gives"], ["outputs", "gives, by port"], ["error", "fails"]];

/** A form for a test. `keep(case)` gives what is wrong, or nothing; `leave()` closes it. */
export function caseForm(editor, one, { keep, leave }) {
  const wrong = h("p", { class: "bad", role: "alert", hidden: true });
  const holder = h("div", { class: "tests-fields" });
  let read = formOf(editor, one, holder);
  const say = (message) => {
    wrong.textContent = message;
    wrong.hidden = !message;
  };
  const attempt = async (done) => {
    try {
      done(await read());
    } catch (error) {
      say([error.message, ...(error.problems ?? []).map((problem) => problem.message)].join(": "));
    }
  };
  const asText = h("button", { type: "button", "aria-pressed": "false", onclick: () => attempt(turn) }, "As YAML");
  const turn = async (next) => {
    const on = asText.getAttribute("aria-pressed") !== "true";
    read = on ? await textOf(next, holder) : formOf(editor, next, holder);
    asText.setAttribute("aria-pressed", String(on));
    say("");
  };
  const submit = (event) => {
    event.preventDefault();
    attempt((next) => say(keep(next)));
  };
  const buttons = [editor.canWrite && h("button", { class: "main" }, "Keep"), h("button", { type: "button", onclick: leave }, "Cancel"), asText].filter(Boolean);
  return h("form", { class: "tests-form", onsubmit: submit }, holder, wrong, h("div", { class: "tests-actions" }, buttons));
}

async function textOf(one, holder) {
  const { text } = await ask("/flows/case-text", { method: "POST", body: { case: one } });
  const area = h("textarea", { class: "expression", "aria-label": "The test as YAML", rows: 20, value: text, spellcheck: false });
  holder.replaceChildren(area);
  return async () => (await ask("/flows/case-text", { method: "POST", body: { text: area.value } })).case;
}

// --- the form
function formOf(editor, one, holder) {
  const steps = [...editor.doc.steps.values()].map((step) => [step.id, titleOf(step)]);
  const name = h("input", { type: "text", value: one.name, maxLength: 128, required: true });
  const start = chooser("", one.start ?? "", [["", "The first trigger"], ...steps]);
  const items = data("", plainItems(one.items ?? []));
  const mocks = rows("Add a stand-in", Object.entries(one.mocks ?? {}), (entry) => mockRow(steps, entry));
  const allow = allowed(editor, one.allow ?? []);
  const expect = one.expect ?? {};
  const end = chooser("", expect.end ?? "completed", ENDS);
  const error = h("input", { type: "text", value: expect.error ?? "", maxLength: 256 });
  const outputs = rows("Add an expected output", expectedIn(expect), (entry) => outputRow(editor, steps, entry));
  const assertions = rows("Add an assertion", expect.assertions ?? [], assertionRow);
  const message = labelled("The error holds", error);
  const show = () => (message.hidden = end.value !== "failed");
  end.addEventListener("change", show);
  show();
  holder.replaceChildren(
    labelled("Name", name),
    group("Starts with", labelled("Step", start), labelled("Items, as JSON", items.element)),
    group("Instead of running", mocks.element),
    allow.element ? group("May act outside", allow.element) : "",
    group("Expected", labelled("End", end), message, outputs.element, assertions.element),
  );
  return () =>
    withoutEmpty({
      ...one,
      name: name.value.trim(),
      start: start.value,
      items: items.items("What it starts with"),
      mocks: Object.fromEntries(mocks.read()),
      allow: allow.read(),
      expect: withoutEmpty({
        end: end.value === "completed" ? "" : end.value,
        error: end.value === "failed" ? error.value : "",
        ...outputsOf(outputs.read()),
        assertions: assertions.read().filter(Boolean),
      }),
    });
}

function withoutEmpty(value) {
  const says = (one) => one !== "" && one !== undefined && (typeof one !== "object" || Object.keys(one).length > 0);
  return Object.fromEntries(Object.entries(value).filter(([, one]) => says(one)));
}

function labelled(label, ...controls) {
  return h("label", {}, h("span", {}, label), controls);
}

function group(title, ...content) {
  return h("fieldset", { class: "tests-group" }, h("legend", {}, title), content);
}

function chooser(label, value, options) {
  const known = options.some(([name]) => name === value) ? options : [...options, [value, `${value} (gone)`]];
  return h("select", label ? { "aria-label": label } : {}, known.map(([name, shown]) => h("option", { value: name, selected: name === value }, shown)));
}

/** A JSON text; `read` and `items` raise with a message where it is none. */
function data(label, value) {
  const text = JSON.stringify(value, null, 2);
  const area = h("textarea", { class: "expression", spellcheck: false, rows: Math.min(12, text.split("\n").length), value: text, ...(label ? { "aria-label": label } : {}) });
  const read = (name) => {
    try {
      return JSON.parse(area.value || "[]");
    } catch (error) {
      area.focus();
      throw new Error(`${name} is not JSON: ${error.message}`);
    }
  };
  const items = (name) => {
    const found = itemsOf(read(name));
    if (!found) throw new Error(`${name} must be a list of objects, such as [{"name": "Ada"}]`);
    return found;
  };
  return { element: area, read, items, take: (next) => (area.value = JSON.stringify(next, null, 2)) };
}

/** Rows that can be added and removed; `make(entry)` gives {element, read}. */
function rows(label, entries, make) {
  const list = h("div", { class: "tests-rows" });
  const made = new Set();
  const add = (entry, focus = false) => {
    const row = make(entry);
    const remove = iconButton("trash-2", "Remove", () => (made.delete(row), line.remove()));
    const line = h("div", { class: "tests-entry" }, row.element, remove);
    made.add(row);
    list.append(line);
    if (focus) line.querySelector("select, input, textarea").focus();
  };
  for (const entry of entries) add(entry);
  const more = h("button", { type: "button", onclick: () => add(undefined, true) }, label);
  return { element: h("div", {}, list, more), read: () => [...made].map((row) => row.read()) };
}

function mockRow(steps, [id, mock] = [steps[0]?.[0] ?? "", { items: [] }]) {
  const step = chooser("Step", id, steps);
  const kind = chooser("What it does", MOCKS.find(([name]) => mock[name])?.[0] ?? "items", MOCKS);
  const values = data("What it gives, as JSON", mock.outputs ?? plainItems(mock.items ?? []));
  const message = h("input", { type: "text", "aria-label": "The error's message", placeholder: "The error's message", value: mock.error?.message ?? "", maxLength: 10_000 });
  const show = () => {
    values.element.hidden = kind.value === "error";
    message.hidden = kind.value !== "error";
  };
  kind.addEventListener("change", show);
  show();
  const read = () => {
    const name = `What ${step.value} gives`;
    if (kind.value === "error") return [step.value, { error: { ...mock.error, message: message.value || "out of order" } }];
    if (kind.value === "items") return [step.value, { items: values.items(name) }];
    const ports = Object.entries(values.read(name)).map(([port, items]) => [port, itemsOf(items) ?? []]);
    return [step.value, { outputs: Object.fromEntries(ports) }];
  };
  return { element: h("div", { class: "tests-mock" }, h("div", { class: "tests-pair" }, step, kind), values.element, message), read };
}

function allowed(editor, chosen) {
  const outside = [...editor.doc.steps.keys()].filter((id) => chosen.includes(id) || editor.look(id).badges.some(({ kind }) => kind === "write" || kind === "read"));
  const ticks = outside.map((id) => h("input", { type: "checkbox", value: id, checked: chosen.includes(id) }));
  const element = outside.length ? h("div", {}, ticks.map((tick) => h("label", { class: "tests-tick" }, tick, titleOf(editor.step(tick.value) ?? { id: tick.value })))) : null;
  return { element, read: () => ticks.filter((tick) => tick.checked).map((tick) => tick.value) };
}

function expectedIn(expect) {
  const of = (way) => Object.entries(expect[way] ?? {}).flatMap(([step, ports]) => Object.entries(ports).map(([port, items]) => ({ way, step, port, items })));
  return [...of("outputs"), ...of("contains")];
}

function outputRow(editor, steps, entry = { way: "outputs", step: steps.at(-1)?.[0] ?? "", items: [] }) {
  const step = chooser("Step", entry.step, steps);
  const port = h("select", { "aria-label": "Output" });
  const way = chooser("How", entry.way, [["outputs", "exactly"], ["contains", "among others"]]);
  const items = data("Expected items, as JSON", plainItems(entry.items));
  const ports = (wanted) => {
    const known = [...(editor.doc.steps.has(step.value) ? editor.look(step.value).outputs : []), "failure"];
    const named = [...new Set([...known, ...(wanted ? [wanted] : [])])];
    port.replaceChildren(...named.map((name) => h("option", { value: name, selected: name === (wanted ?? known[0]) }, name)));
  };
  step.addEventListener("change", () => ports());
  ports(entry.port);
  const read = () => ({ way: way.value, step: step.value, port: port.value, items: items.items(`What ${step.value} should give`) });
  return { element: h("div", { class: "tests-mock" }, h("div", { class: "tests-pair" }, step, port, way), items.element), read };
}

function outputsOf(found) {
  const ways = { outputs: {}, contains: {} };
  for (const { way, step, port, items } of found) (ways[way][step] ??= {})[port] = items;
  return ways;
}

function assertionRow(text = "") {
  const input = h("input", { type: "text", class: "expression", "aria-label": "Assertion", placeholder: "{{ $json.total > 0 }}", spellcheck: false, value: text });
  return { element: input, read: () => input.value.trim() };
}
