// Items as a table: a row each, a column for every key.

import { h } from "../editor/dom.js";
import { draggable } from "./dragging.js";
import { Rows } from "./rows.js";
import { brief, columnsOf, expressionOf, kindOf } from "./shape.js";

const ROW = 28;
const COLUMN_MIN = 96;
const COLUMN_MAX = 320;
const CHARACTER = 7.4;

/** `places`: which items to show. `pick(index)` is told of the row that is chosen. */
export function tableView(items, places, { root, chosen, pick }) {
  const columns = columnsOf(items);
  if (!columns.length) return h("p", { class: "data-empty" }, "These items have no fields.");
  const widths = columns.map((column) => widthOf(column, items));
  const template = ["56px", ...widths.map((width) => `minmax(${width}px, ${width}fr)`)].join(" ");
  const rows = new Rows(ROW, { role: "rowgroup", "aria-label": "Items" });
  rows.show(places.length, (row) => itemRow(items[places[row]], places[row], row, columns, { chosen, pick }));
  const table = h(
    "div",
    { class: "data-table", role: "table", "aria-rowcount": String(places.length + 1) },
    head(columns, root),
    rows.element,
  );
  table.style.setProperty("--columns", template);
  table.style.setProperty("--least", `${56 + widths.reduce((sum, width) => sum + width, 0)}px`);
  return table;
}

function head(columns, root) {
  const cells = columns.map((column) => {
    const expression = expressionOf(root, [column]);
    const cell = h("div", { role: "columnheader", title: `${column}: drag into a parameter` }, column);
    return draggable(cell, expression);
  });
  return h("div", { class: "data-row data-head", role: "row" }, h("div", { role: "columnheader" }, "#"), ...cells);
}

function itemRow(item, index, row, columns, { chosen, pick }) {
  const cells = columns.map((column) => {
    const value = item.json?.[column];
    return h("div", { role: "cell", class: `value ${kindOf(value)}` }, brief(value));
  });
  const number = h(
    "button",
    {
      type: "button",
      class: "data-index",
      "aria-pressed": String(index === chosen),
      title: "Preview expressions with this item",
      onclick: () => pick?.(index),
    },
    String(index),
  );
  const properties = { class: "data-row", role: "row", "aria-rowindex": String(row + 2) };
  return h("div", properties, h("div", { role: "cell" }, number), ...cells);
}

function widthOf(column, items) {
  const longest = items.slice(0, 20).map((item) => brief(item.json?.[column], 40).length);
  const wanted = Math.max(column.length, ...longest) * CHARACTER + 24;
  return Math.round(Math.min(COLUMN_MAX, Math.max(COLUMN_MIN, wanted)));
}
