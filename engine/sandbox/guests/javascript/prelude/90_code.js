// The operations "code" and "timer": a user's code, once for all items or once for each.
//
// Request: {op: "code", source, mode: "all"|"each", tolerant, items: [item], context: {...}, zone}
// Reply:   {items: [item | {failed, item}], logs: [text]} (failed, the error of one item, where it is tolerant) or {error: {message, name, line, column, item?, host?}, logs: [text]};
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
  const ITEM_KEYS = new Set(["json", "binary", "pairedItem", "error", "metadata", "index"]);

  // --- errors -----------------------------------------------------------------------------------
  class CodeError extends Error {
    constructor(message, place = {}) {
      super(message);
      Object.assign(this, place);
    }
  }
  const wrong = (message, hint) => {
    throw new CodeError(message, { hint });
  };
  const textOf = (value) => String(value).slice(0, MESSAGE_CHARACTERS_MAX);
  const placeOf = (error) => {
    const found = FILE.exec(typeof error.stack === "string" ? error.stack : "");
    return found ? { line: Number(found[1]) - 1, column: Number(found[2]) } : {};
  };
  const facts = (error, source) => {
    if (error instanceof CodeError) {
      const { message, line, column, kind, hint } = error;
      return { message, name: kind ?? "", line, column, hint };
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
    const at = item === undefined || (error instanceof CodeError && !error.line) ? {} : { item };
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
  const SILENT = Object.fromEntries(
    "assert clear count countReset dirxml group groupCollapsed groupEnd profile profileEnd time timeEnd timeLog timeStamp"
      .split(" ")
      .map((name) => [name, () => {}]),
  );
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
      ...SILENT,
      dir: level(""),
      table: level(""),
      trace: level("trace: "),
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
  names.clearImmediate = clearTimer;
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
  const isObject = (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
  const isLink = (value) =>
    Number.isInteger(value) || (isObject(value) && Number.isInteger(value.item)) ||
    (Array.isArray(value) && value.every((part) => !Array.isArray(part) && isLink(part)));
  const ITEMS = "return an array of objects, one for each item to give";
  const INSIDE = "put all fields of an item inside its json, or give items none of the keys json, binary, pairedItem and error";

  // Where one item has a key that items have, all keys of all items must be such.
  const checkKeys = (values) => {
    const known = values.map((value) => Object.keys(value).filter((key) => ITEM_KEYS.has(key)).length);
    if (!known.some(Boolean)) return;
    values.forEach((value, index) => {
      const stray = Object.keys(value).find((key) => !ITEM_KEYS.has(key));
      if (stray === undefined) return;
      wrong(known[index] ? `Invalid output format [item ${index}]` : `Unknown top-level item key: ${stray} [item ${index}]`, INSIDE);
    });
  };
  const normal = (values) => {
    if (values.every((value) => "json" in value)) return values;
    if (values.some((value) => "json" in value)) wrong("Inconsistent item format", INSIDE);
    if (!values.every((value) => "binary" in value)) {
      return values.some((value) => "binary" in value)
        ? wrong("Inconsistent item format", INSIDE)
        : values.map((json) => ({ json }));
    }
    return values.map(({ binary, ...json }) => ({ json, binary }));
  };
  const itemOf = ({ json, binary, pairedItem, error }, index) => {
    const at = `[item ${index}]`;
    if (!isObject(json)) wrong(`A 'json' property isn't an object ${at}`, "the key json of every item must be an object");
    if (binary !== undefined && !isObject(binary)) {
      wrong(`A 'binary' property isn't an object ${at}`, "the key binary of every item must be an object");
    }
    const item = { json };
    if (binary !== undefined) item.binary = binary;
    if (isLink(pairedItem)) item.pairedItem = pairedItem;
    if (error !== undefined && error !== null) item.error = error;
    return item;
  };
  const itemsOf = (result, given) => {
    if (result === null) return [];
    if (typeof result !== "object" || (Array.isArray(result) && !result.every(isObject))) {
      wrong("Code doesn't return items properly", ITEMS);
    }
    if (Array.isArray(result)) checkKeys(result);
    const values = Array.isArray(result) ? normal(result) : [result.json ? result : { json: result }];
    const found = values.map(itemOf);
    const alone = found.filter((item) => item.pairedItem === undefined);
    if (alone.length) {
      const places = new Map(given.map((item, index) => [item.json, index]));
      for (const item of alone) if (places.has(item.json)) item.pairedItem = { item: places.get(item.json) };
    }
    return found;
  };
  // One item, or none where the code gives nothing.
  const oneOf = (result, index) => {
    if (!result) return null;
    const whole = isObject(result) && ("json" in result || "binary" in result);
    const item = itemOf(whole ? { ...result, json: "json" in result ? result.json : {} } : { json: result }, index);
    item.pairedItem ??= { item: index };
    return item;
  };
  // What stands for all items cannot be used where the code sees one.
  const checkUse = (source) => {
    const [, name] = /\$input\.(first|last|all|itemMatching)/.exec(source) ?? [];
    const line = name ? source.split("\n").findIndex((text) => text.includes(name) && !/^(?:\/\/|\*)/.test(text)) + 1 : 0;
    if (line) throw new CodeError(`Can't use .${name}() here`, { line, hint: "run the code once for all items" });
  };

  // --- running ----------------------------------------------------------------------------------
  const runAll = async (make, shared, output) => {
    const result = await make(scopeOf(shared, 0, output)).call({ helpers: shared.helpers });
    return itemsOf(result, shared.items);
  };
  const runEach = async (make, shared, output, at, request) => {
    const found = [];
    const one = async (index) => {
      const item = oneOf(await make(scopeOf(shared, index, output)).call({ helpers: shared.helpers }), index);
      if (item) found.push(item);
      else output.debug(`item ${index} gave nothing`);
    };
    for (let index = 0; index < shared.items.length; index += 1) {
      at.item = index;
      if (index === 0) checkUse(request.source);
      try {
        await one(index);
      } catch (error) {
        if (!request.tolerant) throw error;
        found.push({ failed: told(error, request.source, index), item: index });
      }
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
      const found = await (request.mode === "each" ? runEach(make, shared, output, at, request) : runAll(make, shared, output));
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
