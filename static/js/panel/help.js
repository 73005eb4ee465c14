// The help of a step type: its page, fetched when it is asked for.

import { h } from "../editor/dom.js";

export function helpOf(type) {
  const holder = h("div", { class: "panel-help" }, h("p", {}, type?.summary ?? ""));
  if (type) fetched(type, holder);
  return holder;
}

async function fetched(type, holder) {
  const answer = await fetch(`/step-types/${encodeURIComponent(type.type)}/help`, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  // The page is made from the step type's own help by the node, which lets no markup of a flow through.
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  holder.replaceChildren(...parsed.body.childNodes);
}
