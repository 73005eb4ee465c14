// Writes locales.txt: what our Intl needs of the Unicode CLDR, read from the Intl of Node.js.
//   node make_locales.mjs > locales.txt
// A line per locale: its name, a tab, JSON. Names repeat little; see prelude/20_intl.js for the reader.
const LOCALES =
  "en-US en-GB en-CA en-AU en-IN en-IE en-NZ en-ZA de-DE de-AT de-CH fr-FR fr-BE fr-CA fr-CH es-ES es-MX es-AR es-CO " +
  "es-US it-IT pt-BR pt-PT nl-NL nl-BE sv-SE da-DK nb-NO fi-FI pl-PL cs-CZ sk-SK hu-HU ro-RO bg-BG el-GR tr-TR ru-RU " +
  "uk-UA ja-JP zh-CN zh-TW ko-KR he-IL id-ID vi-VN hr-HR sl-SI et-EE lv-LV lt-LT ca-ES";
const CURRENCIES = "USD EUR GBP JPY CNY INR KRW BRL CAD AUD MXN CHF SEK NOK DKK PLN CZK HUF RON TRY RUB UAH ILS ZAR NZD VND IDR".split(" ");
const PROBE = new Date(Date.UTC(2024, 2, 5, 9, 7, 8)); // Tuesday, 5 March 2024, 09:07:08
const WIDTHS = ["long", "short", "narrow"];
const UNITS = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"];

const part = (parts, type) => parts.find((found) => found.type === type)?.value;

function names(locale) {
  const of = (options, month, type) =>
    part(new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }).formatToParts(Date.UTC(2024, month, 5)), type);
  const months = {};
  const days = {};
  for (const width of WIDTHS) {
    const list = (extra) => [...Array(12).keys()].map((month) => of({ month: width, ...extra }, month, "month"));
    months[width] = [list({ day: "numeric" }), list({})];
    days[width] = [...Array(7).keys()].map((day) =>
      part(new Intl.DateTimeFormat(locale, { weekday: width, timeZone: "UTC" }).formatToParts(Date.UTC(2024, 0, 7 + day)), "weekday"),
    );
  }
  const period = (hour) =>
    part(
      new Intl.DateTimeFormat(locale, { hour: "numeric", hour12: true, timeZone: "UTC" }).formatToParts(Date.UTC(2024, 0, 1, hour)),
      "dayPeriod",
    );
  const era = (width, year) =>
    part(new Intl.DateTimeFormat(locale, { era: width, timeZone: "UTC" }).formatToParts(Date.UTC(year, 5, 1)), "era");
  const eras = Object.fromEntries(WIDTHS.map((width) => [width, [era(width, -50), era(width, 2024)]]));
  return { months, days, periods: [period(9), period(21)], eras };
}

// A pattern with {fields} from formatted parts; what the number looked like decides between d and dd.
function pattern(locale, options, known) {
  const parts = new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }).formatToParts(PROBE);
  const month = (value) => {
    for (const width of WIDTHS) {
      const tag = { long: "MMMM", short: "MMM", narrow: "MMMMM" }[width];
      if (options.month && options.month !== width && !options.dateStyle) continue;
      if (known.months[width][0][2] === value) return tag;
      if (known.months[width][1][2] === value) return tag.replaceAll("M", "L");
    }
    for (const width of WIDTHS) if (known.months[width][0][2] === value) return { long: "MMMM", short: "MMM", narrow: "MMMMM" }[width];
    return value.length > 1 && value.startsWith("0") ? "MM" : "M";
  };
  const weekday = (value) => {
    for (const [width, tag] of [["long", "EEEE"], ["short", "EEE"], ["narrow", "EEEEE"]]) if (known.days[width][2] === value) return tag;
    return "EEEE";
  };
  const field = ({ type, value }) => {
    switch (type) {
      case "weekday": return weekday(value);
      case "month": return month(value);
      case "day": return value.startsWith("0") ? "dd" : "d";
      case "year": return value.length === 2 ? "yy" : "y";
      case "hour": return value.startsWith("0") ? "hh" : "h";
      case "minute": return value.startsWith("0") ? "mm" : "m";
      case "second": return value.startsWith("0") ? "ss" : "s";
      case "dayPeriod": return "a";
      case "timeZoneName": return "z";
      case "era": return "G";
      default: return null;
    }
  };
  return parts.map((each) => (each.type === "literal" ? each.value : `{${field(each)}}`)).join("");
}

function dates(locale, known) {
  const found = {};
  for (const weekday of ["", "short", "long"])
    for (const year of ["", "numeric"])
      for (const month of ["", "numeric", "short", "long"])
        for (const day of ["", "numeric"]) {
          const options = Object.fromEntries(Object.entries({ weekday, year, month, day }).filter(([, value]) => value));
          if (Object.keys(options).length) {
            const key = [weekday, year, month, day].map((word) => word[0] ?? "-").join("");
            found[key] = pattern(locale, options, known);
          }
        }
  const styles = Object.fromEntries(
    ["full", "long", "medium", "short"].map((dateStyle) => [dateStyle, pattern(locale, { dateStyle }, known)]),
  );
  const times = {};
  for (const hour12 of [true, false])
    for (const hour of ["numeric", "2-digit"])
      for (const rest of [{}, { minute: "2-digit" }, { minute: "2-digit", second: "2-digit" }]) {
        const key = `${hour12 ? 12 : 24}${hour[0]}${Object.keys(rest).length}`;
        times[key] = pattern(locale, { hour, hour12, ...rest }, known);
      }
  const joint = (options) => {
    const date = pattern(locale, options, known);
    const both = pattern(locale, options.dateStyle ? { ...options, timeStyle: "short" } : { ...options, hour: "numeric", minute: "2-digit" }, known);
    const rest = both.startsWith(date) ? both.slice(date.length) : ", {";
    return rest.slice(0, rest.search(/\{/));
  };
  const joints = {
    numeric: joint({ month: "numeric", day: "numeric", year: "numeric" }),
    short: joint({ month: "short", day: "numeric", year: "numeric" }),
    long: joint({ month: "long", day: "numeric", year: "numeric" }),
    styleFull: joint({ dateStyle: "full" }),
    styleLong: joint({ dateStyle: "long" }),
    styleMedium: joint({ dateStyle: "medium" }),
    styleShort: joint({ dateStyle: "short" }),
  };
  const cycle = new Intl.DateTimeFormat(locale, { hour: "numeric" }).resolvedOptions().hourCycle;
  return { dates: found, styles, times, joints, cycle };
}

function numbers(locale) {
  const parts = new Intl.NumberFormat(locale).formatToParts(-12345678.5);
  const grouped = new Intl.NumberFormat(locale).formatToParts(1234).some((found) => found.type === "group") ? 1 : 2;
  const integers = parts.filter((found) => found.type === "integer").map((found) => found.value.length);
  const around = (options, value = 1) => {
    const formatted = new Intl.NumberFormat(locale, options).formatToParts(value);
    const first = formatted.findIndex((found) => found.type === "integer");
    const last = formatted.findLastIndex((found) => ["integer", "fraction"].includes(found.type));
    const text = (list) => list.map((found) => (found.type === "currency" ? "¤" : found.value)).join("");
    return [text(formatted.slice(0, first)), text(formatted.slice(last + 1))];
  };
  const symbols = {};
  for (const currency of CURRENCIES) {
    const symbol = (display) =>
      part(new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: display }).formatToParts(1), "currency");
    symbols[currency] = [symbol("symbol"), symbol("narrowSymbol"), symbol("name")];
    const one = new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "name" });
    symbols[currency][2] = part(one.formatToParts(2), "currency");
    symbols[currency][3] = part(one.formatToParts(1), "currency");
  }
  const compact = {};
  for (const width of ["short", "long"])
    compact[width] = [...Array(12).keys()].map((power) => {
      const value = 10 ** (power + 3);
      const options = { notation: "compact", compactDisplay: width };
      const formatted = new Intl.NumberFormat(locale, options).formatToParts(value);
      const digits = formatted.filter((found) => found.type === "integer").map((found) => found.value).join("").length;
      return [digits, ...around(options, value)];
    });
  return {
    decimal: part(parts, "decimal"), group: part(parts, "group") ?? ",", minus: part(parts, "minusSign"),
    minimum: grouped, sizes: [integers.at(-1), integers.at(-2) ?? 3],
    percent: around({ style: "percent" }), currency: around({ style: "currency", currency: "USD" }),
    currencyCode: around({ style: "currency", currency: "USD", currencyDisplay: "code" }), symbols, compact,
  };
}

function plurals(locale) {
  const rules = new Intl.PluralRules(locale);
  const ordinal = new Intl.PluralRules(locale, { type: "ordinal" });
  const letters = { zero: "z", one: "o", two: "t", few: "f", many: "m", other: "." };
  const list = (found) => [...Array(200).keys()].map((value) => letters[found.select(value)]).join("");
  return { cardinal: list(rules), ordinal: list(ordinal), fraction: letters[rules.select(1.5)] };
}

function relative(locale, plural) {
  const found = {};
  const samples = new Map();
  [...plural].forEach((letter, value) => samples.has(letter) || samples.set(letter, value));
  for (const width of WIDTHS) {
    const always = new Intl.RelativeTimeFormat(locale, { style: width });
    const auto = new Intl.RelativeTimeFormat(locale, { style: width, numeric: "auto" });
    for (const unit of UNITS) {
      const form = (value) => always.formatToParts(value, unit).map((piece) => (piece.type === "integer" ? "{0}" : piece.value)).join("");
      const past = {};
      const future = {};
      for (const [letter, value] of samples) {
        future[letter] = form(value);
        past[letter] = form(value === 0 ? -0 : -value);
      }
      const words = {};
      for (const value of [-2, -1, 0, 1, 2]) {
        const text = auto.format(value, unit);
        if (!/\d/.test(text)) words[value] = text;
      }
      found[`${width[0]}${unit}`] = [past, future, words];
    }
  }
  return found;
}

function units(locale, plural) {
  const samples = new Map();
  [...plural].forEach((letter, value) => samples.has(letter) || samples.set(letter, value));
  const found = {};
  for (const unitDisplay of WIDTHS)
    for (const unit of [...UNITS.filter((name) => name !== "quarter"), "millisecond", "byte", "kilobyte", "megabyte", "gigabyte", "kilometer", "meter", "kilogram", "celsius", "percent", "liter", "mile"]) {
      const forms = {};
      for (const [letter, value] of samples) {
        const parts = new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay }).formatToParts(value);
        forms[letter] = parts.map((piece) => (piece.type === "integer" ? "{0}" : piece.type === "group" ? "" : piece.value)).join("");
      }
      found[`${unitDisplay[0]}${unit}`] = forms;
    }
  return found;
}

function lists(locale) {
  const found = {};
  for (const type of ["conjunction", "disjunction", "unit"])
    for (const style of WIDTHS) {
      const format = new Intl.ListFormat(locale, { type, style });
      const between = (list) => format.formatToParts(list).filter((piece) => piece.type === "literal").map((piece) => piece.value);
      const four = between(["A", "B", "C", "D"]);
      found[`${type[0]}${style[0]}`] = [between(["A", "B"])[0] ?? "", four[0], four.at(-1)];
    }
  return found;
}

// Objects that say the same for every key are written once: {"*": value}.
function shared(forms) {
  const values = new Set(Object.values(forms));
  return values.size === 1 ? { "*": [...values][0] } : forms;
}

for (const locale of LOCALES.split(" ")) {
  const known = names(locale);
  const plural = plurals(locale);
  const rel = relative(locale, plural.cardinal);
  for (const key of Object.keys(rel)) rel[key] = [shared(rel[key][0]), shared(rel[key][1]), rel[key][2]];
  const unit = units(locale, plural.cardinal);
  for (const key of Object.keys(unit)) unit[key] = shared(unit[key]);
  const week = new Intl.Locale(locale);
  const { firstDay, minimalDays, weekend } = week.getWeekInfo?.() ?? week.weekInfo ?? {};
  const dated = dates(locale, known);
  console.log(`${locale}\t${JSON.stringify({ ...known, ...dated, number: numbers(locale), plural, relative: rel, units: unit, lists: lists(locale), week: { firstDay, minimalDays, weekend } })}`);
}
