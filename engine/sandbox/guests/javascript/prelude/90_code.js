// The operations "code" and "timer": a user's code, once for all items or once for each.
//
// Request: {op: "code", source, mode: "all"|"each", items: [item], context: {...}, zone}
// Reply:   {items: [item], logs: [text]} or {error: {message, name, line, column, item?, host?}, logs: [text]};
//          host is the number of the host's error that the code did not catch
// Where the reply is a promise that waits, {op: "timer"} runs the timer that is due first and gives the
// same promise; {waits: false} where there is none.
"use strict";
(() => {
  const { acorn, bytes, contextOf, globals, helpersOf, host, plainText, sharedOf, wordsOf } = __qflow;
  const compile = globalThis.eval;
  const NAME = /^(?:\$|DateTime$|Duration$|Interval$)/;
  const FILE = /(?:^|[\s(])<(?:evalScript|eval|input)>:(\d+):(\d+)/;
  const LINES_MAX = 1000;
  const LINE_CHARACTERS_MAX = 10_000;
  const LOG_CHARACTERS_MAX = 256 * 1024;
  const MESSAGE_CHARACTERS_MAX = 10_000;
  const ITEM_KEYS = new Set(["json", "binary", "pairedItem", "error"]);

  // --- errors -----------------------------------------------------------------------------------
  class CodeError extends Error {
    constructor(message, place = {}) {
      super(message);
      Object.assign(this, place);
    }
  }
  const wrong = (message) => {
    throw new CodeError(message);
  };
  const textOf = (value) => String(value).slice(0, MESSAGE_CHARACTERS_MAX);
  const placeOf = (error) => {
    const found = FILE.exec(typeof error.stack === "string" ? error.stack : "");
    return found ? { line: Number(found[1]) - 1, column: Number(found[2]) } : {};
  };
  const facts = (error, source) => {
    if (error instanceof CodeError) {
      const { message, line, column, kind } = error;
      return { message, name: kind ?? "", line, column };
    }
    if (!(error instanceof Error)) {
      const text = typeof error === "object" && error !== null ? (error.message ?? plainText(error)) : error;
      return { message: textOf(text), name: "" };
    }
    const detail = typeof error.description === "string" ? ` (${error.description})` : "";
    const place = placeOf(error);
    return { message: textOf(`${wordsOf(error.message, source, place)}${detail}`), name: textOf(error.name), ...place };
  };
  // What was thrown may itself throw when it is looked at.
  const told = (error, source, item) => {
    const at = item === undefined ? {} : { item };
    const number = host.numberOf(error);
    if (number !== undefined) at.host = number;
    try {
      return { ...facts(error, source), ...at };
    } catch {
      return { message: "the code threw something that cannot be shown", name: "", ...at };
    }
  };

  // --- the console ------------------------------------------------------------------------------
  const shown = (value) => {
    switch (typeof value) {
      case "string":
        return value;
      case "function":
        return `[Function: ${value.name || "anonymous"}]`;
      case "object":
        if (value instanceof Error) return `${value.name}: ${value.message}`;
        if (value instanceof Map) return `Map ${plainText([...value])}`;
        if (value instanceof Set) return `Set ${plainText([...value])}`;
        return plainText(value);
      default:
        return String(value);
    }
  };
  const consoleTo = (lines) => {
    let room = LOG_CHARACTERS_MAX;
    let full = false;
    const write = (prefix, values) => {
      if (full) return;
      if (lines.length >= LINES_MAX || room <= 0) {
        full = true;
        lines.push("(what else was logged is left out)");
        return;
      }
      const text = prefix + values.map(shown).join(" ");
      const most = Math.min(LINE_CHARACTERS_MAX, room);
      const line = text.length > most ? `${text.slice(0, most)}…` : text;
      room -= line.length;
      lines.push(line);
    };
    const level = (prefix) => (...values) => write(prefix, values);
    return Object.freeze({
      log: level(""),
      info: level("info: "),
      warn: level("warn: "),
      error: level("error: "),
      debug: level("debug: "),
    });
  };

  // --- timers: they run in the order of their times, and waiting takes no time ---------------------
  const timers = { waiting: [], count: 0, now: 0, reply: null };
  const setTimer = (run, delay = 0, ...given) => {
    if (typeof run !== "function") throw new TypeError("setTimeout needs a function");
    const after = Math.max(0, Number(delay) || 0);
    timers.count += 1;
    timers.waiting.push({ id: timers.count, due: timers.now + after, call: () => run(...given) });
    return timers.count;
  };
  const clearTimer = (id) => {
    timers.waiting = timers.waiting.filter((timer) => timer.id !== id);
  };
  const timer = () => {
    if (!timers.waiting.length) return '{"waits":false}';
    const next = timers.waiting.reduce((first, other) => (other.due < first.due ? other : first));
    clearTimer(next.id);
    timers.now = next.due;
    next.call();
    return timers.reply;
  };

  // --- names of the code -----------------------------------------------------------------------
  // Each run sees one scope; reading a name of it reads the context that stands behind.
  const BEHIND = Symbol("context");
  const names = { __proto__: null };
  const lazy = (name, get) => Object.defineProperty(names, name, { get, set() {}, enumerable: true });
  for (const name of Object.getOwnPropertyNames(__qflow.Context.prototype)) {
    if (name.startsWith("$")) lazy(name, function () { return this[BEHIND].context[name]; });
  }
  for (const name of Object.keys(globals)) if (NAME.test(name)) names[name] = globals[name];
  lazy("items", function () { return this[BEHIND].shared.items; });
  lazy("item", function () { return this[BEHIND].context.currentItem(); });
  lazy("$getWorkflowStaticData", function () { return this[BEHIND].shared.kept.get; });
  for (const name of ["$helpers", "helpers"]) lazy(name, function () { return this[BEHIND].shared.helpers; });
  Object.assign(names, bytes);
  names.$kv = host.kv;
  lazy("console", function () { return this[BEHIND].console; });
  names.setTimeout = setTimer;
  names.clearTimeout = clearTimer;
  names.setImmediate = (run, ...given) => setTimer(run, 0, ...given);
  names.require = (name) => {
    throw new Error(`Cannot find module '${String(name)}': code steps have no modules to load`);
  };
  Object.freeze(names);

  const scopeOf = (shared, index, output) => {
    const context = contextOf(shared, index, false);
    const scope = { __proto__: names, [BEHIND]: { shared, context, console: output } };
    for (const name of Object.keys(shared.extra)) scope[name] = shared.extra[name];
    return scope;
  };

  // --- compiling --------------------------------------------------------------------------------
  const OPTIONS = {
    ecmaVersion: "latest",
    allowAwaitOutsideFunction: true,
    allowReturnOutsideFunction: true,
    allowHashBang: false,
  };
  const checked = (source) => {
    try {
      acorn.parse(source, OPTIONS);
    } catch (error) {
      if (!(error instanceof SyntaxError) || !error.loc) throw error;
      const message = error.message.replace(/ \(\d+:\d+\)$/, "");
      throw new CodeError(message, { line: error.loc.line, column: error.loc.column + 1, kind: "SyntaxError" });
    }
  };
  // Names that the code assigns to and perhaps never declares: they become variables around it. Found without
  // a tree, they may be too many, which does no harm: what is declared inside hides them.
  const ASSIGNED = /(?<![\w$.])([A-Za-z_$][\w$]*)\s*(?:(?:[-+*/%&|^]|\*\*|<<|>>>?|&&|\|\||\?\?)?=(?![=>])|(?:of|in)\b)/g;
  const RESERVED = new Set(
    ("await break case catch class const continue debugger default delete do else enum export extends false finally " +
      "for function if import in instanceof let new null of return static super switch this throw true try typeof " +
      "var void while with yield").split(" "),
  );
  const assigned = (source) => {
    const found = new Set();
    for (const [, name] of source.matchAll(ASSIGNED)) if (!RESERVED.has(name)) found.add(name);
    return [...found].filter((name) => !(name in globalThis) && !(name in names));
  };
  const framed = (source) => {
    const own = assigned(source).map((name) => `var ${name};`).join("");
    return compile(`(function ($) { ${own} with ($) return async function () {\n${source}\n}; })`);
  };
  // A function of a scope that gives the function to call; the user's text begins on line 2. Text that would
  // end the function and begin another cannot fit both frames: after its body one wants "}", the other "while".
  // Where it does not fit both, the slow parser decides, and tells line and column.
  const made = new Map(); // of one call: steps in a row often have the same
  const compiled = (source) => {
    const known = made.get(source);
    if (known) return known;
    try {
      compile(`(async function () { do {\n${source}\n} while (0) })`);
    } catch {
      checked(source);
    }
    const found = framed(source);
    made.set(source, found);
    return found;
  };

  // --- what the code gave -------------------------------------------------------------------------
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const isLink = (value) =>
    Number.isInteger(value) || (isObject(value) && Number.isInteger(value.item)) ||
    (Array.isArray(value) && value.every((part) => !Array.isArray(part) && isLink(part)));
  const kindOf = (value) => (value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`);
  const isItem = (value) => Object.hasOwn(value, "json") || Object.hasOwn(value, "binary");

  const stray = (value) => {
    for (const key in value) if (key !== "json" && !ITEM_KEYS.has(key) && Object.hasOwn(value, key)) return key;
    return undefined;
  };
  const itemOf = (value, index) => {
    const at = index === undefined ? "" : ` at [${index}]`;
    const { json = {}, binary, pairedItem, error } = value;
    if (!isObject(json)) wrong(`"json" of the returned item${at} must be an object, not ${kindOf(json)}`);
    const item = { json };
    if (binary !== undefined && binary !== null) {
      if (!isObject(binary)) wrong(`"binary" of the returned item${at} must be an object, not ${kindOf(binary)}`);
      item.binary = binary;
    }
    if (pairedItem !== undefined && pairedItem !== null) {
      if (!isLink(pairedItem)) wrong(`"pairedItem" of the returned item${at} must be an item's number or {item: number}`);
      item.pairedItem = pairedItem;
    }
    if (error !== undefined && error !== null) item.error = error;
    const unknown = stray(value);
    if (unknown !== undefined) {
      wrong(`the returned item${at} has "${unknown}" beside "json": put the fields of an item inside "json"`);
    }
    return item;
  };
  const itemsOf = (result, given) => {
    if (!Array.isArray(result)) {
      if (!isObject(result)) {
        const nothing = result === undefined ? "nothing" : kindOf(result);
        wrong(`the code must return an array of items, one object for each, but it returned ${nothing}`);
      }
      return itemsOf([result], given);
    }
    let wrapped = 0;
    const found = result.map((value, index) => {
      if (!isObject(value)) {
        wrong(`the code must return an array of items, but at [${index}] there is ${kindOf(value)}, not an object`);
      }
      if (isItem(value)) return itemOf(value, index);
      wrapped += 1;
      return { json: value };
    });
    if (wrapped && wrapped !== found.length) {
      wrong(`some of the returned items have "json" and some have not: give it to all or to none`);
    }
    const alone = found.filter((item) => item.pairedItem === undefined);
    if (alone.length) {
      const places = new Map(given.map((item, index) => [item.json, index]));
      for (const item of alone) if (places.has(item.json)) item.pairedItem = { item: places.get(item.json) };
    }
    return found;
  };
  // One item, or none for null.
  const oneOf = (result, index) => {
    if (result === null) return null;
    if (!isObject(result)) {
      const nothing = result === undefined ? "nothing" : kindOf(result);
      wrong(`the code must return one object for each item (or null to leave it out), but it returned ${nothing}`);
    }
    const item = isItem(result) ? itemOf(result) : { json: result };
    item.pairedItem ??= { item: index };
    return item;
  };

  // --- running ----------------------------------------------------------------------------------
  const runAll = async (make, shared, output) => {
    const result = await make(scopeOf(shared, 0, output)).call({ helpers: shared.helpers });
    return itemsOf(result, shared.items);
  };
  const runEach = async (make, shared, output, at) => {
    const found = [];
    for (let index = 0; index < shared.items.length; index += 1) {
      at.item = index;
      const item = oneOf(await make(scopeOf(shared, index, output)).call({ helpers: shared.helpers }), index);
      if (item) found.push(item);
    }
    return found;
  };
  const run = async (request) => {
    const logs = [];
    const at = {};
    const text = (field) => `{${field},"logs":${plainText(logs)}}`;
    try {
      __qflow.setZone(request.zone);
      const shared = sharedOf(request);
      for (let index = 0; index < shared.items.length; index += 1) shared.items[index].pairedItem = { item: index };
      shared.kept = host.staticData(shared);
      shared.helpers = helpersOf(host, shared.items);
      shared.custom = {};
      const make = compiled(request.source);
      const output = consoleTo(logs);
      const found = await (request.mode === "each" ? runEach(make, shared, output, at) : runAll(make, shared, output));
      const items = plainText(found);
      shared.kept.save();
      return text(`"items":${items},"custom":${plainText(shared.custom)}`);
    } catch (error) {
      return text(`"error":${plainText(told(error, request.source, at.item))}`);
    }
  };

  __qflow.operations.code = (request) => {
    Object.assign(timers, { waiting: [], count: 0, now: 0 });
    timers.reply = run(request);
    return timers.reply;
  };
  __qflow.operations.timer = timer;

  // Once before the snapshot, so that no instance has to do it.
  compiled("for (const item of $input.all()) item.json.n = `${item.json.a?.b ?? 1}`;\nreturn await items;");
})();
