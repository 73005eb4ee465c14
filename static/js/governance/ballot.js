// The bytes of a ballot, made from the fields that the page shows (docs/governance.md, "Votes").

import { concat, textBytes } from "../keys/bytes.js";

const FORM = "qflow/ballot/1";

function head(kind, count) {
  const top = kind << 5;
  if (count < 24) return [top | count];
  const width = [1, 2, 4, 8].find((bytes) => BigInt(count) < 1n << BigInt(8 * bytes));
  const number = Array.from({ length: width }, (_, place) => Number((BigInt(count) >> BigInt(8 * (width - 1 - place))) & 255n));
  return [top | (24 + Math.log2(width)), ...number];
}

// DAG-CBOR of texts, whole numbers from 0 on, and lists of those.
export function encode(value) {
  if (typeof value === "string") {
    const bytes = textBytes(value);
    return concat(head(3, bytes.length), bytes);
  }
  if (Array.isArray(value)) return concat(head(4, value.length), ...value.map(encode));
  if (!Number.isSafeInteger(value) || value < 0) throw new Error("a ballot holds texts, whole numbers and lists");
  return Uint8Array.from(head(0, value));
}

// What the voter's key signs.
export function bytesOf({ dao, proposal, voter, choice, weight, nonce, expires }) {
  return concat(textBytes(`${FORM}\0`), encode([FORM, dao, proposal, voter, choice, weight, nonce, expires]));
}
