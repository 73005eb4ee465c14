// Methods that expressions have on strings.
"use strict";
(() => {
  const { fail, luxon, native } = __qflow;
  const { DateTime } = luxon;

  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  __qflow.bytesToBase64 = (bytes) => bytes.toBase64();
  __qflow.base64ToBytes = (text) => {
    const clean = text.replace(/-/g, "+").replace(/_/g, "/");
    const out = [];
    let bits = 0;
    let held = 0;
    for (const sign of clean) {
      const value = ALPHABET.indexOf(sign);
      if (sign === "=") break;
      if (value < 0) continue;
      held = (held << 6) | value;
      bits += 6;
      if (bits >= 8) out.push((held >> (bits -= 8)) & 255);
    }
    return new Uint8Array(out);
  };
  const toBase64 = (text) => __qflow.bytesToBase64(new Uint8Array(native.utf8(text)));
  const fromBase64 = (text) => native.text(__qflow.base64ToBytes(text).buffer);

  const DIGESTS = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3", "ripemd160"];
  const hash = (text, name = "md5") => {
    const wanted = String(name).toLowerCase();
    if (wanted === "base64") return toBase64(text);
    if (!DIGESTS.includes(wanted)) {
      fail(`Unknown algorithm ${String(name)}. Available algorithms are: ${[...DIGESTS, "base64"].join(", ")}.`);
    }
    return native.hash(wanted === "sha3" ? "sha3-512" : wanted, text);
  };

  // --- dates ------------------------------------------------------------------------------------
  const FULL_ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;
  __qflow.readDate = (text) => {
    if (FULL_ISO.test(text)) {
      const at = Date.parse(text); // the engine's own reader is much faster than Luxon's
      if (!Number.isNaN(at)) return DateTime.fromMillis(at);
    }
    if (/^-?\d{9,16}$/.test(text)) return DateTime.fromMillis(Number(text));
    for (const read of [DateTime.fromISO, DateTime.fromHTTP, DateTime.fromRFC2822, DateTime.fromSQL]) {
      const date = read(text, read === DateTime.fromISO ? { setZone: false } : undefined);
      if (date.isValid) return date;
    }
    const date = new Date(text);
    return Number.isNaN(date.getTime()) ? undefined : DateTime.fromJSDate(date);
  };
  const toDateTime = (text, format) => {
    if (format !== undefined && /^(ms|s|us|excel)$/.test(format)) {
      const value = Number(text);
      return Number.isNaN(value) ? fail("cannot convert to Luxon DateTime") : __qflow.fromNumber(value, format);
    }
    const date = typeof format === "string" ? DateTime.fromFormat(text, format) : __qflow.readDate(text.trim());
    return date?.isValid ? date : fail("cannot convert to Luxon DateTime");
  };
  const toDate = (text) => {
    const date = new Date(String(text));
    return Number.isNaN(date.getTime()) ? fail("cannot convert to date") : date;
  };

  // --- numbers ----------------------------------------------------------------------------------
  const CURRENCY = /[\u0024\u00a2-\u00a5\u058f\u060b\u09f2\u0e3f\u20a0-\u20bf\ufdfc]/g;
  const integer = (text, radix = 10) => {
    const value = parseInt(text.replace(CURRENCY, ""), radix);
    return Number.isNaN(value) ? fail("cannot convert to integer") : value;
  };
  const decimal = (text) => {
    if (text.includes(",")) fail("cannot convert to float, expected . as decimal separator");
    const value = parseFloat(text.replace(CURRENCY, ""));
    return Number.isNaN(value) ? fail("cannot convert to float") : value;
  };
  const number = (text) => {
    const value = Number(text.replace(CURRENCY, ""));
    return Number.isNaN(value) ? fail("cannot convert to number") : value;
  };
  const isNumeric = (text) => !/\s/.test(text) && text !== "" && !Number.isNaN(Number(text));

  // --- addresses --------------------------------------------------------------------------------
  const LABEL = "[a-z0-9\\u00a1-\\uffff](?:[a-z0-9\\u00a1-\\uffff_-]*[a-z0-9\\u00a1-\\uffff])?";
  const STRICT = "[a-z0-9\\u00a1-\\uffff](?:[a-z0-9\\u00a1-\\uffff-]*[a-z0-9\\u00a1-\\uffff])?";
  const TOP = "(?:xn--[a-z0-9-]+|[a-z\\u00a1-\\uffff]{2,})";
  const DOMAIN = new RegExp(`^(?:${STRICT}\\.)+${TOP}(?::\\d{1,5})?$`, "iu");
  const EMAIL = `[a-z0-9._%+'&*=?^\`{|}~!#$/-]+@(?:${STRICT}\\.)+${TOP}`;
  const IS_EMAIL = new RegExp(`^${EMAIL}$`, "iu");
  const HAS_EMAIL = new RegExp(EMAIL, "iu");
  const HOST = `(?:localhost|\\d{1,3}(?:\\.\\d{1,3}){3}|(?:${LABEL}\\.)+${TOP})`;
  const HAS_URL = new RegExp(`(?:https?|ftp|file):\\/\\/(?:[^\\s/@]+@)?${HOST}(?::\\d{1,5})?(?:[/?#][^\\s]*)?`, "iu");
  const IS_URL = /^(?:https?|ftps?|file):\/\/(?:[^\s/@]*@)?[^\s/?#:@]+(?::\d{1,5})?(?:[/?#]\S*)?$/i;

  const extractDomain = (text) => {
    const trimmed = text.trim();
    if (/^mailto:/i.test(trimmed) || IS_EMAIL.test(trimmed)) {
      return HAS_EMAIL.exec(trimmed)?.[0].split("@").pop();
    }
    const found = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:[^\s/@?#]*@)?([^\s/?#:@]+)(?::\d{1,5})?(?:[/?#]\S*)?$/i.exec(trimmed);
    if (!found) return undefined;
    const [, scheme, host] = found;
    if (scheme) return host;
    return DOMAIN.test(host) || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) ? host : undefined;
  };
  const extractUrlPath = (text) => {
    const found = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]+([^\s?#]*)/i.exec(text.trim());
    return found ? found[1] || "/" : undefined;
  };

  // --- letters ----------------------------------------------------------------------------------
  const SMALL = /^(?:an?d?|a[st]|because|but|by|en|for|i[fn]|neither|nor|o[fnr]|only|over|per|so|some|that?|than|the|to|up|upon|vs?\.?|versus|via|when|with|without|yet)$/i;
  const titleCase = (text) => {
    const words = text.toLowerCase().split(/([\s:–—-]+)/u);
    const last = words.length - 1 - (words.at(-1) === "" ? 2 : 0);
    return words
      .map((word, at) => {
        if (at % 2 || (at > 0 && at < last && SMALL.test(word))) return word;
        return word.replace(/[\p{L}\p{N}]/u, (letter) => letter.toUpperCase());
      })
      .join("");
  };
  const sentenceCase = (text) =>
    text.toLowerCase().replace(/(^|[.!?])([^\p{L}\p{N}]*)(\p{L})/gu, (_, end, between, letter) => end + between + letter.toUpperCase());
  const snakeCase = (text) =>
    text
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, "_")
      .replace(/[^\p{L}\p{N}_]/gu, "");

  const LOOKALIKES = new Map(Object.entries(__qflow.texts.letters ? JSON.parse(__qflow.texts.letters) : {}));
  const plainLetters = (text) =>
    Array.from(text.normalize("NFD").replace(/\p{M}/gu, ""), (letter) => {
      if (letter.charCodeAt(0) < 128) return letter;
      return LOOKALIKES.get(letter) ?? (letter.length === 1 && letter.normalize("NFKD").replace(/[^\x00-\x7f]/g, "")) ?? "?";
    }).join("");

  // --- markup -----------------------------------------------------------------------------------
  const removeTags = (text) => text.replace(/<[^>]*>?/gm, "");
  const removeMarkdown = (text) =>
    removeTags(
      text
        .replace(/^(-\s*?|\*\s*?|_\s*?){3,}\s*$/gm, "")
        .replace(/^([ \t]*)(?:[*+-]|\d+\.)\s+/gm, "$1")
        .replace(/\n={2,}/g, "\n")
        .replace(/~{3}.*\n/g, "")
        .replace(/~~/g, "")
        .replace(/`{3}.*\n?/g, ""),
    )
      .replace(/^[=-]{2,}\s*$/gm, "")
      .replace(/\[\^.+?\](?:: .*?$)?/gm, "")
      .replace(/\s{0,2}\[.*?\]: .*?$/gm, "")
      .replace(/!\[(.*?)\][[(].*?[\])]/g, "$1")
      .replace(/\[([^\]]*?)\][[(].*?[\])]/g, "$1")
      .replace(/^\s{0,3}>\s?/gm, "")
      .replace(/^\s{1,2}\[(.*?)\]: (\S+)( ".*?")?\s*$/gm, "")
      .replace(/^(\n)?\s{0,}#{1,6}\s*( (.+))? +#+$|^(\n)?\s{0,}#{1,6}\s*( (.+))?$/gm, "$1$3$4$6")
      .replace(/([*_]{1,3})(\S.*?\S{0,1})\1/g, "$2")
      .replace(/`(.+?)`/g, "$1");

  const parseJson = (text) => {
    try {
      return JSON.parse(text);
    } catch {
      if (text.includes("'")) {
        fail("Parsing failed. Check you're using double quotes");
      }
      return fail("Parsing failed");
    }
  };

  __qflow.strings = {
    base64Decode: fromBase64,
    base64Encode: toBase64,
    extractDomain,
    extractEmail: (text) => HAS_EMAIL.exec(text)?.[0],
    extractUrl: (text) => HAS_URL.exec(text)?.[0],
    extractUrlPath,
    hash,
    isDomain: (text) => DOMAIN.test(text),
    isEmail: (text) => IS_EMAIL.test(text),
    isEmpty: (text) => text === "",
    isNotEmpty: (text) => text !== "",
    isNumeric,
    isUrl: (text) => IS_URL.test(text),
    length: (text) => text.length,
    parseJson,
    quote: (text, mark = '"') => `${mark}${text.replaceAll("\\", "\\\\").replaceAll(mark, `\\${mark}`)}${mark}`,
    removeMarkdown,
    removeTags,
    replaceSpecialChars: plainLetters,
    replaceSpecialCharacters: plainLetters,
    stripTags: removeTags,
    toBoolean: (text) => !["false", "no", "0"].includes(text.toLowerCase()),
    toDate,
    toDateTime,
    toDecimalNumber: decimal,
    toFloat: decimal,
    toInt: integer,
    toJsonString: (text) => JSON.stringify(text),
    toNumber: number,
    toSentenceCase: sentenceCase,
    toSnakeCase: snakeCase,
    toTitleCase: titleCase,
    toWholeNumber: integer,
    urlDecode: (text, whole) => (whole ? decodeURI(text) : decodeURIComponent(text)),
    urlEncode: (text, whole) => (whole ? encodeURI(text) : encodeURIComponent(text)),
  };
})();
