// Who else has the flow open, as the node's events tell it. Pure: no page, no clock of its own.

const SILENT_MS = 100_000; // everybody is heard of every 30 seconds

export class People {
  constructor() {
    this.known = new Map(); // connection -> {person, name, step, at}
  }

  /** Take in an event; gives {came, left} of names, or null where it is about something else. */
  hear(type, { connection, person, name, step }, now) {
    const before = this.names();
    if (type === "q.qflow.flow.present.v1") this.known.set(connection, { person, name, step: step ?? null, at: now });
    else if (type === "q.qflow.flow.absent.v1") this.known.delete(connection);
    else return null;
    for (const [key, one] of this.known) if (now - one.at > SILENT_MS) this.known.delete(key);
    return changed(before, this.names());
  }

  /** Forget everybody: the line is broken. */
  clear() {
    this.known.clear();
  }

  names() {
    return [...new Set([...this.known.values()].map((one) => one.name))].sort();
  }

  /** Person by person: {person, name, steps}. */
  list() {
    const found = new Map();
    for (const { person, name, step } of this.known.values()) {
      const one = found.get(person) ?? { person, name, steps: [] };
      if (step && !one.steps.includes(step)) one.steps.push(step);
      found.set(person, one);
    }
    return [...found.values()].sort((one, other) => one.name.localeCompare(other.name));
  }

  /** Step id -> names of those who look at it. */
  bySteps() {
    const found = new Map();
    for (const { name, steps } of this.list()) for (const step of steps) found.set(step, [...(found.get(step) ?? []), name]);
    return found;
  }
}

function changed(before, after) {
  return { came: after.filter((name) => !before.includes(name)), left: before.filter((name) => !after.includes(name)) };
}

/** One or two letters that stand for a name. */
export function initials(name) {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)].map((word) => [...word][0]) : [...(words[0] ?? "?")].slice(0, 2);
  return letters.join("").toUpperCase();
}

/** "ada", "ada and ben", "ada, ben and eve". */
export function listed(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
