// Publishing: what would change is shown first, and only then put in force.

import { titleOf } from "../flow/document.js";
import { openDialog } from "./dialogs.js";
import { h } from "./dom.js";
import { changesOf, publishFlow, unpublishFlow } from "./server.js";
import { stateOf } from "./flow_state.js";

/** Show what publishing would change; with the flow saved first. */
export async function askToPublish(editor) {
  if (editor.saving.dirty || !editor.flow.id) if (!(await editor.saving.save())) return;
  let summary;
  try {
    summary = await changesOf(editor.flow.id);
  } catch (error) {
    return editor.toasts.bad(error.message);
  }
  const problems = summary.problems.map((problem) => h("li", {}, `${placeOf(editor, problem)}: ${problem.message}`));
  const go = h("button", { type: "button", class: "main", disabled: problems.length > 0, onclick: () => (dialog.close(), publish(editor)) }, "Publish");
  const dialog = openDialog(
    editor,
    summary.first ? "Publish for the first time" : "Publish the draft",
    h("div", { class: "dialog-scroll", tabIndex: 0 }, problems.length ? [h("p", { class: "bad" }, "These must be mended first:"), h("ul", {}, problems)] : parts(summary)),
    h("div", { class: "dialog-actions" }, h("button", { type: "button", onclick: () => dialog.close() }, "Not now"), go),
  );
}

// "steps[3].params.url" is "Load customer, url" to people; the flow was saved just now, so its steps are ours.
function placeOf(editor, { path }) {
  const found = /^steps\[(\d+)\]\.?(?:params\.?)?(.*)$/.exec(path);
  const step = found && [...editor.doc.steps.values()][found[1]];
  return step ? [titleOf(step), found[2]].filter(Boolean).join(", ") : path;
}

function parts({ first, same, triggers, capabilities, steps, settings }) {
  if (same) return [h("p", {}, "The draft is what is published already.")];
  const found = [
    part("Starts by", triggers.added, triggers.removed, triggers.kept),
    part("May use", capabilities.added, capabilities.removed, capabilities.kept),
    first ? [h("p", {}, counted(steps.added.length))] : part("Steps", steps.added, steps.removed, [], steps.changed),
    settings.length ? part("Settings", [], [], [], settings) : [],
  ].flat();
  if (!triggers.added.length && !triggers.kept.length) found.unshift(h("p", {}, "Nothing starts this flow by itself: it is started by hand, over the API or by another flow."));
  return found;
}

function part(title, added, removed, kept, changed = []) {
  const rows = [
    ...added.map((text) => ["new", "+", text]),
    ...removed.map((text) => ["gone", "−", text]),
    ...changed.map((text) => ["changed", "~", text]),
    ...kept.map((text) => ["", "", text]),
  ];
  if (!rows.length) return [];
  const words = { new: "new: ", gone: "no longer: ", changed: "changed: " };
  return [h("h3", {}, title), h("ul", { class: "changes" }, rows.map(([kind, sign, text]) => h("li", { class: kind }, h("span", { "aria-hidden": "true" }, sign), h("span", { class: "hidden" }, words[kind] ?? ""), text)))];
}

const counted = (count) => (count === 1 ? "It has one step." : `It has ${count} steps.`);

async function publish(editor) {
  if (editor.doc.head.get("settings")?.testsMustPass) editor.toasts.show("The tests run first…");
  await act(editor, publishFlow, "Published.");
}

export async function unpublish(editor) {
  await act(editor, unpublishFlow, "No longer published: nothing starts it by itself.");
}

async function act(editor, ask, done) {
  try {
    Object.assign(editor.flow, stateOf(await ask(editor.flow.id)));
    editor.toasts.show(done);
  } catch (error) {
    const tests = error.problems.some(({ path }) => path.startsWith("tests")) && ["Show the tests", () => editor.events.emit("tests:open")];
    editor.toasts.bad(error.problems[0] ? `${error.message}: ${error.problems[0].message}` : error.message, tests || null);
  }
  editor.events.emit("flow");
}
