// In the panel of a webhook or a form: its addresses, and the button that waits for a test event.

import { h, icon, iconButton } from "../editor/dom.js";
import { addressesOf } from "../run/listening.js";

/** An element that follows the step and the listener; null for steps that nobody calls. `step()` gives the step now. */
export function listenBox(editor, step) {
  if (!["trigger.webhook", "trigger.form"].includes(step()?.type)) return null;
  const box = h("section", { class: "listen", "aria-label": "Test event" });
  let shown = "";
  const draw = () => {
    const now = step();
    const wanted = JSON.stringify([now?.params?.path, now?.params?.methods, waitsAt(editor, now)]);
    const left = box.querySelector("time");
    if (wanted === shown && left) left.textContent = timeLeft(editor);
    else if (wanted !== shown) box.replaceChildren(...parts(editor, now));
    shown = wanted;
  };
  const stops = ["change", "listen:change"].map((name) => editor.events.on(name, () => (box.isConnected ? draw() : leave())));
  const leave = () => stops.forEach((stop) => stop());
  draw();
  return box;
}

function parts(editor, step) {
  const found = step && addressesOf(step, editor.root.dataset.address || location.origin);
  if (!found) return [h("p", { class: "soft" }, "Give it a path, and it can be tried here.")];
  const waits = waitsAt(editor, step);
  return [address(editor, "Test", found, found.test), address(editor, "Production", found, found.production), waits ? waiting(editor, found) : start(editor, step, found)];
}

function address(editor, name, { methods }, url) {
  const copy = () => navigator.clipboard.writeText(url).then(
    () => editor.toasts.show(`Copied the ${name.toLowerCase()} address.`),
    () => editor.toasts.bad("This browser did not copy it; select the address instead."),
  );
  return h(
    "div",
    { class: "listen-address" },
    h("span", { class: "soft" }, name),
    h("code", { tabIndex: 0, "aria-label": `${name} address` }, `${methods.join(", ")} ${url}`),
    iconButton("copy", `Copy the ${name.toLowerCase()} address`, copy),
  );
}

function start(editor, step, { door }) {
  if (!editor.canRun) return h("p", { class: "soft" }, "You may not run this flow.");
  const listen = () => editor.listener.start(step.id);
  return h("button", { type: "button", class: "listen-start", onclick: listen }, icon("radio"), door === "form" ? "Listen for a test submission" : "Listen for a test event");
}

const waitsAt = (editor, step) => Boolean(step) && editor.listener?.step === step.id;

function timeLeft(editor) {
  const seconds = Math.ceil(editor.listener.left / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function waiting(editor, { door, test }) {
  const told = door === "form" ? "Waits for somebody to send the form" : "Waits for a call of the test address";
  const open = door === "form" ? h("a", { class: "button", href: test, target: "_blank", rel: "noopener" }, "Open the form") : null;
  const stop = h("button", { type: "button", onclick: () => editor.listener.stop() }, "Stop listening");
  return h("div", { class: "listen-waits" }, h("span", { class: "listen-dot", "aria-hidden": "true" }), h("span", { role: "status" }, told), h("time", { "aria-hidden": "true" }, timeLeft(editor)), open, stop);
}
