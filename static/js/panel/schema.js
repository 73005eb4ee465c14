// A step type's JSON Schema as a tree of fields that a form can show. Pure functions.
//
// A field is {kind, title, help, default, nullable} and, by kind:
//   text {pattern} · number {whole, min, max} · flag · choice {options} · fixed {value}
//   credential {types} · list {item} · record {fields: [{name, required, field}]} · map {value} · variant {key, variants} · any

const RECORD_DEPTH_MAX = 6;

/** The fields of a schema's top level. */
export function fieldsOf(schema) {
  return recordOf(schema, schema.$defs ?? {}, 0).fields;
}

/** `timeoutMs` -> `Timeout (ms)`, `maxPages` -> `Max pages`; `POST` stays `POST`. */
export function titleOf(name) {
  if (/^[A-Z\d_]+$/.test(name)) return name;
  const [stem, unit] = name.endsWith("Ms") ? [name.slice(0, -2), " (ms)"] : [name, ""];
  const words = stem.replace(/_+$/, "").replace(/[_-]+/g, " ").replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1) + unit;
}

export function fieldOf(schema, defs, name = "", depth = 0) {
  const about = { title: titleOf(name), help: plain(schema.description ?? ""), default: schema.default };
  const whole = schema.$ref ? { ...resolved(schema.$ref, defs), ...without(schema, "$ref") } : schema;
  const shape = schema.credentialTypes ? credentialOf(schema) : shapeOf(whole, defs, depth);
  return { ...about, help: about.help || whole.description || "", nullable: false, ...shape };
}

/** A field that names a credential of one of some types. */
function credentialOf(schema) {
  return { kind: "credential", types: schema.credentialTypes, nullable: (schema.anyOf ?? []).some(({ type }) => type === "null") };
}

/** Help without the links of the documentation. */
function plain(text) {
  return text.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
}

function shapeOf(schema, defs, depth) {
  const options = schema.oneOf ?? schema.anyOf;
  if (options) return choiceOf(schema, options, defs, depth);
  if (schema.allOf?.length === 1) return shapeOf({ ...resolve(schema.allOf[0], defs) }, defs, depth);
  if (schema.const !== undefined) return { kind: "fixed", value: schema.const };
  if (schema.enum) return { kind: "choice", options: schema.enum };
  if (depth > RECORD_DEPTH_MAX) return { kind: "any" };
  switch (schema.type) {
    case "string":
      return { kind: "text", pattern: schema.pattern };
    case "integer":
    case "number":
      return { kind: "number", whole: schema.type === "integer", min: schema.minimum, max: schema.maximum };
    case "boolean":
      return { kind: "flag" };
    case "array":
      return { kind: "list", item: fieldOf(schema.items ?? {}, defs, "", depth + 1) };
    case "object":
      return schema.properties ? recordOf(schema, defs, depth) : mapOf(schema, defs, depth);
    default:
      return { kind: "any" };
  }
}

/** One of several shapes: nullable, told apart by a key, a set of plain types, or anything. */
function choiceOf(schema, options, defs, depth) {
  const shapes = options.map((option) => resolve(option, defs)).filter((option) => option.type !== "null");
  const nullable = shapes.length < options.length;
  if (shapes.length === 1) return { ...shapeOf(shapes[0], defs, depth), nullable };
  if (shapes.every((shape) => shape.enum || shape.const !== undefined)) {
    return { kind: "choice", options: shapes.flatMap((shape) => shape.enum ?? [shape.const]), nullable };
  }
  const inner = shapes.find((shape) => shape.oneOf || shape.anyOf);
  if (inner && shapes.length <= 2 && shapes.every((shape) => shape === inner || shape.type === "object")) {
    return { ...choiceOf(inner, inner.oneOf ?? inner.anyOf, defs, depth), nullable };
  }
  const key = schema.discriminator?.propertyName ?? tellingKey(shapes);
  if (key) return { ...variantOf(shapes, key, defs, depth), nullable };
  return { kind: "any", nullable, choices: shapes.flatMap((shape) => shape.enum ?? (shape.const === undefined ? [] : [shape.const])) };
}

function tellingKey(shapes) {
  const keys = Object.keys(shapes[0]?.properties ?? {});
  return keys.find((key) => shapes.every((shape) => shape.properties?.[key]?.const !== undefined));
}

function variantOf(shapes, key, defs, depth) {
  const variants = shapes.map((shape) => ({
    value: shape.properties[key].const,
    help: shape.description ?? "",
    fields: recordOf(shape, defs, depth + 1).fields.filter((one) => one.name !== key),
  }));
  return { kind: "variant", key, variants };
}

function recordOf(schema, defs, depth) {
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {}).map(([name, one]) => ({
    name,
    required: required.has(name),
    field: fieldOf(one, defs, name, depth + 1),
  }));
  return { kind: "record", fields };
}

function mapOf(schema, defs, depth) {
  const value = schema.additionalProperties;
  return { kind: "map", value: fieldOf(value && value !== true ? value : {}, defs, "", depth + 1) };
}

function resolve(schema, defs) {
  return schema.$ref ? { ...resolved(schema.$ref, defs), ...without(schema, "$ref") } : schema;
}

function resolved(reference, defs) {
  return defs[reference.split("/").at(-1)] ?? {};
}

function without(object, key) {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** What a new value of a field starts as. */
export function blank(field) {
  if (field.default !== undefined && field.default !== null) return structuredClone(field.default);
  switch (field.kind) {
    case "flag":
      return false;
    case "number":
      return field.min ?? 0;
    case "choice":
      return field.options[0];
    case "fixed":
      return field.value;
    case "list":
      return [];
    case "map":
      return {};
    case "record":
      return blankRecord(field.fields);
    case "credential":
      return field.nullable ? null : undefined;
    case "variant":
      return { [field.key]: field.variants[0].value, ...blankRecord(field.variants[0].fields) };
    default:
      return "";
  }
}

export function blankRecord(fields) {
  return Object.fromEntries(fields.filter((one) => one.required).map((one) => [one.name, blank(one.field)]));
}

function requiredFirst(fields) {
  return [...fields.filter((one) => one.required), ...fields.filter((one) => !one.required)];
}

/** Whether a value is worked out when the step runs: it holds an expression or is a reference. */
export function isWritten(value) {
  return typeof value === "string" && (value.includes("{{") || /^\$[A-Za-z_]/.test(value));
}

const FIRST_FIELDS = 3;

/**
 * Fields in three parts: what is shown at once (what is required or set, and the first few), what is folded
 * away since it has its usual value, and what is there only once it is added.
 */
export function arranged(fields, values) {
  const given = (one) => one.required || one.name in values;
  const usual = fields.filter((one) => !one.field.nullable);
  const first = new Set(fields.length <= FIRST_FIELDS + 1 ? usual : usual.slice(0, FIRST_FIELDS));
  return {
    shown: requiredFirst(fields.filter((one) => given(one) || first.has(one))),
    folded: usual.filter((one) => !given(one) && !first.has(one)),
    more: fields.filter((one) => one.field.nullable && !given(one)),
  };
}
