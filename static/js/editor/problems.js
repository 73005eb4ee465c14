// What is wrong with the flow or still missing, as a list that leads to each place.

import { titleOf } from "../flow/document.js";
import { openChooser } from "./chooser.js";
import { goTo } from "./finding.js";

export function showProblems(editor) {
  openChooser(editor, {
    label: "What is wrong",
    placeholder: "Search problems",
    find: (query) => rows(editor).filter((row) => `${row.label} ${row.detail}`.toLowerCase().includes(query.toLowerCase())),
  });
}

function rows(editor) {
  const found = editor.checking.general.map((problem) => ({ label: problem.path, detail: said(problem), icon: "circle-alert", choose: () => {} }));
  for (const [id, problems] of editor.catalogue.problems) {
    const step = editor.step(id);
    if (!step) continue;
    const choose = () => (goTo(editor, id), editor.events.emit("step:open", id));
    found.push(...problems.map((problem) => ({ label: titleOf(step), detail: said(problem), icon: "circle-alert", choose })));
  }
  return found;
}

const said = ({ message, hint }) => (hint ? `${message}; ${hint}` : message);
