// The whole flow in a corner, and the part of it that is seen; a press or drag moves the view there.

import { h } from "../editor/dom.js";
import { around } from "./geometry.js";

const WIDTH = 176;
const HEIGHT = 112;
const MARGIN = 8;

export function addMinimap(canvas) {
  const picture = h("canvas", { width: WIDTH * 2, height: HEIGHT * 2, "aria-hidden": "true" });
  const box = h("div", { class: "minimap", "data-scrolls": "" }, picture);
  canvas.element.append(box);
  let asked = false;
  const draw = () => {
    asked = false;
    paint(canvas, picture);
    const all = around([...canvas.boxes.values()]);
    box.hidden = !all || canvas.element.clientWidth < 640;
  };
  const soon = () => {
    if (!asked) requestAnimationFrame(draw);
    asked = true;
  };
  canvas.events.on("view", soon);
  canvas.events.on("changed", soon);
  canvas.events.on("select", soon);
  new ResizeObserver(soon).observe(canvas.element);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", soon);
  box.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const move = (to) => centre(canvas, picture, to);
    const end = () => (window.removeEventListener("pointermove", move), window.removeEventListener("pointerup", end));
    move(event);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
  });
  for (const name of ["mousedown", "touchstart", "dblclick"]) box.addEventListener(name, (event) => event.stopPropagation());
}

// How the flow and the view fit into the picture.
function frame(canvas) {
  const all = around([...canvas.boxes.values(), canvas.area]) ?? canvas.area;
  const scale = Math.min((WIDTH - MARGIN * 2) / all.width, (HEIGHT - MARGIN * 2) / all.height);
  return { scale, left: (WIDTH - all.width * scale) / 2 - all.x * scale, top: (HEIGHT - all.height * scale) / 2 - all.y * scale };
}

function paint(canvas, picture) {
  const pen = picture.getContext("2d");
  const style = getComputedStyle(canvas.element);
  const colour = (name) => style.getPropertyValue(name).trim();
  const { scale, left, top } = frame(canvas);
  pen.setTransform(2, 0, 0, 2, 0, 0);
  pen.clearRect(0, 0, WIDTH, HEIGHT);
  const fill = ({ x, y, width, height }) => pen.fillRect(left + x * scale, top + y * scale, Math.max(2, width * scale), Math.max(2, height * scale));
  for (const [id, box] of canvas.boxes) {
    const state = box.element.dataset.state;
    pen.fillStyle = colour(canvas.selection.steps.has(id) ? "--accent" : state === "failed" ? "--bad" : "--soft");
    if (!canvas.hidden.has(id)) fill(box);
  }
  const { area } = canvas;
  pen.strokeStyle = colour("--accent");
  pen.strokeRect(left + area.x * scale, top + area.y * scale, area.width * scale, area.height * scale);
}

function centre(canvas, picture, event) {
  const { left: x, top: y } = picture.getBoundingClientRect();
  const { scale, left, top } = frame(canvas);
  const { zoom } = canvas.view;
  const at = [(event.clientX - x - left) / scale, (event.clientY - y - top) / scale];
  canvas.view = { x: canvas.element.clientWidth / 2 - at[0] * zoom, y: canvas.element.clientHeight / 2 - at[1] * zoom, zoom };
}
