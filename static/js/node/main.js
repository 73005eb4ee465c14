// The node's measures, as they are told once a second over a WebSocket.

import { h, svg } from "../editor/dom.js";
import { watch } from "../live.js";
import { byLabel, lineThrough, rateOf, short, sumOf } from "./measures.js";

const KEPT = 120; // two minutes
const LISTED = 4;

class Tile {
  #values = [];

  constructor(title, charted = true) {
    this.value = h("div", { class: "value" }, "–");
    this.words = h("div", { class: "more-words" });
    this.element = h("section", { class: "tile", "aria-label": title }, h("h2", {}, title), this.value, this.words);
    if (!charted) return;
    this.line = svg("path");
    this.under = svg("path", { class: "under" });
    const chart = svg("svg", { class: "spark", viewBox: "0 0 100 30", preserveAspectRatio: "none", "aria-hidden": "true" });
    chart.append(this.under, this.line);
    this.element.append(chart);
  }

  show(value, words = "", charted = undefined) {
    this.value.textContent = value;
    this.words.replaceChildren(words);
    if (charted === undefined) return;
    this.#values = [...this.#values, charted].slice(-KEPT);
    const { line, under } = lineThrough(this.#values, 0);
    this.line.setAttribute("d", line);
    this.under.setAttribute("d", under);
  }
}

function list(rows, empty) {
  if (!rows.length) return empty;
  return h("ul", {}, rows.slice(0, LISTED).map(([name, value]) => h("li", {}, h("span", {}, name || "other"), h("span", {}, short(value)))));
}

const ms = (value) => (value === undefined ? "–" : `${short(value)} ms`);

function percentiles(found) {
  return found ? `p50 ${ms(found.p50)} · p99 ${ms(found.p99)} · ${short(found.count)} so far` : "none yet";
}

function start(root) {
  const tiles = {
    executions: new Tile("Executions a second"),
    latency: new Tile("Execution, p95"),
    steps: new Tile("Steps a second"),
    step: new Tile("Step, p95"),
    webhook: new Tile("Webhook, p95"),
    held: new Tile("Executions in work"),
    errors: new Tile("Errors by type", false),
    sandbox: new Tile("Sandbox", false),
  };
  let before = null;

  function show(now) {
    const { latencies, counters } = now;
    const one = (name) => latencies[name];
    const executions = rateOf("execution_seconds", now, before);
    const steps = rateOf("step_seconds", now, before);
    tiles.executions.show(short(executions), `${short(now.throughput.executionsEnded)} ended since the start`, executions);
    tiles.latency.show(ms(one("execution_seconds")?.p95), percentiles(one("execution_seconds")), one("execution_seconds")?.p95 ?? 0);
    tiles.steps.show(short(steps), "", steps);
    tiles.step.show(ms(one("step_seconds")?.p95), percentiles(one("step_seconds")), one("step_seconds")?.p95 ?? 0);
    tiles.webhook.show(ms(one("webhook_seconds")?.p95), percentiles(one("webhook_seconds")), one("webhook_seconds")?.p95 ?? 0);
    tiles.held.show(short(now.executionsHeld), "", now.executionsHeld);
    tiles.errors.show(short(sumOf(now.errors)), list(byLabel(now.errors, "type"), "No step has failed since the start."));
    const peak = sumOf(counters.sandbox_memory_peak_bytes);
    const guests = [["fuel", sumOf(counters.sandbox_fuel)], ["calls of the host", sumOf(counters.sandbox_host_calls)], ["peak bytes of memory", peak], ["refused", sumOf(counters.sandbox_violations)]];
    tiles.sandbox.show(ms(one("sandbox_seconds")?.p95), h("div", {}, percentiles(one("sandbox_seconds")), list(guests, "")));
    before = now;
  }

  function shown(event) {
    if (!before) root.replaceChildren(h("div", { class: "tiles" }, Object.values(tiles).map((tile) => tile.element)));
    show(event.data);
    root.dataset.ready = "yes";
  }

  watch("/live/system/metrics", { onEvent: shown, onState: (state) => (root.dataset.state = state) });
}

start(document.getElementById("measures"));
