// Does commands, and takes them back: the one place where the document changes.

import { apply, inverse, same } from "./document.js";
import { Events } from "./events.js";

const JOIN_MS = 1000;

/**
 * Holds the document. Events: `change` ({doc, changes, label, origin}) after every change, where `origin` is
 * `do`, `undo`, `redo` or `merge`.
 *
 * A command is {label, changes, join}: commands that follow one another within a second and have the same
 * `join` (a step nudged by the arrow keys) are taken back together.
 */
export class History {
  #undo = [];
  #redo = [];
  #now;

  constructor(doc, now = () => Date.now()) {
    this.doc = doc;
    this.events = new Events();
    this.#now = now;
  }

  get canUndo() {
    return this.#undo.at(-1)?.label ?? null;
  }

  get canRedo() {
    return this.#redo.at(-1)?.label ?? null;
  }

  /** Do a command; one that changes nothing is not remembered. */
  do(command) {
    const changes = command.changes.filter(({ before, after }) => !same(before, after));
    if (!changes.length) return false;
    this.#redo = [];
    this.#remember({ ...command, changes, at: this.#now() });
    this.#become(changes, command.label, "do");
    return true;
  }

  undo() {
    return this.#step(this.#undo, this.#redo, "undo");
  }

  redo() {
    return this.#step(this.#redo, this.#undo, "redo");
  }

  /** Take in what somebody else saved: it can be taken back like any edit. */
  merge(changes, label) {
    if (!changes.length) return;
    this.#redo = [];
    this.#undo.push({ label, changes, at: this.#now() });
    this.#become(changes, label, "merge");
  }

  #remember(command) {
    const last = this.#undo.at(-1);
    if (command.join && last?.join === command.join && command.at - last.at < JOIN_MS) {
      this.#undo.pop();
      command = { ...command, changes: [...last.changes, ...command.changes] };
    }
    this.#undo.push(command);
  }

  #step(from, to, origin) {
    const command = from.pop();
    if (!command) return null;
    const changes = inverse(command.changes);
    to.push({ label: command.label, changes, at: 0 });
    this.#become(changes, command.label, origin);
    return command.label;
  }

  #become(changes, label, origin) {
    this.doc = apply(this.doc, changes);
    this.events.emit("change", { doc: this.doc, changes, label, origin });
  }
}
