// The flow as a list: one row a step, in the order in which they follow one another. It can do all that
// the canvas can: rows are gone through with the arrow keys, and the same keys and menus act on them.

import { remove } from "../flow/commands.js";
import { MAIN, titleOf } from "../flow/document.js";
import { addByPalette } from "./adding.js";
import { named, showMenu } from "./menu.js";
import { h, icon, iconButton } from "./dom.js";
import { run } from "./action.js";

const MENU = ["open", "rename", "add", "insert", "connect", "-", "toggle", "errors", "duplicate", "copy", "cut", "-", "group", "sub-flow", "-", "remove"];

export class StepList {
  constructor(editor, section) {
    this.editor = editor;
    this.section = section;
    this.at = null; // the row that has the focus
    this.chose = false; // whether rows were chosen by hand; else the row with the focus is
    editor.events.on("change", () => this.draw());
    editor.events.on("looks", () => this.draw());
    editor.events.on("select", () => this.#mark());
    section.addEventListener("keydown", (event) => this.#key(event));
  }

  draw() {
    if (this.section.hidden) return;
    const { editor } = this;
    const held = this.section.contains(document.activeElement);
    const order = inOrder(editor.doc);
    if (!order.includes(this.at)) this.at = order[0] ?? null;
    const table = h(
      "table",
      { role: "grid", "aria-label": "Steps of the flow", "aria-multiselectable": "true" },
      h("thead", {}, h("tr", {}, ["", "Step", "Does", "Comes after", "Leads to", ""].map((head) => h("th", { scope: "col" }, head || h("span", { class: "hidden" }, "Choose"))))),
      h("tbody", {}, order.map((id) => this.#row(id))),
    );
    const add = editor.canWrite && h("button", { type: "button", onclick: () => addByPalette(editor) }, icon("plus"), " Add a step");
    const notes = [...editor.doc.notes.values()].map((note) => this.#note(note));
    this.section.replaceChildren(
      h("div", { class: "list-head" }, add, h("p", {}, "Arrow keys go from step to step. Enter opens, N adds after, I inserts, C connects, Space chooses, the Menu key shows everything else.")),
      order.length ? h("div", { class: "wide" }, table) : h("p", { class: "list-empty" }, "This flow has no steps yet."),
      ...(notes.length ? [h("h2", {}, "Notes"), h("ul", {}, notes)] : []),
    );
    this.#mark();
    if (held) this.focus();
  }

  #row(id) {
    const { editor } = this;
    const look = editor.look(id);
    const step = editor.step(id);
    const chosen = h("input", { type: "checkbox", tabIndex: -1, "aria-label": `Choose ${look.title}`, onchange: () => this.#choose(id) });
    const name = h("button", { type: "button", class: "as-link", tabIndex: -1, onclick: () => (this.#only(id), run(editor, "open")) }, icon(look.icon), look.title);
    const group = [...editor.doc.groups.values()].find((one) => one.steps.includes(id));
    const facts = [step.disabled && "Switched off", group && `In the group ${group.name || "Group"}`, ...look.marks].filter(Boolean);
    const state = [...facts, ...look.problems];
    return h(
      "tr",
      { role: "row", data: { step: id }, tabIndex: id === this.at ? 0 : -1, "aria-label": this.#said(id, look, state), onfocus: () => this.#focused(id) },
      h("td", { role: "gridcell" }, chosen),
      h("td", { role: "gridcell" }, name, state.map((text) => h("div", { class: facts.includes(text) ? "fact" : "bad-words" }, text))),
      h("td", { role: "gridcell" }, look.does),
      h("td", { role: "gridcell" }, ends(editor, id, "target")),
      h("td", { role: "gridcell" }, ends(editor, id, "source")),
      h("td", { role: "gridcell" }, iconButton("ellipsis", `What to do with ${look.title}`, (event) => (this.#only(id), this.#menu(event.currentTarget)))),
    );
  }

  #note(note) {
    const { editor } = this;
    const title = note.text?.split("\n")[0].replace(/^#+\s*/, "") || "Empty note";
    const open = h("button", { type: "button", class: "as-link", onclick: () => editor.notes.editInList(note.id) }, title);
    const drop = () => editor.do(remove(editor.doc, { notes: [note.id] }));
    return h("li", {}, open, " ", editor.canWrite && iconButton("trash-2", `Remove the note ${title}`, drop));
  }

  #said(id, look, state) {
    const after = ends(this.editor, id, "target").map((line) => line.textContent).join(", ");
    const to = ends(this.editor, id, "source").map((line) => line.textContent).join(", ");
    return [look.title, look.does, ...state, after && `after ${after}`, to && `leads to ${to}`].filter(Boolean).join("; ");
  }

  #menu(button) {
    const { left, bottom } = button.getBoundingClientRect();
    showMenu([left, bottom], named(this.editor, MENU), this.editor);
  }

  #only(id) {
    this.at = id;
    if (!this.editor.selection.steps.has(id)) this.editor.canvas.select({ steps: [id] });
  }

  #focused(id) {
    this.at = id;
    if (!this.chose) this.editor.canvas.select({ steps: [id] });
  }

  #choose(id) {
    const steps = new Set(this.chose ? this.editor.selection.steps : []);
    if (!steps.delete(id)) steps.add(id);
    this.chose = steps.size > 0;
    this.at = id;
    this.editor.canvas.select({ steps });
  }

  #mark() {
    if (this.section.hidden) return;
    const { steps } = this.editor.selection;
    if (!steps.size) this.chose = false;
    for (const row of this.section.querySelectorAll("tr[data-step]")) {
      const selected = steps.has(row.dataset.step);
      row.setAttribute("aria-selected", String(selected));
      row.querySelector("input").checked = selected;
    }
    if (steps.size === 1 && !steps.has(this.at)) this.at = [...steps][0];
  }

  #key(event) {
    if (event.target.closest("button, input, dialog") && event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const rows = [...this.section.querySelectorAll("tr[data-step]")];
    const now = rows.findIndex((row) => row.dataset.step === this.at);
    const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (event.key === " ") return event.preventDefault(), this.#choose(this.at);
    if (to === undefined || !rows.length) return;
    event.preventDefault();
    this.at = rows[Math.min(rows.length - 1, Math.max(0, to))].dataset.step;
    this.focus();
  }

  focus() {
    for (const row of this.section.querySelectorAll("tr[data-step]")) row.tabIndex = row.dataset.step === this.at ? 0 : -1;
    (this.section.querySelector("tr[tabindex='0']") ?? this.section.querySelector("button"))?.focus();
  }
}

// Names of the steps at the other ends of a step's wires, with the ports where they tell something.
function ends(editor, id, side) {
  const [here, there] = side === "target" ? ["target", "source"] : ["source", "target"];
  const wires = [...editor.doc.edges.values()].filter((edge) => edge[here] === id);
  return wires.map((edge) => {
    const port = edge.sourcePort === MAIN ? "" : ` (${edge.sourcePort})`;
    return h("div", {}, `${titleOf(editor.step(edge[there]))}${port}`);
  });
}

/** Step ids from the triggers on, each branch to its end; what nothing leads to comes first. */
export function inOrder(doc) {
  const out = new Map([...doc.steps.keys()].map((id) => [id, []]));
  const led = new Set();
  for (const { source, target } of doc.edges.values()) {
    out.get(source).push(target);
    led.add(target);
  }
  const seen = new Set();
  const waiting = [...doc.steps.keys(), ...[...doc.steps.keys()].filter((id) => !led.has(id)).reverse()];
  while (waiting.length) {
    const id = waiting.pop();
    if (seen.has(id)) continue;
    seen.add(id);
    waiting.push(...out.get(id).reverse());
  }
  return [...seen];
}
