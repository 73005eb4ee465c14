// Where boxes, ports and wires are: everything is worked out from the document, nothing is measured on the page.

export const STEP_WIDTH = 224;
const STEP_HEIGHT = 64;
const PORT_GAP = 24;

/** The size of a step with so many ports on its fuller side. */
export function sizeOf(inputs, outputs) {
  return { width: STEP_WIDTH, height: Math.max(STEP_HEIGHT, Math.max(inputs, outputs) * PORT_GAP + 16) };
}

/** How far below a box's top its port `index` of `count` is. */
export function portY(height, index, count) {
  return height / 2 + (index - (count - 1) / 2) * PORT_GAP;
}

/** A wire's path from an output to an input: a curve; one that leads backwards goes round below. */
export function wirePath([x1, y1], [x2, y2]) {
  const across = x2 - x1;
  if (across >= 24) {
    const bend = Math.max(24, Math.min(across / 2, 160));
    return `M ${x1} ${y1} C ${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  }
  const below = Math.max(y1, y2) + Math.max(72, 96 - Math.abs(y2 - y1) / 4);
  const out = x1 + 56;
  const into = x2 - 56;
  return `M ${x1} ${y1} C ${out} ${y1} ${out} ${below} ${(x1 + x2) / 2} ${below} S ${into} ${y2} ${x2} ${y2}`;
}

/** The middle of a wire, where its count and its buttons stand. */
export function wireMiddle([x1, y1], [x2, y2]) {
  if (x2 - x1 >= 24) return [(x1 + x2) / 2, (y1 + y2) / 2];
  return [(x1 + x2) / 2, Math.max(y1, y2) + Math.max(72, 96 - Math.abs(y2 - y1) / 4)];
}

/** The smallest box around boxes {x, y, width, height}; null around none. */
export function around(boxes) {
  if (!boxes.length) return null;
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}

export function overlap(one, other) {
  return (
    one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height
  );
}
