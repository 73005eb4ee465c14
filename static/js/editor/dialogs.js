// Dialogs: a question, a text to fill in, a table to read.

import { giveBack } from "./chooser.js";
import { h } from "./dom.js";

/** Show a modal dialog; it is gone once closed, and the focus returns to where it was. */
export function openDialog(editor, title, ...content) {
  const name = `dialog-${Math.floor(performance.now())}`;
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": name }, h("h2", { id: name }, title), content);
  const back = document.activeElement;
  dialog.addEventListener("close", () => (dialog.remove(), giveBack(editor, back)));
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  editor.root.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Ask for a line of text; gives it, or null. */
export function askText(editor, title, label, value = "", action = "OK") {
  return new Promise((resolve) => {
    const field = h("input", { type: "text", value, maxLength: 256, required: true });
    const form = h(
      "form",
      { method: "dialog", class: "fields", onsubmit: () => resolve(field.value.trim()) },
      h("label", {}, label, field),
      h("div", { class: "dialog-actions" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), h("button", { class: "main" }, action)),
    );
    const dialog = openDialog(editor, title, form);
    dialog.addEventListener("close", () => resolve(null));
    field.select();
  });
}

/** Ask for a text of several lines; gives it, or null. */
export function askLongText(editor, title, label, value) {
  return new Promise((resolve) => {
    const field = h("textarea", { value, rows: 10, maxLength: 65536 });
    const form = h(
      "form",
      { method: "dialog", class: "fields", onsubmit: () => resolve(field.value) },
      h("label", {}, label, field),
      h("div", { class: "dialog-actions" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), h("button", { class: "main" }, "Keep")),
    );
    const dialog = openDialog(editor, title, form);
    dialog.addEventListener("close", () => resolve(null));
    field.focus();
  });
}

/** Show rows of text. */
export function listDialog(editor, title, heads, rows) {
  const table = h(
    "table",
    {},
    h("thead", {}, h("tr", {}, heads.map((head) => h("th", {}, head)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell))))),
  );
  const dialog = openDialog(
    editor,
    title,
    h("div", { class: "wide dialog-scroll", tabIndex: 0, role: "region", "aria-label": title }, table),
    h("div", { class: "dialog-actions" }, h("button", { type: "button", class: "main", onclick: () => dialog.close() }, "Close")),
  );
  dialog.classList.add("wide-dialog");
  return dialog;
}
