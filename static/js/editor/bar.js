// The bar above the canvas: the flow's name and state, and what can be done with it.

import { setHead } from "../flow/commands.js";
import { run } from "./action.js";
import { h, iconButton } from "./dom.js";

export function makeBar(editor, bar) {
  const undo = iconButton("undo-2", "Undo", () => editor.history.undo(), "Ctrl+Z");
  const redo = iconButton("redo-2", "Redo", () => editor.history.redo(), "Ctrl+Shift+Z");
  const name = h("button", { type: "button", class: "flow-name", title: "Rename the flow", onclick: () => rename(editor, name) });
  const chips = h("span", { class: "chips" });
  const save = h("button", { type: "button", class: "main", title: "Save (Ctrl+S)", onclick: () => editor.saving.save() }, "Save");
  const publish = h("button", { type: "button", title: "Publish (Shift+P)", onclick: () => run(editor, "publish") }, "Publish");
  const add = iconButton("plus", "Add a step", () => run(editor, "add"), "N");
  const settings = iconButton("settings-2", "Flow settings", () => run(editor, "settings"), "Ctrl+,");
  const search = iconButton("search", "Search in the flow", () => run(editor, "search"), "Ctrl+F");
  const more = iconButton("command", "All commands", () => run(editor, "commands"), "Ctrl+K");
  const versions = iconButton("history", "Versions", () => run(editor, "versions"), "Shift+H");
  const views = makeViews(editor);
  bar.append(
    h("div", { class: "bar-name" }, name, chips),
    h("div", { class: "apart" }),
    views,
    h("div", { class: "bar-tools", id: "bar-tools" }, editor.canWrite && add, undo, redo, search, versions, settings, more),
    h("div", { id: "run-tools", class: "bar-tools" }),
    save,
    publish,
  );
  const show = () => {
    name.textContent = editor.doc.head.get("name") || editor.flow.id;
    undo.disabled = !editor.history.canUndo || !editor.canWrite;
    redo.disabled = !editor.history.canRedo || !editor.canWrite;
    versions.disabled = !editor.flow.id;
    publish.disabled = !editor.canWrite || editor.saving.busy;
    save.disabled = !editor.canWrite || editor.saving.busy || !editor.saving.dirty;
    save.textContent = editor.saving.busy ? "Saving…" : "Save";
    chips.replaceChildren(...chipsOf(editor));
  };
  editor.events.on("change", show);
  editor.events.on("flow", show);
  show();
  bar.addEventListener("click", (event) => event.detail && setTimeout(() => letGo(editor, bar)));
}

// After a press with the mouse, keys are meant for the flow again.
function letGo(editor, bar) {
  const { activeElement } = document;
  if (activeElement === document.body || (bar.contains(activeElement) && activeElement.tagName === "BUTTON")) editor.focus();
}

function makeViews(editor) {
  const button = (label, on) => h("button", { type: "button", onclick: () => editor.showList(on) }, label);
  const [canvas, list] = [button("Canvas", false), button("List", true)];
  const show = () => {
    canvas.setAttribute("aria-pressed", String(!editor.listed));
    list.setAttribute("aria-pressed", String(editor.listed));
  };
  editor.events.on("flow", show);
  show();
  return h("div", { class: "segments", role: "group", "aria-label": "View" }, canvas, list);
}

function chipsOf(editor) {
  const { flow, saving, checking } = editor;
  const found = [];
  if (!editor.canWrite) found.push(h("span", { class: "chip" }, flow.archived ? "Archived" : "Read only"));
  if (flow.published) found.push(h("span", { class: "chip live" }, flow.published === flow.revision ? "Published" : "Published, draft is newer"));
  else found.push(h("span", { class: "chip" }, "Draft"));
  if (saving.dirty) found.push(h("span", { class: "chip unsaved" }, "Not saved"));
  if (checking.count) {
    const text = checking.count === 1 ? "1 problem" : `${checking.count} problems`;
    found.push(h("button", { type: "button", class: "chip bad", onclick: () => editor.events.emit("problems:show") }, text));
  }
  return [...found, ...editor.chips.map((chip) => chip()).filter(Boolean)];
}

function rename(editor, button) {
  if (!editor.canWrite) return;
  const input = h("input", { class: "flow-name", "aria-label": "Name of the flow", value: button.textContent, maxLength: 256 });
  let over = false;
  const done = (keep) => {
    if (over) return;
    over = true;
    input.replaceWith(button);
    if (keep && input.value.trim()) editor.do(setHead(editor.doc, "name", input.value.trim()));
    button.focus();
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") done(true);
    if (event.key === "Escape") done(false);
    event.stopPropagation();
  });
  input.addEventListener("blur", () => done(true));
  button.replaceWith(input);
  input.select();
}
