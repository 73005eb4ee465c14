"""Formats with the letters of Moment, on top of Luxon's; JavaScript for the guest."""

from __future__ import annotations

MOMENT = """const TOKENS = new RegExp(
    "\\\\[[^\\\\]]*\\\\]|YYYY|YY|Q|MMMM|MMM|MM|Mo|M|DDDD|DDD|DD|Do|D|dddd|ddd|dd|d|E|WW|W|HH|H|hh|h|kk|k|" +
    "mm|m|ss|s|S+|A|a|ZZ|Z|X|x|z|LLLL|LLL|LL|LTS|LT|L|GGGG|gggg|.", "gs");
  const SAME = { YYYY: "yyyy", YY: "yy", Q: "q", MMMM: "LLLL", MMM: "LLL", MM: "LL", M: "L", DDDD: "ooo",
    DDD: "o", DD: "dd", D: "d", dddd: "cccc", ddd: "ccc", E: "c", WW: "WW", W: "W", HH: "HH", H: "H",
    hh: "hh",
    h: "h", mm: "mm", m: "m", ss: "ss", s: "s", A: "a", a: "a", ZZ: "ZZZ", Z: "ZZ", X: "X", x: "x", z: "ZZZZ",
    GGGG: "kkkk", gggg: "kkkk", L: "LL/dd/yyyy", LL: "LLLL d, yyyy", LLL: "LLLL d, yyyy h:mm a",
    LLLL: "cccc, LLLL d, yyyy h:mm a", LT: "h:mm a", LTS: "h:mm:ss a" };
  const ordinal = (n) => n + (["th", "st", "nd", "rd"][n % 100 > 10 && n % 100 < 14 ? 0 : n % 10] ?? "th");
  const split = (format) => format.match(TOKENS) ?? [];
  const momentWritten = (date, format) => split(format).map((token) => {
    if (token === "Do") return ordinal(date.day);
    if (token === "Mo") return ordinal(date.month);
    if (token === "d") return String(date.weekday % 7);
    if (token === "dd") return date.toFormat("ccc").slice(0, 2);
    if (token === "k" || token === "kk") return String(date.hour || 24).padStart(token.length, "0");
    if (token === "a") return date.toFormat("a").toLowerCase();
    if (token[0] === "S") {
      return String(date.millisecond).padStart(3, "0").slice(0, token.length).padEnd(token.length, "0");
    }
    if (token[0] === "[") return token.slice(1, -1);
    return token in SAME ? date.toFormat(SAME[token]) : token;
  }).join("");
  const momentFormat = (format) => split(format).map((token) => {
    if (token === "Do") return "d";
    if (token[0] === "S") return "S".repeat(Math.min(token.length, 3));
    if (token[0] === "[") return `'${token.slice(1, -1)}'`;
    return SAME[token] ?? (/[A-Za-z]/.test(token) ? `'${token}'` : token);
  }).join("");"""
"""Writing: ``momentWritten(date, format)``; and Luxon's format for a strict reader: ``momentFormat``."""

LOOSE = """const NUMBER = /\\d{1,2}/;
  const READ = { YYYY: /\\d{1,4}/, YY: NUMBER, M: NUMBER, MM: NUMBER, D: NUMBER, DD: NUMBER, Do: NUMBER,
    DDD: /\\d{1,3}/, DDDD: /\\d{1,3}/, H: NUMBER, HH: NUMBER, h: NUMBER, hh: NUMBER, k: NUMBER, kk: NUMBER,
    m: NUMBER, mm: NUMBER, s: NUMBER, ss: NUMBER, A: /[ap][.]?m?[.]?/i, a: /[ap][.]?m?[.]?/i,
    X: /[+-]?\\d+([.]\\d{1,3})?/, x: /[+-]?\\d+/, Z: /Z|[+-]\\d\\d:?\\d\\d/i, ZZ: /Z|[+-]\\d\\d:?\\d\\d/i };
  const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
  const MONTH = new RegExp(`(${MONTHS.join("|")})[a-z]*`, "i");
  const DAY = /(mon|tue|wed|thu|fri|sat|sun)[a-z]*/i;
  const NAMED = { MMM: MONTH, MMMM: MONTH, dd: DAY, ddd: DAY, dddd: DAY };
  const pattern = (token) => READ[token] ?? NAMED[token] ??
    (token[0] === "S" ? new RegExp(`\\\\d{1,${token.length}}`) : null);
  const UNIT = { M: "month", D: "day", H: "hour", h: "hour", k: "hour", m: "minute", s: "second" };
  const century = (text) => Number(text) + (text.length > 2 ? 0 : Number(text) > 68 ? 1900 : 2000);
  const keep = (found, token, text) => {
    if (token[0] === "S") found.millisecond = Math.trunc(Number(`0.${text}`) * 1000);
    else if (NAMED[token] === MONTH) found.month = MONTHS.indexOf(text.slice(0, 3).toLowerCase()) + 1;
    else if (token[0] === "Y") found.year = century(text);
    else if (token === "DDD" || token === "DDDD") found.ordinal = Number(text);
    else if (READ[token] === NUMBER) found[UNIT[token[0]]] = Number(text);
    else if (!NAMED[token]) found[token[0].toLowerCase() === "a" ? "half" : token[0]] = text;
  };
  const momentTokens = (text, format) => {
    const found = {};
    let rest = text;
    for (const token of split(format)) {
      const match = pattern(token)?.exec(rest);
      if (!match) continue;
      keep(found, token, match[0]);
      rest = rest.slice(match.index + match[0].length);
    }
    return found;
  };
  const momentRead = (text, format, zone) => {
    const { half, X, x, Z, ...found } = momentTokens(text, format);
    if (X) return DateTime.fromMillis(Number(X) * 1000);
    if (x) return DateTime.fromMillis(Number(x));
    if (!Object.keys(found).length) return DateTime.invalid("unparsable");
    if (half) found.hour = (found.hour % 12) + (half[0].toLowerCase() === "p" ? 12 : 0);
    const offset = Z && (Z.toUpperCase() === "Z" ? "UTC" : `UTC${Z.slice(0, 3)}:${Z.slice(-2)}`);
    const now = DateTime.now().setZone(offset || zone || DateTime.local().zone);
    const dated = found.ordinal || found.month || found.day || found.year;
    if (!dated) Object.assign(found, { month: now.month, day: now.day });
    else if (found.day && !found.month) found.month = found.year ? 1 : now.month;
    return DateTime.fromObject({ year: now.year, ...found }, { zone: now.zone });
  };"""
"""Reading as Moment does where it is not strict: each letter takes the next piece that fits it, whatever
stands between or behind. ``momentRead(text, format, zone)``."""
