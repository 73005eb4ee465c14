// Short messages at the bottom of the canvas, and in the page's status line for those who do not see it.

import { h } from "./dom.js";

const SHOWN_MS = 6000;

export class Toasts {
  constructor(stage) {
    this.box = h("div", { class: "toasts" });
    this.status = stage.parentElement.querySelector("#told");
    stage.append(this.box);
  }

  /** A message, with one thing to do about it: [label, action]. */
  show(text, action = null, kind = "") {
    const button = action && h("button", { type: "button", onclick: () => (toast.remove(), action[1]()) }, action[0]);
    const toast = h("div", { class: `toast ${kind}` }, h("span", {}, text), button);
    this.box.replaceChildren(toast);
    this.status.textContent = text;
    setTimeout(() => toast.remove(), action ? SHOWN_MS * 2 : SHOWN_MS);
  }

  bad(text, action = null) {
    this.show(text, action, "bad");
  }
}
