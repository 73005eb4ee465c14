// Two small buttons in the middle of the wire under the pointer: insert a step, remove the wire.

import { h, iconButton } from "../editor/dom.js";
import { wireMiddle } from "./geometry.js";

const LEAVE_MS = 250;

export function addWireTools(canvas, { insert, remove }) {
  let key = null;
  let timer;
  const box = h(
    "div",
    { class: "wire-tools", hidden: true },
    iconButton("plus", "Insert a step", (event) => insert(key, [event.clientX, event.clientY])),
    iconButton("trash-2", "Remove the wire", () => (remove(key), hide())),
  );
  const hide = () => {
    box.hidden = true;
    key = null;
  };
  const show = (event) => {
    const wire = event.target.closest?.("svg.connection");
    if (!wire?.dataset.edge || canvas.readOnly || canvas.held) return;
    clearTimeout(timer);
    key = wire.dataset.edge;
    const [from, to] = canvas.endsOf(canvas.edges.get(key));
    const [x, y] = wireMiddle(from.point, to.point);
    box.style.left = `${x}px`;
    box.style.top = `${y}px`;
    box.hidden = false;
  };
  const leave = () => {
    clearTimeout(timer);
    timer = setTimeout(hide, LEAVE_MS);
  };
  canvas.drawing.precanvas.append(box);
  canvas.element.addEventListener("pointerover", (event) => (box.contains(event.target) ? clearTimeout(timer) : show(event)));
  canvas.element.addEventListener("pointerout", leave);
  canvas.element.addEventListener("mousedown", (event) => !box.contains(event.target) && hide());
}
