// Reads DAG-CBOR as key events use it (https://ipld.io/specs/codecs/dag-cbor/spec/), canonical form only:
// maps, lists, texts, bytes, whole numbers from 0 to 2^53, null, true and false.

const text = new TextDecoder("utf-8", { fatal: true });

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  take(count) {
    const end = this.at + count;
    if (end > this.bytes.length) throw new Error("the event is cut off");
    const part = this.bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }

  head() {
    const [first] = this.take(1);
    const kind = first >> 5;
    const small = first & 31;
    if (small < 24) return [kind, small];
    if (small > 27) throw new Error("the event is not in canonical form");
    const width = 1 << (small - 24);
    const number = this.take(width).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
    const shortest = { 1: 24n, 2: 0x100n, 4: 0x10000n, 8: 0x100000000n }[width];
    if (number < shortest || number > 2n ** 53n) throw new Error("the event is not in canonical form");
    return [kind, Number(number)];
  }

  value(depth = 0) {
    if (depth > 8) throw new Error("the event is nested too deep");
    const [kind, count] = this.head();
    if (kind === 0) return count;
    if (kind === 2) return this.take(count).slice();
    if (kind === 3) return text.decode(this.take(count));
    if (kind === 4) return Array.from({ length: Math.min(count, 1e4) }, () => this.value(depth + 1));
    if (kind === 5) return this.map(count, depth);
    if (kind === 7 && count >= 20 && count <= 22) return [false, true, null][count - 20];
    throw new Error("the event holds what no key event holds");
  }

  map(count, depth) {
    const found = {};
    let before = "";
    for (let place = 0; place < count; place += 1) {
      const name = this.value(depth + 1);
      const later = name.length > before.length || (name.length === before.length && name > before);
      if (typeof name !== "string" || (place && !later)) throw new Error("the event is not in canonical form");
      found[name] = this.value(depth + 1);
      before = name;
    }
    return found;
  }
}

// The value of all the bytes; throws where they are not the canonical form of one.
export function decode(bytes) {
  const reader = new Reader(bytes);
  const value = reader.value();
  if (reader.at !== bytes.length) throw new Error("bytes follow the event");
  return value;
}
