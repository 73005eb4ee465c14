// The editor: puts the flow's model, the canvas, the list and the node together.

import { Canvas } from "../canvas/adapter.js";
import { empty, fromDefinition, toDefinition } from "../flow/document.js";
import { Events } from "../flow/events.js";
import { History } from "../flow/history.js";
import { Catalogue } from "./catalogue.js";
import { Checking } from "./checking.js";
import { makeBar } from "./bar.js";
import { makeCanvasTools } from "./canvas_tools.js";
import { Saving } from "./saving.js";
import { Toasts } from "./toasts.js";
import * as commands from "../flow/commands.js";
import * as server from "./server.js";

/**
 * What the parts of the page share.
 *
 * `history.doc` is the flow; `do(command)` changes it (see flow/commands.js). Events: `change` (as of
 * History), `select` (selection), `step:open` (id), `looks` (ids of steps that look different), `flow`
 * (what is known of the flow's state changed), `saved`.
 */
class Editor {
  constructor(root, catalogue, loaded) {
    this.root = root;
    this.catalogue = catalogue;
    this.canWrite = root.dataset.canWrite === "yes" && !loaded?.archived;
    this.flow = loaded ? stateOf(loaded) : { id: "", revision: "", published: "", archived: false };
    this.events = new Events();
    this.history = new History(loaded ? fromDefinition(loaded.definition) : empty({ name: "New flow" }));
    if (loaded) catalogue.learn(loaded.looks, new Map());
    this.toasts = new Toasts(root.querySelector(".stage"));
    this.canvas = new Canvas(root.querySelector("#canvas"), (step) => catalogue.look(step, this.doc));
    this.canvas.readOnly = !this.canWrite;
    this.#connect();
  }

  get doc() {
    return this.history.doc;
  }

  get selection() {
    return this.canvas.selection;
  }

  /** Do a command of flow/commands.js; does nothing for whoever may only look. */
  do(command) {
    return this.canWrite && this.history.do(command);
  }

  step(id) {
    return this.doc.steps.get(id);
  }

  look(id) {
    return this.catalogue.look(this.doc.steps.get(id), this.doc);
  }

  tell(text) {
    this.root.querySelector("#told").textContent = text;
  }

  #connect() {
    this.history.events.on("change", (event) => {
      this.canvas.update(event.doc, withPortsAt(event));
      this.events.emit("change", event);
      if (event.origin !== "do") this.tell(`${event.origin === "undo" ? "Undone" : "Done again"}: ${event.label}`);
    });
    this.events.on("looks", (ids) => this.canvas.refresh(ids));
    const { events } = this.canvas;
    events.on("select", (selection) => this.events.emit("select", selection));
    events.on("open", (id) => this.events.emit("step:open", id));
    events.on("move", (places) => this.do(commands.move(this.doc, places)));
    events.on("wire", (edge) => this.do(commands.connect(this.doc, edge)));
  }
}

/** What the page knows of the flow beside its document. */
export function stateOf({ id, revision, published, archived, format }) {
  return { id, revision, published, archived, format };
}

// A wire for failures shows or hides a port, so its step is drawn anew.
function withPortsAt({ changes, doc }) {
  const named = new Set(changes.filter((one) => one.in === "steps").map((one) => one.key));
  const ends = changes
    .filter((one) => one.in === "edges" && (one.after ?? one.before).sourcePort === "failure")
    .map((one) => (one.after ?? one.before).source)
    .filter((id) => doc.steps.has(id) && !named.has(id));
  return [...changes, ...[...new Set(ends)].map((key) => ({ in: "steps", key, before: doc.steps.get(key), after: doc.steps.get(key) }))];
}

async function open(root) {
  const id = root.dataset.flow;
  const [types, loaded] = await Promise.all([server.loadTypes(), id ? server.loadFlow(id) : null]);
  const editor = new Editor(root, new Catalogue(types), loaded);
  editor.saving = new Saving(editor, loaded?.definition);
  editor.checking = new Checking(editor);
  makeBar(editor, root.querySelector("#bar"));
  makeCanvasTools(editor);
  editor.canvas.load(editor.doc);
  editor.canvas.fit();
  editor.checking.soon();
  root.dataset.ready = "yes";
  window.qflowEditor = editor;
  document.dispatchEvent(new CustomEvent("qflow:editor", { detail: editor }));
}

const root = document.getElementById("editor");
open(root).catch((error) => {
  const line = document.createElement("p");
  line.className = "bad";
  line.textContent = `The flow cannot be shown: ${error.message}`;
  root.prepend(line);
  throw error;
});
