// Methods that expressions have on arrays beside JavaScript's own.
"use strict";
(() => {
  const { fail, same } = __qflow;
  const isObject = (value) => typeof value === "object" && value !== null;
  const isRecord = (value) => isObject(value) && !Array.isArray(value);
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
    const keys = fields.map(String);
    const pick = (value) => (keys.length && isObject(value) ? keys.map((key) => value[key]) : value);
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

  const mergeAll = (list) => {
    const merged = {};
    for (const value of list) {
      if (!isRecord(value)) continue;
      for (const [key, item] of Object.entries(value)) if (!(key in merged)) merged[key] = item;
    }
    return merged;
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
    compact: (list) => Object.values(__qflow.objects.compact({ ...list })),
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
        if (typeof value !== "object" || typeof others[at] !== "object") return;
        Object.assign(merged, value, { ...others[at], ...value }); // the list's own value stays
      });
      return merged;
    },
    min: (list) => Math.min(...numbers(list, "min")),
    pluck(list, ...fields) {
      if (!fields.length) return list;
      const plucked = [];
      for (const value of list) {
        if (!isObject(value)) continue;
        const found = Object.keys(value).filter((key) => fields.includes(key)).map((key) => value[key]);
        if (found.length) plucked.push(found.length === 1 ? found[0] : found);
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
      const renamed = (value) => {
        const copy = { ...value };
        for (let at = 0; at < names.length; at += 2) {
          const [from, to] = names.slice(at, at + 2);
          if (!(from in copy)) continue;
          copy[to] = copy[from];
          delete copy[from];
        }
        return copy;
      };
      return list.map((value) => (isObject(value) ? renamed(value) : value));
    },
    smartJoin(list, key, name) {
      if (!key || !name || typeof key !== "string" || typeof name !== "string") {
        fail('smartJoin(): expected two string args, e.g. .smartJoin("name", "value")');
      }
      return Object.fromEntries(
        list.filter((value) => isObject(value) && key in value && name in value).map((value) => [value[key], value[name]]),
      );
    },
    sum(list, name = "sum") {
      let total = 0;
      for (const value of numbers(list, typeof name === "string" ? name : "sum")) total += value;
      return total;
    },
    toBoolean: () => undefined,
    toDateTime: () => undefined,
    toFloat: () => undefined,
    toInt: () => undefined,
    toJsonString: (list) => JSON.stringify(list),
    union: (list, other) => distinct(list.concat(array(other, "union", "[1, 2, 3, 4]"))),
    unique: distinct,
  };
})();
