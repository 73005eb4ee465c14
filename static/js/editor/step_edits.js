// Small edits of one step: its name where it stands, and its wires by a list.

import { edgeKey, titleOf } from "../flow/document.js";
import * as commands from "../flow/commands.js";
import { fits, openChooser } from "./chooser.js";
import { askText } from "./dialogs.js";
import { h } from "./dom.js";

/** Rename a step on the canvas where it is shown, else in a dialog. */
export async function renameInPlace(editor, id) {
  const step = editor.step(id);
  if (!step || !editor.canWrite) return;
  if (editor.listed) return keep(editor, id, await askText(editor, "Rename the step", "Name", titleOf(step), "Rename"));
  const name = editor.canvas.boxes.get(id).element.querySelector(".step-name");
  const input = h("input", { class: "step-rename", "aria-label": "Name of the step", value: titleOf(step), maxLength: 256 });
  let over = false;
  const done = (wanted) => {
    if (over) return;
    over = true;
    input.replaceWith(name);
    if (wanted) keep(editor, id, input.value);
    editor.focus();
  };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") done(true);
    if (event.key === "Escape") done(false);
  });
  input.addEventListener("blur", () => done(true));
  name.replaceWith(input);
  input.select();
}

function keep(editor, id, name) {
  if (name?.trim() && name.trim() !== titleOf(editor.step(id))) editor.do(commands.renameStep(editor.doc, id, name));
}

/** Draw or remove wires of a step without a mouse: each output and each step it may lead to is a row. */
export function connectByList(editor, id) {
  const { outputs } = editor.look(id);
  const rows = () => outputs.flatMap((port) => [...editor.doc.steps.values()].flatMap((other) => targets(editor, id, port, other)));
  openChooser(editor, {
    label: `Connect ${titleOf(editor.step(id))}`,
    placeholder: "To which step?",
    find: (query) => rows().filter((row) => fits(query, row.label, row.section)),
  });
}

function targets(editor, id, sourcePort, other) {
  if (other.id === id) return [];
  const { inputs, icon, title } = editor.look(other.id);
  return inputs.map((targetPort) => {
    const edge = { source: id, sourcePort, target: other.id, targetPort };
    const there = editor.doc.edges.has(edgeKey(edge));
    return {
      label: inputs.length > 1 ? `${title}, ${targetPort}` : title,
      detail: there ? "Connected; choose to disconnect" : "",
      icon: there ? "check" : icon,
      section: `From ${sourcePort}`,
      choose: () => editor.do(there ? commands.disconnect(editor.doc, edgeKey(edge)) : commands.connect(editor.doc, edge)),
    };
  });
}
