// Intl for the locales of vendor/locales.txt, as far as n8n's expressions and Luxon use it: numbers,
// plurals, lists, relative times, collation. Dates are in 21_intl_dates.js. Other locales speak English.
"use strict";
(() => {
  const lines = new Map();
  const languages = new Map();
  for (const line of __qflow.texts.locales.split("\n")) {
    const tab = line.indexOf("\t");
    if (tab < 0) continue;
    const name = line.slice(0, tab);
    lines.set(name, line.slice(tab + 1));
    const language = name.slice(0, 2);
    if (!languages.has(language)) languages.set(language, name);
  }
  delete __qflow.texts.locales;
  languages.set("no", "nb-NO").set("iw", "he-IL").set("in", "id-ID");

  const ready = new Map();
  const known = (tag) => {
    const [language, ...rest] = String(tag).split("-u-")[0].replaceAll("_", "-").split("-");
    const region = rest.find((part) => /^[a-z]{2}$/i.test(part));
    const exact = region && `${language.toLowerCase()}-${region.toUpperCase()}`;
    if (exact && lines.has(exact)) return exact;
    if (/^zh/i.test(language) && rest.some((part) => /^hant$/i.test(part))) return "zh-TW";
    return languages.get(language.toLowerCase());
  };
  const canonical = (tag) => {
    if (typeof tag !== "string" || !/^[a-z]{2,8}(?:[-_][a-z0-9]{1,8})*$/i.test(tag)) {
      throw new RangeError(`Incorrect locale information provided`);
    }
    return tag
      .replaceAll("_", "-")
      .split("-")
      .map((part, at) => {
        if (at === 0) return part.toLowerCase();
        if (part.length === 2) return part.toUpperCase();
        return part.length === 4 ? part[0].toUpperCase() + part.slice(1).toLowerCase() : part.toLowerCase();
      })
      .join("-");
  };
  const listed = (locales) =>
    locales === undefined || locales === null ? [] : [locales].flat().map((one) => canonical(one?.toString?.() ?? one));

  // {tag, data}: the first wanted locale that is known, else English
  const resolve = (locales) => {
    const wanted = listed(locales);
    const tag = wanted.find(known);
    const name = tag ? known(tag) : "en-US";
    if (!ready.has(name)) ready.set(name, JSON.parse(lines.get(name)));
    return { tag: tag ?? "en-US", data: ready.get(name) };
  };
  const LETTERS = { z: "zero", o: "one", t: "two", f: "few", m: "many", ".": "other" };
  const letterOf = ({ cardinal, fraction }, value) => {
    const size = Math.abs(value);
    if (!Number.isInteger(size)) return fraction;
    return cardinal[size < 200 ? size : 100 + (size % 100)];
  };
  const form = (forms, letter) => forms["*"] ?? forms[letter] ?? forms["."];
  __qflow.intl = { canonical, form, known, letterOf, listed, resolve };

  // --- numbers ------------------------------------------------------------------------------------
  const DIGITS = { JPY: 0, KRW: 0, VND: 0, CLP: 0, ISK: 0, UGX: 0, PYG: 0, XAF: 0, XOF: 0, KWD: 3, BHD: 3, JOD: 3, OMR: 3, TND: 3 };

  // The digits of a finite number, rounded half to even away from zero as Intl does: half expands.
  const rounded = (value, places) => {
    const text = value.toFixed(Math.min(places, 100));
    if (places > 15 || value >= 1e21) return text;
    // toFixed works on the binary value; Intl rounds the shortest decimal
    const [mantissa, exponent = "0"] = String(value).split("e");
    return Number(`${Math.round(Number(`${mantissa}e${Number(exponent) + places}`))}e${-places}`).toFixed(places);
  };
  const significant = (value, least, most) => {
    if (value === 0) return least > 1 ? `0.${"0".repeat(least - 1)}` : "0";
    const power = Math.floor(Math.log10(Number(value.toPrecision(most))));
    let text = rounded(value, Math.max(0, most - 1 - power));
    if (most - 1 - power < 0) text = String(Number(value.toPrecision(most)));
    const places = Math.max(0, least - 1 - power);
    return trimmed(text, places);
  };
  const trimmed = (text, least) => {
    if (!text.includes(".")) return text;
    const [whole, fraction] = text.split(".");
    const kept = fraction.replace(/0+$/, "").padEnd(least, "0");
    return kept ? `${whole}.${kept}` : whole;
  };
  const grouped = (whole, { sizes: [last, others], minimum }, mode) => {
    if (mode === false || whole.length <= last || (mode !== "always" && whole.length < last + minimum)) return [whole];
    const parts = [whole.slice(-last)];
    for (let end = whole.length - last; end > 0; end -= others) parts.unshift(whole.slice(Math.max(0, end - others), end));
    return parts;
  };

  class NumberFormat {
    #data;
    #options;
    #tag;
    constructor(locales, options = {}) {
      const { tag, data } = resolve(locales);
      this.#tag = tag;
      this.#data = data;
      this.#options = this.#settled(options ?? {});
    }
    #settled(given) {
      const { style = "decimal", currency, notation = "standard" } = given;
      if (style === "currency" && !currency) throw new TypeError("Currency code is required with currency style.");
      if (currency !== undefined && !/^[a-z]{3}$/i.test(currency)) throw new RangeError(`Invalid currency code : ${currency}`);
      for (const name of ["minimumFractionDigits", "maximumFractionDigits"]) {
        if (given[name] !== undefined && !(given[name] >= 0 && given[name] <= 100)) throw new RangeError(`${name} value is out of range.`);
      }
      const money = style === "currency" ? (DIGITS[currency.toUpperCase()] ?? 2) : undefined;
      const compact = notation === "compact";
      const least = given.minimumFractionDigits ?? (compact ? 0 : Math.min(money ?? 0, given.maximumFractionDigits ?? Infinity));
      const most = given.maximumFractionDigits ?? Math.max(least, money ?? (style === "percent" || compact ? 0 : 3));
      if (least > most) throw new RangeError("maximumFractionDigits value is out of range.");
      return {
        style,
        notation,
        currency: currency?.toUpperCase(),
        currencyDisplay: given.currencyDisplay ?? "symbol",
        currencySign: given.currencySign ?? "standard",
        unit: given.unit,
        unitDisplay: given.unitDisplay ?? "short",
        compactDisplay: given.compactDisplay ?? "short",
        signDisplay: given.signDisplay ?? "auto",
        useGrouping: given.useGrouping ?? (compact ? "min2" : "auto"),
        minimumIntegerDigits: given.minimumIntegerDigits ?? 1,
        minimumFractionDigits: least,
        maximumFractionDigits: most,
        compactRounding: compact && given.maximumFractionDigits === undefined && given.maximumSignificantDigits === undefined,
        significant:
          given.minimumSignificantDigits || given.maximumSignificantDigits
            ? [given.minimumSignificantDigits ?? 1, given.maximumSignificantDigits ?? 21]
            : null,
      };
    }
    #digits(size) {
      const { compactRounding, maximumFractionDigits, minimumFractionDigits, significant: figures } = this.#options;
      if (figures) return significant(size, ...figures);
      if (compactRounding) return size >= 100 ? rounded(size, 0) : significant(size, 1, 2);
      return trimmed(rounded(size, maximumFractionDigits), minimumFractionDigits);
    }
    #number(size) {
      const { number } = this.#data;
      const { minimumIntegerDigits, useGrouping } = this.#options;
      const [whole, fraction] = this.#digits(size).split(".");
      const mode = useGrouping === true ? "always" : useGrouping === "min2" ? (whole.length > 4 ? "auto" : false) : useGrouping;
      const parts = [];
      grouped(whole.padStart(minimumIntegerDigits, "0"), number, mode).forEach((value, at) => {
        if (at) parts.push({ type: "group", value: number.group });
        parts.push({ type: "integer", value });
      });
      if (fraction) parts.push({ type: "decimal", value: number.decimal }, { type: "fraction", value: fraction });
      return parts;
    }
    #compact(size) {
      const { compactDisplay } = this.#options;
      const table = this.#data.number.compact[compactDisplay];
      const step = (value) => {
        const power = Math.floor(Math.log10(value));
        const found = power >= 3 ? table[Math.min(power - 3, table.length - 1)] : undefined;
        if (!found || !(found[1] || found[2])) return { scaled: value, before: "", after: "" };
        return { scaled: value / 10 ** (Math.min(power, table.length + 2) - found[0] + 1), before: found[1], after: found[2] };
      };
      let { scaled, before, after } = step(size);
      if (after && Number(this.#digits(scaled)) >= 1000) ({ scaled, before, after } = step(Number(this.#digits(scaled)) * (size / scaled)));
      const parts = this.#number(scaled);
      if (before) parts.unshift({ type: "literal", value: before });
      if (after) parts.push({ type: "compact", value: after });
      return parts;
    }
    #sign(value) {
      const negative = value < 0 || Object.is(value, -0);
      switch (this.#options.signDisplay) {
        case "never":
          return "";
        case "always":
          return negative ? "-" : "+";
        case "exceptZero":
          return value === 0 || Number.isNaN(value) ? "" : negative ? "-" : "+";
        case "negative":
          return value < 0 ? "-" : "";
        default:
          return negative ? "-" : "";
      }
    }
    #dressed(parts, value) {
      const { currency, currencyDisplay, style, unit, unitDisplay } = this.#options;
      const { number, plural, units } = this.#data;
      if (style === "percent") return [...text(number.percent[0]), ...parts, ...text(number.percent[1], "percentSign")];
      if (style === "unit") {
        const forms = units[`${unitDisplay[0]}${String(unit).replace(/s$/, "")}`];
        const [before, after] = (forms ? form(forms, letterOf(plural, value)) : `{0} ${unit}`).split("{0}");
        return [...text(before, "unit"), ...parts, ...text(after, "unit")];
      }
      if (style !== "currency") return parts;
      const names = number.symbols[currency];
      if (currencyDisplay === "name") {
        const name = names ? names[letterOf(plural, value) === "o" ? 3 : 2] : currency;
        return [...parts, ...text(" "), { type: "currency", value: name }];
      }
      const symbol = currencyDisplay === "code" ? currency : (names?.[currencyDisplay === "narrowSymbol" ? 1 : 0] ?? currency);
      const [before, after] = /^[a-z]+$/i.test(symbol) ? number.currencyCode : number.currency;
      const money = (around) =>
        around.split(/(¤)/).flatMap((piece) => (piece === "¤" ? [{ type: "currency", value: symbol }] : text(piece)));
      return [...money(before), ...parts, ...money(after)];
    }
    formatToParts(given) {
      const value = typeof given === "bigint" ? Number(given) : Number(given);
      const scaled = this.#options.style === "percent" ? value * 100 : value;
      const size = Math.abs(scaled);
      let parts;
      if (Number.isNaN(value)) parts = [{ type: "nan", value: "NaN" }];
      else if (size === Infinity) parts = [{ type: "infinity", value: "∞" }];
      else parts = this.#options.notation === "compact" ? this.#compact(size) : this.#number(size);
      const sign = this.#sign(scaled);
      parts = this.#dressed(parts, size);
      if (sign === "-" && this.#options.currencySign === "accounting") return [...text("("), ...parts, ...text(")")];
      if (sign === "-") return [{ type: "minusSign", value: this.#data.number.minus }, ...parts];
      return sign ? [{ type: "plusSign", value: "+" }, ...parts] : parts;
    }
    get format() {
      return (value) => this.formatToParts(value).map((part) => part.value).join("");
    }
    formatRange(start, end) {
      return `${this.format(start)}–${this.format(end)}`;
    }
    resolvedOptions() {
      const { compactRounding, significant: figures, ...options } = this.#options;
      return { locale: this.#tag, numberingSystem: "latn", ...options, roundingMode: "halfExpand" };
    }
    static supportedLocalesOf(locales) {
      return listed(locales).filter(known);
    }
  }
  const text = (value, type = "literal") => (value ? [{ type, value }] : []);

  // --- words --------------------------------------------------------------------------------------
  class PluralRules {
    #data;
    #tag;
    #ordinal;
    constructor(locales, options = {}) {
      ({ tag: this.#tag, data: this.#data } = resolve(locales));
      this.#ordinal = options?.type === "ordinal";
    }
    select(value) {
      const { plural } = this.#data;
      const size = Math.abs(Number(value));
      if (!this.#ordinal) return LETTERS[letterOf(plural, size)];
      return LETTERS[plural.ordinal[size < 200 ? size : 100 + (size % 100)] ?? "."];
    }
    resolvedOptions() {
      return { locale: this.#tag, type: this.#ordinal ? "ordinal" : "cardinal" };
    }
  }

  class ListFormat {
    #pieces;
    #tag;
    constructor(locales, { type = "conjunction", style = "long" } = {}) {
      const { tag, data } = resolve(locales);
      this.#tag = tag;
      this.#pieces = data.lists[`${type[0]}${style[0]}`];
    }
    formatToParts(list) {
      const values = Array.from(list, String);
      const [pair, middle, last] = this.#pieces;
      const between = (at) => (values.length === 2 ? pair : at === values.length - 1 ? last : middle);
      return values.flatMap((value, at) => [...(at ? text(between(at)) : []), { type: "element", value }]);
    }
    format(list) {
      return this.formatToParts(list).map((part) => part.value).join("");
    }
    resolvedOptions() {
      return { locale: this.#tag };
    }
  }

  class RelativeTimeFormat {
    #data;
    #tag;
    #options;
    constructor(locales, { numeric = "always", style = "long" } = {}) {
      ({ tag: this.#tag, data: this.#data } = resolve(locales));
      this.#options = { numeric, style };
    }
    format(given, unit) {
      const value = Number(given);
      const { numeric, style } = this.#options;
      const found = this.#data.relative[`${style[0]}${String(unit).replace(/s$/, "")}`];
      if (!found) throw new RangeError(`Invalid unit argument for format() '${unit}'`);
      const [past, future, words] = found;
      if (numeric === "auto" && words[value] !== undefined) return words[value];
      const size = Math.abs(value);
      const back = value < 0 || Object.is(value, -0);
      const number = new NumberFormat(this.#tag).format(size);
      return form(back ? past : future, letterOf(this.#data.plural, size)).replace("{0}", number);
    }
    formatToParts(value, unit) {
      return [{ type: "literal", value: this.format(value, unit) }];
    }
    resolvedOptions() {
      return { locale: this.#tag, ...this.#options, numberingSystem: "latn" };
    }
  }

  // --- order --------------------------------------------------------------------------------------
  // Near the Unicode collation: letters, then accents, then case; signs before digits before letters.
  const weight = (letter) => (/\p{L}/u.test(letter) ? 3 : /\p{N}/u.test(letter) ? 2 : /\s/.test(letter) ? 0 : 1);
  const compareBase = (a, b, numeric) => {
    const split = numeric ? /\d+|\D/gu : /./gsu;
    const left = a.match(split) ?? [];
    const right = b.match(split) ?? [];
    for (let at = 0; at < left.length && at < right.length; at += 1) {
      const [one, two] = [left[at], right[at]];
      if (one === two) continue;
      if (numeric && /^\d/.test(one) && /^\d/.test(two) && Number(one) !== Number(two)) return Number(one) < Number(two) ? -1 : 1;
      const order = weight(one) - weight(two);
      if (order) return order < 0 ? -1 : 1;
      return one < two ? -1 : 1;
    }
    return Math.sign(left.length - right.length);
  };
  const PLAIN = /^[\x20-\x7e]*$/;
  const bare = (value) => (PLAIN.test(value) ? value : value.normalize("NFD").replace(/\p{M}/gu, ""));
  const collate = (a, b, { sensitivity = "variant", numeric = false, caseFirst } = {}) => {
    if (a === b) return 0;
    const [left, right] = [bare(a), bare(b)];
    const base = compareBase(left.toLowerCase(), right.toLowerCase(), numeric);
    if (base || sensitivity === "base") return base;
    if (sensitivity !== "case") {
      const [one, two] = [a.normalize("NFD").toLowerCase(), b.normalize("NFD").toLowerCase()];
      if (one !== two) return one < two ? -1 : 1;
    }
    if (sensitivity === "accent" || left === right) return 0;
    // lower case first
    return (left < right) === (caseFirst === "upper") ? -1 : 1;
  };
  class Collator {
    #options;
    #tag;
    constructor(locales, options = {}) {
      this.#tag = resolve(locales).tag;
      this.#options = options ?? {};
    }
    get compare() {
      return (a, b) => collate(String(a), String(b), this.#options);
    }
    resolvedOptions() {
      return { locale: this.#tag, usage: "sort", sensitivity: "variant", numeric: false, ...this.#options };
    }
  }

  class Locale {
    #tag;
    constructor(tag) {
      this.#tag = canonical(String(tag));
    }
    get baseName() {
      return this.#tag;
    }
    get language() {
      return this.#tag.split("-")[0];
    }
    get region() {
      return this.#tag.split("-").find((part, at) => at && /^[A-Z]{2}$/.test(part));
    }
    getWeekInfo() {
      return { ...resolve(this.#tag).data.week };
    }
    get weekInfo() {
      return this.getWeekInfo();
    }
    toString() {
      return this.#tag;
    }
  }

  for (const kind of [NumberFormat, PluralRules, ListFormat, RelativeTimeFormat, Collator, Locale]) {
    Object.defineProperty(kind.prototype, Symbol.toStringTag, { value: `Intl.${kind.name}` });
    kind.supportedLocalesOf ??= NumberFormat.supportedLocalesOf;
  }
  const callable = (kind) =>
    new Proxy(kind, { apply: (target, self, given) => new target(...given) });
  const Intl = {
    Collator: callable(Collator),
    ListFormat,
    Locale,
    NumberFormat: callable(NumberFormat),
    PluralRules,
    RelativeTimeFormat,
    getCanonicalLocales: listed,
    supportedValuesOf: (key) => (key === "timeZone" ? __qflow.zoneNames() : []),
  };
  Object.defineProperty(Intl, Symbol.toStringTag, { value: "Intl" });
  Object.defineProperty(globalThis, "Intl", { value: Intl, writable: true, enumerable: false, configurable: true });

  const define = (holder, name, value) => Object.defineProperty(holder, name, { value, writable: true, configurable: true });
  define(String.prototype, "localeCompare", function localeCompare(other, locales, options) {
    return collate(String(this), String(other), options ?? {});
  });
  define(Number.prototype, "toLocaleString", function toLocaleString(locales, options) {
    return new NumberFormat(locales, options).format(Number(this));
  });
  define(BigInt.prototype, "toLocaleString", function toLocaleString(locales, options) {
    return new NumberFormat(locales, options).format(BigInt(this));
  });
})();
