// Signs the newest version of a flow with the key in this browser: forms with data-sign-flow.

import { fromBase64, toBase64 } from "./bytes.js";
import { decode } from "./cbor.js";
import { Declined } from "./confirm.js";
import { ask } from "./node.js";
import { sign } from "./signing.js";

const told = document.getElementById("sign-told");

async function signFlow(flow, name) {
  const path = `/flows/${encodeURIComponent(flow)}/vouch`;
  const { version, at, subnet, body } = await ask(`${path}/prepare`, {});
  const statement = fromBase64(body);
  if (decode(statement).join("\n") !== ["qflow/flow/1", subnet, version, at].join("\n")) {
    throw new Error("The node prepared another statement than was asked for.");
  }
  const made = await sign(statement, `Sign the flow ${name}`, [
    `You answer for its newest version in the subnet ${subnet}, and it may run in your name:`,
    version,
  ]);
  const { identity, key, signature } = made;
  await ask(path, { version, at, identity, key, signature: toBase64(signature) });
}

document.addEventListener("submit", async (event) => {
  const { signFlow: flow, name } = event.target.dataset;
  if (flow === undefined) return;
  event.preventDefault();
  let error = null;
  try {
    await signFlow(flow, name);
  } catch (caught) {
    error = caught;
  }
  told.hidden = false;
  told.className = error && !(error instanceof Declined) ? "bad" : "good";
  told.textContent = error?.message ?? `You signed ${name}.`;
});
