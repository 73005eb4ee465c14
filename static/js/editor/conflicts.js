// What two people changed alike, side by side; whoever saves second chooses entry by entry.

import { titleOf } from "../flow/document.js";
import { takeTheirs } from "../flow/merge.js";
import { h } from "./dom.js";

const KINDS = { head: "Flow", steps: "Step", edges: "Wire", notes: "Note", groups: "Group", pins: "Pinned data of", tests: "Test" };

/** Asks; gives the changes that take over the other side where it was chosen, or null to leave it all. */
export function settle(editor, conflicts) {
  return new Promise((resolve) => {
    const rows = conflicts.map((conflict, index) => row(conflict, index));
    const dialog = h(
      "dialog",
      { class: "dialog wide-dialog", "aria-labelledby": "conflicts-title", onclose: () => finish(null) },
      h("h2", { id: "conflicts-title" }, "Somebody else changed the same"),
      h("p", {}, "Everything else is put together already. Choose which side to keep; nothing is saved before."),
      h("div", { class: "conflicts", tabIndex: 0 }, rows),
      h(
        "div",
        { class: "dialog-actions" },
        h("button", { type: "button", onclick: () => dialog.close() }, "Not now"),
        h("button", { type: "button", class: "main", onclick: () => finish(chosen()) }, "Save these"),
      ),
    );
    const chosen = () =>
      takeTheirs(editor.doc, conflicts.filter((_, index) => dialog.querySelector(`[name=side-${index}][value=theirs]`).checked));
    let settled = false;
    const finish = (answer) => {
      if (settled) return;
      settled = true;
      dialog.remove();
      resolve(answer);
    };
    editor.root.append(dialog);
    dialog.showModal();
  });
}

function row(conflict, index) {
  const { in: kind, key, mine, theirs } = conflict;
  const entry = mine ?? theirs;
  const name = kind === "steps" ? titleOf(entry) : key;
  return h(
    "fieldset",
    { class: "conflict" },
    h("legend", {}, `${KINDS[kind]} ${name}`),
    side(index, "mine", "Mine", conflict.mine, conflict.theirs),
    side(index, "theirs", "Theirs", conflict.theirs, conflict.mine),
  );
}

function side(index, value, label, entry, other) {
  const text = entry === undefined ? "(removed)" : different(entry, other);
  const radio = h("input", { type: "radio", name: `side-${index}`, value, checked: value === "mine" });
  return h("label", { class: "side" }, h("span", { class: "row-of" }, radio, label), h("pre", {}, text));
}

// Only the keys that differ, unless the other side is gone or no mapping.
function different(entry, other) {
  if (other === undefined || typeof entry !== "object" || typeof other !== "object") return JSON.stringify(entry, null, 1);
  const keys = Object.keys({ ...entry, ...other }).filter((key) => JSON.stringify(entry[key]) !== JSON.stringify(other[key]));
  return keys.map((key) => `${key}: ${entry[key] === undefined ? "(nothing)" : JSON.stringify(entry[key], null, 1)}`).join("\n");
}
