// What the tiles of the node's page show, from two snapshots of its measures. Pure functions.

/** How often something was counted since the snapshot before, each second; 0 without one. */
export function rateOf(name, now, before) {
  const seconds = before ? now.throughput.uptimeSeconds - before.throughput.uptimeSeconds : 0;
  if (seconds <= 0) return 0;
  return Math.max(0, (countOf(name, now) - countOf(name, before)) / seconds);
}

const countOf = (name, { latencies }) => latencies[name]?.count ?? 0;

/** Label -> sum of a counter's samples, largest first. */
export function byLabel(samples, label) {
  const sums = new Map();
  for (const { labels, value } of samples ?? []) {
    const name = labels[label] ?? "";
    sums.set(name, (sums.get(name) ?? 0) + value);
  }
  return [...sums].filter(([, value]) => value > 0).sort((one, other) => other[1] - one[1]);
}

export const sumOf = (samples) => (samples ?? []).reduce((sum, { value }) => sum + value, 0);

/** The d of a line through values in a box of 100 by 30, and of the area under it. */
export function lineThrough(values, most) {
  const top = Math.max(most, ...values, 1e-9);
  const step = 100 / Math.max(values.length - 1, 1);
  const points = values.map((value, index) => `${(index * step).toFixed(2)} ${(29 - (value / top) * 28).toFixed(2)}`);
  const line = `M${points.join("L")}`;
  return { line, under: `${line}L${((values.length - 1) * step).toFixed(2)} 30L0 30Z` };
}

const UNITS = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];

/** A number with three digits at most, as people read it. */
export function short(value) {
  for (const [size, unit] of UNITS) if (value >= size) return `${trimmed(value / size)} ${unit}`;
  return trimmed(value);
}

const trimmed = (value) => String(Number(value.toPrecision(3)));
