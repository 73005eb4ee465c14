// Bytes as Node.js has them (https://nodejs.org/api/buffer.html): what code in workflows uses of Buffer,
// TextEncoder and TextDecoder, and the files of items.
"use strict";
(() => {
  const { fail, native } = __qflow;
  const CHUNK = 8192;

  // --- encodings: [bytes of a text, text of bytes] ----------------------------------------------------
  const letters = (bytes, mask = 0xff) => {
    let text = "";
    for (let at = 0; at < bytes.length; at += CHUNK) {
      text += String.fromCharCode(...bytes.subarray(at, at + CHUNK).map((byte) => byte & mask));
    }
    return text;
  };
  const plain = (bytes) => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fromUtf8 = (text) => new Uint8Array(native.utf8(text));
  const toUtf8 = (bytes) => native.text(plain(bytes).slice().buffer);
  const fromLatin = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 0xff);
  const toBase64 = (bytes) => btoa(letters(plain(bytes)));
  const fromBase64 = (text) => {
    const bare = text.split("=", 1)[0].replace(/-/g, "+").replace(/_/g, "/").replace(/[^A-Za-z0-9+/]/g, "");
    const whole = bare.length % 4 === 1 ? bare.slice(0, -1) : bare;
    return fromLatin(atob(whole.padEnd(Math.ceil(whole.length / 4) * 4, "=")));
  };
  const toBase64Url = (bytes) => toBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const fromHex = (text) => {
    const digits = /^(?:[0-9a-fA-F]{2})*/.exec(text)[0];
    return Uint8Array.from({ length: digits.length / 2 }, (_, at) => Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16));
  };
  const toHex = (bytes) => {
    let text = "";
    for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
    return text;
  };
  const fromWide = (text) => {
    const bytes = new Uint8Array(text.length * 2);
    for (let at = 0; at < text.length; at += 1) new DataView(bytes.buffer).setUint16(at * 2, text.charCodeAt(at), true);
    return bytes;
  };
  const toWide = (bytes) => {
    let text = "";
    for (let at = 0; at + 1 < bytes.length; at += 2) text += String.fromCharCode(bytes[at] | (bytes[at + 1] << 8));
    return text;
  };
  const utf8 = [fromUtf8, toUtf8];
  const latin = [fromLatin, (bytes) => letters(plain(bytes))];
  const wide = [fromWide, toWide];
  const ENCODINGS = {
    __proto__: null,
    utf8,
    "utf-8": utf8,
    hex: [fromHex, toHex],
    base64: [fromBase64, toBase64],
    base64url: [fromBase64, toBase64Url],
    latin1: latin,
    binary: latin,
    ascii: [fromLatin, (bytes) => letters(plain(bytes), 0x7f)],
    utf16le: wide,
    "utf-16le": wide,
    ucs2: wide,
    "ucs-2": wide,
  };
  const encodingOf = (name = "utf8") => {
    const found = ENCODINGS[String(name).toLowerCase()];
    if (!found) throw new TypeError(`Unknown encoding: ${String(name)}`);
    return found;
  };

  // --- Buffer -------------------------------------------------------------------------------------------
  const bytesOf = (value, encoding) => {
    if (typeof value === "string") return encodingOf(encoding)[0](value);
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    if (value?.type === "Buffer" && Array.isArray(value.data)) return Uint8Array.from(value.data);
    if (Array.isArray(value)) return Uint8Array.from(value);
    throw new TypeError(
      "The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object.",
    );
  };
  class Buffer extends Uint8Array {
    static from(value, encoding, length) {
      if (value instanceof ArrayBuffer) return new Buffer(value, encoding, length);
      const bytes = bytesOf(value, encoding);
      const made = new Buffer(bytes.length);
      made.set(bytes);
      return made;
    }
    static alloc(size, fill = 0, encoding = "utf8") {
      return new Buffer(size).fill(fill, 0, size, encoding);
    }
    static allocUnsafe(size) {
      return new Buffer(size);
    }
    static concat(list, total = list.reduce((sum, one) => sum + one.length, 0)) {
      const made = new Buffer(total);
      let at = 0;
      for (const one of list) {
        made.set(one.subarray(0, Math.max(0, total - at)), Math.min(at, total));
        at += one.length;
      }
      return made;
    }
    static byteLength(value, encoding) {
      return bytesOf(value, encoding).length;
    }
    static isBuffer(value) {
      return value instanceof Buffer;
    }
    static isEncoding(name) {
      return typeof name === "string" && name.toLowerCase() in ENCODINGS;
    }
    static compare(one, other) {
      const shorter = Math.min(one.length, other.length);
      for (let at = 0; at < shorter; at += 1) if (one[at] !== other[at]) return one[at] < other[at] ? -1 : 1;
      return Math.sign(one.length - other.length);
    }
    toString(encoding, start = 0, end = this.length) {
      return encodingOf(encoding)[1](this.subarray(start, end));
    }
    toJSON() {
      return { type: "Buffer", data: Array.from(this) };
    }
    equals(other) {
      return Buffer.compare(this, other) === 0;
    }
    compare(other) {
      return Buffer.compare(this, other);
    }
    slice(start, end) {
      return this.subarray(start, end);
    }
    copy(target, at = 0, start = 0, end = this.length) {
      const part = this.subarray(start, Math.min(end, start + target.length - at));
      target.set(part, at);
      return part.length;
    }
    write(text, at = 0, length = this.length - at, encoding = "utf8") {
      const known = typeof length === "string" ? length : encoding;
      return Buffer.from(text, known).copy(this, at, 0, typeof length === "string" ? this.length - at : length);
    }
    fill(value, start = 0, end = this.length, encoding = "utf8") {
      if (typeof value !== "string" && !ArrayBuffer.isView(value)) return super.fill(value, start, end);
      const bytes = bytesOf(value, encoding);
      for (let at = start; at < end && bytes.length; at += 1) this[at] = bytes[(at - start) % bytes.length];
      return this;
    }
    indexOf(value, from = 0, encoding = "utf8") {
      if (typeof value === "number") return super.indexOf(value & 0xff, from);
      const bytes = bytesOf(value, encoding);
      for (let at = from; at + bytes.length <= this.length; at += 1) {
        if (bytes.every((byte, offset) => this[at + offset] === byte)) return at;
      }
      return -1;
    }
    includes(value, from, encoding) {
      return this.indexOf(value, from, encoding) >= 0;
    }
  }
  const NUMBERS = { UInt8: 1, Int8: 1, UInt16: 2, Int16: 2, UInt32: 4, Int32: 4, Float: 4, Double: 8, BigInt64: 8, BigUInt64: 8 };
  const VIEWS = { Float: "Float32", Double: "Float64", BigUInt64: "BigUint64" };
  const viewed = (buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const method = (name, value) => Object.defineProperty(Buffer.prototype, name, { value, writable: true, configurable: true });
  for (const [name, size] of Object.entries(NUMBERS)) {
    const kind = VIEWS[name] ?? name.replace("UInt", "Uint");
    for (const [end, little] of size === 1 ? [["", true]] : [["LE", true], ["BE", false]]) {
      method(`read${name}${end}`, function (at = 0) {
        return viewed(this)[`get${kind}`](at, little);
      });
      method(`write${name}${end}`, function (value, at = 0) {
        viewed(this)[`set${kind}`](at, value, little);
        return at + size;
      });
    }
  }
  Object.freeze(Buffer.prototype);
  Object.freeze(Buffer);

  // --- texts (https://encoding.spec.whatwg.org), UTF-8 and what one byte a letter can say --------------------
  class TextEncoder {
    get encoding() {
      return "utf-8";
    }
    encode(text = "") {
      return fromUtf8(String(text));
    }
  }
  class TextDecoder {
    #encoding;
    constructor(label = "utf-8") {
      this.#encoding = String(label).trim().toLowerCase();
      if (!(this.#encoding in ENCODINGS)) throw new RangeError(`The "${label}" encoding is not supported`);
    }
    get encoding() {
      return this.#encoding;
    }
    decode(bytes = new Uint8Array()) {
      return encodingOf(this.#encoding)[1](bytesOf(bytes)).replace(/^\ufeff/, "");
    }
  }
  for (const kind of [TextEncoder, TextDecoder]) Object.freeze(Object.freeze(kind).prototype);

  // --- files of items -------------------------------------------------------------------------------------
  const asked = (host, entry) => {
    return fromBase64(host.ask("file", { id: entry.id }).base64);
  };
  // What a file holds; its `data`, which is not there for files that are kept as blocks, is read when asked for.
  const contents = (host, entry) => {
    const written = Object.getOwnPropertyDescriptor(entry, "data");
    return typeof written?.value === "string" ? fromBase64(written.value) : asked(host, entry);
  };
  const readable = (host, entry) => {
    if (typeof entry !== "object" || entry === null || !entry.id || "data" in entry) return;
    Object.defineProperty(entry, "data", {
      configurable: true,
      get: () => toBase64(asked(host, entry)),
      set: (data) => {
        delete entry.id;
        Object.defineProperty(entry, "data", { value: data, writable: true, enumerable: true, configurable: true });
      },
    });
  };
  const fileOf = (items, index, name) => {
    if (typeof name === "object" && name !== null) return name;
    const entry = items[index]?.binary?.[name];
    if (entry) return entry;
    return fail(
      `This operation expects the node's input data to contain a binary file '${String(name)}', but none was found` +
        ` [item ${String(index)}]`,
    );
  };
  const prepared = (content, fileName, mimeType) => {
    const bytes = typeof content === "string" ? fromUtf8(content) : bytesOf(content);
    const entry = { data: toBase64(bytes), fileSize: `${bytes.length} B` };
    if (mimeType) entry.mimeType = String(mimeType);
    else if (!fileName) entry.mimeType = "text/plain";
    if (fileName) entry.fileName = String(fileName).split("/").at(-1);
    return entry;
  };

  // The names of n8n's helpers, for the items of one run.
  __qflow.helpersOf = (host, items) => {
    for (const item of items) for (const entry of Object.values(item.binary ?? {})) readable(host, entry);
    return Object.freeze({
      ...host.helpers,
      request: (options) => host.helpers.httpRequest({ ...options, url: options?.url ?? options?.uri }),
      assertBinaryData: (index, name) => fileOf(items, index, name),
      getBinaryDataBuffer: async (index, name) => Buffer.from(contents(host, fileOf(items, index, name))),
      prepareBinaryData: async (content, fileName, mimeType) => prepared(content, fileName, mimeType),
      binaryToBuffer: async (content) => Buffer.from(content),
    });
  };
  __qflow.bytes = { Buffer, TextEncoder, TextDecoder };
})();
