// What items look like: columns, a schema, paths as expressions, files. Pure functions over JSON values.

const PLAIN = /^[A-Za-z_$][\w$]*$/;
const SEEN_ITEMS = 200;
const CELL_CHARACTERS = 160;

/** The type of a JSON value in the words of the views. */
export function kindOf(value) {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

/** `.name` or `["a name"]` or `[0]`: a step of a path as JavaScript writes it. */
export function accessor(key) {
  if (typeof key === "number") return `[${key}]`;
  return PLAIN.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** A path below a root as an expression: `$json.customer.lines[0].price`. */
export function expressionOf(root, path) {
  return `{{ ${root}${path.map(accessor).join("")} }}`;
}

/** The columns of a table of items, in the order in which their keys first occur. */
export function columnsOf(items) {
  const columns = new Set();
  for (const item of items.slice(0, SEEN_ITEMS)) for (const key of Object.keys(item.json ?? {})) columns.add(key);
  return [...columns];
}

/** A value in one line, cut where it is long. */
export function brief(value, characters = CELL_CHARACTERS) {
  if (value === undefined) return "";
  const text = typeof value === "string" ? value : JSON.stringify(shallow(value));
  const line = text.replace(/\s+/g, " ");
  return line.length > characters ? `${line.slice(0, characters)}…` : line;
}

/** Only as much of a large value as a brief line can show. */
function shallow(value, depth = 2) {
  if (value === null || typeof value !== "object") {
    return typeof value === "string" ? value.slice(0, CELL_CHARACTERS) : value;
  }
  if (depth === 0) return Array.isArray(value) ? `[${value.length}]` : "{…}";
  if (Array.isArray(value)) return value.slice(0, 8).map((one) => shallow(one, depth - 1));
  return Object.fromEntries(Object.entries(value).slice(0, 8).map(([key, one]) => [key, shallow(one, depth - 1)]));
}

/**
 * The schema of values as a tree: {key, kinds, sample, count, children}. Elements of lists are seen as one
 * child with the key 0.
 */
export function schemaOf(items) {
  const root = node(null);
  for (const item of items.slice(0, SEEN_ITEMS)) add(root, item.json);
  return root.children;
}

function node(key) {
  return { key, kinds: new Set(), sample: undefined, count: 0, children: [] };
}

function add(into, value) {
  const kind = kindOf(value);
  into.kinds.add(kind);
  into.count += 1;
  if (kind === "object") for (const [key, one] of Object.entries(value)) add(child(into, key), one);
  else if (kind === "array") for (const one of value.slice(0, SEEN_ITEMS)) add(child(into, 0), one);
  else if (into.sample === undefined && kind !== "null") into.sample = value;
}

function child(into, key) {
  const found = into.children.find((one) => one.key === key);
  if (found) return found;
  into.children.push(node(key));
  return into.children.at(-1);
}

/** Every path below the schema's nodes, for completion: [{path, kinds, sample}]. */
export function pathsOf(nodes, before = []) {
  return nodes.flatMap((one) => {
    const path = [...before, one.key];
    return [{ path, kinds: [...one.kinds], sample: one.sample }, ...pathsOf(one.children, path)];
  });
}

/** The files of items: [{index, name, file}]. */
export function filesOf(items) {
  return items.flatMap((item, index) =>
    Object.entries(item.binary ?? {}).map(([name, file]) => ({ index, name, file })),
  );
}

/** The places of the items that hold a text anywhere, keys too; without a text all of them. */
export function matching(items, text) {
  const wanted = text.trim().toLowerCase();
  const all = items.map((_, index) => index);
  if (!wanted) return all;
  return all.filter((index) => holds(items[index].json, wanted));
}

function holds(value, wanted) {
  if (value !== null && typeof value === "object") {
    return Object.entries(value).some(([key, one]) => {
      const named = !Array.isArray(value) && key.toLowerCase().includes(wanted);
      return named || holds(one, wanted);
    });
  }
  return String(value).toLowerCase().includes(wanted);
}

/**
 * The rows of a tree that is open at some paths, as far as they are wanted: [{path, key, value, kind, depth,
 * size, open}]. `open` tells by the path's text whether it is open; closed parts are not looked into.
 */
export function rowsOf(value, open, before = []) {
  const rows = [];
  for (const [key, one] of entriesOf(value)) {
    const path = [...before, key];
    const kind = kindOf(one);
    const nested = kind === "object" || kind === "array";
    const size = nested ? (kind === "array" ? one.length : Object.keys(one).length) : 0;
    const isOpen = nested && size > 0 && open(path);
    rows.push({ path, key, value: one, kind, depth: before.length, size, open: isOpen });
    if (isOpen) for (const row of rowsOf(one, open, path)) rows.push(row);
  }
  return rows;
}

function entriesOf(value) {
  return Array.isArray(value) ? value.map((one, index) => [index, one]) : Object.entries(value ?? {});
}

/** Bytes in words: 1,234,567 -> 1.2 MB. */
export function bytes(count) {
  if (!Number.isFinite(count)) return "";
  const units = ["B", "kB", "MB", "GB"];
  let unit = 0;
  let amount = count;
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${unit ? amount.toFixed(1) : amount} ${units[unit]}`;
}
