// Signs the version of the policy that waits, with a validator's key in this browser: forms with data-sign-policy.

import { cidOf, concat, fromBase64, textBytes, toBase64 } from "../keys/bytes.js";
import { decode } from "../keys/cbor.js";
import { Declined } from "../keys/confirm.js";
import { ask } from "../keys/node.js";
import { sign } from "../keys/signing.js";
import { policyLines } from "./policy_words.js";

const CONTEXT = textBytes("qflow/policy/1\0");

async function signed({ signPolicy, dao, subnet }) {
  const version = Number(signPolicy);
  const waiting = await ask("/governance/policy/waiting");
  const body = fromBase64(waiting.body);
  const before = waiting.before ? fromBase64(waiting.before) : null;
  const words = policyLines(decode(body), before && decode(before), before ? await cidOf(before) : "", { dao, subnet, version });
  const { key, signature } = await sign(concat(CONTEXT, body), `Sign version ${version} of the policy`, words);
  await ask("/governance/policy/sign", { version, key, signature: toBase64(signature) });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.signPolicy === undefined) return;
  event.preventDefault();
  const told = form.querySelector(".told");
  try {
    await signed(form.dataset);
    location.reload();
  } catch (error) {
    told.className = error instanceof Declined ? "told" : "told bad";
    told.textContent = error.message;
  }
});
