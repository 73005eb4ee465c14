// What the form of a credential sends. Pure functions.

/** Words, one a line or parted by commas or spaces. */
export function wordsOf(text) {
  return text.split(/[\s,]+/).filter(Boolean);
}

/** Whether a field is for these values: `when` names values of other fields. */
export function isFor(when, values, defaults) {
  return Object.entries(when ?? {}).every(([name, wanted]) => wanted.includes(values[name] ?? defaults[name]));
}

/** Whether a value says where it lies, which is no secret itself. */
export function isReference(value) {
  return /^(vault|file|env):\/\//.test(value);
}

export function defaultsOf({ properties }) {
  return Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, one.default]));
}

/** The values to send: null where nothing was changed, so that what is kept stays as it is. */
export function changedValues(schema, start, values) {
  const secret = (name) => Boolean(schema.properties[name]?.writeOnly);
  const typed = Object.keys(values).some(secret);
  const plain = Object.entries(values).filter(([name]) => !secret(name));
  const same = plain.every(([name, value]) => JSON.stringify(value) === JSON.stringify(start?.values[name]));
  if (start?.filled && same && !typed) return null;
  const defaults = defaultsOf(schema);
  const meant = ([name, value]) => value !== null && isFor(schema.properties[name]?.when, values, defaults);
  return Object.fromEntries(Object.entries(values).filter(meant));
}
