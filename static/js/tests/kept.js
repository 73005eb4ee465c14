// The last results of the tests, and whether the flow is still what they were about. Nothing here touches a page.

import { matters } from "../flow/cases.js";

export class Results {
  #found = new Map();
  #changed; // whether what is shown differs from what the node has in a way that counts

  constructor(changed = false) {
    this.#changed = changed;
  }

  get(name) {
    return this.#found.get(name);
  }

  /** Take what the node kept, but for tests that ran here since. */
  load(cases) {
    for (const one of cases) if (!this.#found.has(one.name)) this.#found.set(one.name, { ...one, current: one.current && !this.#changed });
  }

  /** Take what ran just now, on what was saved for it. */
  take(cases) {
    this.#changed = false;
    for (const one of cases) this.#found.set(one.name, { ...one, current: true });
  }

  /** Changes of the document: results of what is no longer there are of an older version. Gives whether any is. */
  change(changes) {
    const all = changes.some(matters);
    this.#changed ||= all;
    const named = new Set(changes.filter((one) => one.in === "tests").map((one) => one.key));
    for (const [name, one] of this.#found) if (all || named.has(name)) this.#found.set(name, { ...one, current: false });
    return all;
  }
}

/** What is said of a result beside its outcome; empty for one of what is shown. */
export function ageOf(result) {
  if (!result || result.current) return "";
  return result.versionNumber ? `of an older version (${result.versionNumber})` : "of an older version";
}
