// The runs of steps as bars over time. Each row is a button: the arrow keys go through them, Enter shows the run.

import { duration } from "../canvas/step_box.js";
import { h } from "../editor/dom.js";

const KINDS = { work: "works", failed: "failed", retry: "pauses before it tries again", wait: "waits" };
const ROWS_MAX = 500;

export class Timeline {
  #buttons = new Map();
  #key = "";

  constructor(titleOf, choose) {
    this.titleOf = titleOf;
    this.choose = choose;
    this.chosen = null; // "step run"
    this.axis = h("div", { class: "axis", "aria-hidden": "true" });
    this.rows = h("div", { class: "bars", role: "group", "aria-label": "Runs of steps over time", onkeydown: (event) => this.#move(event) });
    this.now = h("div", { class: "now", "aria-hidden": "true" });
    this.element = h("div", { class: "timeline" }, this.axis, this.rows, this.now);
  }

  /** Draw the rows; drawn anew only where they changed. */
  draw(rows, range, at) {
    const key = JSON.stringify([rows, range]);
    if (key !== this.#key) this.#build(rows, range);
    this.#key = key;
    this.now.style.setProperty("--at", share(at, range));
    for (const [name, button] of this.#buttons) button.setAttribute("aria-pressed", String(name === this.chosen));
  }

  #build(rows, range) {
    const held = document.activeElement?.dataset?.run;
    const shown = rows.slice(0, ROWS_MAX);
    this.#buttons = new Map(shown.map((row) => [nameOf(row), this.#row(row, range)]));
    this.rows.replaceChildren(...this.#buttons.values());
    if (rows.length > ROWS_MAX) this.rows.append(h("p", { class: "note" }, `The first ${ROWS_MAX} of ${rows.length} runs are shown.`));
    if (!rows.length) this.rows.append(h("p", { class: "data-empty" }, "No step has run yet."));
    const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => h("span", {}, duration(((range.to - range.from) / 1000) * part)));
    this.axis.replaceChildren(...ticks);
    if (held) this.#buttons.get(held)?.focus();
  }

  #row(row, range) {
    const bars = row.spans.map((span) => bar(span, range));
    const title = this.titleOf(row.step);
    const name = row.run > 0 ? `${title} (run ${row.run + 1})` : title;
    const ended = row.spans.at(-1)?.to ?? range.to;
    const took = duration((ended - row.spans[0].from) / 1000);
    return h(
      "button",
      {
        type: "button",
        class: `bar-row ${row.status}`,
        data: { run: nameOf(row) },
        "aria-pressed": "false",
        onclick: () => this.choose(row),
      },
      h("span", { class: "bar-name" }, name, h("span", { class: "hidden" }, ` ${row.status},`)),
      h("span", { class: "track", "aria-hidden": "true" }, bars),
      h("span", { class: "bar-took" }, row.attempts > 1 ? `${took} · ${row.attempts}×` : took),
    );
  }

  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...this.#buttons.values()];
    all[all.indexOf(document.activeElement) + step]?.focus();
  }
}

export const nameOf = ({ step, run }) => `${step} ${run}`;

const share = (at, { from, to }) => Math.max(0, Math.min(1, (at - from) / (to - from)));

function bar(span, range) {
  const element = h("span", { class: `span ${span.kind}`, title: `${KINDS[span.kind]}, ${duration(((span.to ?? range.to) - span.from) / 1000)}` });
  const from = share(span.from, range);
  element.style.left = `${from * 100}%`;
  element.style.width = `${(share(span.to ?? range.to, range) - from) * 100}%`;
  return element;
}
