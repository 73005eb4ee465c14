// The command bar (Ctrl+K): every action, step type and step by name.

import { titleOf } from "../flow/document.js";
import { available } from "./action.js";
import { add, free } from "./adding.js";
import { fits, openChooser } from "./chooser.js";
import { goTo } from "./finding.js";

export function openCommandBar(editor) {
  openChooser(editor, { label: "All commands", placeholder: "What do you want to do?", find: (query) => commandsFor(editor, query) });
}

function commandsFor(editor, query) {
  const actions = editor.actions.filter((action) => action.id !== "commands" && available(editor, action));
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
