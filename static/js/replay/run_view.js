// One run of a step: what it got, what it gave, what its code wrote, its error; and running again from it.

import { DataPane } from "../data/data_pane.js";
import { h } from "../editor/dom.js";
import { ask } from "../editor/server.js";

export class RunView {
  #asked = 0;

  constructor(execution, canFork) {
    this.execution = execution;
    this.canFork = canFork;
    this.element = h("section", { class: "run-view", "aria-label": "The chosen step", hidden: true });
  }

  /** Show a run of a step; `run` undefined is its newest. */
  async show(step, title, run) {
    const turn = (this.#asked += 1);
    this.element.hidden = false;
    const path = `/executions/${encodeURIComponent(this.execution)}/steps/${encodeURIComponent(step)}?inputs`;
    let found;
    try {
      found = await ask(path);
    } catch (error) {
      if (turn === this.#asked) this.element.replaceChildren(h("p", { class: "bad", role: "alert" }, error.message));
      return;
    }
    if (turn !== this.#asked) return;
    const one = found.runs.find((each) => each.run === run) ?? found.runs.at(-1);
    this.element.replaceChildren(...this.#content(step, title, one, found));
  }

  #content(step, title, one, { logs }) {
    const head = h("h2", {}, title, one && one.run > 0 ? ` (run ${one.run + 1})` : "");
    if (!one) return [head, h("p", { class: "soft" }, "This step has not ended yet, so there is no data to show.")];
    const lines = logs.filter((line) => line.run === undefined || line.run === one.run);
    return [
      h("div", { class: "run-head" }, head, this.canFork ? this.#again(step, one.run) : null),
      one.error ? wrong(one.error) : null,
      h("div", { class: "run-data" }, portPane("Input", one.inputs, "This run got no items."), portPane("Output", one.ports, "This run gave no items.")),
      lines.length ? h("details", { class: "console", open: true }, h("summary", {}, `Console (${lines.length})`), h("pre", { tabIndex: 0 }, lines.map(({ message }) => message).join("\n"))) : null,
    ].filter(Boolean);
  }

  #again(step, run) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const hidden = Object.entries({ csrfmiddlewaretoken: token, step, run: String(run) });
    return h(
      "form",
      { method: "post", action: `/executions/${encodeURIComponent(this.execution)}/again`, class: "row" },
      hidden.map(([name, value]) => h("input", { type: "hidden", name, value })),
      h("button", { class: "main", name: "version", value: "" }, "Run again from here"),
      h("button", { name: "version", value: "draft" }, "With the newest version"),
    );
  }
}

function wrong({ message, description, code }) {
  return h("div", { class: "output-error", role: "alert" }, h("strong", {}, message), description ? h("p", {}, description) : null, code ? h("p", { class: "soft" }, code) : null);
}

/** The items of one side, with a choice where there are several ports. */
function portPane(title, ports, empty) {
  const names = Object.keys(ports ?? {});
  const choice = h("select", { "aria-label": `${title}: port`, hidden: names.length < 2, onchange: () => draw() }, names.map((name) => h("option", { value: name }, name)));
  const pane = new DataPane({ title, root: "$json", empty, tools: [choice] });
  const draw = () => {
    const { count = 0, items = [] } = ports?.[choice.value || names[0]] ?? {};
    pane.show(items, empty);
    if (count > items.length) pane.count.textContent = `The first ${items.length} of ${count} items`;
  };
  draw();
  return pane.element;
}
