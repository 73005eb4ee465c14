// Puts the panel into the editor's page.

import { StepPanel } from "./panel.js";

function attach(editor) {
  editor.panel = new StepPanel(editor, document.getElementById("panel"));
}

if (window.qflowEditor) attach(window.qflowEditor);
else document.addEventListener("qflow:editor", ({ detail }) => attach(detail), { once: true });
