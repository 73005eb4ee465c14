// A parameter that names a credential: those of the types that fit, and a new one without leaving the editor.

import { loadForm } from "../credentials/form.js";
import { openDialog } from "../editor/dialogs.js";
import { h } from "../editor/dom.js";
import { ask } from "../editor/server.js";
import { choicesOf, isSame } from "./credential_choices.js";

/** The credentials of the subnet as this page knows them. */
export class Credentials {
  #known = null;

  constructor(editor) {
    this.editor = editor;
  }

  /** {credentials: [{type, name, filled}], labels, mayChange}; asked for once, and anew after a change. */
  known() {
    this.#known ??= ask("/credentials/picks.json").catch((error) => {
      this.#known = null;
      throw error;
    });
    return this.#known;
  }

  forget() {
    this.#known = null;
  }

  /** Fill one in, in a dialog; gives its type and name, or null. */
  fillIn(type, name, title) {
    return new Promise((resolve) => {
      const holder = h("div", {}, h("p", { class: "soft", role: "status" }, "One moment…"));
      const dialog = openDialog(this.editor, title, holder);
      dialog.classList.add("credential-dialog");
      dialog.addEventListener("close", () => resolve(null));
      const saved = (key) => {
        this.forget();
        this.editor.checking.soon();
        resolve(key);
        dialog.close();
      };
      loadForm(holder, type, name, { saved, cancel: () => dialog.close() });
    });
  }
}

/** `value` is {type, name}, null or undefined; `env.credentials` is a Credentials. */
export function credentialField(field, value, set, env) {
  const holder = h("div", { class: "credential-field" });
  let now = value;
  const put = (next) => {
    now = next;
    set(next ?? (field.nullable ? null : undefined));
    draw();
  };
  const fillIn = async (type, name, title) => {
    const key = await env.credentials.fillIn(type, name, title);
    if (key) put({ type: key.type, name: key.name });
    else draw();
  };
  const draw = async () => {
    try {
      const known = await env.credentials.known();
      holder.replaceChildren(picker(field, now, known, { put, fillIn }, env), ...state(now, known, fillIn, again));
    } catch (error) {
      holder.replaceChildren(h("p", { class: "bad" }, error.message));
    }
  };
  const again = () => {
    env.credentials.forget();
    draw();
  };
  draw();
  return holder;
}

/** Consent is given on the page of the credential, in another tab, so that the editor stays as it is. */
function connectNotice({ type, name }, { mayChange }, redraw) {
  const told = "Nobody has given consent for it yet: the step fails until it is connected.";
  if (!mayChange) return h("p", { class: "credential-state warn" }, told);
  const back = () => window.addEventListener("focus", redraw, { once: true });
  const href = `/credentials/edit?${new URLSearchParams({ type, name })}`;
  const link = h("a", { href, target: "_blank", rel: "noopener", onclick: back }, "Connect it");
  return h("p", { class: "credential-state warn" }, told, " ", link);
}

function picker(field, now, known, { put, fillIn }, env) {
  const groups = choicesOf(field.types, known, now);
  const options = groups.map(({ type, label, names }) => {
    const inside = names.map((one) => {
      const told = one.filled ? one.name : `${one.name} (to fill in)`;
      return h("option", { value: JSON.stringify([type, one.name]), selected: isSame(now, { type, name: one.name }) }, told);
    });
    if (known.mayChange) inside.push(h("option", { value: JSON.stringify([type]) }, `New ${label}…`));
    return h("optgroup", { label }, inside);
  });
  const choose = ({ target }) => {
    const [type, name] = target.value ? JSON.parse(target.value) : [];
    if (type && name === undefined) fillIn(type, "", `New credential: ${known.labels[type] ?? type}`);
    else put(type ? { type, name } : null);
  };
  const none = h("option", { value: "", selected: !now?.name }, field.nullable ? "None" : "Choose a credential…");
  return h("select", { "aria-label": env.label, "aria-describedby": env.describedBy, onchange: choose }, none, options);
}

/** What is to be done about the one that is chosen. */
function state(now, known, fillIn, redraw) {
  if (!now?.name) return [];
  const found = known.credentials.find((one) => isSame(one, now));
  const label = known.labels[now.type];
  if (!label) return [h("p", { class: "bad" }, `No step of this node knows the type ${now.type}.`)];
  const act = (title) =>
    known.mayChange
      ? h("button", { type: "button", class: "quiet", onclick: () => fillIn(now.type, now.name, `${title}: ${now.name}`) }, title)
      : "";
  if (found?.consent === "needed") return [connectNotice(now, known, redraw)];
  if (found?.filled) return [h("p", { class: "credential-state" }, act("Edit"))];
  const told = known.mayChange ? "It is not filled in yet: the step fails until it is." : "It is not filled in yet; an administrator can do it.";
  return [h("p", { class: "credential-state warn" }, told, " ", act("Fill in"))];
}
