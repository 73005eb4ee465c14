// Saves the flow; where somebody else saved since, puts both together and never overwrites.

import { fromDefinition, toDefinition } from "../flow/document.js";
import { merge } from "../flow/merge.js";
import { settle } from "./conflicts.js";
import { stateOf } from "./flow_state.js";
import { createFlow, loadFlow, saveFlow } from "./server.js";

export class Saving {
  constructor(editor, definition) {
    this.editor = editor;
    this.base = definition ? fromDefinition(definition) : null; // what the node has
    this.saved = editor.doc;
    this.busy = false;
    editor.history.events.on("change", () => editor.events.emit("flow"));
  }

  get dirty() {
    return this.editor.doc !== this.saved;
  }

  /** Save, with a message for the history; gives whether the node has the flow as it is shown now. */
  async save(message = "") {
    const { editor } = this;
    if (this.busy || !editor.canWrite) return false;
    this.busy = true;
    editor.events.emit("flow");
    try {
      return await this.#send(message);
    } finally {
      this.busy = false;
      editor.events.emit("flow");
    }
  }

  async #send(message) {
    const { editor } = this;
    const sent = editor.doc;
    const definition = toDefinition(sent);
    try {
      const { id, revision } = editor.flow;
      this.#done(sent, id ? await saveFlow(id, definition, revision, message) : await createFlow(definition, message));
      return true;
    } catch (error) {
      if (error.status === 409 && error.answer.theirs) return this.#meet(error.answer.theirs, message);
      if (error.status === 422) editor.checking.take({ looks: {}, problems: error.problems }, definition.steps);
      editor.toasts.bad(error.problems?.length ? `Not saved: ${counted(error.problems)} to mend first.` : `Not saved: ${error.message}`);
      if (error.status === undefined) throw error;
      return false;
    }
  }

  #done(sent, answer) {
    const { editor } = this;
    const first = !editor.flow.id;
    Object.assign(editor.flow, stateOf(answer));
    this.base = fromDefinition(answer.definition);
    this.saved = sent;
    if (first) {
      editor.root.dataset.flow = answer.id;
      editor.doc.head.set("id", answer.id);
      window.history.replaceState(null, "", `/flows/${encodeURIComponent(answer.id)}/edit`);
    }
    editor.events.emit("saved");
    editor.tell("Saved");
  }

  // Somebody saved another version since: theirs comes in entry by entry; what both changed is asked for.
  async #meet(theirs, message) {
    const { editor } = this;
    const found = merge(this.base, editor.doc, fromDefinition(theirs.definition));
    const chosen = found.conflicts.length ? await settle(editor, found.conflicts) : [];
    if (!chosen) return editor.toasts.show("Not saved. Your changes are still here."), false;
    this.#become(theirs, [...found.changes, ...chosen]);
    const done = await this.#send(message);
    if (done) editor.toasts.show("Saved, together with what somebody else changed meanwhile.");
    return done;
  }

  #become(theirs, changes) {
    const { editor } = this;
    editor.catalogue.learn(theirs.looks, editor.catalogue.problems);
    editor.history.merge(changes, "Take over what others saved");
    Object.assign(editor.flow, stateOf(theirs));
    this.base = fromDefinition(theirs.definition);
  }

  /** Bring in what somebody else saved, without saving. Where both changed the same, nothing is brought in: saving
   * asks which to keep. Gives whether the page has it now. */
  async takeOver() {
    const { editor } = this;
    const theirs = await loadFlow(editor.flow.id);
    if (this.busy || theirs.revision === editor.flow.revision) return false;
    const clean = !this.dirty;
    const found = merge(this.base, editor.doc, fromDefinition(theirs.definition));
    if (found.conflicts.length) return editor.toasts.show("You changed the same steps. Save, and choose what to keep."), false;
    this.#become(theirs, found.changes);
    if (clean) this.saved = editor.doc;
    editor.events.emit("flow");
    return true;
  }
}

const counted = (problems) => (problems.length === 1 ? "one problem" : `${problems.length} problems`);
