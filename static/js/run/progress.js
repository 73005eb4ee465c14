// Where an execution stands, step by step, from its events. Pure functions.
//
// Progress is {status, error, sequence, steps: id -> {status, runs, ms, items: port -> count, error, task, kind,
// prompt}}; it is never changed in place.

const KIND = /^q\.qflow\.(.+)\.v1$/;
export const ENDED = new Set(["completed", "failed", "aborted"]);

/** The progress after an event; the same object where the event tells nothing new. */
export function after(progress, event) {
  const { data } = event;
  if (data.sequence <= progress.sequence) return progress;
  const kind = KIND.exec(event.type)?.[1];
  const next = { ...progress, sequence: data.sequence, ...(AT_EXECUTION[kind]?.(data) ?? {}) };
  const change = AT_STEP[kind]?.(data, progress.steps[data.step] ?? {});
  return change ? { ...next, steps: { ...progress.steps, [data.step]: change } } : next;
}

const AT_EXECUTION = {
  "execution.admitted": () => ({ status: "running" }),
  "execution.paused": () => ({ status: "paused" }),
  "execution.resumed": () => ({ status: "running" }),
  "execution.completed": () => ({ status: "completed" }),
  "execution.failed": ({ error }) => ({ status: "failed", error }),
  "execution.aborted": () => ({ status: "aborted" }),
  "checkpoint.restored": ({ progress }) => progress ?? {}, // the steps as they were, where the event tells
};

const AT_STEP = {
  "execution.dispatched": (data, before) => ({ ...before, status: "running" }),
  "step.completed": (data, before) => ({
    status: "completed",
    runs: (before.runs ?? 0) + 1,
    ms: took(data),
    items: counts(data.outputs),
    error: null,
  }),
  "step.failed": (data, before) =>
    data.action === "retry"
      ? { ...before, status: "running", error: data.error?.message }
      : { status: "failed", runs: (before.runs ?? 0) + 1, ms: took(data), items: counts(data.outputs), error: data.error?.message },
  "step.interrupted": (data, before) => ({ ...before, status: undefined }),
  "step.waiting": (data) => ({
    status: "waiting",
    task: data.task,
    kind: data.wait?.kind,
    prompt: data.wait?.prompt ?? {},
  }),
};

function took(data) {
  return data.startedUs === undefined ? undefined : (data.atUs - data.startedUs) / 1000;
}

function counts(outputs) {
  return Object.fromEntries(Object.entries(outputs ?? {}).map(([port, { count }]) => [port, count]));
}

/** What a box on the canvas shows of a step. */
export function shownOf(step) {
  if (!step?.status) return null;
  const items = step.items ? Object.values(step.items).reduce((sum, one) => sum + one, 0) : undefined;
  return { status: step.status, items, ms: step.ms, error: step.error ?? undefined };
}

/** Steps that a person can answer: [{step, task, prompt}]. */
export function waitingFor(progress) {
  return Object.entries(progress.steps)
    .filter(([, one]) => one.status === "waiting" && one.kind === "approval")
    .map(([step, { task, prompt }]) => ({ step, task, prompt }));
}
