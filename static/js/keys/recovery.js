// A recovery key as people write it down: base32 of its 32 bytes and of the first 4 of their SHA-256, in
// groups of four letters.

import { concat, equal, fromBase32, sha256, toBase32 } from "./bytes.js";

export async function written(seed) {
  const text = toBase32(concat(seed, (await sha256(seed)).slice(0, 4)));
  return text.match(/.{1,4}/g).join("-");
}

// The 32 bytes; throws where a letter is wrong.
export async function readBack(text) {
  const bytes = fromBase32(text.toLowerCase().replaceAll(/[\s-]/g, ""));
  const seed = bytes?.slice(0, 32);
  if (bytes?.length !== 36 || !equal((await sha256(seed)).slice(0, 4), bytes.slice(32))) {
    throw new Error("This is no recovery key: a letter is wrong or missing.");
  }
  return seed;
}
