// Methods that expressions have on objects.
"use strict";
(() => {
  const { fail } = __qflow;
  const kept = (object, keep) => Object.fromEntries(Object.entries(object).filter(([key, value]) => keep(value, key)));
  const text = (value, name) =>
    typeof value === "string" && value !== "" ? value : fail(`${name}(): expected non-empty string arg`);

  // As URLSearchParams writes it: space is +, all but letters, digits and *-._ is %XX.
  __qflow.formEncode = (value) =>
    encodeURIComponent(value)
      .replace(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
      .replace(/%20/g, "+");

  __qflow.objects = {
    compact: (object) =>
      Object.fromEntries(
        Object.entries(object)
          .filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== "nil")
          .map(([key, value]) => [key, __qflow.isPlain(value) ? __qflow.objects.compact(value) : value]),
      ),
    hasField: (object, name) => typeof name === "string" && Object.hasOwn(object, name),
    isEmpty: (object) => Object.keys(object).length === 0,
    isNotEmpty: (object) => Object.keys(object).length > 0,
    keepFieldsContaining(object, value) {
      text(value, "keepFieldsContaining");
      return kept(object, (item) => typeof item === "string" && item.includes(value));
    },
    keys: (object) => Object.keys(object),
    merge(object, other) {
      if (typeof other !== "object" || other === null) fail("merge(): expected object arg");
      return { ...object, ...kept(other, (_, key) => !(key in object)) };
    },
    removeField: (object, name) => kept(object, (_, key) => key !== name),
    removeFieldsContaining(object, value) {
      text(value, "removeFieldsContaining");
      return kept(object, (item) => typeof item !== "string" || !item.includes(value));
    },
    toJsonString: (object) => JSON.stringify(object),
    urlEncode: (object) =>
      Object.entries(object)
        .map(([key, value]) => `${__qflow.formEncode(key)}=${__qflow.formEncode(String(value))}`)
        .join("&"),
    values: (object) => Object.values(object),
  };
})();
