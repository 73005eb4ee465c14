// Methods that expressions have on strings.
"use strict";
(() => {
  const { addresses, fail, luxon, native } = __qflow;
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
      fail(`Unknown algorithm ${wanted}. Available algorithms are: ${DIGESTS.slice(0, -1).join()}, and Base64.`);
    }
    return native.hash(wanted === "sha3" ? "sha3-512" : wanted, text);
  };

  // --- dates ------------------------------------------------------------------------------------
  const FULL_ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z$/;
  const UTC = luxon.FixedOffsetZone.utcInstance;
  // A text that names a zone keeps it; undefined where it is no date.
  __qflow.readDate = (text) => {
    if (FULL_ISO.test(text)) {
      const at = Date.parse(text); // the engine's own reader is much faster than Luxon's
      if (!Number.isNaN(at)) return DateTime.fromMillis(at, { zone: UTC });
    }
    if (/^-?\d{9,16}$/.test(text)) return DateTime.fromMillis(Number(text));
    for (const read of [DateTime.fromISO, DateTime.fromHTTP, DateTime.fromRFC2822, DateTime.fromSQL]) {
      const date = read(text, { setZone: true });
      if (date.isValid) return date;
    }
    const date = new Date(text);
    return Number.isNaN(date.getTime()) ? undefined : DateTime.fromJSDate(date);
  };
  const written = (text, format) => {
    try {
      return DateTime.fromFormat(text, format);
    } catch {
      return fail("cannot convert to Luxon DateTime");
    }
  };
  const toDateTime = (text, format) => {
    if (/^(ms|s|us|excel)$/.test(format)) return __qflow.fromNumber(Number(text), format);
    if (format) return written(text, format);
    return __qflow.readDate(text.trim()) ?? fail("cannot convert to Luxon DateTime");
  };
  __qflow.dateOf = (text) => toDateTime(text);
  const toDate = (text) => {
    const date = new Date(String(text));
    return Number.isNaN(date.getTime()) ? fail("cannot convert to date") : date;
  };

  // --- numbers ----------------------------------------------------------------------------------
  // The signs of currencies, each tried in this order.
  const SIGNS =
    "Lek ؋ $ ƒ ₼ Br BZ$ $b KM P лв R$ ៛ ¥ ₡ kn ₱ Kč kr RD$ £ € ¢ Q L Ft ₹ Rp ﷼ ₪ J$ ₩ ₭ ден RM ₨ ₮ MT C$ ₦ B/. Gs S/. zł lei " +
    "₽ Дин. S R CHF NT$ ฿ TT$ ₺ ₴ $U Bs ₫ Z$";
  const CURRENCY = new RegExp(SIGNS.replace(/[$.]/g, "\\$&").replaceAll(" ", "|"), "g");
  const integer = (text, radix) => {
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
  const isNumeric = (text) => !text.includes(" ") && !Number.isNaN(Number(text)) && !Number.isNaN(parseFloat(text));

  // --- letters ----------------------------------------------------------------------------------
  const SMALL =
    /\b(?:an?d?|a[st]|because|but|by|en|for|i[fn]|neither|nor|o[fnr]|only|over|per|so|some|tha[nt]|the|to|up|upon|vs?\.?|versus|via|when|with|without|yet)\b/i;
  // A word with capitals or dots inside is as its author wants it; so is the scheme of an address.
  const titleCase = (text) =>
    text.replace(/[^\s:–—-]+/g, (word, at) => {
      const end = at + word.length;
      if (/[^][A-Z]|[^]\../.test(word)) return word;
      if (SMALL.test(word) && at > 0 && end < text.length) return word;
      if (text[end] === ":" && !/^\s/.test(text.slice(end + 1))) return word;
      return word.replace(/[a-z\u00df-\u00ff]|[A-Z0-9\u00c0-\u00de]/, (letter) => letter.toUpperCase());
    });
  const sentenceCase = (text) =>
    text.toLowerCase().replace(/(^|[.!?])([^\p{L}.!?]*)(\p{L})/gu, (_, end, between, letter) => end + between + letter.toUpperCase());
  const snakeCase = (text) =>
    text
      .toLowerCase()
      .replace(/[ -]/g, "_")
      .replace(/[\u2000-\u206f\u2e00-\u2e7f!-,./:-@[-^`{-~]/g, "");

  const { letters = "{}" } = __qflow.texts;
  let read; // once they are asked for: held from the start, they would cost each collection of garbage
  const known = (letter) => (read ??= new Map(Object.entries(JSON.parse(letters)))).get(letter);
  const isMark = (letter) => /^\p{M}$/u.test(letter);
  const plainLetter = (letter) => {
    if (letter.charCodeAt(0) < 128) return letter;
    const bare = () => letter.normalize("NFKD").replace(/[^\x00-\x7f]/g, "");
    return known(letter) ?? (bare() || (isMark(letter) ? "" : "?"));
  };
  const plainLetters = (text) => Array.from(text, plainLetter).join("");

  // --- markup -----------------------------------------------------------------------------------
  const removeTags = (text) => text.replace(/<[^>]*>?/gm, "");
  // What goes, in this order, and what stays of it.
  const MARKDOWN = [
    [/^(\s*)(?:[*+-]|\d\.)\s+/gm, "$1"], // bullets and numbers
    [/\n==+/g, "\n"],
    [/~~/g, ""],
    [/```.*\n/g, ""],
    [/<[\w\s|='":(),;/.-]+[>|\\]/g, ""], // tags
    [/^[=-]{2,}\s*$/g, ""],
    [/\[\^.+?\](?:: .*?$)?/g, ""], // footnotes
    [/\s{0,2}\[.*?\]: .*?$/g, ""],
    [/!\[.*?\][[(].*?[\])]/g, ""], // pictures
    [/\[(.*?)\][[(].*?[\])]/g, "$1"], // links
    [/>/g, ""],
    [/^#{1,6}\s*([^#]*)\s*(?:#{1,6})?/gm, "$1"], // headings
    [/([*_]{1,3})(\S.*?\S)\1/g, "$2"],
    [/(`{3,})(.*?)\1/g, "$2"],
    [/^-{3,}\s*$/g, ""],
    [/`(.+?)`/g, "$1"],
    [/\n{2,}/g, "\n\n"],
  ];
  const removeMarkdown = (text) => MARKDOWN.reduce((left, [pattern, kept]) => left.replace(pattern, kept), text);

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
    ...addresses,
    base64Decode: fromBase64,
    base64Encode: toBase64,
    hash,
    isBlank: (text) => text.trim() === "",
    isEmpty: (text) => text === "",
    isNotBlank: (text) => text.trim() !== "",
    isNotEmpty: (text) => text !== "",
    isNumeric,
    length: (text) => text.length,
    parseJson,
    quote: (text, mark = '"') => `${mark}${text.replaceAll("\\", "\\\\").replaceAll(mark, `\\${mark}`)}${mark}`,
    removeMarkdown,
    removeTags,
    replaceSpecialChars: plainLetters,
    replaceSpecialCharacters: plainLetters,
    stripTags: removeTags,
    toBoolean: (text) => !["", "false", "no", "0"].includes(text.toLowerCase()),
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
