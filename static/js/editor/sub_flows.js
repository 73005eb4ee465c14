// Makes a flow of its own out of the selected steps, and a step that calls it in their place.

import { extracted } from "../flow/clipboard.js";
import { change, edgeKey, empty, freshId, toDefinition } from "../flow/document.js";
import * as commands from "../flow/commands.js";
import { askText } from "./dialogs.js";
import { createFlow, publishFlow } from "./server.js";

const TRIGGER = "trigger.subflow";
const CALL = "flow.call";

export async function convertToSubFlow(editor) {
  const ids = [...editor.selection.steps];
  const triggers = ids.filter((id) => editor.catalogue.of(editor.step(id))?.trigger);
  if (triggers.length) return editor.toasts.bad("A trigger cannot move into a sub-flow; leave it out of the selection.");
  const callId = freshId(editor.doc.steps, "call");
  const outline = { flowId: "", name: "", triggerType: TRIGGER, callType: CALL, callId };
  const trial = extracted(editor.doc, ids, outline);
  if (trial.problem) return editor.toasts.bad(trial.problem);
  const name = await askText(editor, "Convert to a sub-flow", "Name of the new flow", "Sub-flow", "Convert");
  if (!name) return;
  try {
    const made = await createFlow(definitionOf(trial.inside, name));
    await publishFlow(made.id);
    const { call, into, out } = extracted(editor.doc, ids, { ...outline, flowId: made.id, name });
    replace(editor, ids, call, into, out);
    editor.toasts.show(`${ids.length} steps moved into “${name}”.`, ["Open it", () => window.open(`/flows/${encodeURIComponent(made.id)}/edit`)]);
  } catch (error) {
    editor.toasts.bad(`The sub-flow was not made: ${error.message}`);
  }
}

function definitionOf({ steps, edges }, name) {
  const doc = empty({ name });
  for (const step of steps) doc.steps.set(step.id, step);
  for (const edge of edges) doc.edges.set(edgeKey(edge), edge);
  return toDefinition(doc);
}

function replace(editor, ids, call, into, out) {
  const { doc } = editor;
  const { changes } = commands.remove(doc, { steps: ids });
  const wires = [
    ...into.map((edge) => ({ source: edge.source, sourcePort: edge.sourcePort, target: call.id, targetPort: "main" })),
    ...out.map((edge) => ({ source: call.id, sourcePort: "main", target: edge.target, targetPort: edge.targetPort })),
  ];
  const added = [change(doc, "steps", call.id, call), ...wires.map((edge) => change(doc, "edges", edgeKey(edge), edge))];
  const kept = changes.filter((one) => !(one.in === "edges" && one.after !== undefined));
  if (editor.do({ label: "Convert to a sub-flow", changes: [...added, ...kept] })) editor.canvas.select({ steps: [call.id] });
}
