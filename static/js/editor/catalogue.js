// The node's step types, and how the steps of this flow appear: ports, effect, badges, problems.

import { FAILURE, MAIN, freshId, titleOf, typeOf } from "../flow/document.js";
import { summary } from "./summary.js";

export const GROUPS = [
  ["trigger", "Triggers"],
  ["network", "Network"],
  ["data", "Data and code"],
  ["logic", "Logic"],
  ["flow", "Flow"],
];

export class Catalogue {
  constructor(types) {
    this.types = types;
    this.byName = new Map();
    for (const type of types) for (const name of [type.type, ...type.aliases]) this.byName.set(name, type);
    this.looks = new Map(); // step id -> {inputs, outputs, effect, capabilities}, as the server says
    this.problems = new Map(); // step id -> [{message, path, hint, severity}]
    this.marks = new Map(); // what others put on steps: name -> step id -> {kind, icon or text, tip}
  }

  /** The step type of a step, or undefined. */
  of(step) {
    return this.byName.get(typeOf(step));
  }

  /** A new step of a type, with an id that is free. */
  newStep(doc, type, position) {
    const names = new Set([...doc.steps.values()].map(titleOf));
    let name = type.label;
    for (let number = 2; names.has(name); number += 1) name = `${type.label} ${number}`;
    return { id: freshId(doc.steps, type.type.split(".").at(-1)), type: type.type, name, position };
  }

  /** Ports of a step as wires may use them, the one for failures last. */
  ports(step, doc) {
    const type = this.of(step);
    const look = this.looks.get(step.id);
    const inputs = [...(look?.inputs ?? type?.inputs ?? [MAIN])];
    const outputs = [...(look?.outputs ?? type?.outputs ?? [MAIN])];
    const wired = [...(doc?.edges.values() ?? [])];
    if (step.onError === "failure" || wired.some((edge) => edge.source === step.id && edge.sourcePort === FAILURE))
      outputs.push(FAILURE);
    return { inputs, outputs };
  }

  /** All that the canvas and the list show of a step. */
  look(step, doc) {
    const type = this.of(step);
    const problems = (this.problems.get(step.id) ?? []).map((one) => (one.hint ? `${one.message}; ${one.hint}` : one.message));
    return {
      ...this.ports(step, doc),
      title: titleOf(step),
      does: summary(step, type),
      icon: type?.icon ?? "circle-help",
      group: type?.group ?? "",
      trigger: type?.trigger ?? false,
      badges: [...this.badges(step, type, problems), ...this.#marksOf(step.id)],
      marks: this.#marksOf(step.id).map((mark) => mark.tip),
      problems,
    };
  }

  /** Put marks on steps, in place of those of the same name; gives the ids of steps that look different now. */
  mark(name, marks) {
    const before = this.marks.get(name) ?? new Map();
    this.marks.set(name, marks);
    return [...new Set([...before.keys(), ...marks.keys()])].filter((id) => JSON.stringify(before.get(id)) !== JSON.stringify(marks.get(id)));
  }

  #marksOf(id) {
    return [...this.marks.values()].flatMap((marks) => marks.get(id) ?? []);
  }

  badges(step, type, problems) {
    const look = this.looks.get(step.id);
    const effect = look?.effect ?? type?.effect;
    const found = [];
    if (problems.length) found.push({ kind: "problem", icon: "circle-alert", tip: problems.join("\n") });
    if (effect === "write" && !type?.trigger) found.push({ kind: "write", icon: "pen-line", tip: "Changes something outside the flow" });
    if (effect === "read" && !type?.trigger) found.push({ kind: "read", icon: "eye", tip: "Reads from outside the flow" });
    if (look?.capabilities?.length)
      found.push({ kind: "capability", icon: "key", tip: `May use: ${look.capabilities.join(", ")}` });
    if (step.consensus && Object.keys(step.consensus).length)
      found.push({ kind: "approval", icon: "shield-check", tip: "Other nodes must confirm its result" });
    if (step.retryPolicy) found.push({ kind: "retry", icon: "repeat", tip: `Tries ${step.retryPolicy.maxAttempts} times` });
    if (step.disabled) found.push({ kind: "off", icon: "power", tip: "Switched off: passes its input on" });
    if (step.notes) found.push({ kind: "notes", icon: "sticky-note", tip: step.notes });
    return found;
  }

  /** Take in what the server says of the steps; gives the ids of those that look different now. */
  learn(looks, problems) {
    const before = (id) => JSON.stringify([this.looks.get(id), this.problems.get(id)]);
    const ids = new Set([...this.looks.keys(), ...this.problems.keys(), ...Object.keys(looks), ...problems.keys()]);
    const old = new Map([...ids].map((id) => [id, before(id)]));
    for (const [id, look] of Object.entries(looks)) this.looks.set(id, look);
    this.problems = problems;
    return [...ids].filter((id) => old.get(id) !== before(id));
  }
}
