// The files that items carry.

import { h } from "../editor/dom.js";
import { bytes, filesOf } from "./shape.js";

/** `address(file)`: where the bytes of a file can be fetched, or null where they cannot. */
export function filesView(items, { address }) {
  const files = filesOf(items);
  return h("ul", { class: "data-files", "aria-label": "Files" }, files.map((one) => entry(one, address)));
}

function entry({ index, name, file }, address) {
  const href = address?.(file) ?? null;
  return h(
    "li",
    {},
    h("strong", {}, file.fileName || name),
    h("span", { class: "soft" }, `${file.mimeType || "unknown type"} · ${bytes(Number(file.fileSize))}`),
    h("span", { class: "soft" }, `item ${index}, field ${name}`),
    href ? h("a", { href, download: file.fileName || name }, "Download") : null,
  );
}
