// Parts of flows as text, as they are copied and pasted.

import { FAILURE, fromDefinition, titleOf } from "./document.js";

const FORM = "qflow/fragment/1";

/** The text of the steps and notes with these ids, and of the wires and groups among them. */
export function copied(doc, { steps = [], notes = [] }) {
  const chosen = new Set(steps);
  const within = (edge) => chosen.has(edge.source) && chosen.has(edge.target);
  const fragment = {
    form: FORM,
    steps: [...doc.steps.values()].filter((step) => chosen.has(step.id)),
    edges: [...doc.edges.values()].filter(within),
    notes: notes.map((id) => doc.notes.get(id)).filter(Boolean),
    groups: [...doc.groups.values()].filter((group) => group.steps.every((id) => chosen.has(id))),
  };
  return JSON.stringify(fragment, null, 1);
}

/**
 * What a text on the clipboard is: {kind: "fragment", fragment}, {kind: "n8n", text} (the server's importer
 * reads it), or {kind: "none"}.
 */
export function recognised(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "none" };
  }
  if (value === null || typeof value !== "object") return { kind: "none" };
  if (value.form === FORM) return checked(value);
  if (Array.isArray(value.nodes)) return { kind: "n8n", text };
  if (Array.isArray(value.steps) && !value.workflow) return { kind: "fragment", fragment: fragmentOf(fromDefinition(value)) };
  return { kind: "none" };
}

/** A whole document as a fragment. */
export function fragmentOf(doc) {
  return {
    steps: [...doc.steps.values()],
    edges: [...doc.edges.values()],
    notes: [...doc.notes.values()],
    groups: [...doc.groups.values()],
  };
}

function checked(value) {
  const { steps, edges = [], notes = [], groups = [] } = value;
  const lists = [steps, edges, notes, groups];
  const named = (list) => list.every((one) => one && typeof one === "object" && typeof (one.id ?? one.source) === "string");
  return lists.every(Array.isArray) && lists.every(named)
    ? { kind: "fragment", fragment: { steps, edges, notes, groups } }
    : { kind: "none" };
}

/**
 * What steps become when they move into a flow of their own: {inside: definition, call: step, edges}, or
 * {problem} where they cannot. One wire may lead in from outside, to one step; what leads out must come from
 * one port of one step.
 */
export function extracted(doc, ids, { flowId, name, triggerType, callType, callId }) {
  const chosen = new Set(ids);
  const edges = [...doc.edges.values()];
  const into = edges.filter((edge) => !chosen.has(edge.source) && chosen.has(edge.target));
  const out = edges.filter((edge) => chosen.has(edge.source) && !chosen.has(edge.target));
  const problem = misfit(doc, into, out);
  if (problem) return { problem };
  const within = edges.filter((edge) => chosen.has(edge.source) && chosen.has(edge.target));
  const steps = [...doc.steps.values()].filter((step) => chosen.has(step.id));
  const firsts = into.length ? [into[0].target] : startsOf(steps, within);
  const left = Math.min(...steps.map((step) => step.position?.[0] ?? 0));
  const top = Math.min(...steps.map((step) => step.position?.[1] ?? 0));
  const trigger = { id: "called", type: triggerType, position: [left - 288, top] };
  const starts = firsts.map((target) => ({
    source: "called", sourcePort: "main", target, targetPort: into[0]?.targetPort ?? "main",
  }));
  const call = { id: callId, type: callType, name, params: { flow: flowId }, position: [left, top] };
  return { inside: { steps: [trigger, ...steps], edges: [...starts, ...within] }, call, into, out };
}

function misfit(doc, into, out) {
  const name = (id) => titleOf(doc.steps.get(id));
  if (new Set(into.map((edge) => `${edge.target}.${edge.targetPort}`)).size > 1)
    return `Wires lead into ${into.map((edge) => name(edge.target)).join(" and ")}; a sub-flow has one way in.`;
  if (new Set(out.map((edge) => `${edge.source}.${edge.sourcePort}`)).size > 1)
    return `Wires lead out of ${out.map((edge) => name(edge.source)).join(" and ")}; a sub-flow has one way out.`;
  if (out.some((edge) => edge.sourcePort === FAILURE)) return "A wire for failures leads out; take its step along too.";
  return null;
}

function startsOf(steps, within) {
  const led = new Set(within.map((edge) => edge.target));
  const starts = steps.filter((step) => !led.has(step.id));
  return (starts.length ? starts : steps.slice(0, 1)).map((step) => step.id);
}
