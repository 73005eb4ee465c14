// What QuickJS says of an error in the words that V8 uses, which people and workflows know.
"use strict";
(() => {
  const { acorn } = __qflow;
  const OPTIONS = {
    ecmaVersion: "latest",
    allowAwaitOutsideFunction: true,
    allowReturnOutsideFunction: true,
    locations: true,
  };
  const TOLD_MAX = 100_000; // characters of source that are parsed again to name what was called

  const WORDS = [
    [/^cannot read property 'Symbol\.iterator' of (null|undefined)$/, "$1 is not iterable"],
    [/^cannot read property '(.*)' of (null|undefined)$/s, "Cannot read properties of $2 (reading '$1')"],
    [/^cannot set property '(.*)' of (null|undefined)$/s, "Cannot set properties of $2 (setting '$1')"],
    [/^'(.*)' is read-only$/s, "Assignment to constant variable."],
    [/^(.*) is not initialized$/s, "Cannot access '$1' before initialization"],
    [/^cannot convert BigInt to number$/, "Cannot mix BigInt and other types, use explicit conversions"],
    [/^Date value is NaN$/, "Invalid time value"],
    [/^invalid array length$/, "Invalid array length"],
    [/^expecting hex digit$/, "URI malformed"],
  ];

  // A callee as V8 prints it: a.b.c, a.map(...).c; undefined where it has no such name.
  const printed = (node) => {
    switch (node.type) {
      case "Identifier":
        return node.name;
      case "ThisExpression":
        return "this";
      case "CallExpression": {
        const callee = printed(node.callee);
        return callee && `${callee}(...)`;
      }
      case "MemberExpression": {
        const object = printed(node.object) ?? "(intermediate value)";
        if (node.computed) return node.property.type === "Literal" ? `${object}[${node.property.raw}]` : `${object}[...]`;
        return `${object}.${node.property.name ?? ""}`;
      }
      case "ChainExpression":
        return printed(node.expression);
      default:
        return undefined;
    }
  };
  const begins = (node, { line, column }) => node.loc.start.line === line && node.loc.start.column === column - 1;
  const isPlace = ({ callee }, place) =>
    begins(callee.type === "MemberExpression" ? callee.property : callee, place) || begins(callee, place);
  const children = (node) => Object.values(node).flat().filter((value) => typeof value?.type === "string");
  // The call at a place of the source.
  const callAt = (tree, place) => {
    const waiting = [tree];
    while (waiting.length) {
      const node = waiting.pop();
      const calls = node.type === "CallExpression" || node.type === "NewExpression";
      if (calls && isPlace(node, place)) return node;
      waiting.push(...children(node));
    }
    return undefined;
  };
  const notCalled = (source, place) => {
    if (!place.line || source.length > TOLD_MAX) return undefined;
    const call = callAt(acorn.parse(source, OPTIONS), place);
    const name = call && printed(call.callee);
    return name && `${name} is not a ${call.type === "NewExpression" ? "constructor" : "function"}`;
  };

  // The message of an error that the engine made at a place of the source.
  __qflow.wordsOf = (message, source, place) => {
    if (message === "not a function") return notCalled(source, place) ?? message;
    for (const [pattern, words] of WORDS) if (pattern.test(message)) return message.replace(pattern, words);
    return message;
  };
})();
