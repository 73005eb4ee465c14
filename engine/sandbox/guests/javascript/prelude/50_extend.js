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
  // A text as JSON writes a date has the methods of dates that texts lack.
  const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
  const ofText = (text, name) => {
    const found = own(strings, name);
    if (found || !own(dates, name) || !ISO.test(text) || typeof text[name] === "function") return found;
    return (_, ...args) => dates[name](new Date(text), ...args);
  };
  const find = (value, name) => {
    switch (typeof value) {
      case "string":
        return ofText(value, name);
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

  const TABLES = Object.entries({ Array: arrays, Date: dates, Number: numbers, Object: objects, String: strings, Boolean: booleans });
  const misplaced = (name) => {
    const types = TABLES.filter(([, table]) => Object.hasOwn(table, name)).map(([type]) => `"${type}"`);
    if (!types.length) fail(`Unknown expression function: ${String(name)}`);
    if (types.length === 1) fail(`${name}() is only callable on type ${types[0]}`);
    fail(`${name}() is only callable on types ${types.slice(0, -1).join(", ")}, and ${types.at(-1)}`);
  };

  const ofNothing = (value, name) => {
    if (name === "isEmpty") return true;
    if (name === "isNotEmpty") return false;
    return fail(
      `${String(name)} can't be used on ${String(value)} value`,
      `Write a ? in front of the dot to get undefined instead: value?.${String(name)}()`,
    );
  };

  // value.name(...args), with the methods of expressions beside JavaScript's own.
  __qflow.extend = (value, key, args = []) => {
    const name = guard(key);
    if (value === null || value === undefined) return ofNothing(value, name);
    const found = find(value, name);
    if (found) return found(value, ...args);
    if (typeof value[name] === "function") return value[name](...args);
    return name === "isEmpty" || name === "isNotEmpty" ? name === "isNotEmpty" && Boolean(value) : misplaced(name);
  };
  __qflow.extendOptional = (value, key, args = []) => {
    const name = guard(key);
    return value === null || value === undefined ? undefined : __qflow.extend(value, name, args);
  };
})();
