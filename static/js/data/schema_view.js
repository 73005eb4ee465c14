// The fields that items have, with their types and an example of each; every one can be dragged.

import { h } from "../editor/dom.js";
import { draggable } from "./dragging.js";
import { brief, expressionOf, schemaOf } from "./shape.js";

const FIELDS_MAX = 400;

export function schemaView(items, { root, use }) {
  const fields = flat(schemaOf(items)).slice(0, FIELDS_MAX);
  if (!fields.length) return h("p", { class: "data-empty" }, "These items have no fields.");
  return h("ul", { class: "data-schema", "aria-label": "Fields" }, fields.map((field) => entry(field, root, use)));
}

function flat(nodes, before = []) {
  return nodes.flatMap((one) => {
    const path = [...before, one.key];
    return [{ ...one, path }, ...flat(one.children, path)];
  });
}

function entry({ path, kinds, sample, key }, root, use) {
  const expression = expressionOf(root, path);
  const button = h(
    "button",
    { type: "button", class: "schema-field", title: `${expression}: drag into a parameter, or press to insert`, onclick: () => use?.(expression) },
    h("span", { class: "schema-name" }, typeof key === "number" ? "each" : key),
    h("span", { class: "schema-kind" }, [...kinds].join(" or ")),
    h("span", { class: "schema-sample" }, brief(sample, 60)),
  );
  const item = h("li", {}, draggable(button, expression));
  item.style.setProperty("--depth", String(path.length - 1));
  return item;
}
