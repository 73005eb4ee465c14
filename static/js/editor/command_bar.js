// The command bar (Ctrl+K): every action and step type by name; and the search in the flow.

import { titleOf, typeOf } from "../flow/document.js";
import { ACTIONS, available } from "./actions.js";
import { add, free } from "./adding.js";
import { fits, openChooser } from "./chooser.js";

export function openCommandBar(editor) {
  openChooser(editor, { label: "All commands", placeholder: "What do you want to do?", find: (query) => commandsFor(editor, query) });
}

function commandsFor(editor, query) {
  const actions = ACTIONS.filter((action) => action.id !== "commands" && available(editor, action));
  const all = actions.map((action) => ({ ...shown(action), score: fits(query, action.label, action.section), choose: () => action.run(editor) }));
  if (query) all.push(...stepsToAdd(editor, query), ...stepsToFind(editor, query));
  const found = all.filter((item) => item.score);
  return query ? found.sort((one, other) => other.score - one.score).map((item) => ({ ...item, section: "" })) : found;
}

const shown = ({ label, icon, section, keys }) => ({ label, icon, section, keys: keys?.split(" ")[0] });

function stepsToAdd(editor, query) {
  if (!editor.canWrite) return [];
  const { x, y, width, height } = editor.canvas.area;
  return editor.catalogue.types.map((type) => ({
    label: `Add ${type.label}`, detail: type.summary, icon: type.icon, score: fits(query, type.label, type.type) - 6,
    choose: () => add(editor, type, free(editor, [x + width / 2 - 112, y + height / 2 - 32])),
  })).filter((item) => item.score > 0);
}

function stepsToFind(editor, query) {
  return [...editor.doc.steps.values()].map((step) => ({
    label: titleOf(step), detail: "Go to this step", icon: editor.look(step.id).icon, score: fits(query, titleOf(step), step.id) - 4,
    choose: () => goTo(editor, step.id),
  })).filter((item) => item.score > 0);
}

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


