// Puts the tests of the flow into the editor's page.

import { iconButton } from "../editor/dom.js";
import { TestsPane } from "./pane.js";

function attach(editor) {
  const pane = new TestsPane(editor);
  editor.tests = pane;
  editor.root.querySelector(".stage").append(pane.element);
  document.getElementById("bar-tools").append(iconButton("circle-check", "Tests", () => pane.toggle(), "T"));
  editor.events.on("tests:open", () => pane.open());
}

if (window.qflowEditor) attach(window.qflowEditor);
else document.addEventListener("qflow:editor", ({ detail }) => attach(detail), { once: true });
