// Tidy-up: a layered layout from left to right (after Sugiyama, Tagawa, Toda 1981).
//
// Wires that close a circle are turned round; each step goes into the layer after the last of those that
// lead to it; wires over several layers get a place in each; layers are ordered by the mean place of their
// neighbours, a few sweeps to and fro; parts of the flow that no wire joins stand below one another.

const GAP_X = 96;
const GAP_Y = 40;
const GAP_PASSING = 16;
const PASSING_MAX = 4000; // so many places for passing wires; beyond, they get none
const SWEEPS = 8;
const PASSES = 5;

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
    const drawn = stretched(part, forward(part, within), boxes);
    y = place(ordered(drawn.layers, drawn.wires), drawn, left, y, places) + GAP_Y * 2;
  }
  return places;
}

/**
 * Places for the steps that have none yet (a flow written by hand), below those that have one.
 * `size(step)` gives {width, height}; gives Map id -> [x, y] of these steps.
 */
export function firstPlaces(doc, size) {
  const all = [...doc.steps.values()];
  const top = all.filter((step) => step.position).reduce((low, step) => Math.max(low, step.position[1] + size(step).height + GAP_Y * 2), 0);
  const boxes = new Map(all.filter((step) => !step.position).map((step) => [step.id, { x: 0, y: top, ...size(step) }]));
  return boxes.size ? tidied(boxes, [...doc.edges.values()]) : boxes;
}

// Layers in which a wire that passes others by has a thin place of its own in each, so that it has room.
function stretched(part, wires, boxes) {
  const { layers, layer } = layersOf(part, wires);
  const sizes = new Map(part.map((id) => [id, boxes.get(id)]));
  const long = wires.reduce((sum, [source, target]) => sum + layer.get(target) - layer.get(source) - 1, 0);
  if (long > PASSING_MAX) return { layers, wires, sizes };
  const short = [];
  for (const [index, [source, target]] of wires.entries()) {
    let from = source;
    for (let at = layer.get(source) + 1; at < layer.get(target); at += 1) {
      const passing = `${index} ${at}`; // no id of a step has a space
      sizes.set(passing, { width: 0, height: 0 });
      layers[at].push(passing);
      short.push([from, passing]);
      from = passing;
    }
    short.push([from, target]);
  }
  return { layers, wires: short, sizes };
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
  return { layers, layer };
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
  const wish = (id) => mean((near.get(id) ?? []).map((other) => place.get(other)).filter((one) => one !== undefined));
  const keyed = layer.map((id, index) => ({ id, index, key: wish(id) ?? index }));
  return keyed.sort((one, other) => one.key - other.key || one.index - other.index).map(({ id }) => id);
}

// Layers side by side. To and fro, each step goes as near to the middle of its neighbours as the others of its
// layer allow. Gives the bottom of the whole.
function place(layers, { wires, sizes }, left, top, places) {
  const middles = new Map();
  for (const layer of layers) settle(layer, sizes, middles, () => 0);
  const sides = [neighbours(wires, 1, 0), neighbours(wires, 0, 1)];
  for (let pass = 0; pass < PASSES; pass += 1) {
    const near = sides[pass % 2];
    for (const layer of pass % 2 ? [...layers].reverse() : layers)
      settle(layer, sizes, middles, (id) => mean((near.get(id) ?? []).map((other) => middles.get(other))) ?? middles.get(id));
  }
  const highest = Math.min(...[...middles].map(([id, middle]) => middle - sizes.get(id).height / 2));
  return put(layers, sizes, middles, left, top - highest, places);
}

// In their order, each at its wish or below the one above; then all together to where they are nearest to their wishes.
function settle(layer, sizes, middles, wish) {
  const wishes = layer.map(wish);
  let free = -Infinity;
  const found = layer.map((id, index) => {
    const { height } = sizes.get(id);
    const at = Math.max(free, wishes[index] - height / 2);
    free = at + height + gap(height, sizes.get(layer[index + 1])?.height ?? 0);
    return at + height / 2;
  });
  const shift = mean(found.map((middle, index) => wishes[index] - middle));
  layer.forEach((id, index) => middles.set(id, found[index] + shift));
}

// Between a step and a wire that passes it there is as much as lets a straight wire miss the step.
function gap(one, other) {
  return one && other ? GAP_Y : GAP_PASSING + Math.max(one, other) / 2;
}

function put(layers, sizes, middles, left, down, places) {
  let x = left;
  let bottom = -Infinity;
  for (const layer of layers) {
    for (const id of layer) {
      const { width, height } = sizes.get(id);
      const y = middles.get(id) - height / 2 + down;
      if (width) places.set(id, [round(x), round(y)]);
      bottom = Math.max(bottom, y + height);
    }
    x += Math.max(...layer.map((id) => sizes.get(id).width)) + GAP_X;
  }
  return bottom;
}

const mean = (values) => (values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : undefined);

const round = (value) => Math.round(value / 8) * 8;
