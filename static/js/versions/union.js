// Two versions of a flow as one document: the newer one, with what the older one had besides.

import { overlap, sizeOf } from "../canvas/geometry.js";
import { edgeKey, fromDefinition } from "../flow/document.js";

const GAP = 48;

/** The document that shows both versions; what was removed stands where it stood, or below what stands there now. */
export function unionOf(before, after) {
  const [old, doc] = [fromDefinition(before), fromDefinition(after)];
  for (const [id, step] of old.steps) if (!doc.steps.has(id)) doc.steps.set(id, step.position ? free(doc, step) : step);
  for (const [key, edge] of old.edges) if (!doc.edges.has(key)) doc.edges.set(key, edge);
  return doc;
}

function free(doc, step) {
  const taken = [...doc.steps.values()].filter((one) => one.position).map(boxOf);
  let box = boxOf(step);
  for (let there = taken.find((one) => overlap(one, box)); there; there = taken.find((one) => overlap(one, box))) box = { ...box, y: there.y + there.height + GAP };
  return { ...step, position: [box.x, box.y] };
}

const boxOf = ({ position: [x, y] }) => ({ x, y, ...sizeOf(1, 2) });

/** The looks of steps in such a document: with the ports of both versions, for the wires of both. */
export function looksOf(before, after) {
  const ids = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries([...ids].map((id) => [id, joined(before[id], after[id])]));
}

function joined(old, now) {
  if (!old || !now) return now ?? old;
  const ports = (side) => [...new Set([...now[side], ...old[side]])];
  return { ...now, inputs: ports("inputs"), outputs: ports("outputs") };
}

/** What is marked, in the order in which the flow goes through it: {kind, step} or {kind, wire}. */
export function stopsOf(doc, marks) {
  const wires = new Map([...doc.edges.values()].map((edge) => [edgeKey(edge), edge.source]));
  const stops = [];
  for (const id of doc.steps.keys()) {
    if (marks.steps[id]) stops.push({ kind: marks.steps[id], step: id });
    for (const [wire, source] of wires) if (source === id && marks.wires[wire]) stops.push({ kind: marks.wires[wire], wire });
  }
  return stops;
}
