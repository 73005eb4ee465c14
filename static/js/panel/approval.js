// Tells in the panel of a code step that the subnet does not run this code yet, and leads to proposing it.

import { h } from "../editor/dom.js";
import { ask } from "../editor/server.js";

const WAIT_MS = 400;

/** An element that follows the step's code. `editor` is the editor, `step()` gives the step as it is now. */
export function approvalNotice(editor, step) {
  const notice = h("p", { class: "approval", role: "status", hidden: true });
  let timer = 0;
  let asked = null;
  const look = async () => {
    const now = step();
    const code = now?.params?.code;
    if (!notice.isConnected || typeof code !== "string" || code === asked) return;
    asked = code;
    const found = await ask("/governance/approval", { method: "POST", body: { code } }).catch(() => null);
    if (step()?.params?.code === code) show(notice, editor, now.id, found);
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT_MS);
  };
  editor.events.on("change", () => notice.isConnected && soon());
  queueMicrotask(look);
  return notice;
}

function show(notice, editor, step, found) {
  notice.hidden = !found || found.runs;
  if (notice.hidden) return;
  const button = h("button", { type: "button", onclick: () => propose(editor, step) }, "Propose for approval");
  notice.replaceChildren(`${found.why} `, found.member ? button : "");
}

/** The proposal is made of the stored flow, so it is saved first. */
async function propose(editor, step) {
  if (editor.saving.dirty) await editor.saving.save();
  if (editor.saving.dirty || !editor.flow.id) return;
  const query = new URLSearchParams({ flow: editor.flow.id, step });
  location.assign(`/governance/proposals/new?${query}`);
}
