// All files of the prelude run as one function, whose `__qflow` they share: natives and texts are in
// it from the start, each file adds what it defines, and code from outside never sees it.
"use strict";
delete globalThis.__native;

// An error that an expression's author must see; all others make the expression undefined.
__qflow.ExpressionError = class ExpressionError extends Error {
  constructor(message, description) {
    super(message);
    this.name = "ExpressionError";
    if (description) this.description = description;
  }
};

__qflow.fail = (message, description) => {
  throw new __qflow.ExpressionError(message, description);
};

// Property names through which code climbs from a value to the machinery that made it.
__qflow.DENIED = new Set([
  "constructor",
  "prototype",
  "__proto__",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
  "getPrototypeOf",
  "prepareStackTrace",
  "mainModule",
  "getBuiltinModule",
  "binding",
  "_load",
]);

__qflow.deny = (name) => __qflow.fail(`Cannot access "${name}" due to security concerns`);

// A computed property name, turned into a string once so that what is checked is what is used.
__qflow.guard = (key) => {
  if (typeof key === "number" || typeof key === "symbol") return key;
  const name = typeof key === "string" ? key : `${key}`;
  if (__qflow.DENIED.has(name)) __qflow.deny(name);
  return name;
};

__qflow.isPlain = (value) => {
  if (typeof value !== "object" || value === null) return false;
  const above = Object.getPrototypeOf(value);
  return above === null || above === Object.prototype;
};

// Equality of JSON-like values, key order ignored.
__qflow.same = (a, b) => {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (a instanceof Date || b instanceof Date) {
    return a instanceof Date && b instanceof Date && a.getTime() === b.getTime();
  }
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && __qflow.same(a[key], b[key]))
  );
};
