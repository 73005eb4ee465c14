// Methods that expressions have on dates: Luxon's DateTime and JavaScript's Date alike.
"use strict";
(() => {
  const { fail, luxon } = __qflow;
  const { DateTime, Duration } = luxon;

  const UNITS = {};
  for (const unit of ["year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond"]) {
    UNITS[unit] = UNITS[`${unit}s`] = unit;
  }
  const moment = (date) => (date instanceof Date ? DateTime.fromJSDate(date) : date);
  const like = (date, result) => (date instanceof Date ? result.toJSDate() : result);

  const length = (amount, unit) =>
    typeof amount === "object" && amount !== null ? amount : Duration.fromObject({ [unit]: amount });

  // An instant from what an author may write; undefined where it is none.
  const instant = (value) => {
    if (value instanceof Date) return DateTime.fromJSDate(value);
    if (value instanceof DateTime) return value;
    if (typeof value !== "string") return undefined;
    const read = __qflow.readDate(value);
    return read?.isValid ? read : undefined;
  };

  const units = (unit) => {
    for (const one of [unit].flat()) {
      if (!Object.hasOwn(UNITS, one)) {
        const known = Object.keys(UNITS).filter((name) => name.endsWith("s") && name !== "quarters");
        fail(`Unsupported unit '${String(one)}'. Supported: ${known.map((name) => `'${name}'`).join(", ")}.`);
      }
    }
    return unit;
  };
  const difference = (date, other, unit = "days") => {
    const until = instant(other) ?? (typeof other === "number" ? DateTime.fromMillis(other) : undefined);
    if (!until) fail(`diffTo(): expected a date, got ${JSON.stringify(other)}`);
    const found = moment(date).diff(until, units(unit));
    return Array.isArray(unit) ? found.toObject() : found.as(unit);
  };

  const extract = (date, unit = "week") => {
    const at = moment(date);
    if (unit === "yearDayNumber") return at.ordinal;
    if (unit === "week" || unit === "weekNumber") return at.weekNumber;
    return at.get(UNITS[unit] ?? unit);
  };

  const startOf = (date, unit = "week") => like(date, moment(date).startOf(UNITS[unit] ?? unit));

  __qflow.dates = {
    beginningOf: startOf,
    diffTo: difference,
    diffToNow: (date, unit) => difference(DateTime.now(), moment(date), unit),
    endOf: (date, unit = "week", options) => like(date, moment(date).endOf(UNITS[unit] ?? unit, options)),
    endOfMonth: (date) => like(date, moment(date).endOf("month")),
    extract,
    format: (date, format = "yyyy-MM-dd", options) => moment(date).toFormat(format, options),
    inBetween: (date, ...bounds) => __qflow.dates.isBetween(date, ...bounds),
    isBetween(date, ...bounds) {
      if (bounds.length !== 2) fail("isBetween(): expected exactly two args");
      const [first, second] = bounds.map(instant);
      if (!first || !second) return undefined;
      const at = moment(date).toMillis();
      const low = Math.min(first.toMillis(), second.toMillis());
      const high = Math.max(first.toMillis(), second.toMillis());
      return at > low && at < high;
    },
    isDst: (date) => moment(date).isInDST,
    isEmpty: () => false,
    isInLast(date, amount = 0, unit = "minutes") {
      const now = DateTime.now();
      const at = moment(date);
      return at >= now.minus({ [unit]: amount }) && at <= now;
    },
    isNotEmpty: () => true,
    isWeekend: (date) => moment(date).weekday > 5,
    minus: (date, amount, unit = "milliseconds") => like(date, moment(date).minus(length(amount, unit))),
    plus: (date, amount, unit = "milliseconds") => like(date, moment(date).plus(length(amount, unit))),
    startOf,
    toDateTime: moment,
    toFloat: (date) => moment(date).toMillis(),
    toInt: (date) => moment(date).toMillis(),
    toNumber: (date) => moment(date).toMillis(),
    toTimeFromNow: (date) => moment(date).toRelative(),
  };
})();
