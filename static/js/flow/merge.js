// What two people changed in the same flow since the version both began with, put together entry by entry.

import { COLLECTIONS, change, edgeKey, same } from "./document.js";

/**
 * Three-way merge. `base` is what both began with, `mine` what is on this page, `theirs` what was saved.
 *
 * Gives {changes, conflicts}: `changes` lead from `mine` to the merged document, where each conflict
 * {in, key, base, mine, theirs} still has this page's side. An entry that one side removed and the other
 * changed is a conflict; wires whose ends are gone are left out.
 */
export function merge(base, mine, theirs) {
  const changes = [];
  const conflicts = [];
  for (const collection of COLLECTIONS) {
    const keys = new Set([...mine[collection].keys(), ...theirs[collection].keys()]);
    for (const key of keys) {
      const [before, here, there] = [base, mine, theirs].map((doc) => doc[collection].get(key));
      if (same(here, there) || same(before, there)) continue;
      if (same(before, here)) changes.push(change(mine, collection, key, there));
      else conflicts.push({ in: collection, key, base: before, mine: here, theirs: there });
    }
  }
  return { changes: [...changes, ...dangling(mine, changes)], conflicts };
}

/** The changes that take over the other side of conflicts. */
export function takeTheirs(mine, conflicts) {
  const changes = conflicts.map(({ in: collection, key, theirs }) => change(mine, collection, key, theirs));
  return [...changes, ...dangling(mine, changes)];
}

// Wires, pins, groups and members of groups that would be left without their steps.
function dangling(doc, changes) {
  const steps = new Set(doc.steps.keys());
  for (const { in: collection, key, after } of changes)
    if (collection === "steps") after === undefined ? steps.delete(key) : steps.add(key);
  const now = (collection) => {
    const entries = new Map(doc[collection]);
    for (const one of changes) if (one.in === collection) entries.set(one.key, one.after);
    return [...entries.values()].filter((entry) => entry !== undefined);
  };
  const loose = now("edges").filter((edge) => !steps.has(edge.source) || !steps.has(edge.target));
  const found = loose.map((edge) => ({ in: "edges", key: edgeKey(edge), before: edge, after: undefined }));
  for (const [id, items] of doc.pins)
    if (!steps.has(id)) found.push({ in: "pins", key: id, before: items, after: undefined });
  for (const group of now("groups")) {
    const left = group.steps.filter((id) => steps.has(id));
    const after = left.length ? { ...group, steps: left } : undefined;
    if (left.length < group.steps.length) found.push({ in: "groups", key: group.id, before: group, after });
  }
  return found;
}
