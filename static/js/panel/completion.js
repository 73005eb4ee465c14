// What may follow where the caret stands in an expression. Pure functions.

import { accessor, pathsOf, schemaOf } from "../data/shape.js";

const ROOTS = [
  ["$json", "the item's fields"],
  ["$('…')", "an earlier step"],
  ["$input", "all items of the input"],
  ["$binary", "the item's files"],
  ["$now", "the time of this run"],
  ["$today", "midnight of this day"],
  ["$itemIndex", "the item's place"],
  ["$runIndex", "how often the step ran before"],
  ["$execution", "the execution: id, mode, resumeUrl"],
  ["$workflow", "the flow: id, name"],
  ["$vars", "the subnet's variables"],
  ["$env", "environment variables that the policy allows"],
  ["$jmespath(", "search JSON"],
  ["$if(", "one of two values"],
  ["$ifEmpty(", "a value, or another where it is empty"],
];
const SUGGESTIONS_MAX = 60;

/** Whether a place in a text lies between `{{` and `}}`. */
export function isInside(text, caret) {
  const before = text.slice(0, caret);
  return before.lastIndexOf("{{") > before.lastIndexOf("}}");
}

/**
 * Suggestions at a place: {from, list: [{text, about}]}, or null. `known`: {items, steps: [{title, items}], variables: {name: value}}.
 * With `always` the whole text is code, without braces.
 */
export function suggestions(text, caret, known, always = false) {
  if (!always && !isInside(text, caret)) return null;
  const word = /(\$\(\s*'([^']*)'\s*\)(?:\.item|\.first\(\)|\.last\(\))\.json|\$json|\$input\.item\.json)((?:\.[\w$]+|\[\d+\]|\["[^"\]]*"\])*)(\.|\["?)([\w$]*)$/.exec(
    text.slice(0, caret),
  );
  if (word) return ofPath(word, caret, known);
  const variable = /\$vars\.(\w*)$/.exec(text.slice(0, caret));
  if (variable) return ofVariables(variable[1], caret, known);
  const step = /\$\(\s*'([^']*)$/.exec(text.slice(0, caret));
  if (step) return ofSteps(step[1], caret, known);
  const root = /\$[\w]*$/.exec(text.slice(0, caret));
  return root ? ofRoots(root[0], caret) : null;
}

function ofPath([, , title, walked, opened, begun], caret, known) {
  const items = title === undefined ? known.items : (known.steps.find((step) => step.title === title)?.items ?? []);
  const base = partsOf(walked);
  const wanted = begun.toLowerCase();
  const here = pathsOf(schemaOf(items)).filter(
    ({ path }) => path.length === base.length + 1 && base.every((part, index) => same(part, path[index])),
  );
  const list = here
    .filter(({ path }) => String(path.at(-1)).toLowerCase().startsWith(wanted))
    .map(({ path, kinds }) => ({ text: accessor(path.at(-1)), about: kinds.join(" or ") }));
  return given(list, caret - begun.length - opened.length);
}

function same(one, other) {
  return typeof other === "number" ? /^\d+$/.test(String(one)) : String(one) === String(other);
}

function partsOf(walked) {
  return [...walked.matchAll(/\.([\w$]+)|\[(\d+)\]|\["([^"\]]*)"\]/g)].map(([, dotted, index, quoted]) =>
    index === undefined ? (dotted ?? quoted) : Number(index),
  );
}

function ofSteps(begun, caret, known) {
  const wanted = begun.toLowerCase();
  const list = known.steps
    .filter(({ title }) => title.toLowerCase().includes(wanted))
    .map(({ title }) => ({ text: `$('${title.replaceAll("'", "\\'")}').item.json`, about: "step" }));
  return given(list, caret - begun.length - 3);
}

function ofVariables(begun, caret, { variables }) {
  const list = Object.entries(variables ?? {})
    .filter(([name]) => name.toLowerCase().startsWith(begun.toLowerCase()))
    .map(([name, value]) => ({ text: name, about: value.slice(0, 60) }));
  return given(list, caret - begun.length);
}

function ofRoots(begun, caret) {
  const list = ROOTS.filter(([name]) => name.startsWith(begun)).map(([name, about]) => ({
    text: name.replace("…')", ""),
    about,
  }));
  return given(list, caret - begun.length);
}

function given(list, from) {
  return list.length ? { from, list: list.slice(0, SUGGESTIONS_MAX) } : null;
}
