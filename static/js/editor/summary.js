// One line that says what a step does, from its parameters.

const SAYINGS = {
  "http.request": (p) => [p.method ?? "GET", host(p.url)],
  "graphql.request": (p) => [host(p.url)],
  "trigger.webhook": (p) => [[p.methods ?? p.method ?? "GET"].flat().join(", "), `/${p.path ?? ""}`],
  "trigger.schedule": (p) => [p.cron ?? p.every ?? (p.intervalMs && `every ${p.intervalMs} ms`)],
  "trigger.event": (p) => [p.type ?? p.eventType],
  "data.set": (p) => [Object.keys(p.fields ?? {}).join(", ")],
  "data.rename": (p) => [Object.keys(p.fields ?? p.names ?? {}).join(", ")],
  "data.sort": (p) => [list(p.by ?? p.fields)],
  "logic.condition": (p) => [short(p.value), p.operator, short(p.other ?? p.right)],
  "flow.call": (p) => [p.flow],
  "flow.wait": (p) => [p.until ?? p.seconds ?? p.amount, p.unit],
  "flow.approval": (p) => [short(p.message ?? p.prompt)],
  "flow.unsupported": (p) => [p.nodeType],
  "code.javascript": (p) => [firstLine(p.code ?? p.script)],
  "code.python": (p) => [firstLine(p.code ?? p.script)],
  "webhook.respond": (p) => [p.status, p.respondWith],
  "file.read": (p) => [p.path],
  "file.write": (p) => [p.path],
};

/** The line; where nothing can be said, the type's own name, or what steps of the type do. */
export function summary(step, type) {
  const say = SAYINGS[type?.type ?? step.type];
  const words = say ? say(step.params ?? {}) : [];
  const text = words.filter((word) => word !== undefined && word !== null && word !== "").join(" ");
  if (text || !type) return text || step.type;
  return step.name && !step.name.startsWith(type.label) ? type.label : type.summary;
}

function short(value) {
  if (value === undefined || value === null) return "";
  return (typeof value === "string" ? value : JSON.stringify(value)).slice(0, 60);
}

function list(value) {
  return [value ?? []].flat().map((one) => one?.field ?? one).filter((one) => typeof one === "string").join(", ");
}

const host = (url) => (typeof url === "string" ? url.replace(/^https?:\/\//, "") : short(url));
const firstLine = (code) => (typeof code === "string" ? code.trim().split("\n")[0] : "");
