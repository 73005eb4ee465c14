// The small tools on the canvas: zoom, fit, the rectangle that selects, and the moving view.

import { run } from "./action.js";
import { h, icon, iconButton } from "./dom.js";

const ZOOM_STEP = 1.25;

export function makeCanvasTools(editor) {
  const { canvas } = editor;
  const percent = h("output", { "aria-label": "Zoom" });
  const tools = h(
    "div",
    { class: "canvas-tools", role: "toolbar", "aria-label": "View", "data-scrolls": "" },
    iconButton("zoom-out", "Zoom out", () => canvas.zoomBy(1 / ZOOM_STEP), "-"),
    percent,
    iconButton("zoom-in", "Zoom in", () => canvas.zoomBy(ZOOM_STEP), "+"),
    iconButton("maximize", "Show all", () => canvas.fit(), "1"),
    editor.canWrite && iconButton("wand-sparkles", "Tidy up", () => run(editor, "tidy"), "Shift+Alt+T"),
  );
  showWhenEmpty(editor);
  canvas.element.append(tools);
  const dots = h("div", { class: "dots" });
  canvas.element.prepend(dots);
  let shown = 0;
  const show = () => {
    const { x, y, zoom } = canvas.view;
    const grid = (zoom < 0.5 ? 64 : 16) * zoom;
    if (grid !== shown) {
      percent.textContent = `${Math.round(zoom * 100)}%`;
      dots.style.backgroundSize = `${grid}px ${grid}px`;
      shown = grid;
    }
    dots.style.transform = `translate(${(x % grid) + (64 % grid)}px, ${(y % grid) + (64 % grid)}px)`;
  };
  canvas.events.on("view", show);
  canvas.events.on("marquee", (event) => marquee(canvas, event));
  panBySpace(canvas);
}

// What stands on a canvas without steps.
function showWhenEmpty(editor) {
  const add = h("button", { type: "button", class: "main", onclick: () => run(editor, "add") }, icon("plus"), " Add the first step");
  const lines = [
    h("div", { class: "lead" }, "This flow is empty"),
    h("p", {}, "A flow begins with a trigger: a webhook, a schedule, an event, or a start by hand."),
    editor.canWrite && add,
    editor.canWrite && h("p", {}, "Or paste steps from another flow or from n8n with ", h("kbd", {}, "Ctrl+V"), "; ", h("kbd", {}, "Ctrl+K"), " shows every command."),
  ];
  const empty = h("div", { class: "empty" }, lines.filter(Boolean));
  editor.canvas.element.append(empty);
  const show = () => (empty.hidden = editor.doc.steps.size + editor.doc.notes.size > 0);
  editor.events.on("change", show);
  show();
}

// While the space bar is down, the canvas is dragged as a whole.
function panBySpace(canvas) {
  const hold = (on) => {
    canvas.panning = on;
    canvas.element.classList.toggle("panning", on);
  };
  canvas.element.addEventListener("keydown", (event) => {
    if (event.code !== "Space" || event.target !== canvas.element) return;
    event.preventDefault();
    hold(true);
  });
  window.addEventListener("keyup", (event) => event.code === "Space" && hold(false));
  window.addEventListener("blur", () => hold(false));
}

function marquee(canvas, start) {
  const { left, top } = canvas.element.getBoundingClientRect();
  const box = h("div", { class: "marquee" });
  const kept = start.shiftKey ? [...canvas.selection.steps] : [];
  canvas.element.append(box);
  const area = (event) => {
    const x = Math.min(start.clientX, event.clientX);
    const y = Math.min(start.clientY, event.clientY);
    return { x, y, width: Math.abs(event.clientX - start.clientX), height: Math.abs(event.clientY - start.clientY) };
  };
  const draw = (event) => {
    const { x, y, width, height } = area(event);
    Object.assign(box.style, { left: `${x - left}px`, top: `${y - top}px`, width: `${width}px`, height: `${height}px` });
    const [wx, wy] = canvas.toWorld(x, y);
    const { zoom } = canvas.view;
    const world = { x: wx, y: wy, width: width / zoom, height: height / zoom };
    const notes = canvas.layers.flatMap((layer) => layer.within?.(world) ?? []);
    canvas.select({ steps: [...kept, ...canvas.within(world)], notes });
  };
  const end = (event) => {
    window.removeEventListener("mousemove", draw);
    window.removeEventListener("mouseup", end);
    if (area(event).width + area(event).height < 4 && !kept.length) canvas.select({});
    box.remove();
  };
  window.addEventListener("mousemove", draw);
  window.addEventListener("mouseup", end);
}
