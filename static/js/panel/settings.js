// How a step runs: notes, retries, time limit, what happens after an error.

import { h } from "../editor/dom.js";
import { fieldRow } from "./form.js";

const FIELDS = [
  ["notes", "Notes", { kind: "text", help: "For whoever reads the flow." }],
  ["onError", "After an error", { kind: "choice", options: ["stop", "continue", "failure"], default: "stop", help: "Stop the execution, go on with the error as data, or go on from the port for failures." }],
  ["timeout", "Time limit (ms)", { kind: "number", whole: true, min: 1, nullable: true, help: "Of one attempt." }],
  ["disabled", "Switched off", { kind: "flag", help: "Passes its input on without running." }],
  ["executeOnce", "First item only", { kind: "flag", help: "Sees only the first item." }],
  ["alwaysOutput", "Always give an item", { kind: "flag", help: "Gives one empty item where it would give none." }],
  ["join", "Several wires", { kind: "choice", options: ["each", "all"], default: "each", help: "Run for each wire's items, or wait until every wire has brought its own." }],
];
const RETRY = [
  ["maxAttempts", "Attempts", { kind: "number", whole: true, min: 1, max: 1000, default: 1, help: "In all, the first included." }],
  ["delayMs", "Pause (ms)", { kind: "number", whole: true, min: 0, default: 1000, help: "Before the second attempt." }],
  ["backoffMultiplier", "Each further pause", { kind: "number", min: 1, max: 100, default: 2, help: "Is this times longer." }],
];

/** `patch(changes)` takes keys of the step; undefined takes one away. */
export function settingsForm(step, patch) {
  const plain = { known: () => ({ items: [], steps: [] }), preview: async () => ({}), onItem() {}, problems: () => [] };
  const row = ([name, title, field], values, set) =>
    fieldRow({ nullable: false, ...field }, values[name], (value) => set(name, usual(field, value) ? undefined : value), plain, { path: [name], name, title, plain: true });
  const retry = h("fieldset", {}, h("legend", {}, "Tries again"));
  const putRetry = (name, value) => {
    retryNow = { ...retryNow, [name]: value };
    const rest = Object.fromEntries(Object.entries(retryNow).filter(([, one]) => one !== undefined));
    patch({ retryPolicy: rest.maxAttempts > 1 ? rest : undefined });
  };
  let retryNow = step.retryPolicy ?? {};
  retry.append(...RETRY.map((one) => row(one, retryNow, putRetry)));
  return h("div", { class: "record settings" }, FIELDS.map((one) => row(one, step, (name, value) => patch({ [name]: value }))), retry);
}

function usual(field, value) {
  return value === "" || value === null || value === false || value === field.default;
}
