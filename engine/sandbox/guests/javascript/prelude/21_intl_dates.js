// Intl.DateTimeFormat from patterns such as "{EEEE}, {MMMM} {d}, {y}", and Date's methods that use it.
"use strict";
(() => {
  const { intl, zoneAt, zoneName } = __qflow;
  const { known, listed, resolve } = intl;
  const pad = (value, size = 2) => String(value).padStart(size, "0");

  // --- names of time zones --------------------------------------------------------------------------
  const AMERICAN = /^(?:America|US|Pacific\/Honolulu|Canada|EST|CST|MST|PST)/;
  const LETTERED = /^(?:[ECMP][SD]T|AK[SD]T|HST|H[SD]T|UTC)$/;
  const LONG = {
    EST: "Eastern Standard Time", EDT: "Eastern Daylight Time", CST: "Central Standard Time", CDT: "Central Daylight Time",
    MST: "Mountain Standard Time", MDT: "Mountain Daylight Time", PST: "Pacific Standard Time", PDT: "Pacific Daylight Time",
    AKST: "Alaska Standard Time", AKDT: "Alaska Daylight Time", HST: "Hawaii-Aleutian Standard Time",
    GMT: "Greenwich Mean Time", BST: "British Summer Time", IST: "India Standard Time", JST: "Japan Standard Time",
    CET: "Central European Standard Time", CEST: "Central European Summer Time", EET: "Eastern European Standard Time",
    EEST: "Eastern European Summer Time", WET: "Western European Standard Time", WEST: "Western European Summer Time",
    UTC: "Coordinated Universal Time", MSK: "Moscow Standard Time", KST: "Korean Standard Time",
    AEST: "Australian Eastern Standard Time", AEDT: "Australian Eastern Daylight Time", NZST: "New Zealand Standard Time",
    NZDT: "New Zealand Daylight Time", SGT: "Singapore Standard Time",
  };
  const LOCAL = { "en-GB": /^(?:GMT|BST|CES?T|EES?T|WES?T)$/, "en-IN": /^IST$/, "en-AU": /^A[EC][SD]T$|^AWST$/ };
  const gmt = (seconds, full) => {
    if (seconds === 0) return "GMT";
    const minutes = Math.floor(Math.abs(seconds) / 60);
    const sign = seconds < 0 ? "-" : "+";
    const hours = full ? pad(Math.floor(minutes / 60)) : Math.floor(minutes / 60);
    return `GMT${sign}${hours}${full || minutes % 60 ? `:${pad(minutes % 60)}` : ""}`;
  };
  __qflow.zoneLabel = (name, at, long, locale = "en-US") => {
    const { seconds, name: letters } = zoneAt(name, at);
    if (!/^en/.test(locale)) return name === "UTC" ? "UTC" : gmt(seconds, long);
    if (long) return LONG[letters] && (letters !== "IST" || /Kolkata|Calcutta/.test(name)) ? LONG[letters] : gmt(seconds, true);
    if (name === "UTC" || name === "Etc/UTC") return "UTC";
    const lettered = AMERICAN.test(name) ? LETTERED : LOCAL[locale];
    return lettered?.test(letters) ? letters : gmt(seconds, false);
  };

  // --- fields of a moment in a zone -------------------------------------------------------------------
  const offsetOf = (zone, at) => {
    const fixed = /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
    if (fixed) return (fixed[1] === "-" ? -1 : 1) * (Number(fixed[2]) * 3600 + Number(fixed[3]) * 60);
    return zoneAt(zone, at).seconds;
  };
  const fieldsOf = (at, zone) => {
    const date = new Date(at + offsetOf(zone, at) * 1000);
    return {
      at,
      year: date.getUTCFullYear(),
      month: date.getUTCMonth(),
      day: date.getUTCDate(),
      weekday: date.getUTCDay(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      millisecond: date.getUTCMilliseconds(),
    };
  };

  const TYPES = { E: "weekday", M: "month", L: "month", d: "day", y: "year", h: "hour", m: "minute", s: "second", a: "dayPeriod", z: "timeZoneName", G: "era", S: "fractionalSecond" };
  const WIDTH = { 3: "short", 4: "long", 5: "narrow" };

  class DateTimeFormat {
    #data;
    #tag;
    #options;
    #pattern;
    constructor(locales, options = {}) {
      const { tag, data } = resolve(locales);
      this.#tag = tag;
      this.#data = data;
      const given = { ...options };
      const zone = given.timeZone === undefined ? "UTC" : /^[+-]\d{2}/.test(given.timeZone) ? given.timeZone : zoneName(given.timeZone);
      if (!zone) throw new RangeError(`Invalid time zone specified: ${given.timeZone}`);
      const dated = ["weekday", "year", "month", "day", "era", "dateStyle"].some((name) => given[name]);
      const timed = ["hour", "minute", "second", "fractionalSecondDigits", "dayPeriod", "timeStyle"].some((name) => given[name]);
      if (!dated && !timed) Object.assign(given, { year: "numeric", month: "numeric", day: "numeric" });
      const cycle = this.#cycle(given);
      this.#options = { ...given, timeZone: zone, hourCycle: cycle };
      this.#pattern = this.#makePattern(this.#options);
    }
    #cycle({ hour12, hourCycle }) {
      if (hour12 !== undefined) return hour12 ? (this.#data.cycle === "h11" ? "h11" : "h12") : "h23";
      return hourCycle ?? this.#data.cycle;
    }
    #makePattern(options) {
      const { timeZoneName } = options;
      const date = this.#datePattern(options);
      let time = this.#timePattern(options);
      if (timeZoneName || options.timeStyle === "long" || options.timeStyle === "full") {
        if (time) time += " {z}";
        else return `${date}, {z}`;
      }
      if (!date || !time) return date || time;
      return date + this.#joint(options) + time;
    }
    #joint({ dateStyle, month }) {
      const { joints } = this.#data;
      if (dateStyle) return joints[`style${dateStyle[0].toUpperCase()}${dateStyle.slice(1)}`];
      return joints[month === "long" || month === "short" ? month : "numeric"];
    }
    #datePattern({ dateStyle, weekday, year, month, day, era }) {
      if (dateStyle) return this.#data.styles[dateStyle];
      const letter = (value) => (!value ? "-" : value === "2-digit" ? "n" : value[0] === "n" && value !== "numeric" ? "s" : value[0]);
      let found = this.#data.dates[[weekday, year, month, day].map(letter).join("")] ?? "";
      if (day === "2-digit") found = found.replace("{d}", "{dd}");
      if (month === "2-digit") found = found.replace("{M}", "{MM}").replace("{L}", "{MM}");
      if (year === "2-digit") found = found.replace("{y}", "{yy}");
      if (month === "narrow") found = found.replace("{MMM}", "{MMMMM}").replace("{LLL}", "{LLLLL}");
      if (weekday === "narrow") found = found.replace("{EEE}", "{EEEEE}");
      return era ? `${found} {G}`.trim() : found;
    }
    #timePattern({ timeStyle, hour, minute, second, fractionalSecondDigits, hourCycle }) {
      const twelve = hourCycle === "h12" || hourCycle === "h11" ? 12 : 24;
      const { times } = this.#data;
      if (timeStyle) return times[`${twelve}n${timeStyle === "short" ? 1 : 2}`];
      const fraction = fractionalSecondDigits ? ".{S}" : "";
      if (hour) {
        const found = times[`${twelve}${hour[0]}${second ? 2 : minute ? 1 : 0}`];
        return fraction ? found.replace("{ss}", `{ss}${fraction}`) : found;
      }
      if (minute && second) return `{mm}:{ss}${fraction}`;
      if (minute) return minute === "2-digit" ? "{m}" : "{m}";
      return second ? `{s}${fraction}` : "";
    }
    #value(tag, fields) {
      const { months, days, periods, eras } = this.#data;
      const letter = tag[0];
      switch (letter) {
        case "E":
          return days[WIDTH[tag.length]][fields.weekday];
        case "M":
        case "L":
          if (tag.length > 2) return months[WIDTH[tag.length]][letter === "L" ? 1 : 0][fields.month];
          return pad(fields.month + 1, tag.length);
        case "d":
          return pad(fields.day, tag.length);
        case "y": {
          const year = this.#pattern.includes("{G}") && fields.year < 1 ? 1 - fields.year : fields.year;
          return tag.length === 2 ? pad(Math.abs(year) % 100) : String(year);
        }
        case "h":
          return pad(this.#hour(fields.hour), tag.length);
        case "m":
          return pad(fields.minute, tag.length);
        case "s":
          return pad(fields.second, tag.length);
        case "S":
          return pad(fields.millisecond, 3).slice(0, this.#options.fractionalSecondDigits);
        case "a":
          return periods[fields.hour < 12 ? 0 : 1];
        case "G":
          return eras[this.#options.era][fields.year < 1 ? 0 : 1];
        default:
          return this.#zone(fields.at);
      }
    }
    #hour(hour) {
      switch (this.#options.hourCycle) {
        case "h12":
          return hour % 12 || 12;
        case "h11":
          return hour % 12;
        case "h24":
          return hour || 24;
        default:
          return hour;
      }
    }
    #zone(at) {
      const { timeZone, timeZoneName, timeStyle } = this.#options;
      if (/^[+-]/.test(timeZone)) return gmt(offsetOf(timeZone, at), timeZoneName === "longOffset");
      if (timeZoneName === "longOffset" || timeZoneName === "shortOffset") {
        return gmt(zoneAt(timeZone, at).seconds, timeZoneName === "longOffset");
      }
      return __qflow.zoneLabel(timeZone, at, (timeZoneName ?? (timeStyle === "full" ? "long" : "short")) === "long", this.#tag);
    }
    formatToParts(date) {
      const at = date === undefined ? Date.now() : Number(date);
      if (!Number.isFinite(at) || Math.abs(at) > 8.64e15) throw new RangeError("Invalid time value");
      const fields = fieldsOf(at, this.#options.timeZone);
      const parts = [];
      for (const piece of this.#pattern.split(/(\{\w+\})/)) {
        if (!piece) continue;
        if (piece[0] !== "{") parts.push({ type: "literal", value: piece });
        else {
          const tag = piece.slice(1, -1);
          parts.push({ type: TYPES[tag[0]], value: this.#value(tag, fields) });
        }
      }
      return parts;
    }
    // As V8 has it: the narrow space before AM and PM is in the parts, a plain one in the text.
    get format() {
      return (date) => this.formatToParts(date).map((part) => part.value).join("").replaceAll("\u202f", " ");
    }
    formatRange(start, end) {
      const [first, second] = [this.format(start), this.format(end)];
      return first === second ? first : `${first} – ${second}`;
    }
    resolvedOptions() {
      const { timeZone, hourCycle, ...options } = this.#options;
      const clock = /\{h/.test(this.#pattern) ? { hourCycle, hour12: hourCycle === "h12" || hourCycle === "h11" } : {};
      return { locale: this.#tag, calendar: "gregory", numberingSystem: "latn", timeZone, ...clock, ...options };
    }
    static supportedLocalesOf(locales) {
      return listed(locales).filter(known);
    }
  }
  Object.defineProperty(DateTimeFormat.prototype, Symbol.toStringTag, { value: "Intl.DateTimeFormat" });
  Intl.DateTimeFormat = new Proxy(DateTimeFormat, { apply: (target, self, given) => new target(...given) });

  // --- Date -------------------------------------------------------------------------------------------
  const DATE = { year: "numeric", month: "numeric", day: "numeric" };
  const TIME = { hour: "numeric", minute: "2-digit", second: "2-digit" };
  const local = (name, fallback) => {
    const value = function (locales, options = {}) {
      if (Number.isNaN(this.getTime())) return "Invalid Date";
      const named = Object.keys(options).some((key) => !/^(?:timeZone|hour12|hourCycle|timeZoneName)$/.test(key));
      return new DateTimeFormat(locales, named ? options : { ...fallback, ...options }).format(this);
    };
    Object.defineProperty(value, "name", { value: name });
    Object.defineProperty(Date.prototype, name, { value, writable: true, configurable: true });
  };
  local("toLocaleString", { ...DATE, ...TIME });
  local("toLocaleDateString", DATE);
  local("toLocaleTimeString", TIME);
  for (const name of ["toString", "toTimeString"]) {
    const plain = Date.prototype[name];
    const value = function () {
      const text = plain.call(this);
      return text === "Invalid Date" ? text : `${text} (Coordinated Universal Time)`;
    };
    Object.defineProperty(value, "name", { value: name });
    Object.defineProperty(Date.prototype, name, { value, writable: true, configurable: true });
  }
})();
