// Time zones from the IANA database, in the text of vendor/zones.txt:
//   names|rule after the last transition|offset,dst,abbreviation;...|transitions
// A transition is its distance from the one before, in minutes, base 36, and the index of its type, a
// lower-case letter after a comma; times are UTC. Zones are unpacked when first asked for.
"use strict";
(() => {
  const packed = new Map();
  const canonical = new Map();
  const ready = new Map();
  for (const line of __qflow.texts.zones.split("\n")) {
    if (!line) continue;
    const [names, ...rest] = line.split("|");
    for (const name of names.split(" ")) {
      packed.set(name, rest);
      canonical.set(name.toLowerCase(), name);
    }
  }
  delete __qflow.texts.zones;
  canonical.set("utc", "UTC").set("gmt", "GMT").set("etc/utc", "Etc/UTC");

  const unpack = ([rule, types, moves]) => {
    let at = 0;
    const times = [];
    const kinds = [];
    for (const move of moves ? moves.split(" ") : []) {
      const [distance, kind] = move.split(",");
      at += parseInt(distance, 36);
      times.push(at * 60000);
      kinds.push(parseInt(kind, 36));
    }
    const known = types.split(";").map((type) => {
      const [seconds, dst, name] = type.split(",");
      return { seconds: Number(seconds), dst: dst === "1", name };
    });
    return { rule: parseRule(rule), types: known, times, kinds };
  };

  // A POSIX TZ string: EST5EDT,M3.2.0,M11.1.0/2
  const parseRule = (text) => {
    const found = /^(<[^>]+>|[A-Za-z]+)([-+\d:]+)(?:(<[^>]+>|[A-Za-z]+)([-+\d:]*),([^,]+),([^,]+))?$/.exec(text);
    if (!found) return null;
    const [, name, offset, summerName, summerOffset, start, end] = found;
    const plain = (word) => word.replace(/[<>]/g, "");
    const standard = { seconds: -seconds(offset), dst: false, name: plain(name) };
    if (!summerName) return { standard };
    const east = summerOffset ? -seconds(summerOffset) : standard.seconds + 3600;
    const summer = { seconds: east, dst: true, name: plain(summerName) };
    return { standard, summer, start: parseDay(start), end: parseDay(end) };
  };
  const seconds = (text) => {
    const sign = text[0] === "-" ? -1 : 1;
    const [h, m = "0", s = "0"] = text.replace(/^[-+]/, "").split(":");
    return sign * (Number(h) * 3600 + Number(m) * 60 + Number(s));
  };
  const parseDay = (text) => {
    const [day, time = "2"] = text.split("/");
    return { day, seconds: seconds(time) };
  };
  // Milliseconds of local wall time at which a rule's day falls in a year.
  const dayOf = ({ day, seconds: time }, year) => {
    let date;
    if (day[0] === "M") {
      const [month, week, weekday] = day.slice(1).split(".").map(Number);
      const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
      let number = 1 + ((weekday - first + 7) % 7) + (week - 1) * 7;
      if (number > new Date(Date.UTC(year, month, 0)).getUTCDate()) number -= 7;
      date = Date.UTC(year, month - 1, number);
    } else if (day[0] === "J") {
      const leap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
      const number = Number(day.slice(1));
      date = Date.UTC(year, 0, number + (leap && number > 59 ? 1 : 0));
    } else {
      date = Date.UTC(year, 0, 1 + Number(day));
    }
    return date + time * 1000;
  };

  const byRule = (rule, at) => {
    if (!rule.summer) return rule.standard;
    const year = new Date(at + rule.standard.seconds * 1000).getUTCFullYear();
    const start = dayOf(rule.start, year) - rule.standard.seconds * 1000;
    const end = dayOf(rule.end, year) - rule.summer.seconds * 1000;
    const inside = start < end ? at >= start && at < end : at >= start || at < end;
    return inside ? rule.summer : rule.standard;
  };

  const zone = (name) => {
    let found = ready.get(name);
    if (!found) {
      const text = packed.get(name);
      if (!text) return undefined;
      found = unpack(text);
      ready.set(name, found);
    }
    return found;
  };

  // {seconds, dst, name} in force in a zone at a time in milliseconds; undefined for an unknown zone.
  __qflow.zoneAt = (name, at) => {
    const { rule, types, times, kinds } = zone(name) ?? {};
    if (!types) return undefined;
    if (!times.length || at < times[0]) return times.length ? types[0] : rule?.standard ?? types[0];
    if (rule && at >= times[times.length - 1]) return byRule(rule, at);
    let low = 0;
    let high = times.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (times[middle] <= at) low = middle;
      else high = middle - 1;
    }
    return types[kinds[low]];
  };
  __qflow.zoneName = (name) => canonical.get(String(name).toLowerCase());
  __qflow.zoneNames = () => [...packed.keys()].sort();
})();
