// What stands in the box of a step: icon, name, one line of what it does, badges, and the state of a run.

import { h, icon } from "../editor/dom.js";

const STATES = {
  waiting: ["hourglass", "waits"],
  running: ["loader-circle", "runs"],
  completed: ["check", "done"],
  failed: ["x", "failed"],
  skipped: ["arrow-right", "skipped"],
};

/** Fill the box anew. */
export function fillStep(element, step, look) {
  element.classList.toggle("switched-off", Boolean(step.disabled));
  element.classList.toggle("trigger", look.trigger);
  element.classList.toggle("wrong", look.problems.length > 0);
  element.dataset.group = look.group;
  const words = h("div", { class: "step-words" }, h("div", { class: "step-name" }, look.title), h("div", { class: "step-does" }, look.does));
  const shown = look.badges.map((badge) => h("span", { class: `badge ${badge.kind}`, title: badge.tip }, badge.text ?? icon(badge.icon)));
  const box = element.querySelector(".drawflow_content_node");
  box.replaceChildren(h("div", { class: "step-icon" }, icon(look.icon)), words, h("div", { class: "step-badges" }, shown));
  box.title = look.problems.length ? look.problems.join("\n") : `${look.title}\n${look.does}`;
}

/** Show the state of a run at the box, or nothing. */
export function showState(element, state) {
  element.querySelector(".step-state")?.remove();
  delete element.dataset.state;
  if (!state) return;
  element.dataset.state = state.status;
  const [sign, word] = STATES[state.status] ?? ["circle-dot", state.status];
  const told = [state.items === undefined ? null : counted(state.items), state.ms === undefined ? null : duration(state.ms)];
  const text = told.filter(Boolean).join(" · ") || word;
  element.append(h("div", { class: "step-state", title: state.error ?? word }, icon(sign), h("span", {}, text)));
}

const counted = (items) => (items === 1 ? "1 item" : `${items} items`);

/** Milliseconds as people read them. */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
