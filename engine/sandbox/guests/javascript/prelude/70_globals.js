// Names that expressions see beside their data: JavaScript's safe globals, Luxon, and functions.
"use strict";
(() => {
  const { arrays, fail, luxon } = __qflow;

  // Object without what reaches into other objects' machinery.
  const HIDDEN = new Set([
    "defineProperty",
    "defineProperties",
    "setPrototypeOf",
    "getPrototypeOf",
    "getOwnPropertyDescriptor",
    "getOwnPropertyDescriptors",
    "prototype",
    "length",
    "name",
  ]);
  const SafeObject = function (...values) {
    return Object(...values);
  };
  for (const name of Object.getOwnPropertyNames(Object)) {
    if (!HIDDEN.has(name)) Object.defineProperty(SafeObject, name, { value: Object[name], enumerable: false });
  }
  Object.defineProperty(SafeObject, Symbol.hasInstance, { value: (value) => value instanceof Object });
  Object.defineProperty(SafeObject, "name", { value: "Object" });

  const numberList = (start, end) => {
    const step = start < end ? 1 : -1;
    return Array.from({ length: Math.abs(start - end) + 1 }, (_, at) => Number(start) + at * step);
  };
  const zip = (keys, values) => {
    if (!Array.isArray(keys) || !Array.isArray(values)) fail("keys and values must be arrays");
    if (keys.length !== values.length) fail("keys and values not of equal length");
    return Object.fromEntries(keys.map((key, at) => [key, values[at]]));
  };
  const isEmpty = (value) =>
    value === undefined || value === null || value === "" || (typeof value === "object" && !Object.keys(value).length);
  const ifEmpty = (...given) => {
    if (given.length !== 2) fail("expected two arguments (value, defaultValue) for this function");
    return isEmpty(given[0]) ? given[1] : given[0];
  };
  const asIs = (value) => (value === undefined ? { $undefined: true } : value);
  const average = (...values) => arrays.average(values);
  const search = (data, expression) => {
    if (typeof data !== "object" || typeof expression !== "string") {
      fail("expected two arguments (Object, string) for this function", "e.g. $jmespath($json, 'people[*].name')");
    }
    return __qflow.jmespath.search(data, expression);
  };
  const not = (value) => !value;
  const max = (...values) => Math.max(...values);
  const min = (...values) => Math.min(...values);

  const globals = {
    __proto__: null,
    extend: (value, name, args) => __qflow.extend(value, name, args),
    extendOptional: (value, name, args) => __qflow.extendOptional(value, name, args),
    $if: (test, then, otherwise = false) => (test ? then : otherwise), // where it is called, only one is worked out
    $ifEmpty: ifEmpty,
    $asIs: asIs, // for parameters to which undefined is something else than null
    $not: not,
    $min: min,
    $max: max,
    $average: average,
    $jmespath: search,
    $jmesPath: search,
    average,
    max,
    min,
    not,
    numberList,
    zip,
    DateTime: luxon.DateTime,
    Duration: luxon.Duration,
    Interval: luxon.Interval,
    Object: SafeObject,
    Atomics: Object.freeze({}),
    Infinity,
    NaN,
    process: Object.freeze({ env: Object.freeze({}) }),
  };
  const KEPT =
    "Array Boolean Number String Symbol BigInt Date Math JSON RegExp Map Set WeakMap WeakSet Intl Iterator " +
    "Error EvalError RangeError ReferenceError SyntaxError TypeError URIError AggregateError " +
    "ArrayBuffer SharedArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array " +
    "Int32Array Uint32Array Float16Array Float32Array Float64Array BigInt64Array BigUint64Array " +
    "isFinite isNaN parseFloat parseInt encodeURI encodeURIComponent decodeURI decodeURIComponent " +
    "atob btoa URL URLSearchParams TextEncoder TextDecoder structuredClone";
  for (const name of KEPT.split(" ")) if (name in globalThis) globals[name] = globalThis[name];

  // Names of other hosts: there, but empty.
  const EMPTY =
    "document window Window global globalThis self top parent frames alert prompt confirm eval uneval setTimeout " +
    "setInterval setImmediate clearTimeout clearInterval queueMicrotask Function fetch XMLHttpRequest Promise " +
    "Generator GeneratorFunction AsyncFunction AsyncGenerator AsyncGeneratorFunction WebAssembly Reflect Proxy " +
    "WeakRef FinalizationRegistry require module Buffer __dirname __filename importScripts escape unescape";
  for (const name of EMPTY.split(" ")) {
    Object.defineProperty(globals, name, { get: () => ({}), set: () => {}, enumerable: true });
  }
  __qflow.globals = globals;
})();
