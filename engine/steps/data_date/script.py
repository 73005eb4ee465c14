"""What the guest does with one date: Luxon reads, moves and writes it there."""

from __future__ import annotations

from engine.steps.data_date.moment import LOOSE, MOMENT

DATES = (
    "{{ ((given) => {\n  "
    + MOMENT
    + LOOSE
    + """
  const SECONDS_UNTIL = 12;
  const stamp = (number) => {
    const whole = Number.isInteger(number) ? number : number * 1000;
    if (!Number.isInteger(whole)) return DateTime.fromMillis(Math.trunc(whole));
    return String(whole).length < SECONDS_UNTIL ? DateTime.fromSeconds(whole) : DateTime.fromMillis(whole);
  };
  const common = (text) => {
    for (const reader of ["fromISO", "fromRFC2822", "fromHTTP", "fromSQL"]) {
      const found = DateTime[reader](text, { zone: given.fromZone || undefined });
      if (found.isValid || found.invalidReason === "unit out of range") return found;
    }
    const at = Date.parse(text);
    return Number.isNaN(at) ? DateTime.invalid("unparsable") : DateTime.fromMillis(at);
  };
  const written = (text) => {
    if (given.loose) return momentRead(text, given.fromFormat, given.fromZone);
    const format = given.tokens === "moment" ? momentFormat(given.fromFormat) : given.fromFormat;
    if (format === "x") return DateTime.fromMillis(Number(text));
    if (format === "X") return DateTime.fromSeconds(Number(text));
    return DateTime.fromFormat(text, format, { zone: given.fromZone || undefined });
  };
  const told = (value) => typeof value === "object" && value.at;
  const read = (value) => {
    if (typeof value === "number") return stamp(value);
    if (told(value)) return DateTime.fromISO(value.at).setZone(value.zone);
    const text = String(value).trim();
    if (given.fromFormat) return written(text);
    return /^-?[0-9]+([.][0-9]+)?$/.test(text) ? stamp(Number(text)) : common(text);
  };
  const ahead = (value) => {
    const hours = given.ahead && typeof value === "string" && /[+](\\d\\d)/.exec(value);
    return hours && `UTC+${Number(hours[1])}`;
  };
  const zoned = (value) => {
    const found = read(value);
    if (!found.isValid) throw new Error(`the date ${JSON.stringify(value)} cannot be read`);
    const zone = told(value) ? value.zone : ahead(value) || given.zone || DateTime.local().zone;
    const moved = found.setZone(zone);
    if (!moved.isValid) throw new Error(`${zone} is no time zone`);
    return moved;
  };
  const shown = (date) => (given.utc ? date.toUTC() : date).toISO();
  const WHOLE = ["days", "weeks", "months", "quarters", "years"];
  const DAYS = { weeks: 7 };
  const MONTHS_OF = { quarters: 3, years: 12 };
  const span = () => {
    if (given.tokens !== "moment" || !WHOLE.includes(given.unit)) return { [given.unit]: given.amount };
    const count = given.amount * (DAYS[given.unit] ?? MONTHS_OF[given.unit] ?? 1);
    const whole = Math.sign(count) * Math.round(Math.abs(count));
    return { [given.unit in DAYS || given.unit === "days" ? "days" : "months"]: whole };
  };
  const PARTS = { week: "weekNumber" };
  const operations = {
    format: (date) =>
      given.tokens === "moment" ? momentWritten(date, given.format) : date.toFormat(given.format),
    add: (date) => shown(date.plus(span())),
    subtract: (date) => shown(date.minus(span())),
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
