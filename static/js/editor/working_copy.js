// What was not saved yet, kept in this browser, so that a closed tab or a broken line loses nothing.

import { difference, fromDefinition, toDefinition } from "../flow/document.js";
import { merge } from "../flow/merge.js";

const PAUSE_MS = 500;
const PREFIX = "qflow.working-copy.";
const TAB = "qflow.tab";

export class WorkingCopy {
  #timer;

  constructor(editor) {
    this.editor = editor;
    this.tab = (sessionStorage[TAB] ??= crypto.getRandomValues(new Uint32Array(2)).join("-"));
    navigator.locks?.request(this.#lock(this.tab), () => new Promise(() => {}));
    editor.events.on("change", () => this.#soon());
    editor.events.on("saved", () => this.#forget());
    window.addEventListener("pagehide", () => this.#keep());
  }

  #key(tab = this.tab) {
    return `${PREFIX}${this.editor.flow.id || "new"}.${tab}`;
  }

  #lock(tab) {
    return `qflow.tab.${tab}`;
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#keep(), PAUSE_MS);
  }

  #keep() {
    const { editor } = this;
    if (!editor.saving.dirty || !editor.canWrite) return;
    const base = editor.saving.base && toDefinition(editor.saving.base);
    try {
      localStorage.setItem(this.#key(), JSON.stringify({ at: Date.now(), base, mine: toDefinition(editor.doc) }));
    } catch {
      editor.tell("This browser has no room to keep what is not saved.");
    }
  }

  #forget() {
    clearTimeout(this.#timer);
    localStorage.removeItem(this.#key());
    localStorage.removeItem(`${PREFIX}new.${this.tab}`);
  }

  /** Bring back what this tab, or one that is closed, left of the flow. */
  async restore() {
    const key = await this.#left();
    if (!key || !this.editor.canWrite) return;
    const { at, base, mine } = JSON.parse(localStorage.getItem(key));
    localStorage.removeItem(key);
    const { editor } = this;
    const kept = fromDefinition(mine);
    const changes = base ? merge(editor.doc, editor.doc, merged(fromDefinition(base), kept, editor.doc)).changes : difference(editor.doc, kept);
    if (!changes.length) return;
    editor.history.merge(changes, "Bring back what was not saved");
    const when = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    editor.toasts.show(`What was not saved at ${when} is back.`, ["Drop it", () => editor.history.undo()]);
  }

  async #left() {
    if (localStorage.getItem(this.#key())) return this.#key();
    if (!navigator.locks) return null;
    const alive = new Set((await navigator.locks.query()).held.map((lock) => lock.name));
    const prefix = this.#key("");
    const others = Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    return others.find((key) => !alive.has(this.#lock(key.slice(prefix.length)))) ?? null;
  }
}

// What was left, on top of what the node has now; where both changed the same, what was left.
function merged(base, kept, now) {
  const changes = merge(base, kept, now).changes;
  const doc = { ...kept };
  for (const { in: collection, key, after } of changes) {
    if (doc[collection] === kept[collection]) doc[collection] = new Map(kept[collection]);
    if (after === undefined) doc[collection].delete(key);
    else doc[collection].set(key, after);
  }
  return doc;
}
