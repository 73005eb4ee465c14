// Comments to read and write: those of one step in its panel, or all of the flow's in a dialog.

import { rendered } from "../canvas/markdown.js";
import { openDialog } from "../editor/dialogs.js";
import { h, iconButton } from "../editor/dom.js";
import { goTo } from "../editor/finding.js";

/** What is said of a step (or "" for the flow), and a field to say more; follows what others say while it is shown. */
export function commentsOf(editor, step) {
  const { comments } = editor.together;
  const threads = new Threads(editor, () => comments.of(step));
  const form = h("div", {});
  let writes = null;
  const draw = () => {
    threads.draw();
    if (writes !== comments.canWrite) form.replaceChildren(field(editor, step));
    writes = comments.canWrite;
  };
  const place = h("div", { class: "together-talk" }, threads.filter, threads.list, form);
  follow(comments, place, draw);
  return place;
}

/** All comments of the flow. */
export function showComments(editor) {
  const { comments } = editor.together;
  const threads = new Threads(editor, () => comments.of(), {
    show: (one) => (dialog.close(), goTo(editor, one.step)),
    none: "Nothing is open. Say something of the flow here, or of a step in its panel.",
  });
  const dialog = openDialog(
    editor,
    "Comments",
    threads.filter,
    h("div", { class: "dialog-scroll", tabIndex: 0, role: "region", "aria-label": "Comments" }, threads.list),
    field(editor, ""),
    h("div", { class: "dialog-actions" }, h("button", { type: "button", onclick: () => dialog.close() }, "Close")),
  );
  dialog.classList.add("wide-dialog");
  follow(comments, dialog, () => threads.draw());
}

/** Comments with their replies; resolved ones only where they are asked for. */
class Threads {
  #answers = new Map(); // id -> the field of a reply that is being written

  constructor(editor, find, { show = null, none = "" } = {}) {
    Object.assign(this, { editor, find, show, none });
    this.list = h("ol", { class: "together-comments", "aria-label": "Comments" });
    this.done = h("input", { type: "checkbox", onchange: () => this.draw() });
    this.words = h("span", {});
    this.filter = h("label", { class: "together-done" }, this.done, this.words);
  }

  draw() {
    const { activeElement } = document;
    const all = this.find();
    const resolved = all.filter((one) => one.resolved).length;
    this.filter.hidden = !resolved;
    this.words.textContent = `Show resolved (${resolved})`;
    const rows = all.filter((one) => this.done.checked || !one.resolved).map((one) => this.#thread(one));
    this.list.replaceChildren(...(rows.length || !this.none ? rows : [h("li", { class: "together-none" }, this.none)]));
    if (this.list.contains(activeElement)) activeElement.focus(); // the field of a reply was put anew
  }

  #thread(one) {
    const { editor } = this;
    const { comments } = editor.together;
    const reply = comments.canWrite ? h("button", { type: "button", class: "quiet", "aria-label": `Reply to ${one.by}`, onclick: () => this.#open(one) }, "Reply") : null;
    const replies = one.replies.map((each) => h("li", { class: "together-reply" }, ...said(editor, each)));
    return h(
      "li",
      { class: one.resolved ? "together-comment resolved" : "together-comment" },
      ...said(editor, one, this.show && (() => this.show(one))),
      replies.length ? h("ol", { class: "together-replies", "aria-label": `Replies to ${one.by}` }, replies) : null,
      comments.canWrite ? (this.#answers.get(one.id) ?? reply) : null,
    );
  }

  #open(one) {
    const close = () => (this.#answers.delete(one.id), this.draw());
    const form = field(this.editor, one.step, { answers: one.id, label: `Reply to ${one.by}`, close });
    this.#answers.set(one.id, form);
    this.draw();
    form.querySelector("textarea").focus();
  }
}

// Draws now and with every change, as long as the place is on the page.
function follow(comments, place, draw) {
  draw();
  const off = comments.events.on("change", () => {
    if (place.isConnected) draw();
    else off();
  });
}

// What one person said: who and when with its tools, and the text.
function said(editor, one, show = null) {
  const title = one.step && (editor.step(one.step) ? editor.look(one.step).title : "a step that is gone");
  const at = new Date(one.at);
  const head = h(
    "div",
    { class: "together-head" },
    h("strong", {}, one.by),
    h("time", { dateTime: at.toISOString() }, at.toLocaleString([], { dateStyle: "medium", timeStyle: "short" })),
    show && title && (editor.step(one.step) ? h("button", { type: "button", class: "as-link", onclick: show }, title) : h("span", {}, title)),
    one.resolved && h("span", { class: "chip" }, `Resolved by ${one.resolved.by}`),
    h("span", { class: "together-tools" }, ...toolsOf(editor, one)),
  );
  return [head, h("div", { class: "together-text" }, rendered(one.text))];
}

function toolsOf(editor, one) {
  const { comments } = editor.together;
  if (!comments.canWrite) return [];
  const act = (what) => () => what().catch((error) => editor.toasts.bad(error.message));
  const what = one.answers ? "reply" : "comment";
  return [
    !one.answers && iconButton(one.resolved ? "rotate-ccw" : "check", `${one.resolved ? "Open again" : "Resolve"} the comment of ${one.by}`, act(() => comments.resolve(one.id, !one.resolved))),
    one.mine && iconButton("trash-2", `Take back the ${what} of ${one.by}`, act(() => comments.remove(one.id))),
  ].filter(Boolean);
}

/** A field to say something of a step or the flow, or to answer a comment, which `close` takes away again. */
function field(editor, step, { answers = "", label = step ? "Comment on this step" : "Comment on the flow", close = null } = {}) {
  const { comments } = editor.together;
  if (!comments.canWrite) return h("p", { class: "together-none" }, editor.flow.id ? "Who may change the flow may write comments." : "Save the flow first, then comment on it.");
  const text = h("textarea", { rows: close ? 2 : 3, maxLength: 10000, required: true, placeholder: "Markdown works" });
  const send = async (event) => {
    event?.preventDefault();
    if (!text.value.trim()) return;
    try {
      await comments.add(text.value, step, answers);
      text.value = "";
      editor.tell(answers ? "Reply added" : "Comment added");
      close?.();
    } catch (error) {
      editor.toasts.bad(error.message);
    }
  };
  text.addEventListener("keydown", (event) => {
    const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (!sends && !(close && event.key === "Escape")) return;
    event.preventDefault();
    event.stopPropagation();
    if (sends) send();
    else close();
  });
  const buttons = h("div", { class: "row" }, h("button", {}, close ? "Reply" : "Comment"), close && h("button", { type: "button", class: "quiet", onclick: close }, "Cancel"));
  return h("form", { class: "together-field", onsubmit: send }, h("label", {}, label, text), buttons);
}
