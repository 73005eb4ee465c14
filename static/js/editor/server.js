// What the editor asks the node. Every refusal becomes a Refused with what is wrong.

const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

export class Refused extends Error {
  constructor(status, answer) {
    super(answer.error ?? `the node answered ${status}`);
    this.status = status;
    this.answer = answer;
    this.problems = answer.problems ?? [];
  }
}

export async function ask(path, { method = "GET", body, signal } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": token() });
  let answer;
  try {
    answer = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, { error: "The node does not answer. Your changes are kept in this browser." });
  }
  const value = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
  if (!answer.ok) throw new Refused(answer.status, value);
  return value;
}

const flowPath = (id, rest) => `/flows/${encodeURIComponent(id)}/${rest}`;

export const loadTypes = () => ask("/step-types.json");
export const loadFlow = (id) => ask(flowPath(id, "document"));
export const saveFlow = (id, definition, revision, message = "") =>
  ask(flowPath(id, "document"), { method: "PUT", body: { definition, revision, message } });
export const createFlow = (definition, message = "") => ask("/flows/new", { method: "POST", body: { definition, message } });
export const checkFlow = (definition, signal) => ask("/flows/check", { method: "POST", body: { definition }, signal });
export const changesOf = (id) => ask(flowPath(id, "changes"));
export const publishFlow = (id) => ask(flowPath(id, "publish"), { method: "POST", body: {} });
export const unpublishFlow = (id) => ask(flowPath(id, "unpublish"), { method: "POST", body: {} });
export const readN8n = (text) => ask("/flows/pasted", { method: "POST", body: { text } });
