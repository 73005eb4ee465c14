// The flow's own settings: what it is about, and how it runs.

import { change } from "../flow/document.js";
import { openDialog } from "./dialogs.js";
import { h } from "./dom.js";

const ORDERS = [
  ["concurrent", "Branches that are ready run at once"],
  ["v1", "One step at a time, each branch to its end (n8n's order)"],
  ["v0", "One step at a time, branch by branch (n8n's older order)"],
];
const KEPT = [["all", "Of every execution"], ["failed", "Of failed executions"], ["none", "Of none"]];

// [key, label, hint, kind, more]; times are shown in seconds.
const FIELDS = [
  ["order", "Order", "", "choice", ORDERS],
  ["timeoutMs", "Stop after (seconds)", "Running time; waits do not count", "seconds", { min: 0.001, step: "any" }],
  ["concurrencyMax", "Executions at once", "More wait in their lane", "number", { min: 1 }],
  ["priority", "Priority", "0 first, 9 last; 5 if not given", "number", { min: 0, max: 9 }],
  ["errorFlow", "Flow to start after a failure", "Its id", "text", {}],
  ["timezone", "Time zone", "Such as Europe/Berlin; else the node's", "zone", {}],
  ["saveData", "Keep data", "", "choice", KEPT],
  ["retentionDays", "Days to keep executions", "", "number", { min: 0 }],
];

export function openSettings(editor) {
  const { head } = editor.doc;
  const settings = head.get("settings") ?? {};
  const description = h("textarea", { rows: 3, value: head.get("description") ?? "", maxLength: 65536 });
  const tags = h("input", { type: "text", value: (head.get("metadata")?.tags ?? []).join(", ") });
  const fields = FIELDS.map((field) => ({ field, input: inputOf(field, settings[field[0]]) }));
  const keep = () => {
    const made = Object.fromEntries(fields.map(({ field, input }) => [field[0], valueOf(field, input)]).filter(([, value]) => value !== undefined));
    const others = Object.fromEntries(Object.entries(settings).filter(([key]) => !FIELDS.some(([known]) => known === key)));
    save(editor, { ...others, ...made }, description.value.trim(), tags.value);
  };
  const form = h(
    "form",
    { method: "dialog", onsubmit: keep },
    h("div", { class: "fields dialog-scroll" }, labelled("Description", "", description), labelled("Tags", "Separated by commas", tags), fields.map(({ field, input }) => labelled(field[1], field[2], input))),
    h("div", { class: "dialog-actions" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), editor.canWrite && h("button", { class: "main" }, "Keep")),
  );
  const dialog = openDialog(editor, "Flow settings", form);
  description.focus();
}

function labelled(label, hint, input) {
  return h("label", {}, h("span", {}, label, hint && h("span", { class: "kind" }, ` – ${hint}`)), input);
}

function inputOf([key, , , kind, more], value) {
  if (kind === "choice") {
    const options = more.map(([name, words]) => h("option", { value: name, selected: name === (value ?? more[0][0]) }, words));
    return h("select", { name: key }, options);
  }
  const shown = value === undefined ? "" : kind === "seconds" ? value / 1000 : value;
  const type = kind === "number" || kind === "seconds" ? "number" : "text";
  const input = h("input", { name: key, type, value: String(shown), ...more });
  if (kind === "zone") input.setAttribute("list", zones());
  return input;
}

function zones() {
  if (!document.getElementById("time-zones")) {
    const names = Intl.supportedValuesOf?.("timeZone") ?? [];
    document.getElementById("editor").append(h("datalist", { id: "time-zones" }, names.map((name) => h("option", { value: name }))));
  }
  return "time-zones";
}

// Undefined for what is left at its usual value.
function valueOf([, , , kind, more], input) {
  const text = input.value.trim();
  if (kind === "choice") return text === more[0][0] ? undefined : text;
  if (!text) return undefined;
  if (kind === "seconds") return Math.max(1, Math.round(Number(text) * 1000));
  return kind === "number" ? Math.round(Number(text)) : text;
}

function save(editor, settings, description, tags) {
  const { doc } = editor;
  const { tags: gone, ...metadata } = doc.head.get("metadata") ?? {};
  const listed = [...new Set(tags.split(",").map((tag) => tag.trim()).filter(Boolean))];
  if (listed.length) metadata.tags = listed;
  const entries = { settings, metadata };
  const changes = Object.entries(entries).map(([key, value]) => change(doc, "head", key, Object.keys(value).length ? value : undefined));
  changes.push(change(doc, "head", "description", description || undefined));
  editor.do({ label: "Change the flow's settings", changes });
}
