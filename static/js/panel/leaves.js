// The controls for single values.

import { h } from "../editor/dom.js";
import { titleOf } from "./schema.js";

const LONG = 60;
const KINDS = { text: "Text", number: "Number", flag: "Yes or no", json: "JSON", null: "Nothing" };

/** The control of a field for a value as it is written; `set(value)` is told of each edit. */
export function leaf(field, value, set, env) {
  const make = { text, number, flag, choice, fixed, any }[field.kind];
  return make(field, value, set, env);
}

function named(env) {
  return { "aria-label": env.label, "aria-describedby": env.describedBy };
}

function text(field, value, set, env) {
  const long = String(value ?? "").length > LONG || String(value ?? "").includes("\n");
  const properties = { ...named(env), value: value ?? "", spellcheck: false, oninput: ({ target }) => set(target.value) };
  return long ? h("textarea", { rows: 3, ...properties }) : h("input", { type: "text", ...properties });
}

function number(field, value, set, env) {
  return h("input", {
    type: "number",
    ...named(env),
    value: value ?? "",
    step: field.whole ? "1" : "any",
    min: field.min ?? "",
    max: field.max ?? "",
    oninput: ({ target }) => set(target.value === "" ? null : Number(target.value)),
  });
}

function flag(field, value, set, env) {
  return h("input", { type: "checkbox", role: "switch", ...named(env), checked: Boolean(value), onchange: ({ target }) => set(target.checked) });
}

function choice(field, value, set, env) {
  const known = field.options.includes(value);
  const options = field.options.map((one, index) =>
    h("option", { value: String(index), selected: one === value }, typeof one === "string" ? titleOf(one) : String(one)),
  );
  if (!known) options.unshift(h("option", { value: "", selected: true }, value === undefined || value === null ? "–" : String(value)));
  return h("select", { ...named(env), onchange: ({ target }) => target.value && set(field.options[Number(target.value)]) }, options);
}

function fixed(field) {
  return h("code", {}, JSON.stringify(field.value));
}

/** A value of any type: its type, and a control for that. */
function any(field, value, set, env) {
  const holder = h("div", { class: "any-field" });
  const draw = (kind, one) => {
    const types = h(
      "select",
      { "aria-label": `${env.label}: type`, onchange: ({ target }) => change(target.value) },
      Object.entries(KINDS).map(([name, shown]) => h("option", { value: name, selected: name === kind }, shown)),
    );
    holder.replaceChildren(types, ...anyControl(kind, one, set, env, field.choices));
  };
  const change = (kind) => {
    const start = { text: "", number: 0, flag: true, json: {}, null: null }[kind];
    set(start);
    draw(kind, start);
  };
  draw(anyKind(value), value);
  return holder;
}

function anyKind(value) {
  if (value === null) return "null";
  return { undefined: "text", string: "text", number: "number", boolean: "flag" }[typeof value] ?? "json";
}

let lists = 0;

function withChoices(control, choices) {
  const id = `choices-${(lists += 1)}`;
  control.setAttribute("list", id);
  return [control, h("datalist", { id }, choices.map((one) => h("option", { value: String(one) })))];
}

function anyControl(kind, value, set, env, choices = []) {
  if (kind === "null") return [];
  if (kind === "json") return [json(value, set, env)];
  const control = leaf({ kind }, value, set, env);
  return kind === "text" && choices.length ? withChoices(control, choices) : [control];
}

/** A list or an object as JSON text; what is no JSON is not taken, and said. */
export function json(value, set, env) {
  const wrong = h("output", { class: "preview bad" });
  const area = h("textarea", {
    ...named(env),
    class: "expression",
    spellcheck: false,
    rows: Math.min(12, JSON.stringify(value ?? null, null, 2).split("\n").length),
    value: JSON.stringify(value ?? null, null, 2),
    oninput: ({ target }) => {
      try {
        set(JSON.parse(target.value));
        wrong.textContent = "";
      } catch (error) {
        wrong.textContent = `This is not JSON yet: ${error.message}`;
      }
    },
  });
  return h("div", {}, area, wrong);
}
