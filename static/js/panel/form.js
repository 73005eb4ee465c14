// A form for the parameters of a step, made from its type's schema.

import { droppable } from "../data/dragging.js";
import { h, icon, iconButton } from "../editor/dom.js";
import { codeField, isCode } from "./code_field.js";
import { credentialField } from "./credential_field.js";
import { expressionField } from "./expression_field.js";
import { leaf } from "./leaves.js";
import { arranged, blank, blankRecord, isWritten, titleOf } from "./schema.js";

let count = 0;

/**
 * `env` for all fields: {known(), preview(written), onItem(listener), problems(path) -> [message]}.
 * `set(values)` gets the whole record after each edit.
 */
export function recordForm(fields, values, set, env, path = []) {
  const holder = h("div", { class: "record" });
  let now = values;
  const draw = () => {
    const { shown, folded, more } = arranged(fields, now);
    holder.replaceChildren(...shown.map(entry), ...rest(folded, more));
  };
  const put = (name, value) => {
    now = value === undefined ? omitted(now, name) : { ...now, [name]: value };
    set(now);
  };
  const addField = (one) => {
    put(one.name, blank(one.field));
    draw();
    holder.querySelector(`[data-name="${CSS.escape(one.name)}"]`)?.querySelector("input,select,textarea,button")?.focus();
  };
  const entry = (one) => {
    const optional = !one.required && one.field.nullable;
    const remove = optional ? () => (put(one.name, undefined), draw()) : null;
    const here = [...path, one.name];
    return fieldRow(one.field, now[one.name], (value) => put(one.name, value), env, {
      path: here,
      name: one.name,
      title: one.field.title,
      required: one.required,
      remove,
    });
  };
  const rest = (folded, more) => {
    const add = addMenu(more, addField);
    if (!folded.length) return add ? [add] : [];
    const usual = h("details", { class: "usual" }, h("summary", {}, `More settings (${folded.length})`));
    usual.addEventListener("toggle", () => usual.childElementCount === 1 && usual.append(h("div", { class: "record flat" }, folded.map(entry))));
    return add ? [usual, add] : [usual];
  };
  draw();
  return holder;
}

function omitted(values, name) {
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
}

function addMenu(more, take) {
  if (!more.length) return null;
  const options = more.map((one, index) => h("option", { value: String(index) }, one.field.title));
  const choose = ({ target }) => target.value !== "" && take(more[Number(target.value)]);
  return h(
    "select",
    { class: "add-field", "aria-label": "Add a field", onchange: choose },
    h("option", { value: "" }, "Add a field…"),
    options,
  );
}

/** A field with its label, its switch between value and expression, its control, help and problems. */
export function fieldRow(field, value, set, env, { path, name, title, required = false, remove = null, plain = false }) {
  const id = `help-${(count += 1)}`;
  let now = value;
  const writable = !plain && canBeWritten(field, name);
  let written = !plain && isWritten(value);
  const body = h("div", { class: "field-body" });
  const put = (one) => {
    now = one;
    set(one);
  };
  const inner = { ...env, label: title, describedBy: id, path };
  const draw = () => {
    const shown = now === undefined ? (field.default ?? undefined) : now;
    body.replaceChildren(written ? expressionField(asText(shown), put, inner) : control(field, shown, put, inner));
    toggle.setAttribute("aria-pressed", String(written));
  };
  const toggle = iconButton("braces", `${title}: expression`, () => {
    written = !written;
    if (!written && typeof now === "string" && field.kind !== "text" && field.kind !== "any") put(blank(field));
    draw();
  });
  const head = h(
    "div",
    { class: "field-head" },
    h("span", { class: "field-title" }, title, required ? h("span", { class: "soft", title: "Required" }, " *") : null),
    writable ? toggle : null,
    remove ? iconButton("x", `Remove ${title.toLowerCase()}`, remove) : null,
  );
  const problems = h("ul", { class: "field-problems", role: "alert" });
  const row = h("div", { class: `field field-${field.kind}`, data: { name } }, head, body);
  row.append(h("p", { class: "field-help", id }, field.help), problems);
  env.onProblems?.(() => show(problems, env.problems(path)));
  const drop = (expression) => {
    written = true;
    put(field.kind === "text" && typeof now === "string" ? now + expression : expression);
    draw();
  };
  if (field.kind !== "credential") droppable(row, drop);
  draw();
  return row;
}

function canBeWritten(field, name) {
  return field.kind !== "fixed" && field.kind !== "credential" && !isCode(name);
}

function show(problems, messages) {
  problems.replaceChildren(...messages.map((message) => h("li", {}, message)));
  problems.closest(".field")?.classList.toggle("has-problems", messages.length > 0);
}

function asText(value) {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : `{{ ${JSON.stringify(value)} }}`;
}

function control(field, value, set, env) {
  if (isCode(env.path.at(-1))) return codeField(env.path.at(-1), value ?? "", set, env);
  switch (field.kind) {
    case "credential":
      return credentialField(field, value, set, env);
    case "list":
      return listField(field, value ?? [], set, env);
    case "map":
      return mapField(field, value ?? {}, set, env);
    case "record":
      return folded(field, value ?? {}, recordForm(field.fields, value ?? {}, set, env, env.path));
    case "variant":
      return variantField(field, value, set, env);
    default:
      return leaf(field, value, set, env);
  }
}

/** A record inside a record: closed while nothing in it is set. */
function folded(field, value, form) {
  const set = Object.keys(value).length;
  const told = set ? `${set} set` : "usual settings";
  return h("details", { open: set > 0 }, h("summary", {}, told), form);
}

function variantField(field, value, set, env) {
  const holder = h("div", { class: "variant" });
  const draw = (now) => {
    const chosen = field.variants.find((one) => one.value === now?.[field.key]) ?? field.variants[0];
    const options = field.variants.map((one) =>
      h("option", { value: one.value, selected: one === chosen }, titleOf(String(one.value))),
    );
    const choose = ({ target }) => {
      const next = field.variants.find((one) => String(one.value) === target.value);
      const kept = Object.fromEntries(Object.entries(now ?? {}).filter(([key]) => next.fields.some((one) => one.name === key)));
      const fresh = { [field.key]: next.value, ...blankRecord(next.fields), ...kept };
      set(fresh);
      draw(fresh);
    };
    const rest = Object.fromEntries(Object.entries(now ?? {}).filter(([key]) => key !== field.key));
    const put = (values) => set({ [field.key]: chosen.value, ...values });
    holder.replaceChildren(
      h("select", { "aria-label": `${env.label}: kind`, onchange: choose }, options),
      chosen.fields.length ? recordForm(chosen.fields, rest, put, env, env.path) : "",
    );
  };
  draw(value);
  return holder;
}

function listField(field, values, set, env) {
  const holder = h("ol", { class: "list-field" });
  let now = [...values];
  const put = (next) => {
    now = next;
    set(now);
    draw();
  };
  const entry = (value, index) => {
    const edit = (one) => {
      now = now.with(index, one);
      set(now);
    };
    const title = `${env.label} ${index + 1}`;
    const row = { path: [...env.path, index], name: String(index), title };
    return h(
      "li",
      {},
      fieldRow(field.item, value, edit, env, row),
      h(
        "div",
        { class: "list-tools" },
        index ? iconButton("chevron-up", `Move ${title} up`, () => put(swapped(now, index))) : null,
        iconButton("x", `Remove ${title}`, () => put(now.toSpliced(index, 1))),
      ),
    );
  };
  const draw = () => holder.replaceChildren(...now.map(entry), h("li", {}, addButton(env.label, () => put([...now, blank(field.item)]))));
  draw();
  return holder;
}

function swapped(list, index) {
  return list.with(index, list[index - 1]).with(index - 1, list[index]);
}

function addButton(label, onclick) {
  return h("button", { type: "button", class: "quiet add", onclick }, icon("plus"), `Add to ${label.toLowerCase()}`);
}

/** Names and values; a name that is given twice is said and not taken. */
function mapField(field, values, set, env) {
  const holder = h("div", { class: "map-field" });
  let entries = Object.entries(values);
  const put = (next, redraw = true) => {
    entries = next;
    set(Object.fromEntries(entries.filter(([key]) => key !== "")));
    if (redraw) draw();
  };
  const row = ([key, value], index) => {
    const name = h("input", {
      type: "text",
      class: "map-key",
      value: key,
      placeholder: "Name",
      "aria-label": `${env.label}: name ${index + 1}`,
      onchange: ({ target }) => {
        const taken = entries.some(([one], at) => at !== index && one === target.value);
        target.setCustomValidity(taken ? "This name is there already" : "");
        if (!taken) put(entries.with(index, [target.value, entries[index][1]]), false);
        target.reportValidity();
      },
    });
    const title = key || `value ${index + 1}`;
    const edit = (one) => put(entries.with(index, [entries[index][0], one]), false);
    const options = { path: [...env.path, key], name: key, title, remove: () => put(entries.toSpliced(index, 1)) };
    return h("div", { class: "map-row" }, name, fieldRow(field.value, value, edit, env, options));
  };
  const draw = () => {
    const add = addButton(env.label, () => {
      put([...entries, ["", blank(field.value)]]);
      holder.querySelector(".map-row:last-of-type .map-key")?.focus();
    });
    holder.replaceChildren(...entries.map(row), add);
  };
  draw();
  return holder;
}
