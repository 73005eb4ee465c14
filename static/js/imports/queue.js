// Documents on their way in: each is looked at when it comes, and stored when all are. Knows no page.

/** `send(document, action)` gives {ok, report}; `changed()` is called whenever something is different. */
export class Queue {
  documents = []; // {name, text, state: looking | ready | refused | storing | stored | failed, report}
  busy = 0;
  done = 0;

  constructor(send, changed) {
    Object.assign(this, { send, changed });
  }

  get ready() {
    return this.documents.filter(({ state }) => state === "ready");
  }

  /** Look at documents one after the other; `read()` gives the text of each, and may fail. */
  async add(given) {
    const fresh = given.map(({ name, read }) => ({ name, read, text: "", state: "looking", report: "" }));
    this.documents.push(...fresh);
    await this.#each(fresh, async (one) => {
      one.text = await one.read();
      const { ok, report } = await this.send(one, "check");
      Object.assign(one, { state: ok ? "ready" : "refused", report });
    });
  }

  /** Store all that are ready. */
  async store() {
    await this.#each(this.ready, async (one) => {
      one.state = "storing";
      this.changed();
      const { ok, report } = await this.send(one, "import");
      Object.assign(one, { state: ok ? "stored" : "failed", report });
    });
  }

  drop(one) {
    this.documents = this.documents.filter((other) => other !== one);
    this.changed();
  }

  async #each(documents, work) {
    Object.assign(this, { busy: this.busy + documents.length });
    this.changed();
    for (const one of documents) {
      try {
        await work(one);
      } catch (error) {
        Object.assign(one, { state: "failed", error: error.message });
      }
      this.done += 1;
      if (this.done === this.busy) this.done = this.busy = 0;
      this.changed();
    }
  }
}

/** What is said of all of them in one line. */
export function summary(documents) {
  const count = (...states) => documents.filter(({ state }) => states.includes(state)).length;
  const told = [
    [count("looking", "storing"), "under way"],
    [count("ready"), "ready to be imported"],
    [count("stored"), "imported"],
    [count("refused", "failed"), "not possible"],
  ];
  return told.filter(([number]) => number).map(([number, words]) => `${number} ${words}`).join(", ");
}
