// Changes of the person's keys. The node prepares each event; this browser reads it, says in words what it does,
// and signs it. Keys are kept before anybody hears of them, so that none is lost on the way.

import { concat, equal, fromBase64, sha256, toBase64 } from "./bytes.js";
import { decode } from "./cbor.js";
import { confirmed } from "./confirm.js";
import { fromSeed, generate, generateSeed, signWith } from "./ed25519.js";
import { CONTEXT } from "./log.js";
import { ask, prepare, send } from "./node.js";
import { readBack, written } from "./recovery.js";
import { committed } from "./signing.js";
import { forget, keep, persist } from "./store.js";

const FRESH_US = 600e6;
const EVERYTHING = "*";

const same = (one, other) =>
  one instanceof Uint8Array && other instanceof Uint8Array
    ? equal(one, other)
    : Array.isArray(one) && Array.isArray(other)
      ? one.length === other.length && one.every((value, at) => same(value, other[at]))
      : one === other;

// Throws where a prepared body says anything else than what was asked for.
function checkBody(body, expected) {
  const told = decode(body);
  for (const [name, value] of Object.entries(expected)) {
    if (!same(told[name], value)) throw new Error(`The node prepared another event than was asked for (${name}).`);
  }
  if (Math.abs(told.from - Date.now() * 1000) > FRESH_US) throw new Error("The clocks of node and browser differ.");
}

const signEvent = (pair, body) => signWith(pair, concat(CONTEXT, body));

function wire(fields) {
  const text = (value) => (value instanceof Uint8Array ? toBase64(value) : value);
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, Array.isArray(value) ? value.map(text) : text(value)]),
  );
}

async function prepared(path, identity, kind, fields) {
  const body = await prepare(path, { identity, kind, ...wire(fields) });
  checkBody(body, { identity, kind, ...fields });
  return body;
}

const event = (identity, kind, fields) => prepared("/keys/events/prepare", identity, kind, fields);

async function twoPairs(person) {
  const pairs = [await generate(), await generate()];
  await persist();
  await keep(person, pairs);
  return pairs;
}

// Move the keys from the node into this browser. ``saved`` is called with the new recovery key as text, and
// resolves once the person has put it away.
export async function moveHere(person, saved) {
  const [first, next] = await twoPairs(person);
  const spare = await generateSeed();
  const fields = {
    key: first.publicKey,
    next: await sha256(next.publicKey),
    recovery: [await sha256(spare.publicKey)],
  };
  await saved(await written(spare.seed));
  const body = await prepared("/keys/leave/prepare", person, "recovery", fields);
  await confirmed("Move my key into this browser", [
    "From now on only this browser signs for you. The node erases the key that it held.",
    "Whoever loses this browser and the recovery key loses the identity.",
  ]);
  await send("/keys/leave", body, [await signEvent(first.pair, body)]);
}

// The next key takes over; the one in use is erased.
export async function rotate({ person, active, pairs }) {
  const upcoming = await committed(pairs, active.state.next);
  if (!upcoming) throw new Error("The next key is not in this browser; use your recovery key.");
  const after = await generate();
  await keep(person, [after]);
  const fields = { key: upcoming.publicKey, next: await sha256(after.publicKey) };
  const body = await event(active.identity, "rotation", fields);
  await confirmed("Rotate my key", ["The next key takes over at once. The key in use signs nothing any more."]);
  await send("/keys/events", body, [await signEvent(upcoming.pair, body)], { identity: active.identity });
  await forget([active.pair]);
}

// New keys in this browser by the recovery key, and a new recovery key.
export async function recover(person, text, saved) {
  const by = await fromSeed(await readBack(text));
  const [first, next] = await twoPairs(person);
  const spare = await generateSeed();
  const fields = {
    by: by.publicKey,
    key: first.publicKey,
    next: await sha256(next.publicKey),
    recovery: [await sha256(spare.publicKey)],
  };
  const body = await event(person, "recovery", fields);
  await saved(await written(spare.seed));
  await confirmed("Recover my identity in this browser", [
    "New keys in this browser take over. The keys of the browser that had them sign nothing any more.",
    "The recovery key that you entered is used up.",
  ]);
  await send("/keys/events", body, [await signEvent(by.pair, body), await signEvent(first.pair, body)], {
    identity: person,
  });
}

// End the identity, by the key of this browser or, with a text, by the recovery key.
export async function revoke({ person, active }, text = "") {
  const by = text ? await fromSeed(await readBack(text)) : active?.pair;
  if (!by || (!text && active.identity !== person)) throw new Error("This takes your first browser or the recovery key.");
  const body = await event(person, "revocation", { by: by.publicKey });
  await confirmed("End my identity", ["Nothing can follow. You are signed out everywhere, and your tokens end."], "End it");
  await send("/keys/events", body, [await signEvent(by.pair, body)], { identity: person });
}

// Ask for this browser to be a further one of the person.
export async function join(person, name) {
  const [first, next] = await twoPairs(person);
  const fields = { key: first.publicKey, next: await sha256(next.publicKey), delegator: person };
  const body = await prepare("/keys/browsers/prepare", wire({ key: fields.key, next: fields.next }));
  checkBody(body, { kind: "inception", subject: "person", ...fields });
  await send("/keys/browsers", body, [await signEvent(first.pair, body)], { name });
}

function byFirst({ person, active }) {
  if (active?.identity !== person) throw new Error("Only your first browser may do this.");
  return active.pair;
}

// Let a further browser sign for the person.
export async function allow(found, sub, name) {
  const pair = byFirst(found);
  const body = await event(found.person, "delegation", { sub, scopes: [EVERYTHING], until: null });
  await confirmed(`Let ${name} sign for me`, ["That browser may sign everything in your name, until you take it back."]);
  await send("/keys/events", body, [await signEvent(pair.pair, body)], { identity: found.person });
}

// Let it sign no more.
export async function withdraw(found, sub, name) {
  const pair = byFirst(found);
  const body = await event(found.person, "withdrawal", { sub });
  await confirmed(`Let ${name} sign no more`, ["What it signed before stays valid."]);
  await send("/keys/events", body, [await signEvent(pair.pair, body)], { identity: found.person });
}

// Bytes by whose signature the person is known to be here.
export const challenge = async (identity) => fromBase64((await ask("/keys/challenge", { identity })).challenge);
