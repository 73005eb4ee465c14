// Several people in one flow: who else is there, what they save, and what they say.

import { h } from "../editor/dom.js";
import { watch } from "../live.js";
import { commentsOf, showComments } from "./comment_view.js";
import { Comments } from "./comments.js";
import { Presence } from "./presence.js";

class Together {
  #stop = null;
  #told = null; // the step that the others were told of

  constructor(editor) {
    this.editor = editor;
    this.presence = new Presence(editor);
    this.comments = new Comments(editor);
    editor.events.on("comments:show", () => showComments(editor));
    editor.events.on("select", () => this.#say());
    editor.events.on("saved", () => this.#listen());
    this.#listen();
    addEventListener("pagehide", () => this.#stop?.());
    addEventListener("pageshow", ({ persisted }) => persisted && ((this.#stop = null), this.#listen()));
  }

  // A new flow has nobody to tell before its first save.
  #listen() {
    const { flow } = this.editor;
    if (this.#stop || !flow.id) return;
    this.#stop = watch(`/live/flows/${encodeURIComponent(flow.id)}`, { onEvent: (event) => this.#hear(event), onState: (state) => this.#state(state) });
  }

  #state(state) {
    this.editor.root.dataset.together = state;
    this.presence.clear();
    this.#told = null;
    if (state === "open") this.#say();
    if (state !== "waiting") this.#reload();
  }

  #say() {
    const { steps } = this.editor.selection;
    const step = steps.size === 1 ? [...steps][0] : null;
    if (step !== this.#told && this.#stop?.say({ step }) !== false) this.#told = step;
  }

  #hear({ type, data }) {
    this.presence.hear(type, data);
    if (type === "q.qflow.flow.saved.v1") this.#newer(data);
    if (type === "q.qflow.flow.commented.v1") this.#reload();
  }

  /** What is said of a step, for its panel. */
  talk(step) {
    return commentsOf(this.editor, step);
  }

  async #reload() {
    try {
      await this.comments.load();
    } catch (error) {
      this.editor.tell(`The comments cannot be loaded: ${error.message}`);
    }
  }

  // Saves of this page come back, too, at times before their answer does.
  #newer({ revision, name }) {
    const { editor } = this;
    editor.flow.newest = { revision, name };
    editor.events.emit("flow");
  }
}

/** What the bar shows where somebody else saved a newer version; nothing else. */
function newerChip(editor) {
  const { newest, revision } = editor.flow;
  if (!newest || newest.revision === revision || editor.saving.busy) return null;
  return h("button", { type: "button", class: "chip together-newer", onclick: () => editor.saving.takeOver() }, `${newest.name} saved a newer version: take it over`);
}

function attach(editor) {
  editor.chips.push(() => newerChip(editor));
  editor.together = new Together(editor);
}

if (window.qflowEditor) attach(window.qflowEditor);
else document.addEventListener("qflow:editor", ({ detail }) => attach(detail), { once: true });
