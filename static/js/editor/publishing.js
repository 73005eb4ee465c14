// Publishing: what would change, how the tests went and what would refuse it is shown first.

import { titleOf } from "../flow/document.js";
import { openDialog } from "./dialogs.js";
import { h, icon } from "./dom.js";
import { changesIn, testRows, testsWarning } from "./publish_words.js";
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
  const { problems } = summary;
  const go = h("button", { type: "button", class: "main", disabled: problems.length > 0, onclick: () => (dialog.close(), publish(editor)) }, "Publish");
  const dialog = openDialog(
    editor,
    summary.first ? "Publish for the first time" : "Publish the draft",
    h("div", { class: "dialog-scroll publish-told", tabIndex: 0, role: "region", "aria-label": "What publishing would do" }, refusals(editor, problems), summary.same ? h("p", {}, "The draft is what is published already.") : parts(editor, summary), testsOf(summary.tests)),
    h("div", { class: "dialog-actions" }, summary.tests.cases.length > 0 && h("button", { type: "button", onclick: () => (dialog.close(), editor.events.emit("tests:open")) }, "Show the tests"), h("button", { type: "button", onclick: () => dialog.close() }, "Not now"), go),
  );
  dialog.classList.add("publish-dialog");
}

function refusals(editor, problems) {
  if (!problems.length) return [];
  const rows = problems.map((problem) => h("li", {}, [placeOf(editor, problem), problem.message].filter(Boolean).join(": ")));
  return h("div", { class: "publish-refused", role: "alert" }, h("p", {}, "It would be refused. These must be mended first:"), h("ul", {}, rows));
}

// "steps[3].params.url" and "steps.load.params.url" are "Load customer, url" to people; the flow was saved just
// now, so its steps are ours.
function placeOf(editor, { path }) {
  const found = /^steps(?:\[(\d+)\]|\.([^.]+))\.?(?:params\.?)?(.*)$/.exec(path);
  const step = found && (found[2] === undefined ? [...editor.doc.steps.values()][found[1]] : editor.doc.steps.get(found[2]));
  return step ? [titleOf(step), found[3]].filter(Boolean).join(", ") : path;
}

function parts(editor, { first, triggers, capabilities, steps, changes }) {
  const quiet = !triggers.added.length && !triggers.kept.length;
  return [
    quiet ? h("p", {}, "Nothing starts this flow by itself: it is started by hand, over the API or by another flow.") : [],
    part("Starts by", triggers.added, triggers.removed, triggers.kept),
    part("May use", capabilities.added, capabilities.removed, capabilities.kept),
    first ? h("p", {}, steps === 1 ? "It has one step." : `It has ${steps} steps.`) : changed(editor, changes),
  ].flat();
}

const SIGNS = { added: ["new", "+", "added: "], removed: ["gone", "−", "removed: "], changed: ["changed", "~", "changed: "], moved: ["", "↔", "moved: "] };

function changed(editor, changes) {
  const rows = changesIn(changes).map(([kind, title, lines]) => {
    const [name, sign, word] = SIGNS[kind];
    const told = lines.length ? h("ul", { class: "publish-lines" }, lines.map((line) => h("li", {}, line))) : null;
    return h("li", { class: name }, h("span", { "aria-hidden": "true" }, sign), h("div", {}, h("span", { class: "hidden" }, word), title, told));
  });
  const compare = `/flows/${encodeURIComponent(editor.flow.id)}/versions/compare?before=published&after=draft`;
  return [h("h3", {}, "Changed since it was published"), h("ul", { class: "changes" }, rows), h("p", {}, h("a", { href: compare }, "Compare on the canvas"))];
}

function testsOf(tests) {
  if (!tests.cases.length) return [];
  const signs = { passed: "check", failed: "x", new: "circle-dot", old: "history" };
  const rows = testRows(tests).map(([outcome, name, words]) => h("li", { data: { outcome } }, h("span", { class: "tests-state" }, icon(signs[outcome])), h("span", {}, name, " ", h("span", { class: "kind" }, words))));
  const warning = testsWarning(tests);
  return [h("h3", {}, "Tests"), warning ? h("p", { class: "publish-tests" }, warning) : null, h("ul", { class: "changes" }, rows)];
}

function part(title, added, removed, kept) {
  const rows = [
    ...added.map((text) => ["new", "+", text]),
    ...removed.map((text) => ["gone", "−", text]),
    ...kept.map((text) => ["", "", text]),
  ];
  if (!rows.length) return [];
  const words = { new: "new: ", gone: "no longer: " };
  return [h("h3", {}, title), h("ul", { class: "changes" }, rows.map(([kind, sign, text]) => h("li", { class: kind }, h("span", { "aria-hidden": "true" }, sign), h("span", { class: "hidden" }, words[kind] ?? ""), text)))];
}

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
