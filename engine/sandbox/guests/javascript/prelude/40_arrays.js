// Methods that expressions have on arrays beside JavaScript's own.
"use strict";
(() => {
  const { fail, same } = __qflow;
  const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const isBlank = (value) => value === null || value === undefined || value === "" || value === "nil";
  const among = (list, value) => list.some((other) => same(other, value));

  const numbers = (list, name) => {
    if (!list.every((value) => typeof value === "number")) {
      fail(`${name}(): all array elements must be numbers`);
    }
    return list;
  };
  const array = (value, name, example) =>
    Array.isArray(value) ? value : fail(`${name}(): expected array arg, e.g. .${name}(${example})`);

  const distinct = (list, ...fields) => {
    const keys = fields.flat().flatMap((field) => String(field).split(",").map((part) => part.trim()));
    const pick = (value) => (keys.length && isRecord(value) ? keys.map((key) => value[key]) : value);
    const seen = [];
    const primitives = new Set();
    return list.filter((value) => {
      const mark = pick(value);
      if (typeof mark !== "object" || mark === null) {
        if (primitives.has(mark)) return false;
        primitives.add(mark);
        return true;
      }
      if (among(seen, mark)) return false;
      seen.push(mark);
      return true;
    });
  };

  // The first object's value stays where both have a key.
  const joined = (first, second) => ({ ...(isRecord(second) ? second : {}), ...first });
  const mergeAll = (list) => {
    const merged = {};
    for (const value of list) {
      if (!isRecord(value)) continue;
      for (const [key, item] of Object.entries(value)) if (!(key in merged)) merged[key] = item;
    }
    return merged;
  };
  const inOrderOf = (value, ...sources) => {
    const ordered = {};
    for (const source of sources) for (const key of Object.keys(source)) ordered[key] = value[key];
    return ordered;
  };

  __qflow.arrays = {
    append: (list, ...values) => list.concat(values),
    average: (list) => (list.length ? __qflow.arrays.sum(list, "average") / list.length : 0),
    chunk(list, size) {
      if (typeof size !== "number" || !(size >= 1)) fail("chunk(): expected non-zero numeric arg, e.g. .chunk(5)");
      const parts = [];
      for (let at = 0; at < list.length; at += size) parts.push(list.slice(at, at + size));
      return parts;
    },
    compact: (list) =>
      list
        .filter((value) => !isBlank(value))
        .map((value) => (__qflow.isPlain(value) ? __qflow.objects.compact(value) : value)),
    difference: (list, other) => {
      array(other, "difference", "[1, 2, 3, 4]");
      return distinct(list.filter((value) => !among(other, value)));
    },
    first: (list) => list[0],
    intersection: (list, other) => {
      array(other, "intersection", "[1, 2, 3, 4]");
      return distinct(list.filter((value) => among(other, value)));
    },
    isEmpty: (list) => list.length === 0,
    isNotEmpty: (list) => list.length > 0,
    last: (list) => list[list.length - 1],
    length: (list) => list.length,
    max: (list) => Math.max(...numbers(list, "max")),
    merge(list, others) {
      if (others === undefined) return mergeAll(list);
      array(others, "merge", "[{ id: 1, otherValue: 3 }]");
      const merged = {};
      list.forEach((value, at) => {
        if (!isRecord(value)) return;
        const other = isRecord(others[at]) ? others[at] : {};
        Object.assign(merged, inOrderOf(joined(value, other), value, other));
      });
      for (const other of others.slice(list.length)) if (isRecord(other)) Object.assign(merged, other);
      return merged;
    },
    min: (list) => Math.min(...numbers(list, "min")),
    pluck(list, ...fields) {
      if (!fields.length) return list;
      const plucked = [];
      for (const value of list) {
        if (!isRecord(value)) continue;
        const found = fields.filter((field) => Object.hasOwn(value, field)).map((field) => value[field]);
        if (found.length) plucked.push(fields.length === 1 ? found[0] : found);
      }
      return plucked;
    },
    randomItem: (list) => list[Math.floor(Math.random() * list.length)],
    removeDuplicates: distinct,
    renameKeys(list, ...names) {
      if (!names.length || names.length % 2) {
        fail(
          "renameKeys(): expected an even amount of args: from1, to1 [, from2, to2, ...]. " +
            'e.g. .renameKeys("name", "title")',
        );
      }
      const to = new Map();
      for (let at = 0; at < names.length; at += 2) to.set(names[at], names[at + 1]);
      const renamed = (value) =>
        Object.fromEntries(Object.entries(value).map(([key, item]) => [to.get(key) ?? key, item]));
      return list.map((value) => (isRecord(value) ? renamed(value) : value));
    },
    smartJoin(list, key, name) {
      if (!key || !name || typeof key !== "string" || typeof name !== "string") {
        fail('smartJoin(): expected two string args, e.g. .smartJoin("name", "value")');
      }
      return Object.fromEntries(
        list.filter((value) => isRecord(value) && key in value && name in value).map((value) => [value[key], value[name]]),
      );
    },
    sum(list, name = "sum") {
      let total = 0;
      for (const value of numbers(list, typeof name === "string" ? name : "sum")) total += value;
      return total;
    },
    toJsonString: (list) => JSON.stringify(list),
    union: (list, other) => distinct(list.concat(array(other, "union", "[1, 2, 3, 4]"))),
    unique: distinct,
  };
})();
