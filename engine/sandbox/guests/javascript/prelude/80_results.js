// Values on their way out: plain JSON, or with marks for what JSON lacks.
"use strict";
(() => {
  const { luxon, native } = __qflow;

  // As JSON, but undefined, NaN, dates and big integers keep what they are.
  const marked = (value, within) => {
    switch (typeof value) {
      case "undefined":
        return { $undefined: true };
      case "bigint":
        return { $bigint: String(value) };
      case "number":
        return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: Object.is(value, -0) ? "-0" : String(value) };
      case "function":
      case "symbol":
        return { $undefined: true };
      case "object":
        return value === null ? null : markedObject(value, within);
      default:
        return value;
    }
  };
  const markedObject = (value, within) => {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : { $date: value.toISOString() };
    if (value instanceof luxon.DateTime) return value.toISO();
    if (value instanceof Number || value instanceof String || value instanceof Boolean) return value.valueOf();
    if (typeof value.toJSON === "function") return marked(value.toJSON(), within);
    if (within.includes(value)) throw new TypeError("circular reference");
    const path = [...within, value];
    if (Array.isArray(value)) return Array.from(value, (part) => marked(part, path));
    return Object.fromEntries(Object.keys(value).map((key) => [key, marked(value[key], path)]));
  };
  __qflow.marked = (value) => marked(value, []);

  // Where JSON.stringify refuses: big integers become strings, circles a message.
  const loose = (value, within = []) => {
    if (typeof value === "bigint") return String(value);
    if (typeof value !== "object" || value === null) return value;
    if (typeof value.toJSON === "function") return value.toJSON();
    if (within.includes(value)) return "[Circular Reference]";
    const path = [...within, value];
    if (Array.isArray(value)) return value.map((part) => loose(part, path));
    return Object.fromEntries(Object.keys(value).map((key) => [key, loose(value[key], path)]));
  };
  __qflow.plainText = (value) => {
    switch (typeof value) {
      case "string": // half of a surrogate pair is no text
        return native.quote(value.isWellFormed() ? value : value.toWellFormed());
      case "number":
        return Number.isFinite(value) ? `${value}` : "null";
      case "boolean":
        return value ? "true" : "false";
      case "undefined":
        return "null";
      default:
        return objectText(value);
    }
  };
  const objectText = (value) => native.json(value) ?? strangeText(value);
  // Of what has getters, methods or circles, or is deep, or none of JSON's kinds.
  const strangeText = (value) => {
    let text;
    try {
      text = JSON.stringify(value);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      text = JSON.stringify(loose(value));
    }
    if (text === undefined) return "null";
    return text.includes("\\ud") ? text.replace(/\\ud[89a-f][0-9a-f]{2}/g, "\\ufffd") : text;
  };
})();
