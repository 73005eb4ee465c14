// Tidy-up: a layered layout from left to right (after Sugiyama, Tagawa, Toda 1981).
//
// Wires that close a circle are turned round; each step goes into the layer after the last of those that
// lead to it; layers are ordered by the mean place of their neighbours, a few sweeps to and fro; parts
// of the flow that no wire joins stand below one another.

const GAP_X = 96;
const GAP_Y = 40;
const SWEEPS = 8;

/**
 * Places of boxes. `boxes` is Map id -> {x, y, width, height} (in the order of the flow), `edges` a list of
 * {source, target}. Gives Map id -> [x, y]; the whole keeps its top left corner.
 */
export function tidied(boxes, edges) {
  const within = edges.filter((edge) => boxes.has(edge.source) && boxes.has(edge.target) && edge.source !== edge.target);
  const places = new Map();
  const [left, top] = corner(boxes);
  let y = top;
  for (const part of parts(boxes, within)) {
    const wires = forward(part, within);
    const layers = ordered(layersOf(part, wires), wires);
    y = place(layers, boxes, wires, left, y, places) + GAP_Y * 2;
  }
  return places;
}

function corner(boxes) {
  const all = [...boxes.values()];
  return [Math.min(...all.map((box) => box.x)), Math.min(...all.map((box) => box.y))];
}

// Steps that wires join, whatever their direction; the topmost part first.
function parts(boxes, edges) {
  const near = new Map([...boxes.keys()].map((id) => [id, []]));
  for (const { source, target } of edges) {
    near.get(source).push(target);
    near.get(target).push(source);
  }
  const seen = new Set();
  const found = [];
  for (const id of boxes.keys()) {
    if (seen.has(id)) continue;
    const part = [];
    const waiting = [id];
    seen.add(id);
    while (waiting.length) {
      const next = waiting.pop();
      part.push(next);
      for (const other of near.get(next)) if (!seen.has(other)) waiting.push(other), seen.add(other);
    }
    const order = [...boxes.keys()];
    const rank = new Map(order.map((one, index) => [one, index]));
    found.push(part.sort((one, other) => rank.get(one) - rank.get(other)));
  }
  return found.sort((one, other) => topOf(one, boxes) - topOf(other, boxes));
}

function topOf(part, boxes) {
  return Math.min(...part.map((id) => boxes.get(id).y));
}

// The wires of a part with circles opened: a wire back to a step on the way to it is turned round.
function forward(part, edges) {
  const out = new Map(part.map((id) => [id, []]));
  const led = new Set();
  for (const edge of edges) {
    if (!out.has(edge.source)) continue;
    out.get(edge.source).push(edge.target);
    led.add(edge.target);
  }
  const state = new Map();
  const wires = [];
  for (const root of [...part.filter((id) => !led.has(id)), ...part]) {
    if (state.has(root)) continue;
    const stack = [[root, 0]];
    state.set(root, "open");
    while (stack.length) {
      const frame = stack.at(-1);
      const target = out.get(frame[0])[frame[1]];
      frame[1] += 1;
      if (target === undefined) state.set(stack.pop()[0], "done");
      else if (state.get(target) === "open") wires.push([target, frame[0]]);
      else {
        wires.push([frame[0], target]);
        if (!state.has(target)) state.set(target, "open"), stack.push([target, 0]);
      }
    }
  }
  return wires;
}

function layersOf(part, wires) {
  const layer = new Map(part.map((id) => [id, 0]));
  const waits = new Map(part.map((id) => [id, 0]));
  const out = new Map(part.map((id) => [id, []]));
  for (const [source, target] of wires) {
    out.get(source).push(target);
    waits.set(target, waits.get(target) + 1);
  }
  const ready = part.filter((id) => !waits.get(id));
  for (let index = 0; index < ready.length; index += 1)
    for (const target of out.get(ready[index])) {
      layer.set(target, Math.max(layer.get(target), layer.get(ready[index]) + 1));
      waits.set(target, waits.get(target) - 1);
      if (!waits.get(target)) ready.push(target);
    }
  const layers = [];
  for (const id of part) (layers[layer.get(id)] ??= []).push(id);
  return layers;
}

function ordered(layers, wires) {
  const before = neighbours(wires, 1, 0);
  const after = neighbours(wires, 0, 1);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const down = sweep % 2 === 0;
    const indexes = layers.map((_, index) => index);
    for (const index of down ? indexes.slice(1) : indexes.slice(0, -1).reverse())
      layers[index] = sortedBy(layers[index], layers[down ? index - 1 : index + 1], down ? before : after);
  }
  return layers;
}

function neighbours(wires, of, to) {
  const found = new Map();
  for (const wire of wires) {
    if (!found.has(wire[of])) found.set(wire[of], []);
    found.get(wire[of]).push(wire[to]);
  }
  return found;
}

function sortedBy(layer, fixed, near) {
  const place = new Map(fixed.map((id, index) => [id, index]));
  const mean = (id, index) => {
    const places = (near.get(id) ?? []).map((other) => place.get(other)).filter((one) => one !== undefined);
    return places.length ? places.reduce((sum, one) => sum + one, 0) / places.length : index;
  };
  const keyed = layer.map((id, index) => ({ id, index, key: mean(id, index) }));
  return keyed.sort((one, other) => one.key - other.key || one.index - other.index).map(({ id }) => id);
}

// Layers side by side; each step as near to the middle of those before it as the ones above it allow.
function place(layers, boxes, wires, left, top, places) {
  const before = neighbours(wires, 1, 0);
  let x = left;
  let bottom = top;
  for (const layer of layers) {
    let y = top;
    for (const id of layer) {
      const { height } = boxes.get(id);
      const middles = (before.get(id) ?? []).filter((one) => places.has(one)).map((one) => places.get(one)[1] + boxes.get(one).height / 2);
      const wish = middles.length ? middles.reduce((sum, one) => sum + one, 0) / middles.length - height / 2 : y;
      const spread = layer.length > 1 ? (layer.length - 1) * (height + GAP_Y) * 0.5 : 0;
      const at = Math.max(y, layer[0] === id ? wish - spread : wish);
      places.set(id, [round(x), round(Math.max(at, top))]);
      y = places.get(id)[1] + height + GAP_Y;
      bottom = Math.max(bottom, y - GAP_Y);
    }
    x += Math.max(...layer.map((id) => boxes.get(id).width)) + GAP_X;
  }
  return bottom;
}

const round = (value) => Math.round(value / 8) * 8;
