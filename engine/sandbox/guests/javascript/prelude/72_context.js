// The names of one evaluation: $json, $input, $('Step') and the rest, for one item.
"use strict";
(() => {
  const { fail, globals, luxon } = __qflow;
  const { DateTime } = luxon;

  const clone = (value) => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(clone);
    const copy = {};
    for (const key of Object.keys(value)) copy[key] = clone(value[key]);
    return copy;
  };

  const environment = (allowed) =>
    new Proxy(
      {},
      {
        get(_, name) {
          if (typeof name === "symbol") return undefined;
          if (Object.hasOwn(allowed, name)) return allowed[name];
          return fail("access to env vars denied", `The policy does not list the variable ${name} for $env.`);
        },
        has: (_, name) => Object.hasOwn(allowed, name),
        ownKeys: () => Object.keys(allowed),
        getOwnPropertyDescriptor: (_, name) =>
          Object.hasOwn(allowed, name) ? { value: allowed[name], enumerable: true, configurable: true } : undefined,
      },
    );
  // Properties worked out by name when asked for.
  const byName = (names, get) =>
    new Proxy(
      {},
      {
        get: (_, name) => (typeof name === "symbol" ? undefined : get(name)),
        has: (_, name) => names().includes(name),
        ownKeys: names,
        getOwnPropertyDescriptor: (_, name) => ({ value: get(name), enumerable: true, configurable: true }),
      },
    );

  const PARAMETER_DEPTH = 10;
  let depth = 0;
  // Parameters whose own expressions are worked out when they are read.
  const parameters = (value, context) => {
    if (typeof value === "string") {
      if (!value.includes("{{")) return value;
      if (depth >= PARAMETER_DEPTH) fail("parameters refer to one another without end");
      depth += 1;
      try {
        return __qflow.render(__qflow.compileTemplate(value), context);
      } finally {
        depth -= 1;
      }
    }
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((part) => parameters(part, context));
    return byName(
      () => Object.keys(value),
      (name) => (Object.hasOwn(value, name) ? parameters(value[name], context) : undefined),
    );
  };

  class Context {
    #shared;
    #index;
    #copies;

    constructor(shared, index, mutates) {
      this.#shared = shared;
      this.#index = index;
      this.#copies = mutates ? new Map() : null;
    }
    // The value itself, or where the expression changes values, one copy of it for this evaluation.
    copied(value) {
      if (!this.#copies || typeof value !== "object" || value === null) return value;
      let copy = this.#copies.get(value);
      if (!copy) this.#copies.set(value, (copy = clone(value)));
      return copy;
    }
    currentItem() {
      const item = this.#shared.items[this.#index];
      if (item) return item;
      const { items, source, node } = this.#shared;
      const name = source[0]?.node ?? node;
      return items.length
        ? fail("Can't get data for expression", `There is no item ${this.#index}.`)
        : fail(`Node '${name}' hasn't been executed`, "No input data reached this step.");
    }
    get $json() {
      const item = this.#shared.items[this.#index];
      if (item && !this.#copies) return item.json;
      return this.copied(this.currentItem().json);
    }
    get $data() {
      return this.$json;
    }
    get $binary() {
      return this.copied(this.currentItem().binary ?? {});
    }
    get $input() {
      return __qflow.inputOf(this, this.#shared);
    }
    get $() {
      return (name) => {
        if (typeof name !== "string" || !name) fail("Missing the name of the node in $()", "e.g. $('Edit Fields')");
        return __qflow.nodeOutput(this, this.#shared, name);
      };
    }
    get $node() {
      return byName(
        () => Object.keys(this.#shared.nodes),
        (name) => __qflow.nodeLegacy(this, this.#shared, name),
      );
    }
    get $items() {
      return (name, output, run) => __qflow.nodeItems(this, this.#shared, name, output, run);
    }
    get $item() {
      return (index) => new Context(this.#shared, Number(index), this.#copies !== null);
    }
    get $itemIndex() {
      return this.#index;
    }
    get $position() {
      return this.#index;
    }
    get $thisItem() {
      return this.copied(this.currentItem());
    }
    get $thisItemIndex() {
      return this.#index;
    }
    get $thisRunIndex() {
      return this.#shared.run;
    }
    get $runIndex() {
      return this.#shared.run;
    }
    get $prevNode() {
      const place = this.#shared.source[0];
      return { name: place?.node, outputIndex: place?.output ?? 0, runIndex: place?.run ?? 0 };
    }
    get $parameter() {
      return parameters(this.#shared.parameter ?? {}, this);
    }
    get $rawParameter() {
      return clone(this.#shared.parameter ?? {});
    }
    get $workflow() {
      return { ...this.#shared.workflow };
    }
    get $execution() {
      const { custom, ...execution } = this.#shared.execution;
      return { ...execution, customData: __qflow.customData(this.#shared, custom ?? {}) };
    }
    get $self() {
      return {};
    }
    get $executionId() {
      return this.#shared.execution.id;
    }
    get $resumeWebhookUrl() {
      return this.#shared.execution.resumeUrl;
    }
    get $mode() {
      return this.#shared.execution.mode;
    }
    get $vars() {
      return this.copied(this.#shared.vars);
    }
    get $env() {
      return environment(this.#shared.env);
    }
    get $now() {
      return DateTime.now();
    }
    get $today() {
      return DateTime.now().startOf("day");
    }
    get $evaluateExpression() {
      return (code, index = 0) => {
        const template = __qflow.compileTemplate(String(code));
        return __qflow.render(template, __qflow.contextOf(this.#shared, index, true));
      };
    }
    get $fromAi() {
      return this.$fromAI;
    }
    get $fromai() {
      return this.$fromAI;
    }
    get $fromAI() {
      return (key, description, type, standard) => {
        if (!key) fail("Add a key, e.g. $fromAI('placeholder_name')");
        if (!/^[\w-]{1,64}$/.test(key)) {
          fail("Invalid parameter key, must be between 1 and 64 characters long and only contain letters, numbers, _ and -");
        }
        const given = this.#shared.extra.$ai ?? {};
        return Object.hasOwn(given, key) ? given[key] : standard;
      };
    }
  }
  delete Context.prototype.constructor;
  Object.setPrototypeOf(Context.prototype, globals);
  __qflow.Context = Context;

  // What steps before said of the execution, and what this code says; an expression can only read it.
  __qflow.customData = (shared, before) => {
    const now = () => ({ ...before, ...shared.custom });
    const set = (key, value) => {
      if (!shared.custom) fail("customData can be set in code and by the step Execution data", "an expression only reads it");
      if (typeof key !== "string" || !/^[A-Za-z0-9_]+$/.test(key)) fail("a key of customData has letters, digits and underscores only");
      if (!["string", "number", "boolean", "bigint"].includes(typeof value)) fail(`customData ${key} must be a text, a number, true or false`);
      shared.custom[key] = String(value);
    };
    const setAll = (values) => {
      for (const key of Object.keys(values)) set(key, values[key]);
    };
    return { get: (key) => now()[key], getAll: now, set, setAll };
  };

  // What all evaluations of a call share; names of `extra` become names of the expressions.
  __qflow.sharedOf = (request) => {
    const shared = {
      node: "node",
      nodes: {},
      source: [],
      inputs: [],
      run: 0,
      workflow: {},
      execution: {},
      vars: {},
      env: {},
      extra: {},
      ...request.context,
      items: request.items ?? [],
    };
    shared.named = Object.keys(shared.extra);
    return shared;
  };
  // The same for one step among others, whose own context goes before what they have in common.
  __qflow.sharedBy = (common, { items, context }) => {
    const shared = Object.assign(Object.create(common), context);
    shared.items = items;
    if (context.extra) shared.named = Object.keys(context.extra);
    return shared;
  };
  __qflow.contextOf = (shared, index, mutates) => {
    const context = new Context(shared, index, mutates);
    const { named } = shared;
    for (let at = 0; at < named.length; at += 1) {
      const value = context.copied(shared.extra[named[at]]);
      Object.defineProperty(context, named[at], { value, enumerable: true });
    }
    return context;
  };
})();
