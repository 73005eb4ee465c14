// Puts running into the editor's page.

import { ask } from "../editor/server.js";
import { makeRunBar } from "./bar.js";
import { Listener } from "./listening.js";
import { Runner } from "./runner.js";

async function attach(editor) {
  const runner = new Runner(editor);
  editor.runner = runner;
  editor.listener = new Listener(editor, runner);
  makeRunBar(editor, runner, document.getElementById("run-slot"));
  const wanted = new URLSearchParams(location.search).get("execution");
  if (wanted) await runner.show(wanted);
  else if (editor.flow.id) await showNewest(editor, runner);
}

/** The data of the newest execution is at hand from the start; the canvas stays as it is. */
async function showNewest(editor) {
  const { execution } = await ask(`/flows/${encodeURIComponent(editor.flow.id)}/newest`);
  if (execution) editor.events.emit("run:data", execution);
}

if (window.qflowEditor) attach(window.qflowEditor);
else document.addEventListener("qflow:editor", ({ detail }) => attach(detail), { once: true });
