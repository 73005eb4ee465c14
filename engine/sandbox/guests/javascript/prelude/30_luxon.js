// Luxon's zones are read from our own table; going through Intl would cost far more for each date.
"use strict";
(() => {
  const { luxon, zoneAt, zoneName } = __qflow;
  const zones = luxon.IANAZone.prototype;

  luxon.IANAZone.isValidZone = (name) => typeof name === "string" && zoneName(name) !== undefined;
  zones.offset = function (at) {
    if (!this.valid || Number.isNaN(at)) return NaN;
    return zoneAt(zoneName(this.name), at).seconds / 60;
  };
  zones.offsetName = function (at, { format, locale } = {}) {
    return __qflow.zoneLabel(zoneName(this.name), at, format === "long", locale);
  };
  luxon.SystemZone.prototype.offsetName = () => "UTC";
  let current;
  __qflow.setZone = (name) => {
    if (name === current) return;
    luxon.Settings.defaultZone = name;
    if (!luxon.Settings.defaultZone.isValid) throw new RangeError(`unknown time zone ${name}`);
    current = name;
  };
})();
