// The door for pages that need a signature of the person:
//
//   import { sign } from ".../keys/signing.js";
//   const { identity, key, signature } = await sign(bytes, "Vote yes", ["Proposal 7: ...", "Weight: 4"]);
//
// ``identity`` is the person's, or that of a further browser of the person; ``key`` is a multikey.

import { equal, multikey, sha256, textBytes } from "./bytes.js";
import { confirmed } from "./confirm.js";
import { signWith } from "./ed25519.js";
import { CONTEXT, checkLog } from "./log.js";
import { mine } from "./node.js";
import { pairsOf } from "./store.js";

const CHALLENGE = textBytes("qflow/challenge/1\0");

// This browser holds no key that may sign now.
export class NoKey extends Error {
  constructor(held) {
    super(
      held
        ? "The node holds your key. Move it into this browser on the page Keys."
        : "Your key is not in this browser. Add this browser or recover your key on the page Keys.",
    );
    this.held = held;
  }
}

const starts = (bytes, beginning) => equal(bytes.subarray(0, beginning.length), beginning);

// What the checked logs say: {person, held, state, states, pairs, active}; ``active`` is the identity and key pair
// by which this browser signs, or null.
export async function situation() {
  const { identity: person, held, logs } = await mine();
  const states = {};
  for (const [identity, events] of Object.entries(logs)) states[identity] = await checkLog(identity, events);
  const pairs = await pairsOf(person);
  const state = states[person];
  return { person, held, state, states, pairs, active: held ? null : activeOf(person, states, pairs) };
}

function activeOf(person, states, pairs) {
  const root = states[person];
  const others = Object.values(states).filter((state) => state !== root);
  for (const state of [root, ...others]) {
    const pair = pairs.find((one) => equal(one.publicKey, state.key));
    const given = root.delegations[state.identity];
    const lasts = given && (given.until === null || given.until > Date.now() * 1000);
    const may = state.identity === person || (state.delegator === person && lasts);
    if (pair && may && state.revoked === null) return { identity: state.identity, state, pair };
  }
  return null;
}

// The kept pair to which a log has committed as the next key, or undefined.
export async function committed(pairs, digest) {
  for (const one of pairs) if (digest && equal(await sha256(one.publicKey), digest)) return one;
  return undefined;
}

async function signAny(bytes, title, lines) {
  const { active, held } = await situation();
  if (active === null) throw new NoKey(held);
  await confirmed(title, lines);
  const signature = await signWith(active.pair.pair, bytes);
  return { identity: active.identity, key: multikey(active.pair.publicKey), signature };
}

// Sign bytes after the person has read in words what they say. Key events and challenges are never signed here.
export async function sign(bytes, title, lines) {
  if (starts(bytes, CONTEXT) || starts(bytes, CHALLENGE)) throw new Error("these bytes are not for signing here");
  return signAny(bytes, title, lines);
}

// Answer a challenge of the node, which proves that the person is here.
export async function prove(challenge, title, lines) {
  return signAny(new Uint8Array([...CHALLENGE, ...challenge]), title, lines);
}
