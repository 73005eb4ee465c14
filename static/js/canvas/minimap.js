// The whole flow in a corner, and the part of it that is seen; a press or drag moves the view there.

import { h } from "../editor/dom.js";
import { around } from "./geometry.js";

const WIDTH = 176;
const HEIGHT = 112;
const MARGIN = 8;

export function addMinimap(canvas) {
  const picture = h("canvas", { width: WIDTH * 2, height: HEIGHT * 2, "aria-hidden": "true" });
  const seen = h("div", { class: "minimap-view" });
  const box = h("div", { class: "minimap", "data-scrolls": "" }, picture, seen);
  canvas.element.append(box);
  let asked = false;
  let fitted = fit(canvas);
  const draw = () => {
    asked = false;
    fitted = fit(canvas);
    paint(canvas, picture, fitted);
    frame(canvas, seen, fitted);
    box.hidden = !canvas.boxes.size;
  };
  const soon = () => {
    if (!asked) requestAnimationFrame(draw);
    asked = true;
  };
  canvas.events.on("view", () => frame(canvas, seen, fitted));
  canvas.events.on("changed", soon);
  canvas.events.on("select", soon);
  new ResizeObserver(soon).observe(canvas.element);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", soon);
  listen(box, (event) => centre(canvas, picture, event, fitted));
}

// A press or drag on the map, which the canvas below must not take for its own.
function listen(box, move) {
  box.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const end = () => (window.removeEventListener("pointermove", move), window.removeEventListener("pointerup", end));
    move(event);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
  });
  for (const name of ["mousedown", "touchstart", "dblclick"]) box.addEventListener(name, (event) => event.stopPropagation());
}

// How the flow fits into the picture.
function fit(canvas) {
  const all = around([...canvas.boxes.values()]) ?? { x: 0, y: 0, width: WIDTH, height: HEIGHT };
  const scale = Math.min((WIDTH - MARGIN * 2) / all.width, (HEIGHT - MARGIN * 2) / all.height, 0.2);
  return { scale, left: (WIDTH - all.width * scale) / 2 - all.x * scale, top: (HEIGHT - all.height * scale) / 2 - all.y * scale };
}

function paint(canvas, picture, { scale, left, top }) {
  const pen = picture.getContext("2d");
  const style = getComputedStyle(canvas.element);
  const [accent, bad, soft] = ["--accent", "--bad", "--soft"].map((name) => style.getPropertyValue(name).trim());
  pen.setTransform(2, 0, 0, 2, 0, 0);
  pen.clearRect(0, 0, WIDTH, HEIGHT);
  for (const [id, box] of canvas.boxes) {
    if (canvas.hidden.has(id)) continue;
    pen.fillStyle = canvas.selection.steps.has(id) ? accent : box.state?.status === "failed" ? bad : soft;
    pen.fillRect(left + box.x * scale, top + box.y * scale, Math.max(2, box.width * scale), Math.max(2, box.height * scale));
  }
}

// The part that is seen, as far as it is on the map.
function frame(canvas, seen, { scale, left, top }) {
  const { area } = canvas;
  const [x1, x2] = [area.x, area.x + area.width].map((x) => Math.min(WIDTH, Math.max(0, left + x * scale)));
  const [y1, y2] = [area.y, area.y + area.height].map((y) => Math.min(HEIGHT, Math.max(0, top + y * scale)));
  Object.assign(seen.style, { transform: `translate(${x1}px, ${y1}px)`, width: `${x2 - x1}px`, height: `${y2 - y1}px` });
}

function centre(canvas, picture, event, { scale, left, top }) {
  const { left: x, top: y } = picture.getBoundingClientRect();
  const { zoom } = canvas.view;
  const at = [(event.clientX - x - left) / scale, (event.clientY - y - top) / scale];
  canvas.view = { x: canvas.element.clientWidth / 2 - at[0] * zoom, y: canvas.element.clientHeight / 2 - at[1] * zoom, zoom };
}
