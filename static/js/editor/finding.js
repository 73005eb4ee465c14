// The search in the flow, and the way to a step.

import { typeOf } from "../flow/document.js";
import { fits, openChooser } from "./chooser.js";

/** Search names, types, notes and parameters of the steps; without a query all are listed. */
export function openSearch(editor) {
  openChooser(editor, {
    label: "Search in the flow",
    placeholder: "Name, type, parameter, note",
    find: (query) => [...editor.doc.steps.values()].map((step) => hit(editor, step, query)).filter(Boolean).sort((one, other) => other.score - one.score),
  });
}

function hit(editor, step, query) {
  const look = editor.look(step.id);
  const params = step.params ? JSON.stringify(step.params) : "";
  const score = fits(query, look.title, step.id, typeOf(step), step.notes, params);
  if (!score) return null;
  return { label: look.title, detail: excerpt(params, query) ?? look.does, icon: look.icon, score, choose: () => goTo(editor, step.id) };
}

function excerpt(text, query) {
  const at = query ? text.toLowerCase().indexOf(query.toLowerCase()) : -1;
  return at < 0 ? null : `…${text.slice(Math.max(0, at - 24), at + query.length + 40)}…`;
}

/** Select a step and bring it into view. */
export function goTo(editor, id) {
  editor.canvas.select({ steps: [id] });
  editor.canvas.reveal(id);
  editor.events.emit("step:shown", id);
}
