// Methods that expressions have on dates: Luxon's DateTime and JavaScript's Date alike.
"use strict";
(() => {
  const { fail, luxon } = __qflow;
  const { DateTime, Duration } = luxon;

  const UNITS = { ms: "millisecond", sec: "second", secs: "second", min: "minute", mins: "minute", hr: "hour", hrs: "hour" };
  for (const unit of ["year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond"]) {
    UNITS[unit] = UNITS[`${unit}s`] = unit;
  }
  const moment = (date) => (date instanceof Date ? DateTime.fromJSDate(date) : date);
  const like = (date, result) => (date instanceof Date ? result.toJSDate() : result);

  // (duration), or (amount, unit)
  const length = (given) => {
    if (given.length === 1) return given[0];
    const [amount = 0, unit = "minutes"] = given;
    return Duration.fromObject({ [UNITS[unit] ?? unit]: amount });
  };

  // The bound of a span from what an author may write; undefined where it is none.
  const bound = (value) => {
    if (typeof value === "string") return bound(new Date(value));
    if (value instanceof DateTime) return value;
    const date = value instanceof Date ? DateTime.fromJSDate(value) : undefined;
    return date?.isValid ? date : undefined;
  };

  const LENGTHS = ["milliseconds", "seconds", "minutes", "hours", "days", "weeks", "months", "quarters", "years"];
  const PARTS = "day week month year hour minute second millisecond weekNumber yearDayNumber weekday".split(" ");
  const difference = (date, other, unit = "days") => {
    const given = [unit].flat();
    const units = given.length ? given : ["days"];
    const unknown = units.find((one) => !LENGTHS.includes(one) && !PARTS.includes(one));
    if (unknown !== undefined) {
      fail(`Unsupported unit '${String(unknown)}'. Supported: ${LENGTHS.map((name) => `'${name}'`).join(", ")}.`);
    }
    const until = typeof other === "string" ? __qflow.dateOf(other) : other instanceof DateTime ? other : DateTime.fromJSDate(other);
    const found = moment(date).diff(until, units);
    return units.length > 1 ? found.toObject() : found.as(units[0]);
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
    diffToNow: (date, unit) => difference(date, DateTime.now(), unit),
    endOf: (date, unit = "week", options) => like(date, moment(date).endOf(UNITS[unit] ?? unit, options)),
    endOfMonth: (date) => like(date, moment(date).endOf("month")),
    extract,
    format: (date, format = "yyyy-MM-dd", options) => moment(date).toFormat(format, options),
    inBetween: (date, ...bounds) => __qflow.dates.isBetween(date, ...bounds),
    isBetween(date, ...bounds) {
      if (bounds.length !== 2) fail("isBetween(): expected exactly two args");
      const [first, second] = bounds.map(bound);
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
      return at >= now.minus(length([amount, unit])) && at <= now;
    },
    isNotEmpty: () => true,
    isWeekend: (date) => moment(date).weekday > 5,
    minus: (date, ...given) => like(date, moment(date).minus(length(given))),
    plus: (date, ...given) => like(date, moment(date).plus(length(given))),
    startOf,
    toBoolean: () => undefined,
    toDateTime: moment,
    toFloat: (date) => moment(date).toMillis(),
    toInt: (date) => moment(date).toMillis(),
    toNumber: (date) => moment(date).toMillis(),
    toTimeFromNow: (date) => moment(date).toRelative(),
  };
})();
