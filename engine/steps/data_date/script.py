"""What the guest does with one date: Luxon reads, moves and writes it there."""

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
"""Formats with the letters of Moment, on top of Luxon's."""

DATES = (
    "{{ ((given) => {\n  "
    + MOMENT
    + """
  const SECONDS_UNTIL = 12;
  const stamp = (number) => {
    const whole = Number.isInteger(number) ? number : Math.round(number * 1000);
    const seconds = String(Math.abs(whole)).length < SECONDS_UNTIL;
    return seconds ? DateTime.fromSeconds(whole) : DateTime.fromMillis(whole);
  };
  const common = (text) => {
    for (const reader of ["fromISO", "fromRFC2822", "fromHTTP", "fromSQL"]) {
      const found = DateTime[reader](text, { zone: given.fromZone || undefined });
      if (found.isValid) return found;
    }
    const at = Date.parse(text);
    return Number.isNaN(at) ? DateTime.invalid("unparsable") : DateTime.fromMillis(at);
  };
  const written = (text) => {
    const format = given.tokens === "moment" ? momentFormat(given.fromFormat) : given.fromFormat;
    if (format === "x") return DateTime.fromMillis(Number(text));
    if (format === "X") return DateTime.fromSeconds(Number(text));
    return DateTime.fromFormat(text, format, { zone: given.fromZone || undefined });
  };
  const read = (value) => {
    if (typeof value === "number") return stamp(value);
    const text = String(value).trim();
    if (given.fromFormat) return written(text);
    return /^-?[0-9]+([.][0-9]+)?$/.test(text) ? stamp(Number(text)) : common(text);
  };
  const zoned = (value) => {
    const found = read(value);
    if (!found.isValid) throw new Error(`the date ${JSON.stringify(value)} cannot be read`);
    const moved = given.zone ? found.setZone(given.zone) : found.setZone(DateTime.local().zone);
    if (!moved.isValid) throw new Error(`${given.zone} is no time zone`);
    return moved;
  };
  const shown = (date) => (given.utc ? date.toUTC() : date).toISO();
  const PARTS = { week: "weekNumber" };
  const operations = {
    format: (date) =>
      given.tokens === "moment" ? momentWritten(date, given.format) : date.toFormat(given.format),
    add: (date) => shown(date.plus({ [given.unit]: given.amount })),
    subtract: (date) => shown(date.minus({ [given.unit]: given.amount })),
    part: (date) => date.get(PARTS[given.unit.slice(0, -1)] ?? given.unit.slice(0, -1)),
    round: (date) => shown((given.up ? date.plus({ [given.unit]: 1 }) : date).startOf(given.unit)),
    between: (date) => {
      const found = zoned(given.end).diff(date, given.units);
      return given.iso ? found.toISO() : found.toObject();
    },
  };
  try {
    if (given.operation === "now") {
      const now = given.zone ? DateTime.now().setZone(given.zone) : DateTime.now();
      if (!now.isValid) throw new Error(`${given.zone} is no time zone`);
      return { value: shown(given.time ? now : now.startOf("day")) };
    }
    if (given.date === null || given.date === undefined) return { value: null };
    return { value: operations[given.operation](zoned(given.date)) };
  } catch (error) {
    return { error: error.message };
  }
})($json) }}"""
)
"""``{"value": ...}`` or ``{"error": TEXT}`` for one set of parameters."""
