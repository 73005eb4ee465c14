// Freezes the realm: what one evaluation does to shared objects, no other can see.
"use strict";
(() => {
  const { native, operations } = __qflow;

  delete Error.captureStackTrace;
  delete Error.prepareStackTrace;
  delete Error.stackTraceLimit;
  delete globalThis.performance;

  // Frozen data properties forbid assigning the same name on objects that inherit them. Where code
  // does that all the time (error.message = ..., object.toString = ...), an accessor lets it.
  const COMMON = {
    [Symbol("Object")]: [Object.prototype, ["toString", "valueOf", "toLocaleString", "hasOwnProperty", "constructor"]],
    [Symbol("Function")]: [Function.prototype, ["toString", "constructor"]],
    [Symbol("Array")]: [Array.prototype, ["toString", "constructor", "concat", "join"]],
    [Symbol("Date")]: [Date.prototype, ["toString", "valueOf", "toJSON", "constructor"]],
  };
  for (const kind of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError]) {
    COMMON[Symbol(kind.name)] = [kind.prototype, ["name", "message", "toString", "constructor"]];
  }
  const assignable = (holder, name) => {
    const found = Object.getOwnPropertyDescriptor(holder, name);
    if (!found || !("value" in found)) return;
    const { value } = found;
    Object.defineProperty(holder, name, {
      configurable: false,
      enumerable: found.enumerable,
      get: () => value,
      set(other) {
        if (this === holder) throw new TypeError(`Cannot assign to read only property '${name}'`);
        Object.defineProperty(this, name, { value: other, writable: true, enumerable: true, configurable: true });
      },
    });
  };
  for (const mark of Object.getOwnPropertySymbols(COMMON)) {
    const [holder, names] = COMMON[mark];
    for (const name of names) assignable(holder, name);
  }

  // Everything in reach of the global object and of what expressions are given.
  const roots = [
    globalThis,
    __qflow.globals,
    __qflow.Context.prototype,
    (function* () {})().__proto__,
    (async function () {}).__proto__,
    (async function* () {}).__proto__,
    [][Symbol.iterator]().__proto__,
    new Map()[Symbol.iterator]().__proto__,
    new Set()[Symbol.iterator]().__proto__,
    ""[Symbol.iterator]().__proto__,
    "".matchAll(/x/g).__proto__,
    ...Object.values(__qflow.luxon),
  ];
  const seen = new Set();
  const waiting = roots;
  const mutable = __qflow.luxon.Settings; // the zone and locale of each call are set there
  while (waiting.length) {
    const value = waiting.pop();
    if ((typeof value !== "object" && typeof value !== "function") || value === null) continue;
    if (seen.has(value) || value === mutable || ArrayBuffer.isView(value)) continue;
    seen.add(value);
    waiting.push(Object.getPrototypeOf(value));
    for (const key of Reflect.ownKeys(value)) {
      const { value: held, get, set } = Object.getOwnPropertyDescriptor(value, key);
      waiting.push(held, get, set);
    }
  }
  seen.delete(globalThis); // the last to be frozen, by qf_seal
  for (const value of seen) {
    try {
      native.freeze(value);
    } catch {
      // a few built-in objects cannot be frozen; none of them holds data of its own
    }
  }

  // What qf_call calls: a request names its operation.
  globalThis.__handle = (request) => {
    if (!Object.hasOwn(operations, request.op)) throw new TypeError(`unknown operation ${request.op}`);
    return operations[request.op](request);
  };
})();
