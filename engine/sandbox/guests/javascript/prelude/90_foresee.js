// The operation "foresee": what steps in a row ask for, each on the items that the one before is likely to give.
//
// Request: {op, items, context, steps: [{op: "evaluate" | "code" | "pass", ..., rule}]}, each as its own operation has
//          it but for items and what is the same in all contexts; a rule is {follow: "code"} or {follow: "fields",
//          keep, fields: [[name, type, column, value]]}
// Reply:   {steps: [[items, reply]], looked}; it ends where nothing can be foretold: looked says that the step after
//          the last one asked for the time, for chance or for its host, so that its answer holds for its own call alone
"use strict";
(() => {
  const { host, native, operations, plainText } = __qflow;
  // Whether anything but the items could be seen since this was last called.
  const looked = () => [native.looked(), host.wasAsked()].includes(true);

  const kindOf = (value) => (Array.isArray(value) ? "array" : typeof value);
  const fits = (value, type) => value === null || type === null || kindOf(value) === type;

  // Items with the fields that were set, or null where a value would have to be converted.
  const withFields = (items, { values, errors }, { keep, fields }) => {
    if (errors.length) return null;
    const made = [];
    for (let index = 0; index < items.length; index += 1) {
      if (items[index].binary) return null;
      const json = keep ? items[index].json : {};
      for (let at = 0; at < fields.length; at += 1) {
        const field = fields[at]; // name, type, column, value
        const value = field[2] === null ? field[3] : values[index][field[2]];
        if (!fits(value, field[1])) return null;
        json[field[0]] = value;
      }
      made.push({ json, pairedItem: { item: index } });
    }
    return made;
  };
  // What code gave; an item says where it came from where that is plain.
  const asGiven = (count, { items }) => {
    const plain = count === 1 || count === items.length;
    for (const [index, item] of items.entries()) {
      if (item.binary || item.error) return null;
      if (plain) item.pairedItem ??= { item: count === 1 ? 0 : index };
    }
    return items;
  };
  const followed = (given, count, reply, rule) =>
    rule.follow === "code" ? asGiven(count, reply) : withFields(given, reply, rule);

  operations.pass = () => '{"values":[],"errors":[]}';

  operations.foresee = async (request) => {
    const told = [];
    const answer = (looked) => `{"steps":[${told.join()}],"looked":${looked}}`;
    let { items } = request;
    for (const step of request.steps) {
      const text = plainText(items); // as they are before anybody changes them
      const count = items.length;
      step.items = items;
      step.context = { ...request.context, ...step.context };
      looked();
      let reply = operations[step.op](step);
      if (typeof reply !== "string") reply = await reply;
      if (looked()) return answer(true);
      const plain = JSON.parse(reply);
      if (plain.error) break;
      told.push(`[${text},${reply}]`);
      items = followed(items, count, plain, step.rule);
      if (!items?.length) break;
    }
    return answer(false);
  };
})();
