// What the node is asked about keys. Bytes travel as base64.

import { fromBase64, toBase64 } from "./bytes.js";

export const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

export async function ask(path, body) {
  const options = { headers: { Accept: "application/json" } };
  if (body !== undefined) {
    options.method = "POST";
    options.headers["Content-Type"] = "application/json";
    options.headers["X-CSRFToken"] = token();
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(path, options);
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.error ?? `the node answered ${answer.status}`);
  return told;
}

// {identity, held, logs: {identity: [events]}}
export const mine = () => ask("/keys/mine");

export async function prepare(path, fields) {
  return fromBase64((await ask(path, fields)).body);
}

export const send = (path, body, signatures, more = {}) =>
  ask(path, { body: toBase64(body), signatures: signatures.map(toBase64), ...more });
