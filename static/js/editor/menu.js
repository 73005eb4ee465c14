// The menu of the right button (or the Menu key): what can be done with what is selected.

import { disconnect } from "../flow/commands.js";
import { available } from "./action.js";
import { addAt, insertByPalette } from "./adding.js";
import { giveBack } from "./chooser.js";
import { h, icon } from "./dom.js";

const FOR_STEPS = ["open", "rename", "add", "insert", "connect", "-", "toggle", "errors", "duplicate", "copy", "cut", "-", "group", "sub-flow", "tidy", "-", "remove"];
const FOR_SPACE = ["note", "paste", "all", "-", "tidy", "fit", "search", "keys"];

export function listenForMenu(editor) {
  editor.canvas.events.on("menu", ({ kind, id, client, point }) => {
    if (kind === "edge") return showMenu(client, edgeItems(editor, id, client), editor);
    const items = named(editor, kind === "step" ? FOR_STEPS : FOR_SPACE);
    if (kind === "space" && editor.canWrite) items.unshift({ label: "Add a step here", icon: "plus", run: () => addAt(editor, point, client) });
    showMenu(client, items, editor);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ContextMenu" && !(event.key === "F10" && event.shiftKey)) return;
    const [id] = editor.selection.steps;
    if (!editor.hasKeys() || !id) return;
    event.preventDefault();
    const row = editor.listed ? document.activeElement : editor.canvas.boxes.get(id).element;
    const { left, top, height } = row.getBoundingClientRect();
    showMenu([left + 24, top + height], named(editor, FOR_STEPS), editor);
  });
}

/** The items of actions, with their keys; `-` draws a line. */
export function named(editor, ids) {
  return ids.map((id) => {
    if (id === "-") return null;
    const action = editor.actions.find((candidate) => candidate.id === id);
    return action && available(editor, action) && { ...action, keys: action.keys?.split(" ")[0], run: () => action.run(editor) };
  }).filter((item) => item === null || item);
}

function edgeItems(editor, key, client) {
  if (!editor.canWrite) return [];
  return [
    { label: "Insert a step", icon: "plus", run: () => insertByPalette(editor, key, client) },
    { label: "Remove the wire", icon: "trash-2", keys: "Delete", run: () => editor.do(disconnect(editor.doc, key)) },
  ];
}

/** Show a menu at a point of the window; arrows, Enter and Escape work. */
export function showMenu(client, items, editor) {
  document.querySelector(".menu")?.remove();
  const kept = items.filter((item, index) => item || (items[index - 1] && items.slice(index + 1).some(Boolean)));
  if (!kept.some(Boolean)) return;
  const back = document.activeElement;
  const close = (refocus = true) => {
    document.removeEventListener("pointerdown", outside, true);
    menu.remove();
    if (refocus) giveBack(editor, back);
  };
  const outside = (event) => !menu.contains(event.target) && close(false);
  const rows = kept.map((item) =>
    item === null
      ? h("div", { class: "menu-line", role: "separator" })
      : h("button", { type: "button", class: "menu-row", role: "menuitem", tabIndex: -1, onclick: () => (close(), item.run()) }, icon(item.icon ?? "chevron-right"), h("span", {}, item.label), item.keys && h("kbd", {}, item.keys)),
  );
  const menu = h("div", { class: "menu", role: "menu", "aria-label": "What to do", onkeydown: (event) => keys(event, menu, close) }, rows);
  editor.root.append(menu);
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(client[0], innerWidth - width - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(client[1], innerHeight - height - 8))}px`;
  document.addEventListener("pointerdown", outside, true);
  menu.querySelector("button").focus();
}

function keys(event, menu, close) {
  event.stopPropagation();
  const rows = [...menu.querySelectorAll("button")];
  const at = rows.indexOf(document.activeElement);
  if (event.key === "Escape" || event.key === "Tab") return event.preventDefault(), close();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const to = event.key === "Home" ? 0 : event.key === "End" ? rows.length - 1 : step ? (at + step + rows.length) % rows.length : -1;
  if (to < 0) return;
  event.preventDefault();
  rows[to].focus();
}
