// A box with a search field and a list: the palette, the command bar and the search in the flow are made of it.
// Keys: arrows, Page Up and Down, Enter, Escape; the list is a listbox that the field controls.

import { h, icon } from "./dom.js";

const PAGE = 8;
let number = 0;

/**
 * Open it. `find(query)` gives what is listed: [{label, detail, icon, section, keys, disabled, choose}]. It
 * closes when something is chosen, Escape is pressed or the focus goes elsewhere. `place` is a point of the
 * window; without, it stands in the upper middle.
 */
export function openChooser(editor, { label, placeholder, find, place = null, onclose = () => {} }) {
  document.querySelector(".chooser")?.dispatchEvent(new Event("close"));
  const id = `chooser-${(number += 1)}`;
  const back = document.activeElement;
  const field = h("input", {
    type: "text", placeholder, autocomplete: "off", spellcheck: false, role: "combobox",
    "aria-label": label, "aria-expanded": "true", "aria-controls": id, "aria-autocomplete": "list",
  });
  const list = h("div", { class: "chooser-list", id, role: "listbox", "aria-label": label, "data-scrolls": "" });
  const box = h("div", { class: "chooser", role: "dialog", "aria-label": label }, h("div", { class: "chooser-field" }, icon("search"), field), list);
  const state = { items: [], at: 0 };
  const close = (refocus = true) => {
    if (!box.isConnected) return;
    document.removeEventListener("pointerdown", outside, true);
    const inside = box.contains(document.activeElement);
    box.remove();
    if (refocus && inside) giveBack(editor, back);
    onclose();
  };
  const outside = (event) => !box.contains(event.target) && close(false);
  const choose = (item) => {
    if (!item || item.disabled) return;
    close();
    item.choose();
    if (!document.activeElement?.checkVisibility() || document.activeElement === document.body) editor.focus();
  };
  const show = () => {
    state.items = find(field.value.trim());
    state.at = Math.max(0, state.items.findIndex((item) => !item.disabled));
    list.replaceChildren(...rows(state.items, id, choose));
    if (!state.items.length) list.append(h("p", { class: "chooser-none" }, "Nothing found."));
    mark(field, list, state, id);
  };
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape" || event.key === "Tab") return event.preventDefault(), close();
    if (event.key === "Enter") return event.preventDefault(), choose(state.items[state.at]);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE }[event.key];
    if (!step || !state.items.length) return;
    event.preventDefault();
    const last = state.items.length - 1;
    state.at = Math.abs(step) === 1 ? (state.at + step + last + 1) % (last + 1) : Math.min(last, Math.max(0, state.at + step));
    mark(field, list, state, id);
  });
  box.addEventListener("close", () => close(false));
  editor.root.append(box);
  put(box, place);
  document.addEventListener("pointerdown", outside, true);
  show();
  field.focus();
  return close;
}

/** Put the focus back where it was, or on the flow where that is gone. */
export function giveBack(editor, element) {
  if (element?.isConnected && element !== document.body && element.checkVisibility()) element.focus({ preventScroll: true });
  else editor.focus();
}

function rows(items, id, choose) {
  let section;
  return items.flatMap((item, index) => {
    const head = item.section !== section && item.section ? [h("div", { class: "chooser-section", role: "presentation" }, item.section)] : [];
    section = item.section;
    const words = h("span", { class: "chooser-words" }, h("span", { class: "chooser-label" }, item.label), item.detail && h("span", { class: "chooser-detail" }, item.detail));
    const row = h(
      "div",
      { class: "chooser-row", id: `${id}-${index}`, role: "option", "aria-disabled": item.disabled ? "true" : null, onclick: () => choose(item) },
      icon(item.icon ?? "chevron-right"),
      words,
      item.keys && h("kbd", {}, item.keys),
    );
    return [...head, row];
  });
}

function mark(field, list, state, id) {
  for (const row of list.querySelectorAll("[aria-selected]")) row.removeAttribute("aria-selected");
  const row = list.querySelector(`#${id}-${state.at}`);
  field.setAttribute("aria-activedescendant", row ? row.id : "");
  if (!row) return;
  row.setAttribute("aria-selected", "true");
  row.scrollIntoView({ block: "nearest" });
}

// Beside the point, but wholly inside the window.
function put(box, place) {
  if (!place) return box.classList.add("in-the-middle");
  const { width, height } = box.getBoundingClientRect();
  box.style.left = `${Math.max(8, Math.min(place[0] + 8, innerWidth - width - 8))}px`;
  box.style.top = `${Math.max(8, Math.min(place[1] - 24, innerHeight - height - 8))}px`;
}

/** How well a query fits texts: the sum over its words of the best place each has, or 0 if one has none. */
export function fits(query, ...texts) {
  let sum = 0;
  for (const word of query.toLowerCase().split(/\s+/).filter(Boolean)) {
    const best = Math.max(...texts.map((text, index) => worth(word, String(text ?? "").toLowerCase(), index)));
    if (!best) return 0;
    sum += best;
  }
  return sum || 1;
}

function worth(word, text, rank) {
  const at = text.indexOf(word);
  if (at < 0) return 0;
  const begins = at === 0 ? 4 : /[\s._-]/.test(text[at - 1]) ? 3 : 1;
  return begins * 10 - Math.min(rank, 3) * 4 + (text === word ? 10 : 0);
}
