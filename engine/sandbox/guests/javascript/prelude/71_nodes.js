// What $('Step'), $node, $items and $input read: the items of earlier runs and where they came from.
"use strict";
(() => {
  const { fail } = __qflow;

  const missing = (name) =>
    fail("Referenced node doesn't exist", `The node '${name}' doesn't exist, but it's used in an expression here.`);
  const idle = (name) =>
    fail(
      `Node '${name}' hasn't been executed`,
      `An expression references the node '${name}', but it hasn't been executed yet. ` +
        `Wire it before this one, or check with $("${name}").isExecuted first.`,
    );

  // A step's data as the host gave it: {runs: [{outputs: [[item]], source: [{node, output, run}]}], params, context}
  const stepOf = (shared, name) => (Object.hasOwn(shared.nodes, name) ? shared.nodes[name] : missing(name));
  const runOf = (shared, name, run) => {
    const { runs = [] } = stepOf(shared, name);
    if (!runs.length) idle(name);
    const at = run === undefined || run < 0 ? runs.length - 1 : run;
    return runs[at] ?? fail(`Run ${at} of node "${name}" not found`);
  };
  // The output of a step that leads to the current one; 0 where that is not told.
  const outputTo = (shared, name) => shared.source.find((source) => source?.node === name)?.output ?? firstFilled(shared, name);
  const firstFilled = (shared, name) => {
    const outputs = shared.nodes[name]?.runs?.at(-1)?.outputs ?? [];
    return Math.max(0, outputs.findIndex((items) => items?.length));
  };
  const itemsOf = (shared, name, output, run) => {
    const { outputs = [] } = runOf(shared, name, run);
    const at = output ?? outputTo(shared, name);
    return outputs[at] ?? [];
  };

  // --- which item of an earlier step led to an item here --------------------------------------------
  const links = (paired) => {
    if (paired === undefined || paired === null) return null;
    return [paired].flat().map((link) => (typeof link === "number" ? { item: link } : link));
  };
  const trace = (shared, target, start) => {
    const found = new Map();
    const visited = new Set();
    let broken = null;
    const follow = (place, index) => {
      if (!place?.node) return;
      const mark = `${place.node}\n${place.output ?? 0}\n${place.run ?? -1}\n${index}`;
      if (visited.has(mark)) return;
      visited.add(mark);
      const step = shared.nodes[place.node];
      const run = step?.runs?.[place.run ?? step.runs.length - 1];
      const item = run?.outputs?.[place.output ?? 0]?.[index];
      if (place.node === target) {
        if (item) found.set(mark, item);
        return;
      }
      const next = links(item?.pairedItem);
      if (!next) {
        if (run?.source?.length) broken ??= place.node; // a step without sources is where items begin
        return;
      }
      for (const link of next) follow(link.sourceOverwrite ?? run.source?.[link.input ?? 0], link.item);
    };
    for (const { place, index } of start) follow(place, index);
    return { items: [...found.values()], broken };
  };

  __qflow.pairedItem = (shared, target, index) => {
    runOf(shared, target);
    const start = shared.source.length > 1 && shared.inputs.length > 1
      ? shared.source.slice(0, 1).map((place) => ({ place, index }))
      : [{ place: shared.source[0], index }];
    const { items, broken } = trace(shared, target, start);
    if (items.length === 1) return items[0];
    if (items.length > 1) {
      fail(
        `Multiple matches found`,
        `There are multiple items of '${target}' that could be meant. ` +
          `Use .first(), .last() or .all()[index] instead of .item.`,
      );
    }
    const all = shared.nodes[target].runs.at(-1).outputs ?? [];
    const only = all.flat();
    if (only.length === 1) return only[0];
    if (broken) {
      fail(
        `Paired item data for item from node '${broken}' is unavailable. Ensure '${broken}' is providing the required output.`,
      );
    }
    return fail(
      "No path back to referenced node",
      `There is no connection back to the node '${target}', but it's used in an expression here.`,
    );
  };

  const item = (items, name, index) => {
    if (index >= items.length || index < 0) fail(`Can't get data for expression`, `Node '${name}' has no item ${index}.`);
    return items[index];
  };

  // $('Step')
  __qflow.nodeOutput = (context, shared, name) => {
    const copy = (value) => context.copied(value);
    if (!Object.hasOwn(shared.nodes, name)) missing(name);
    const all = (output, run) => copy(itemsOf(shared, name, output, run));
    return {
      get isExecuted() {
        return (shared.nodes[name].runs ?? []).length > 0;
      },
      get item() {
        return copy(__qflow.pairedItem(shared, name, context.$itemIndex));
      },
      get params() {
        return copy(shared.nodes[name].params ?? {});
      },
      get context() {
        return copy(shared.nodes[name].context ?? {});
      },
      all,
      first: (output, run) => all(output, run)[0],
      last: (output, run) => all(output, run).at(-1),
      itemMatching: (index = fail("Missing item index for .itemMatching()", "e.g. .itemMatching(0)")) =>
        copy(__qflow.pairedItem(shared, name, index)),
      pairedItem: (index = context.$itemIndex) => copy(__qflow.pairedItem(shared, name, index)),
    };
  };

  // $node["Step"], the older form: the item at the same position
  __qflow.nodeLegacy = (context, shared, name) => {
    if (!Object.hasOwn(shared.nodes, name)) missing(name);
    const current = () => {
      const items = itemsOf(shared, name);
      const index = context.$itemIndex;
      if (items.length > index) return items[index];
      return items.length ? __qflow.pairedItem(shared, name, index) : item(items, name, index);
    };
    return {
      get json() {
        return context.copied(current().json);
      },
      get data() {
        return context.copied(current().json);
      },
      get binary() {
        return context.copied(current().binary ?? {});
      },
      get parameter() {
        return context.copied(shared.nodes[name].params ?? {});
      },
      get params() {
        return context.copied(shared.nodes[name].params ?? {});
      },
      get context() {
        return context.copied(shared.nodes[name].context ?? {});
      },
      get runIndex() {
        return Math.max(0, (shared.nodes[name].runs ?? []).length - 1);
      },
      get isExecuted() {
        return (shared.nodes[name].runs ?? []).length > 0;
      },
    };
  };

  __qflow.nodeItems = (context, shared, name, output, run) => {
    if (name === undefined) return context.copied(shared.items);
    return context.copied(itemsOf(shared, name, output, run));
  };

  // $input
  __qflow.inputOf = (context, shared) => {
    const all = (input = 0) => context.copied(input === 0 ? shared.items : (shared.inputs[input] ?? []));
    return {
      all,
      first: (input) => all(input)[0],
      last: (input) => all(input).at(-1),
      get item() {
        return context.copied(context.currentItem());
      },
      get params() {
        return context.copied(shared.parameter ?? {});
      },
      get context() {
        return context.copied(shared.nodes[shared.source[0]?.node]?.context ?? {});
      },
    };
  };
})();
