// What a timeline shows, from the events of an execution. Pure functions; times are microseconds since 1970.
//
// A row is one run of a step: {step, run, status, attempts, spans: [{kind, from, to, attempt}]}. Kinds are `work`,
// `failed` (an attempt that did), `retry` (the pause before the next attempt) and `wait`; `to` is null while it lasts.

const KIND = /^q\.qflow\.(.+)\.v1$/;

export const kindOf = (event) => KIND.exec(event.type)?.[1] ?? event.type;

/** The rows in the order in which they began. */
export function rowsOf(events) {
  const rows = new Map();
  const tasks = new Map(); // task -> its row
  for (const event of events) HEAR[kindOf(event)]?.(event.data, rows, tasks);
  return [...rows.values()];
}

/** From when to when the events tell, at least a millisecond. */
export function rangeOf(events, rows, until = null) {
  const from = Math.min(...events.map(({ data }) => data.atUs), ...rows.flatMap(({ spans }) => spans.map((span) => span.from)));
  const to = Math.max(...events.map(({ data }) => data.atUs), ...(until === null ? [] : [until]));
  return { from, to: Math.max(to, from + 1000) };
}

function rowAt({ step, run, task }, rows, tasks) {
  const key = `${step} ${run}`;
  if (!rows.has(key)) rows.set(key, { step, run, status: "running", attempts: 0, spans: [] });
  const row = rows.get(key);
  tasks.set(task, row);
  return row;
}

/** End what lasts. */
function end(row, at) {
  const last = row.spans.at(-1);
  if (last && last.to === null) last.to = at;
}

const HEAR = {
  "execution.dispatched": (data, rows, tasks) => {
    const row = rowAt(data, rows, tasks);
    end(row, data.atUs);
    row.status = "running";
    row.attempts = data.attempt;
    row.spans.push({ kind: "work", from: data.atUs, to: null, attempt: data.attempt });
  },
  "step.completed": (data, rows, tasks) => ended(rowAt(data, rows, tasks), data, "work", "completed"),
  "step.failed": (data, rows, tasks) => {
    const row = rowAt(data, rows, tasks);
    const again = data.action === "retry";
    ended(row, data, "failed", again ? "running" : "failed");
    if (again) row.spans.push({ kind: "retry", from: data.atUs, to: null, attempt: data.attempt });
  },
  "step.interrupted": (data, rows, tasks) => end(rowAt(data, rows, tasks), data.atUs),
  "step.waiting": (data, rows, tasks) => {
    const row = rowAt(data, rows, tasks);
    ended(row, data, "work", "waiting");
    row.spans.push({ kind: "wait", from: data.atUs, to: null, attempt: data.attempt });
  },
  "step.resumed": (data, rows, tasks) => {
    const row = tasks.get(data.task);
    if (!row) return;
    end(row, data.atUs);
    row.status = "running";
  },
  "execution.completed": (data, rows) => stop(rows, data.atUs),
  "execution.failed": (data, rows) => stop(rows, data.atUs),
  "execution.aborted": (data, rows) => stop(rows, data.atUs),
};

function ended(row, data, kind, status) {
  row.status = status;
  row.attempts = data.attempt;
  const last = row.spans.at(-1);
  if (last?.to === null && last.kind === "work") {
    last.kind = kind;
    last.to = data.atUs;
    return;
  }
  end(row, data.startedUs);
  row.spans.push({ kind, from: data.startedUs, to: data.atUs, attempt: data.attempt });
}

function stop(rows, at) {
  for (const row of rows.values()) {
    end(row, at);
    if (row.status === "running" || row.status === "waiting") row.status = "stopped";
  }
}

const WORDS = {
  "execution.started": () => "Started",
  "execution.admitted": () => "Begins to run",
  "execution.completed": () => "Completed",
  "execution.failed": ({ error }) => `Failed${error?.message ? `: ${error.message}` : ""}`,
  "execution.aborted": () => "Stopped",
  "execution.dispatched": ({ attempt }, title) => `${title} begins${attempt > 1 ? `, attempt ${attempt}` : ""}`,
  "step.completed": (_, title) => `${title} completed`,
  "step.failed": ({ action, error }, title) => `${title} failed${action === "retry" ? ", and will be tried again" : ""}: ${error?.message ?? ""}`,
  "step.interrupted": (_, title) => `${title} was interrupted`,
  "step.waiting": ({ wait }, title) => `${title} waits${wait?.kind ? ` (${wait.kind})` : ""}`,
  "step.resumed": ({ kind }) => `What was waited for arrived (${kind})`,
  "step.released": (_, title) => `${title} goes on with what it has`,
  "webhook.answered": (_, title) => `${title} answered the caller`,
};

/** An event in a sentence; `titleOf` gives the name of a step. */
export function told(event, titleOf) {
  const kind = kindOf(event);
  const { data } = event;
  return WORDS[kind]?.(data, data.step ? titleOf(data.step) : "") ?? kind.replaceAll(".", " ");
}
