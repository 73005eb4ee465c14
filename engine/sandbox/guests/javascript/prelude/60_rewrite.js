// Turns the text between {{ and }} into a function of a context.
//
// Names that the code does not declare itself are read from the context, so an unknown one is
// undefined and nothing global is in reach; method calls that expressions extend go through `extend`;
// names that lead to the machinery behind a value are refused.
"use strict";
(() => {
  const { acorn, DENIED, deny, fail, METHODS } = __qflow;
  const MACHINERY = /^(?:Async)?(?:Generator)?Function$/; // classes that make code from text
  const OPTIONS = { ecmaVersion: 2024, preserveParens: true, allowHashBang: false, allowReturnOutsideFunction: true };
  const MUTATING = new Set(
    "push pop shift unshift splice sort reverse fill copyWithin set add delete clear assign append forEach".split(" "),
  );

  // --- scopes -----------------------------------------------------------------------------------
  const bind = (pattern, names) => {
    if (!pattern) return;
    switch (pattern.type) {
      case "Identifier":
        names.add(pattern.name);
        break;
      case "ObjectPattern":
        for (const part of pattern.properties) bind(part.type === "RestElement" ? part.argument : part.value, names);
        break;
      case "ArrayPattern":
        for (const part of pattern.elements) bind(part, names);
        break;
      case "AssignmentPattern":
        bind(pattern.left, names);
        break;
      case "RestElement":
        bind(pattern.argument, names);
        break;
    }
  };
  const isFunction = (node) => /^(?:Arrow)?Function/.test(node.type);
  const children = (node) => {
    const found = [];
    for (const key of Object.keys(node)) {
      const value = node[key];
      if (Array.isArray(value)) for (const part of value) part?.type && found.push(part);
      else if (value && typeof value === "object" && typeof value.type === "string") found.push(value);
    }
    return found;
  };
  // var declarations and function names of a function's body, at any depth of blocks
  const hoist = (node, names) => {
    if (node.type === "VariableDeclaration" && node.kind === "var") {
      for (const part of node.declarations) bind(part.id, names);
    }
    if (node.type === "FunctionDeclaration") names.add(node.id.name);
    if (isFunction(node) || /^Class/.test(node.type)) return;
    for (const child of children(node)) hoist(child, names);
  };
  const lexical = (statements, names) => {
    for (const node of statements) {
      if (node.type === "VariableDeclaration") for (const part of node.declarations) bind(part.id, names);
      if ((node.type === "ClassDeclaration" || node.type === "FunctionDeclaration") && node.id) names.add(node.id.name);
    }
  };
  const declared = (node) => {
    const names = new Set();
    if (isFunction(node)) {
      for (const part of node.params) bind(part, names);
      if (node.id) names.add(node.id.name);
      if (node.type !== "ArrowFunctionExpression") names.add("arguments");
      hoist(node.body, names);
      if (node.body.type === "BlockStatement") for (const part of node.body.body) hoist(part, names);
    } else if (node.type === "BlockStatement" || node.type === "StaticBlock" || node.type === "Program") {
      lexical(node.body, names);
      if (node.type === "Program") hoist(node, names);
    } else if (/^For/.test(node.type)) {
      const start = node.type === "ForStatement" ? node.init : node.left;
      if (start) lexical([start], names);
    } else if (node.type === "SwitchStatement") {
      for (const part of node.cases) lexical(part.consequent, names);
    } else if (node.type === "CatchClause") {
      bind(node.param, names);
    } else if (/^Class/.test(node.type) && node.id) {
      names.add(node.id.name);
    }
    return names.size ? names : null;
  };

  // --- the rewriting walk -----------------------------------------------------------------------
  class Rewriter {
    constructor(source, names) {
      this.source = source;
      this.names = names; // {context, extend, optional, guard, held}: identifiers the source does not use
      this.edits = []; // [start, end, text, rank]
      this.held = 0; // values held while it is looked whether they are there
      this.gaps = new Map(); // by node of a chain: where the call behind a ?. begins
      this.scopes = [];
      this.mutates = false;
    }
    edit(start, end, text) {
      this.edits.push([start, end, text, this.edits.length]);
    }
    isBound(name) {
      return this.scopes.some((scope) => scope.has(name));
    }
    walk(node) {
      const scope = declared(node);
      if (scope) this.scopes.push(scope);
      const visit = this[node.type];
      if (visit) visit.call(this, node);
      else for (const child of children(node)) this.walk(child);
      if (scope) this.scopes.pop();
    }
    Identifier(node) {
      if (DENIED.has(node.name)) deny(node.name);
      if (!this.isBound(node.name) && node.name !== "undefined") {
        if (node.name === "arguments") deny(node.name);
        this.edit(node.start, node.start, `${this.names.context}.`);
      }
    }
    MemberExpression(node) {
      if (node.object.type !== "Super" && this.gaps.get(node)?.link !== node) this.walk(node.object);
      this.property(node);
    }
    ChainExpression(node) {
      this.chain(node.expression);
    }
    // a?.b.c() where c is a method of expressions: nothing of it happens where a is not there
    chain(node) {
      const spine = [];
      let calls = 0;
      for (let at = node; ; at = at.type === "CallExpression" ? at.callee : at.object) {
        if (at.type !== "CallExpression" && at.type !== "MemberExpression") return this.walk(node);
        spine.push(at);
        if (this.isExtended(at)) calls += 1;
        if (calls && at.optional && at.type === "MemberExpression") return this.guarded(node, spine, at);
      }
    }
    guarded(node, spine, link) {
      const held = `${this.names.held}${this.held++}`;
      this.edit(node.start, node.start, `((${held} = `);
      this.chain(link.object);
      const method = spine.some((at) => at.callee === link && this.isExtended(at));
      const next = method ? link.object.end : link.property.start;
      const gap = { link, open: "", tail: method ? held : `${held}${link.computed ? "[" : "."}` };
      this.edit(link.object.end, next, gap);
      for (const at of spine) this.gaps.set(at, gap);
      this.walk(node);
      this.edit(node.end, node.end, ")");
    }
    property(node) {
      if (!node.computed) {
        if (node.property.name === "constructor") fail("Expression contains invalid constructor function call");
        if (DENIED.has(node.property.name)) deny(node.property.name);
        return;
      }
      this.key(node.property);
    }
    // a computed name: known now, or checked when it is used
    key(node) {
      if (node.type === "Literal" && !node.regex) {
        if (DENIED.has(String(node.value))) deny(String(node.value));
        return;
      }
      this.edit(node.start, node.start, `${this.names.guard}(`);
      this.walk(node);
      this.edit(node.end, node.end, ")");
    }
    CallExpression(node) {
      let callee = node.callee;
      while (callee.type === "ParenthesizedExpression") callee = callee.expression;
      if (callee.type === "MemberExpression") {
        if (callee.computed || MUTATING.has(callee.property.name)) this.mutates = true;
        if (node.callee === callee && this.extended(node, callee)) return;
      }
      if (callee.name === "$if" && !this.isBound("$if") && node.arguments.every((part) => part.type !== "SpreadElement")) {
        this.choice(node);
        return;
      }
      this.walk(node.callee);
      for (const part of node.arguments) this.walk(part);
    }
    isExtended(node) {
      const { callee } = node;
      if (callee?.type !== "MemberExpression" || callee.computed || node.optional) return false;
      return METHODS.has(callee.property.name) && callee.object.type !== "Super";
    }
    extended(node, callee) {
      if (!this.isExtended(node)) return false;
      const { name } = callee.property;
      const gap = this.gaps.get(node);
      const optional = !gap && this.isChained(callee.object);
      if (gap) gap.open += `${this.names.extend}(`;
      else this.edit(node.start, node.start, `${optional ? this.names.optional : this.names.extend}(`);
      if (gap?.link !== callee) this.walk(callee.object);
      const [first] = node.arguments;
      const last = node.arguments.at(-1);
      this.edit(callee.object.end, first ? first.start : node.end, `, ${JSON.stringify(name)}, [${first ? "" : "])"}`);
      for (const part of node.arguments) this.walk(part);
      if (last) this.edit(last.end, node.end, "])");
      return true;
    }
    // $if(test, then, otherwise) works out only what it gives
    choice(node) {
      const [test, then, otherwise] = node.arguments;
      if (!then) throw new SyntaxError("$if requires at least 2 parameters: test, value_if_true[, and value_if_false]");
      this.edit(node.start, test.start, "((");
      this.walk(test);
      this.edit(test.end, then.start, ") ? (");
      this.walk(then);
      this.edit(then.end, otherwise ? otherwise.start : node.end, otherwise ? ") : (" : ") : false)");
      if (!otherwise) return;
      this.walk(otherwise);
      this.edit(otherwise.end, node.end, "))");
    }
    isChained(node) {
      if (node.type === "MemberExpression") return node.optional || this.isChained(node.object);
      if (node.type === "CallExpression") return node.optional || this.isChained(node.callee);
      return false;
    }
    Property(node) {
      if (node.computed) {
        this.key(node.key);
      } else {
        const name = node.key.name ?? String(node.key.value);
        if (this.inPattern && DENIED.has(name)) fail(`Cannot destructure "${name}" due to security concerns`);
        if (name === "__proto__") deny(name);
      }
      if (!node.shorthand) {
        this.walk(node.value);
        return;
      }
      // {a} and {a = 1}: the key stays, the value becomes a read of the context
      const target = node.value.type === "AssignmentPattern" ? node.value.left : node.value;
      if (DENIED.has(target.name)) deny(target.name);
      if (!this.isBound(target.name)) this.edit(target.start, target.start, `${target.name}: ${this.names.context}.`);
      if (node.value.type === "AssignmentPattern") this.walk(node.value.right);
    }
    ObjectPattern(node) {
      const before = this.inPattern;
      this.inPattern = true;
      for (const part of node.properties) this.walk(part);
      this.inPattern = before;
    }
    ObjectExpression(node) {
      const before = this.inPattern;
      this.inPattern = false;
      for (const part of node.properties) this.walk(part);
      this.inPattern = before;
    }
    class(node) {
      const above = node.superClass;
      if (above?.type === "Identifier" && MACHINERY.test(above.name)) {
        fail(`Cannot extend "${above.name}" due to security concerns`);
      }
      if (above) this.walk(above);
      this.walk(node.body);
    }
    ClassDeclaration(node) {
      this.class(node);
    }
    ClassExpression(node) {
      this.class(node);
    }
    WithStatement() {
      fail('Cannot use "with" statements due to security concerns');
    }
    member(node) {
      if (node.computed) this.key(node.key);
      if (node.value) this.walk(node.value);
    }
    MethodDefinition(node) {
      this.member(node);
    }
    PropertyDefinition(node) {
      this.member(node);
    }
    AssignmentExpression(node) {
      this.mutates = true;
      this.walk(node.left);
      this.walk(node.right);
    }
    UpdateExpression(node) {
      this.mutates = true;
      this.walk(node.argument);
    }
    UnaryExpression(node) {
      if (node.operator === "delete") this.mutates = true;
      this.walk(node.argument);
    }
    LabeledStatement(node) {
      this.walk(node.body);
    }
    BreakStatement() {}
    ContinueStatement() {}
    MetaProperty() {}
    ImportExpression() {
      throw new SyntaxError("import is not available");
    }
    text() {
      // insertions at one place keep the order in which they were made, closing ones first
      this.edits.sort((a, b) => a[0] - b[0] || a[3] - b[3]);
      let out = "";
      let at = 0;
      for (const [start, end, text] of this.edits) {
        if (start < at) continue;
        out += this.source.slice(at, start) + (typeof text === "string" ? text : `) == null ? undefined : ${text.open}${text.tail}`);
        at = end;
      }
      return out + this.source.slice(at);
    }
  }

  const compile = globalThis.eval;
  const unused = (source) => {
    let prefix = "$$";
    while (source.includes(prefix)) prefix += "$";
    return { context: `${prefix}c`, extend: `${prefix}e`, optional: `${prefix}o`, guard: `${prefix}g`, held: `${prefix}h` };
  };

  const parsed = (code) => {
    const wrapped = `(${code}\n)`;
    try {
      const tree = acorn.parse(wrapped, OPTIONS);
      if (tree.body.length === 1 && tree.body[0].type === "ExpressionStatement") return { tree, source: wrapped };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    const tree = acorn.parse(code, OPTIONS);
    return { tree, source: code };
  };

  // {source, mutates} for the code of one expression. Raises SyntaxError.
  const rewritten = (code) => {
    const { tree, source } = parsed(code);
    if (!tree.body.length) throw new SyntaxError("there is nothing between {{ and }}");
    const rewriter = new Rewriter(source, unused(source));
    rewriter.walk(tree);
    const last = tree.body.at(-1);
    if (last.type === "ExpressionStatement") {
      rewriter.edits.unshift([last.start, last.start, "return ", -1]);
    }
    const { context, extend, optional, guard, held } = rewriter.names;
    const names = Array.from({ length: rewriter.held }, (_, at) => held + at);
    const holding = names.length ? `let ${names.join()};` : "";
    const body = `"use strict"; return function(${context}) {${holding}${rewriter.text()}\n}`;
    return { source: `(function(${extend}, ${optional}, ${guard}) {${body}})`, mutates: rewriter.mutates };
  };

  // The function of a context that rewritten code is.
  __qflow.linkCode = (source) => compile(source)(__qflow.extend, __qflow.extendOptional, __qflow.guard);

  // The same after making sure that the engine, too, takes the code for complete; raises SyntaxError.
  __qflow.prepareCode = (code) => {
    const found = rewritten(code);
    __qflow.linkCode(found.source);
    return found;
  };
})();
