// The form of a credential: the fields of its type, where it may be sent, and what may use it. Secrets go in
// and never come back: a field of a kept one is empty, and stays as it is unless something is typed.

import { h } from "../editor/dom.js";
import { ask } from "../editor/server.js";
import { leaf } from "../panel/leaves.js";
import { fieldsOf } from "../panel/schema.js";
import { changedValues, defaultsOf, isFor, isReference, wordsOf } from "./values.js";

let count = 0;

/** Put the form of a type, or of a credential, into an element. */
export async function loadForm(holder, type, name, after) {
  try {
    const query = new URLSearchParams({ type, name });
    const { type: kind, start } = await ask(`/credentials/start.json?${query}`);
    holder.replaceChildren(credentialForm(kind, start, name, after));
    holder.querySelector("input:not([readonly]),textarea,select")?.focus();
  } catch (error) {
    holder.replaceChildren(h("p", { class: "bad", role: "alert" }, error.message));
  }
}

/** `after` has `saved({type, name})` and `cancel()`; `start` is null for a new one. */
function credentialForm(kind, start, name, after) {
  const values = { ...(start?.values ?? {}) };
  const scope = { hosts: start?.hosts ?? [], steps: start?.steps ?? [], flows: start?.flows ?? [], plainHttp: start?.plainHttp ?? false };
  const rows = fieldsOf(kind.schema).map((one) => valueRow(kind.schema, one, values, start, () => show()));
  const show = () => rows.forEach((row) => row.show(values));
  const called = h("input", { type: "text", value: start?.name ?? name, required: true, maxLength: 128, readOnly: Boolean(start) });
  const told = h("p", { class: "bad credential-told", role: "alert", hidden: true });
  const places = new Map([...rows.map((row) => [`values.${row.name}`, row]), ["name", row("Name", "Steps name it by this.", called)]]);
  const parts = scopeRows(kind, scope, places);
  const send = async (event) => {
    event.preventDefault();
    for (const one of places.values()) one.complain("");
    const body = { type: kind.name, name: called.value, isNew: !start, ...scope, values: changedValues(kind.schema, start, values) };
    try {
      after.saved(await ask("/credentials/save", { method: "POST", body }));
    } catch (error) {
      complain(error, places, told);
    }
  };
  const register = kind.redirect ? redirectRow(kind) : null;
  if (register) rows.push(register);
  show();
  return h(
    "form",
    { class: "fields credential-form", onsubmit: send, noValidate: false, autocomplete: "off" },
    places.get("name").element,
    rows.map((one) => one.element),
    parts,
    told,
    h("div", { class: "row" }, h("button", { class: "main" }, "Save"), h("button", { type: "button", onclick: () => after.cancel() }, "Cancel")),
  );
}

function complain(error, places, told) {
  const rest = (error.problems ?? []).filter(({ path, message, hint }) => {
    const place = places.get(path.replace(/\[.*/, ""));
    place?.complain(hint ? `${message}; ${hint}` : message);
    return !place;
  });
  told.textContent = [error.message, ...rest.map((one) => one.message)].join("; ");
  told.hidden = false;
  const first = [...places.values()].find((one) => one.wrong);
  first?.control.focus();
}

/** A row with its label, help, and what is wrong with it. */
function row(title, help, control) {
  const id = `credential-help-${(count += 1)}`;
  const wrong = h("p", { class: "bad credential-wrong", hidden: true });
  control.setAttribute("aria-describedby", id);
  control.removeAttribute("aria-label");
  const inside = control.type === "checkbox" ? [h("span", { class: "tick" }, control, title)] : [title, control];
  const element = h("div", { class: "credential-row" }, h("label", {}, inside), h("p", { class: "credential-help", id }, help), wrong);
  const found = {
    element,
    control,
    wrong: false,
    complain(text) {
      found.wrong = Boolean(text);
      wrong.textContent = text;
      wrong.hidden = !text;
      control.setAttribute("aria-invalid", String(Boolean(text)));
    },
  };
  return found;
}

function valueRow({ properties }, { name, field, required }, values, start, changed) {
  const schema = properties[name];
  const defaults = defaultsOf({ properties });
  const secret = Boolean(schema.writeOnly);
  const kept = secret && (start?.kept ?? []).includes(name);
  const put = (value) => {
    if (secret && value === "") delete values[name];
    else values[name] = value;
    changed();
  };
  const shown = values[name] ?? (secret ? "" : field.default);
  const control = secret || schema.lines ? text(secret, schema.lines, shown, kept, put) : leaf(field, shown, put, { label: field.title });
  if (required && !kept && "required" in control) control.required = true;
  const made = row(field.title, field.help, control);
  return {
    ...made,
    name,
    complain: made.complain,
    get wrong() {
      return made.wrong;
    },
    show: (all) => {
      made.element.hidden = !isFor(schema.when, all, defaults);
    },
  };
}

/** Where people come back to after they agreed, to be registered at the server. */
function redirectRow({ redirect, schema }) {
  const help = "Register it at the server as where people come back to.";
  const made = row("Redirect address", help, h("input", { type: "text", value: redirect, readOnly: true, onfocus: ({ target }) => target.select() }));
  const { when } = schema.properties.authUrl;
  return { element: made.element, show: (all) => (made.element.hidden = !isFor(when, all, defaultsOf(schema))) };
}

function text(secret, lines, value, kept, put) {
  const about = {
    value: value ?? "",
    placeholder: kept ? "Kept; type to replace it" : "",
    spellcheck: false,
    autocomplete: secret ? "new-password" : "off",
    oninput: ({ target }) => put(target.value),
  };
  if (lines) return h("textarea", { ...about, rows: 5, class: "credential-lines" });
  return h("input", { ...about, type: secret && !isReference(about.value) ? "password" : "text" });
}

/** Where it may be sent; and folded away, what may use it. */
function scopeRows(kind, scope, places) {
  const words = (name, title, help, rows) => {
    const area = h("textarea", { rows, value: scope[name].join("\n"), spellcheck: false, class: "credential-lines", oninput: ({ target }) => (scope[name] = wordsOf(target.value)) });
    places.set(name, row(title, help, area));
    return places.get(name).element;
  };
  const plain = h("input", { type: "checkbox", checked: scope.plainHttp, onchange: ({ target }) => (scope.plainHttp = target.checked) });
  places.set("plainHttp", row("Also without TLS", "Lets it travel over plain http, which anybody on the way can read.", plain));
  const narrowed = scope.steps.length + scope.flows.length > 0 || scope.plainHttp;
  const hosts = "One a line: api.example.com, *.example.com, 10.0.0.0/8, each with :port for one port only; * is any.";
  return [
    kind.hosted ? words("hosts", "May be sent to", hosts, 2) : null,
    h(
      "details",
      { class: "credential-more", open: narrowed },
      h("summary", {}, "What may use it"),
      words("flows", "Flows", "One id a line; none: every flow of this subnet.", 2),
      words("steps", "Step types", "One a line, as in http.request; none: all that can.", 2),
      kind.hosted ? places.get("plainHttp").element : null,
    ),
  ];
}
