// Comments to read and write: those of one step in its panel, or all of the flow's in a dialog.

import { rendered } from "../canvas/markdown.js";
import { openDialog } from "../editor/dialogs.js";
import { h, iconButton } from "../editor/dom.js";
import { goTo } from "../editor/finding.js";

/** What is said of a step (or "" for the flow), and a field to say more; follows what others say while it is shown. */
export function commentsOf(editor, step) {
  const { comments } = editor.together;
  const list = h("ol", { class: "together-comments", "aria-label": "Comments" });
  const form = h("div", {});
  let writes = null;
  const draw = () => {
    list.replaceChildren(...comments.of(step).map((one) => shown(editor, one)));
    if (writes !== comments.canWrite) form.replaceChildren(field(editor, step));
    writes = comments.canWrite;
  };
  const place = h("div", { class: "together-talk" }, list, form);
  follow(comments, place, draw);
  return place;
}

/** All comments of the flow, those that are open first. */
export function showComments(editor) {
  const { comments } = editor.together;
  const list = h("ol", { class: "together-comments" });
  const done = h("input", { type: "checkbox", onchange: () => draw() });
  const draw = () => {
    const wanted = comments.of().filter((one) => done.checked || !one.resolved);
    const rows = wanted.map((one) => shown(editor, one, () => (dialog.close(), goTo(editor, one.step))));
    list.replaceChildren(...(rows.length ? rows : [h("li", { class: "together-none" }, "Nothing is open. Say something of the flow here, or of a step in its panel.")]));
  };
  const dialog = openDialog(
    editor,
    "Comments",
    h("label", { class: "together-done" }, done, " Show resolved ones, too"),
    h("div", { class: "dialog-scroll", tabIndex: 0, role: "region", "aria-label": "Comments" }, list),
    field(editor, ""),
    h("div", { class: "dialog-actions" }, h("button", { type: "button", onclick: () => dialog.close() }, "Close")),
  );
  dialog.classList.add("wide-dialog");
  follow(comments, dialog, draw);
}

// Draws now and with every change, as long as the place is on the page.
function follow(comments, place, draw) {
  draw();
  const off = comments.events.on("change", () => {
    if (place.isConnected) draw();
    else off();
  });
}

function shown(editor, one, show = null) {
  const { comments } = editor.together;
  const title = one.step && (editor.step(one.step) ? editor.look(one.step).title : "a step that is gone");
  const at = new Date(one.at);
  const act = (what) => () => what().catch((error) => editor.toasts.bad(error.message));
  const tools = comments.canWrite
    ? [
        iconButton(one.resolved ? "rotate-ccw" : "check", `${one.resolved ? "Open again" : "Resolve"} the comment of ${one.by}`, act(() => comments.resolve(one.id, !one.resolved))),
        one.mine && iconButton("trash-2", `Take back the comment of ${one.by}`, act(() => comments.remove(one.id))),
      ]
    : [];
  const head = h(
    "div",
    { class: "together-head" },
    h("strong", {}, one.by),
    h("time", { dateTime: at.toISOString() }, at.toLocaleString([], { dateStyle: "medium", timeStyle: "short" })),
    show && title && (editor.step(one.step) ? h("button", { type: "button", class: "as-link", onclick: show }, title) : h("span", {}, title)),
    one.resolved && h("span", { class: "chip" }, `Resolved by ${one.resolved.by}`),
    h("span", { class: "together-tools" }, ...tools),
  );
  return h("li", { class: one.resolved ? "together-comment resolved" : "together-comment" }, head, h("div", { class: "together-text" }, rendered(one.text)));
}

function field(editor, step) {
  const { comments } = editor.together;
  if (!comments.canWrite) return h("p", { class: "together-none" }, editor.flow.id ? "Who may change the flow may write comments." : "Save the flow first, then comment on it.");
  const text = h("textarea", { rows: 3, maxLength: 10000, required: true, placeholder: "Markdown works" });
  const send = async (event) => {
    event?.preventDefault();
    if (!text.value.trim()) return;
    try {
      await comments.add(text.value, step);
      text.value = "";
      editor.tell("Comment added");
    } catch (error) {
      editor.toasts.bad(error.message);
    }
  };
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    send();
  });
  const label = step ? "Comment on this step" : "Comment on the flow";
  return h("form", { class: "together-field", onsubmit: send }, h("label", {}, label, text), h("button", {}, "Comment"));
}
