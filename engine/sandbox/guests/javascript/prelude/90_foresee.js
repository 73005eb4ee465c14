// The operation "foresee": what steps in a row ask for, each on the items that the one before is likely to give.
//
// Request: {op, items, context, steps: [{op: "evaluate" | "code" | "pass", ..., rule}]}, each as its own operation has
//          it but for items and what is the same in all contexts; a rule is {follow: "code"} or {follow: "fields",
//          keep, fields: [[name, type, column, value]]}
// Reply:   {steps: [[items, reply]], looked}; it ends where nothing can be foretold: looked says that the step after
//          the last one asked for the time or for chance, so that its answer holds for its own call alone
"use strict";
(() => {
  const { native, operations, plainText } = __qflow;

  const kindOf = (value) => (Array.isArray(value) ? "array" : typeof value);
  const fits = (value, type) => value === null || type === null || kindOf(value) === type;

  // Items with the fields that were set, or null where a value would have to be converted.
  const withFields = (items, { values, errors }, { keep, fields }) => {
    if (errors.length) return null;
    const made = [];
    for (const [index, { json: before, binary }] of items.entries()) {
      if (binary) return null;
      const json = keep ? before : {};
      for (const [name, type, column, fixed] of fields) {
        const value = column === null ? fixed : values[index][column];
        if (!fits(value, type)) return null;
        json[name] = value;
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
    let text = plainText(request.items);
    for (const step of request.steps) {
      const items = JSON.parse(text);
      const count = items.length;
      step.items = items;
      step.context = { ...request.context, ...step.context };
      native.looked();
      const reply = await operations[step.op](step);
      if (native.looked()) return answer(true);
      const plain = JSON.parse(reply);
      if (plain.error) break;
      told.push(`[${text},${reply}]`);
      const next = followed(items, count, plain, step.rule);
      if (!next?.length) break;
      text = plainText(next);
    }
    return answer(false);
  };
})();
