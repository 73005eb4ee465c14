// Splits a text into literal parts and {{ }} expressions and renders it.
"use strict";
(() => {
  const { ExpressionError, fail, linkCode, prepareCode } = __qflow;

  // The end of an expression is the first }} behind which the code is complete: an object may end in }}.
  const readCode = (text, start, closed) => {
    let end = text.indexOf("}}", start);
    if (end < 0) return closed ? null : readCode(`${text} }}`, start, true);
    let first;
    for (; end >= 0; end = text.indexOf("}}", end + 1)) {
      try {
        return { part: prepareCode(text.slice(start, end)), end: end + 2 };
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        first ??= error;
      }
    }
    return fail("invalid syntax", first.message);
  };

  // {parts, mutates}: parts are texts and [rewritten code]. Plain data: it is kept beyond the machine's life.
  // A text with the mark = is read as n8n reads it: an escaped {{ keeps its \, and code may end with the text.
  __qflow.prepareTemplate = (template) => {
    const marked = template.startsWith("=");
    const text = marked ? template.slice(1) : template;
    const parts = [];
    let mutates = false;
    let literal = "";
    let at = 0;
    while (at < text.length) {
      const open = text.indexOf("{{", at);
      const found = open < 0 ? null : text[open - 1] === "\\" ? "escaped" : readCode(text, open + 2, !marked);
      if (found === null) break;
      if (found === "escaped") {
        literal += `${text.slice(at, marked ? open : open - 1)}{{`;
        at = open + 2;
        continue;
      }
      literal += text.slice(at, open);
      if (literal) parts.push(literal);
      literal = "";
      parts.push([found.part.source]);
      mutates ||= found.part.mutates;
      at = found.end;
    }
    literal += text.slice(at);
    if (literal) parts.push(marked ? literal : literal.replaceAll("\\}}", "}}"));
    return { parts, mutates };
  };

  // The same with functions of a context for code; one lone function keeps the type of what it gives.
  __qflow.linkTemplate = ({ parts, mutates }) => ({
    parts: parts.map((part) => (typeof part === "string" ? part : linkCode(part[0]))),
    mutates,
  });
  __qflow.compileTemplate = (template) => __qflow.linkTemplate(__qflow.prepareTemplate(template));

  // What an error inside an expression means: most make it undefined, some are the author's to see.
  const nothing = Object.freeze({}); // what `this` is
  const attempt = (run, context) => {
    try {
      return run.call(nothing, context);
    } catch (error) {
      if (error instanceof ExpressionError) throw error;
      if (error instanceof RangeError && /call stack/.test(error.message)) fail(error.message);
      if (error instanceof InternalError) fail(error.message);
      return undefined;
    }
  };
  const shown = (value) => (value === undefined || value === null || Number.isNaN(value) ? "" : `${value}`);

  const checked = (value) => {
    if (typeof value === "function") {
      if (value === __qflow.luxon.DateTime) fail("this is a DateTime, please access its methods");
      fail("this is a function, please add ()");
    }
    return value;
  };

  __qflow.render = ({ parts }, context) => {
    if (!parts.length) return "";
    if (parts.length === 1) {
      return typeof parts[0] === "string" ? parts[0] : checked(attempt(parts[0], context));
    }
    let text = "";
    for (const part of parts) {
      text += typeof part === "string" ? part : shownOrNothing(checked(attempt(part, context)));
    }
    return text;
  };
  const shownOrNothing = (value) => {
    try {
      return shown(value);
    } catch (error) {
      if (error instanceof ExpressionError) throw error;
      return "";
    }
  };
})();
