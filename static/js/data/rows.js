// A long list of equally high rows, of which only those in sight exist.

import { h } from "../editor/dom.js";

const AROUND = 8;

export class Rows {
  #count = 0;
  #render = () => h("div");
  #shown = new Map();
  #waiting = false;

  /** `height`: of a row in pixels. `element` goes into the page and scrolls. */
  constructor(height, properties = {}) {
    this.height = height;
    this.inner = h("div", { class: "rows-inner", role: "presentation" });
    this.element = h("div", { class: "rows", tabIndex: 0, ...properties }, this.inner);
    this.element.addEventListener("scroll", () => this.#soon(), { passive: true });
    this.observer = new ResizeObserver(() => this.#soon());
    this.observer.observe(this.element);
  }

  /** Show so many rows; `render(index)` makes one. */
  show(count, render) {
    this.#count = count;
    this.#render = render;
    this.inner.style.height = `${count * this.height}px`;
    this.#clear();
    this.#draw();
  }

  /** Make a row anew, if it is in sight. */
  refresh(index) {
    this.#shown.get(index)?.remove();
    this.#shown.delete(index);
    this.#draw();
  }

  /** Bring a row into sight; gives its element. */
  reveal(index) {
    const top = index * this.height;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + this.height > scrollTop + clientHeight) this.element.scrollTop = top + this.height - clientHeight;
    this.#draw();
    return this.#shown.get(index);
  }

  #soon() {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.#draw();
    });
  }

  #clear() {
    for (const row of this.#shown.values()) row.remove();
    this.#shown.clear();
  }

  #draw() {
    const { scrollTop } = this.element;
    const clientHeight = Math.min(this.element.clientHeight, window.innerHeight);
    const first = Math.max(0, Math.floor(scrollTop / this.height) - AROUND);
    const end = Math.min(this.#count, Math.ceil((scrollTop + clientHeight) / this.height) + AROUND);
    for (const [index, row] of this.#shown) {
      if (index < first || index >= end) {
        row.remove();
        this.#shown.delete(index);
      }
    }
    for (let index = first; index < end; index += 1) {
      if (this.#shown.has(index)) continue;
      const row = this.#render(index);
      row.style.setProperty("--top", `${index * this.height}px`);
      this.inner.append(row);
      this.#shown.set(index, row);
    }
  }
}
