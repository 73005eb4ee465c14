// What became of a test: its flaws, and expected beside got.

import { h } from "../editor/dom.js";
import { titleOf } from "../flow/document.js";

/** The flaws of a result; `accept(flaw)` takes over what a step gave, where that can be done. */
export function flawsOf(editor, result, accept) {
  return h("ul", { class: "plain tests-flaws" }, result.flaws.map((flaw) => h("li", {}, flawOf(editor, result, flaw, accept))));
}

function flawOf(editor, result, flaw, accept) {
  const step = flaw.step && editor.doc.steps.get(flaw.step);
  const parts = [h("p", { class: "tests-flaw" }, flaw.message)];
  if (flaw.differences?.length) parts.push(differences(flaw.differences));
  const buttons = [];
  if (step) buttons.push(h("button", { type: "button", class: "quiet", onclick: () => editor.events.emit("step:open", step.id) }, `Open ${titleOf(step)}`));
  if (step && flaw.kind === "output" && editor.canWrite && result.executionId) buttons.push(h("button", { type: "button", class: "quiet", onclick: () => accept(flaw) }, "Expect what it gave"));
  if (buttons.length) parts.push(h("div", { class: "row" }, buttons));
  return parts;
}

function differences(found) {
  const head = h("tr", {}, ["Where", "Expected", "Got"].map((name) => h("th", { scope: "col" }, name)));
  const rows = found.map((one) => h("tr", {}, h("td", {}, h("code", {}, one.path)), side(one, "expected"), side(one, "got")));
  return h("div", { class: "wide", tabIndex: 0, role: "region", "aria-label": "Differences" }, h("table", { class: "tests-differences" }, h("thead", {}, head), h("tbody", {}, rows)));
}

function side(one, name) {
  if (!(name in one)) return h("td", { class: "kind" }, "nothing");
  return h("td", { class: `tests-${name}` }, h("code", {}, JSON.stringify(one[name])));
}
