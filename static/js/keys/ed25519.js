// Ed25519 by WebCrypto (https://www.w3.org/TR/webcrypto-2/). A key of this browser cannot be taken out of it.

import { concat, fromBase64 } from "./bytes.js";

const PKCS8 = Uint8Array.from([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32]); // RFC 8410
const NAME = "Ed25519";

export const UNSUPPORTED =
  "This browser cannot keep keys: it lacks Ed25519 or the page came over an unsafe connection. Use Chrome or Edge 137, Firefox 130 or Safari 17, or later ones, over https or on localhost.";

// Whether this browser can make such keys here.
export async function supported() {
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle || !globalThis.indexedDB) return false;
  try {
    await crypto.subtle.generateKey(NAME, false, ["sign", "verify"]);
    return true;
  } catch {
    return false;
  }
}

export async function publicOf(pair) {
  return new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
}

// A key pair whose private half never leaves the browser.
export async function generate() {
  const pair = await crypto.subtle.generateKey(NAME, false, ["sign", "verify"]);
  return { pair, publicKey: await publicOf(pair) };
}

// 32 secret bytes, to be written down, and the public key of them.
export async function generateSeed() {
  const seed = crypto.getRandomValues(new Uint8Array(32));
  return { seed, ...(await fromSeed(seed)) };
}

export async function fromSeed(seed) {
  const readable = await crypto.subtle.importKey("pkcs8", concat(PKCS8, seed), NAME, true, ["sign"]);
  const { x } = await crypto.subtle.exportKey("jwk", readable);
  const publicKey = fromBase64(x.replaceAll("-", "+").replaceAll("_", "/"));
  const privateKey = await crypto.subtle.importKey("pkcs8", concat(PKCS8, seed), NAME, false, ["sign"]);
  return { pair: { privateKey }, publicKey };
}

export async function signWith(pair, bytes) {
  return new Uint8Array(await crypto.subtle.sign(NAME, pair.privateKey, bytes));
}

export async function verify(publicKey, bytes, signature) {
  const key = await crypto.subtle.importKey("raw", publicKey, NAME, false, ["verify"]);
  return crypto.subtle.verify(NAME, key, signature, bytes);
}
