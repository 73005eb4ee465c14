// Which function a method call in an expression means.
"use strict";
(() => {
  const { fail, guard, luxon, native } = __qflow;
  const { DateTime } = luxon;
  const { arrays, booleans, dates, numbers, objects, strings } = __qflow;

  __qflow.METHODS = new Set(
    [arrays, booleans, dates, numbers, objects, strings].flatMap((table) => Object.keys(table)),
  );

  const own = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);

  const ofObject = (value, name) => {
    if (Array.isArray(value)) return own(arrays, name);
    if (value instanceof DateTime || value instanceof Date) return own(dates, name);
    // an object of a class, or with a method of that name, knows better what the name means
    return typeof value[name] === "function" ? undefined : own(objects, name);
  };
  const find = (value, name) => {
    switch (typeof value) {
      case "string":
        return own(strings, name);
      case "number":
        return own(numbers, name);
      case "boolean":
        return own(booleans, name);
      case "object":
        return ofObject(value, name);
      default:
        return undefined;
    }
  };

  // value.name(...args), with the methods of expressions beside JavaScript's own.
  __qflow.extend = (value, key, args = []) => {
    const name = guard(key);
    if (value === null || value === undefined) {
      if (name === "isEmpty") return true;
      if (name === "isNotEmpty") return false;
      fail(
        `${String(name)} can't be used on ${String(value)} value`,
        `Write a ? in front of the dot to get undefined instead: value?.${String(name)}()`,
      );
    }
    const found = find(value, name);
    if (found) return found(value, ...args);
    if (typeof value[name] !== "function") throw new TypeError(`${String(name)} is not a function`);
    return value[name](...args);
  };
  __qflow.extendOptional = (value, key, args = []) => {
    const name = guard(key);
    if ((value === null || value === undefined) && name !== "isEmpty" && name !== "isNotEmpty") return undefined;
    return __qflow.extend(value, name, args);
  };
})();
