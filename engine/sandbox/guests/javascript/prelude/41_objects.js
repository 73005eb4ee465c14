// Methods that expressions have on objects.
"use strict";
(() => {
  const { fail, luxon } = __qflow;
  const kept = (object, keep) => Object.fromEntries(Object.entries(object).filter(([key, value]) => keep(value, key)));
  const isText = (value) => typeof value === "string" && value !== "";

  const isBlank = (value) =>
    value === null || value === undefined || value === "" || value === "nil" ||
    (typeof value === "object" && !Object.keys(value).length);
  const isNested = (value) => typeof value === "object" && !(value instanceof luxon.DateTime);

  // As URLSearchParams writes it: space is +, all but letters, digits and *-._ is %XX.
  __qflow.formEncode = (value) =>
    encodeURIComponent(value)
      .replace(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
      .replace(/%20/g, "+");

  __qflow.objects = {
    // Lists inside become objects with their indexes as keys.
    compact: (object) =>
      Object.fromEntries(
        Object.entries(object)
          .filter(([, value]) => !isBlank(value))
          .map(([key, value]) => [key, isNested(value) ? __qflow.objects.compact(value) : value]),
      ),
    hasField: (object, name) => name in object,
    isEmpty: (object) => Object.keys(object).length === 0,
    isNotEmpty: (object) => Object.keys(object).length > 0,
    keepFieldsContaining(object, value) {
      if (!isText(value)) fail("argument of keepFieldsContaining must be a non-empty string");
      return kept(object, (item) => typeof item === "string" && item.includes(value));
    },
    keys: (object) => Object.keys(object),
    merge(object, other) {
      if (typeof other !== "object" || other === null) fail("merge(): expected object arg");
      return { ...object, ...kept(other, (_, key) => !(key in object)) };
    },
    removeField: (object, name) => kept(object, (_, key) => key !== name),
    removeFieldsContaining(object, value) {
      if (!isText(value)) fail("removeFieldsContaining(): expected non-empty string arg");
      return kept(object, (item) => typeof item !== "string" || !item.includes(value));
    },
    toBoolean: () => undefined,
    toDateTime: () => undefined,
    toFloat: () => undefined,
    toInt: () => undefined,
    toJsonString: (object) => JSON.stringify(object),
    urlEncode: (object) =>
      Object.entries(object)
        .map(([key, value]) => `${__qflow.formEncode(key)}=${__qflow.formEncode(String(value))}`)
        .join("&"),
    values: (object) => Object.values(object),
  };
})();
