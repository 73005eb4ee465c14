// The operation "foresee": what steps in a row ask for, each on the items that the one before is likely to give.
//
// Request: {op, items, context, first: {templates, rules, steps: [{op: "evaluate" | "code" | "pass", ..., rule}]}, later}
//          where later has the steps behind the one of first, in the same form. Each is as its own operation has it, but
//          for items and what is the same in all contexts; templates and rules are told by their place in the tables
//          beside the steps. A rule is {follow: "code"} or {follow: "fields", keep, fields: [[name, type, column, value]]}
// Reply:   {steps: [[items, reply]], looked}; it ends where nothing can be foretold: looked says that the step after
//          the last one asked for the time, for chance or for its host, so that its answer holds for its own call alone
"use strict";
(() => {
  const { evaluate, host, link, native, operations, plainText, sharedOf, sharedBy } = __qflow;
  // Whether anything but the items could be seen since this was last called.
  const looked = () => {
    const clock = native.looked();
    return host.wasAsked() || clock;
  };

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

  const nothing = () => ({ values: [], errors: [] });
  // The templates at these places, each linked once.
  const linkedAt = (places, table) => {
    const found = [];
    for (let at = 0; at < places.length; at += 1) {
      const place = places[at];
      found.push((table.linked[place] ??= link(table.templates[place])));
    }
    return found;
  };
  // The reply to a step, and what it says, where that is known without reading it.
  const answered = (step, table, shared, context) => {
    if (step.op === "pass") return { reply: operations.pass(), plain: nothing() };
    if (step.op === "evaluate") {
      const plain = nothing();
      return { reply: evaluate(sharedBy(shared, step), step, linkedAt(step.templates, table), plain), plain };
    }
    step.context = { ...context, ...step.context };
    return { reply: operations[step.op](step), plain: null };
  };

  operations.foresee = async ({ items: given, context, first, later }) => {
    const shared = sharedOf({ context });
    const last = later.steps.length;
    first.linked = [];
    later.linked = [];
    let items = given;
    let told = "";
    looked();
    for (let at = 0; at <= last; at += 1) {
      const table = at ? later : first;
      const step = at ? later.steps[at - 1] : first.steps[0];
      const text = plainText(items); // as they are before anybody changes them
      const count = items.length;
      step.items = items;
      let { reply, plain } = answered(step, table, shared, context);
      if (typeof reply !== "string") reply = await reply;
      if (looked()) return `{"steps":[${told}],"looked":true}`;
      plain ??= JSON.parse(reply);
      if (plain.error) break;
      told += `${at ? "," : ""}[${text},${reply}]`;
      items = followed(items, count, plain, table.rules[step.rule]);
      if (!items?.length) break;
    }
    return `{"steps":[${told}],"looked":false}`;
  };
})();
