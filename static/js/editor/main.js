// The editor: puts the flow's model, the canvas, the list and the node together.

import { Canvas } from "../canvas/adapter.js";
import { empty, fromDefinition, titleOf } from "../flow/document.js";
import { Events } from "../flow/events.js";
import { History } from "../flow/history.js";
import { Groups } from "../canvas/groups.js";
import { addMinimap } from "../canvas/minimap.js";
import { Notes } from "../canvas/notes.js";
import { addWireTools } from "../canvas/wire_tools.js";
import { run } from "./action.js";
import { ACTIONS } from "./actions.js";
import { addAfter, addAt, dropOnWire, insertByPalette } from "./adding.js";
import { Catalogue } from "./catalogue.js";
import { Checking } from "./checking.js";
import { makeBar } from "./bar.js";
import { makeCanvasTools } from "./canvas_tools.js";
import { stateOf } from "./flow_state.js";
import { StepList } from "./list.js";
import { listenForMenu } from "./menu.js";
import { listenForClipboard } from "./pasting.js";
import { Saving } from "./saving.js";
import { listenForKeys } from "./shortcuts.js";
import { Toasts } from "./toasts.js";
import { WorkingCopy } from "./working_copy.js";
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
    this.actions = ACTIONS;
    this.canWrite = root.dataset.canWrite === "yes" && !loaded?.archived;
    this.canRun = root.dataset.canRun === "yes" && !loaded?.archived;
    this.flow = loaded ? stateOf(loaded) : { id: "", revision: "", published: "", archived: false };
    this.events = new Events();
    this.history = new History(loaded ? fromDefinition(loaded.definition) : empty({ name: "New flow" }));
    if (loaded) catalogue.learn(loaded.looks, new Map());
    this.toasts = new Toasts(root.querySelector(".stage"));
    this.canvas = new Canvas(root.querySelector("#canvas"), (step) => catalogue.look(step, this.doc));
    this.canvas.readOnly = !this.canWrite;
    this.notes = new Notes(this);
    this.groups = new Groups(this);
    this.listed = false;
    this.chips = []; // functions that give what else the bar says of the flow, or null
    this.list = new StepList(this, root.querySelector("#list"));
    this.#connect();
    this.#connectCanvas();
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

  /** Whether keys are meant for the flow: the canvas or the list has the focus, or, but for keys that
   * somebody may press by writing, nothing has. */
  hasKeys(letter = false) {
    const { activeElement } = document;
    const field = activeElement.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog, .chooser, .menu");
    return !field && ((!letter && activeElement === document.body) || activeElement.closest(".stage") !== null) && !activeElement.closest(".panel");
  }

  /** Put the focus where the flow is shown. */
  focus() {
    if (this.listed) this.list.focus();
    else this.canvas.element.focus({ preventScroll: true });
  }

  /** Show the list of steps, or the canvas. */
  showList(on) {
    this.listed = on;
    this.root.querySelector("#list").hidden = !on;
    this.canvas.element.hidden = on;
    this.list.draw();
    this.focus();
    this.events.emit("flow");
  }

  #connect() {
    this.history.events.on("change", (event) => {
      this.canvas.update(event.doc, withPortsAt(event));
      this.events.emit("change", event);
      if (event.origin !== "do") this.tell(`${event.origin === "undo" ? "Undone" : "Done again"}: ${event.label}`);
    });
    this.events.on("looks", (ids) => this.canvas.refresh(ids));
  }

  // For those who go through the canvas by keys and do not see it.
  #say(id) {
    const look = this.look(id);
    const to = [...this.doc.edges.values()].filter((edge) => edge.source === id).map((edge) => titleOf(this.step(edge.target)));
    this.tell([look.title, look.does, ...look.problems, to.length ? `leads to ${to.join(", ")}` : "leads nowhere"].join("; "));
  }

  #connectCanvas() {
    const { events, element } = this.canvas;
    events.on("select", (selection) => {
      this.events.emit("select", selection);
      if (selection.steps.size === 1 && !this.listed) this.#say([...selection.steps][0]);
    });
    events.on("open", (id) => this.events.emit("step:open", id));
    events.on("move", (places) => this.do(commands.move(this.doc, places)));
    events.on("wire", (edge) => this.do(commands.connect(this.doc, edge)));
    events.on("wire-to-space", ({ source, sourcePort, ...at }) => addAfter(this, source, sourcePort, at));
    events.on("space", ({ point, client }) => this.canWrite && addAt(this, point, client));
    events.on("drop-on-wire", (id, key) => dropOnWire(this, id, key));
    addWireTools(this.canvas, {
      insert: (key, client) => insertByPalette(this, key, client),
      remove: (key) => this.do(commands.disconnect(this.doc, key)),
    });
    element.addEventListener("pointermove", (event) => (this.pointer = [event.clientX, event.clientY]));
    element.addEventListener("pointerleave", () => (this.pointer = null));
  }
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
  editor.working = new WorkingCopy(editor);
  makeBar(editor, root.querySelector("#bar"));
  makeCanvasTools(editor);
  addMinimap(editor.canvas);
  listenForKeys(editor);
  listenForClipboard(editor);
  listenForMenu(editor);
  editor.events.on("problems:show", () => run(editor, "problems"));
  editor.canvas.load(editor.doc);
  editor.canvas.begin();
  await editor.working.restore();
  editor.checking.soon();
  editor.canvas.element.focus({ preventScroll: true });
  document.addEventListener("keydown", () => root.classList.add("by-key"), true);
  document.addEventListener("pointerdown", () => root.classList.remove("by-key"), true);
  root.dataset.ready = "yes";
  performance.mark("qflow:ready");
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
