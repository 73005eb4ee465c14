// Names and listeners: what the parts of the editor tell one another.

export class Events {
  #listeners = new Map();

  /** Call `listener` at every event of the name; gives a function that ends this. */
  on(name, listener) {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  emit(name, ...details) {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(...details);
  }
}
