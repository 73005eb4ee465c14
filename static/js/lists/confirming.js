// Buttons with data-confirm ask before they send their form.

import { h } from "../editor/dom.js";

export function askFirst(root = document) {
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-confirm]");
    if (!button || button.disabled) return;
    event.preventDefault();
    ask(button);
  });
}

function ask(button) {
  const word = button.textContent.trim();
  const send = () => {
    dialog.close();
    button.form.requestSubmit(button);
  };
  const no = h("button", { type: "button", onclick: () => dialog.close() }, "Cancel");
  const yes = h("button", { type: "button", class: "main", onclick: send }, word);
  const text = h("p", { id: "confirm-text" }, button.dataset.confirm);
  const dialog = h("dialog", { class: "confirm", "aria-label": word, "aria-describedby": "confirm-text" }, text, h("div", { class: "row" }, no, yes));
  dialog.addEventListener("close", () => {
    dialog.remove();
    button.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}
