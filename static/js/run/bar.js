// The strip below the canvas: run, stop, pause, follow; where the execution stands; steps that wait for an answer.

import { h, icon, iconButton } from "../editor/dom.js";
import { titleOf } from "../flow/document.js";
import { ENDED, waitingFor } from "./progress.js";

const WORDS = {
  pending: "Waits for its turn",
  running: "Runs",
  paused: "Paused",
  waiting: "Waits",
  completed: "Completed",
  failed: "Failed",
  aborted: "Stopped",
};

export function makeRunBar(editor, runner, place) {
  const run = h("button", { type: "button", class: "main run-all", title: "Run (F9)", onclick: () => runner.run({}) }, icon("play"), h("span", {}, "Run"));
  const from = iconButton("step-forward", "Run from the selected step", () => runner.run({ first: only(editor) }));
  const to = iconButton("skip-forward", "Run to the selected step", () => runner.run({ last: only(editor) }));
  const pause = iconButton("pause", "Pause", () => runner.act(runner.progress.status === "paused" ? "resume" : "pause"));
  const stop = iconButton("square", "Stop", () => runner.act("abort"));
  const clear = iconButton("x", "Clear the run", () => runner.leave());
  const follow = h("button", { type: "button", class: "tool-text", "aria-pressed": "false", title: "Show every execution of this flow as it happens", onclick: () => toggle() }, icon("radio"), "Live");
  const listens = h("button", { type: "button", class: "tool-text run-listens", hidden: true, title: "Stop listening", onclick: () => editor.listener.stop() }, icon("radio"), "Listening");
  const status = h("span", { class: "run-status", role: "status" });
  const more = h("a", { class: "run-link", hidden: true }, "Details");
  const answers = h("div", { class: "run-answers" });
  const bar = h("div", { class: "run-bar", role: "toolbar", "aria-label": "Run" }, run, to, from, pause, stop, follow, listens, status, more, clear);
  place.replaceChildren(answers, bar);

  function toggle() {
    const on = !runner.following;
    runner.follow(on);
    follow.setAttribute("aria-pressed", String(on));
  }

  function show() {
    const { progress, active } = runner;
    const chosen = only(editor);
    run.disabled = !editor.canRun || active || runner.starting || !editor.doc.steps.size;
    for (const button of [from, to]) button.disabled = run.disabled || !chosen;
    pause.hidden = stop.hidden = !active;
    pause.replaceChildren(icon(progress.status === "paused" ? "play" : "pause"));
    pause.title = progress.status === "paused" ? "Resume" : "Pause";
    pause.setAttribute("aria-label", pause.title);
    clear.hidden = active || !runner.execution;
    follow.disabled = !editor.flow.id;
    status.className = `run-status status ${progress.status ?? ""}`;
    status.textContent = progress.status ? (WORDS[progress.status] ?? progress.status) + reason(progress) : "";
    more.hidden = !runner.execution;
    if (runner.execution) more.href = `/executions/${encodeURIComponent(runner.execution)}`;
    answers.replaceChildren(...(ENDED.has(progress.status) ? [] : waitingFor(progress)).map((one) => approval(editor, runner, one)));
  }

  editor.events.on("run:change", show);
  editor.events.on("listen:change", ({ step }) => (listens.hidden = step === null));
  editor.events.on("select", show);
  editor.events.on("change", show);
  editor.events.on("flow", show);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F9" || run.disabled) return;
    event.preventDefault();
    runner.run({});
  });
  show();
}

function reason({ error, status }) {
  return status === "failed" && error?.message ? `: ${error.message}` : "";
}

function only(editor) {
  const steps = [...(editor.selection?.steps ?? [])];
  return steps.length === 1 ? steps[0] : null;
}

/** A step that waits for somebody: what it asks, and the two answers. */
function approval(editor, runner, { step, task, prompt }) {
  const title = editor.doc.steps.has(step) ? titleOf(editor.doc.steps.get(step)) : step;
  const note = h("input", { type: "text", placeholder: "Comment", "aria-label": "Comment" });
  const answer = (approved) => () => runner.answer(task, { approved, ...(note.value ? { comment: note.value } : {}) });
  return h(
    "div",
    { class: "run-answer", role: "group", "aria-label": `${title} waits for an answer` },
    h("div", {}, h("strong", {}, `${title}: ${prompt.title ?? "waits for an approval"}`), prompt.description ? h("p", {}, prompt.description) : null),
    note,
    h("button", { type: "button", class: "main", onclick: answer(true) }, "Approve"),
    h("button", { type: "button", onclick: answer(false) }, "Refuse"),
  );
}
