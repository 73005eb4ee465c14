// Checks key event logs in the browser, so that nobody has to believe the node: the same rules as
// engine/keylog/rules.py.

import { cidOf, concat, equal, fromBase64, sha256, textBytes } from "./bytes.js";
import { decode } from "./cbor.js";
import { verify } from "./ed25519.js";

const FORM = "qflow/key-event/1";
export const CONTEXT = textBytes(`${FORM}\0`);

const commits = async (digest, key) => digest !== null && equal(await sha256(key), digest);

async function within(digests, key) {
  for (const digest of digests) if (await commits(digest, key)) return true;
  return false;
}

function check(condition, place, reason) {
  if (!condition) throw new Error(`key event ${place + 1} ${reason}`);
}

// What each kind changes, and who must have signed it; throws where it may not follow.
const RULES = {
  async rotation(state, body, place) {
    check(state.next && (await commits(state.next, body.key)), place, "rotates to a key that was not promised");
    return [[body.key], { key: body.key, next: body.next }];
  },
  async recovery(state, body, place) {
    check(await within(state.recovery, body.by), place, "is by no recovery key");
    return [[body.by, body.key], { key: body.key, next: body.next, recovery: body.recovery }];
  },
  async revocation(state, body, place) {
    const mine = equal(body.by, state.key) || (await within([...state.recovery, state.next].filter(Boolean), body.by));
    check(mine, place, "is by a key of somebody else");
    return [[body.by], { revoked: body.from }];
  },
  async delegation(state, body) {
    const given = { scopes: body.scopes, from: body.from, until: body.until };
    return [[state.key], { delegations: { ...state.delegations, [body.sub]: given } }];
  },
  async withdrawal(state, body, place) {
    check(body.sub in state.delegations, place, "withdraws what was never given");
    const { [body.sub]: _, ...rest } = state.delegations;
    return [[state.key], { delegations: rest }];
  },
};

async function begin(body, place, cid) {
  check(body.kind === "inception" && !body.identity && !body.prior, place, "is no inception");
  const { subject, delegator, key, next, recovery } = body;
  const state = { identity: cid, subject, delegator, delegations: {}, revoked: null };
  return [[key], { ...state, key, next, recovery }];
}

async function step(state, event) {
  const place = state === null ? 0 : state.sequence + 1;
  const { body: content, signatures } = decode(event);
  const body = decode(content);
  const cid = await cidOf(event);
  check(body.form === FORM && body.sequence === place, place, "is not in its place");
  if (state !== null) {
    check(state.revoked === null, place, "follows the end of the identity");
    check(body.identity === state.identity && body.prior === state.head, place, "does not follow the one before it");
    check(body.from >= state.from, place, "is dated before the one before it");
    check(Object.hasOwn(RULES, body.kind), place, "is of an unknown kind");
  }
  const [signers, changes] = await (state === null ? begin(body, place, cid) : RULES[body.kind](state, body, place));
  check(signatures.length === signers.length, place, "lacks a signature");
  for (const [at, signer] of signers.entries()) {
    check(await verify(signer, concat(CONTEXT, content), signatures[at]), place, "is not signed by who must sign it");
  }
  return { ...state, ...changes, sequence: place, head: cid, from: body.from };
}

// The state after the events (base64) of a log that must be this identity's; throws where a rule is broken.
export async function checkLog(identity, events) {
  let state = null;
  for (const event of events) state = await step(state, fromBase64(event));
  if (state?.identity !== identity) throw new Error("this is the log of another identity");
  return state;
}
