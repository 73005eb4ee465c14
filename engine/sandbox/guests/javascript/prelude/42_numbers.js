// Methods that expressions have on numbers and booleans.
"use strict";
(() => {
  const { fail, luxon } = __qflow;
  const { DateTime } = luxon;
  const DAYS_TO_1970 = 25569; // from the spreadsheets' day 0, 30 December 1899

  const whole = (value, name) => {
    if (!Number.isInteger(value)) fail(`${name}() is only callable on integers`);
    return value;
  };
  const rounded = (value, places = 0) => (Number.isFinite(value) ? Number(value.toFixed(places)) : value);

  // A DateTime from a number in one of the forms ms, s, us and excel.
  __qflow.fromNumber = (value, format = "ms") => {
    switch (format) {
      case "ms":
        return DateTime.fromMillis(value);
      case "s":
        return DateTime.fromSeconds(value);
      case "us":
        return DateTime.fromMillis(value / 1000);
      case "excel":
        return DateTime.fromSeconds((value - DAYS_TO_1970) * 86400);
      default:
        return fail(
          `Unsupported format '${String(format)}'. toDateTime() supports 'ms', 's', 'us' and 'excel'.`,
        );
    }
  };

  __qflow.numbers = {
    abs: (value) => Math.abs(value),
    ceil: (value) => Math.ceil(value),
    floor: (value) => Math.floor(value),
    format: (value, locales, options) => new Intl.NumberFormat(locales ?? "en-US", options).format(value),
    isEmpty: (value) => !value,
    isEven: (value) => whole(value, "isEven") % 2 === 0,
    isInteger: (value) => Number.isInteger(value),
    isNotEmpty: (value) => Boolean(value),
    isOdd: (value) => whole(value, "isOdd") % 2 !== 0,
    round: rounded,
    toBoolean: (value) => value !== 0,
    toDateTime: (value, format) => __qflow.fromNumber(value, format),
    toFloat: (value) => value,
    toInt: (value) => rounded(value, 0),
    toNumber: (value) => value,
    toWholeNumber: (value) => rounded(value, 0),
    toDecimalNumber: (value) => value,
  };

  __qflow.booleans = {
    isEmpty: (value) => !value,
    isNotEmpty: (value) => value,
    toBoolean: (value) => value,
    toDateTime: () => undefined,
    toFloat: (value) => Number(value),
    toInt: (value) => Number(value),
    toNumber: (value) => Number(value),
  };
})();
