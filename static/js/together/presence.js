// Shows who else has the flow open: in the bar, and at the steps they look at.

import { h } from "../editor/dom.js";
import { People, initials, listed } from "./people.js";

const SHOWN = 4;

export class Presence {
  constructor(editor) {
    this.editor = editor;
    this.people = new People();
    this.place = h("ul", { class: "together-people", "aria-label": "Also in this flow" });
    editor.root.querySelector("#bar .apart").after(this.place);
    this.draw();
  }

  /** Take in an event of the node. */
  hear(type, data) {
    const change = this.people.hear(type, data, Date.now());
    if (!change) return;
    if (change.came.length) this.editor.tell(`${listed(change.came)} ${change.came.length > 1 ? "have" : "has"} this flow open, too`);
    if (change.left.length) this.editor.tell(`${listed(change.left)} left`);
    this.draw();
  }

  clear() {
    this.people.clear();
    this.draw();
  }

  draw() {
    const people = this.people.list();
    this.place.hidden = !people.length;
    const more = people.length - SHOWN;
    this.place.replaceChildren(...people.slice(0, SHOWN).map((one) => this.#shown(one)), ...(more > 0 ? [h("li", {}, `+${more}`)] : []));
    const marks = [...this.people.bySteps()].map(([step, names]) => [step, { kind: "present", text: names.length > 1 ? String(names.length) : initials(names[0]), tip: `${listed(names)} ${names.length > 1 ? "are" : "is"} here` }]);
    const { editor } = this;
    const touched = editor.catalogue.mark("people", new Map(marks)).filter((id) => editor.doc.steps.has(id));
    if (touched.length) editor.events.emit("looks", touched);
  }

  #shown({ name, steps }) {
    const { editor } = this;
    const at = steps.filter((id) => editor.doc.steps.has(id)).map((id) => editor.look(id).title);
    const where = at.length ? `at ${listed(at)}` : "has this flow open";
    return h("li", { title: `${name} ${where}` }, h("span", { "aria-hidden": "true", class: "together-face" }, initials(name)), h("span", { class: "hidden" }, `${name} ${where}`));
  }
}
