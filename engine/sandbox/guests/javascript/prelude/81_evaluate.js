// The operation "evaluate": all templates of a step for all its items.
//
// Request: {op, templates: [prepared], items: [item], indexes?: [n], context: {...}, zone, marked?}
// Reply:   {values: [[value per template] per item], errors: [[item, template, {message, description?}]]}
//
// The operation "prepare" gives for each text {parts, mutates} or {error}, without running any of it: what
// it gives for a text is the same for everybody, so the host keeps it.
"use strict";
(() => {
  const { contextOf, ExpressionError, linkTemplate, plainText, prepareTemplate, render, sharedOf } = __qflow;

  const told = (error) => {
    const { message, description } = error;
    return description ? { message, description } : { message };
  };
  const prepared = (template) => {
    try {
      return prepareTemplate(template);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return { error: told(error) };
    }
  };
  const prepare = (request) => `[${request.templates.map((template) => plainText(prepared(template))).join()}]`;
  const linked = new Map(); // of one call: steps in a row often have the same
  const keyOf = (parts) => (parts.length === 1 && typeof parts[0] !== "string" ? parts[0][0] : plainText(parts));
  const link = (template) => {
    if (template.error) return template;
    const key = keyOf(template.parts);
    let found = linked.get(key);
    if (!found) linked.set(key, (found = linkTemplate(template)));
    return found;
  };

  const messageOf = (error) =>
    error instanceof ExpressionError ? told(error) : { message: String(error?.message ?? error) };

  // What a reader of the text of a value finds in it.
  const readBack = (value, text) => {
    if (typeof value === "boolean") return value;
    if (typeof value === "number" && Number.isFinite(value)) return value + 0; // JSON has no negative zero
    return JSON.parse(text);
  };

  // The reply to a request whose templates are linked; with `plain`, an object {values, errors}, that is filled
  // with what the reply says.
  const evaluate = (shared, request, templates, plain) => {
    __qflow.setZone(request.zone);
    const encode = request.marked ? (value) => plainText(__qflow.marked(value)) : plainText;
    const given = request.indexes;
    const count = given ? given.length : shared.items.length || 1;
    const errors = [];
    let rows = "";
    for (let row = 0; row < count; row += 1) {
      const index = given ? given[row] : row;
      const reading = contextOf(shared, index, false); // for all templates that change nothing
      const values = [];
      let cells = "";
      for (let column = 0; column < templates.length; column += 1) {
        const template = templates[column];
        let text = "null";
        if (template.error) {
          errors.push([row, column, template.error]);
        } else {
          try {
            const value = render(template, template.mutates ? contextOf(shared, index, true) : reading);
            text = encode(value);
            if (plain) values.push(request.marked ? JSON.parse(text) : readBack(value, text));
          } catch (error) {
            errors.push([row, column, messageOf(error)]);
          }
        }
        cells += column ? `,${text}` : text;
      }
      rows += row ? `,[${cells}]` : `[${cells}]`;
      plain?.values.push(values);
    }
    if (!errors.length) return `{"values":[${rows}],"errors":[]}`;
    plain?.errors.push(...errors);
    return `{"values":[${rows}],"errors":${plainText(errors)}}`;
  };

  __qflow.evaluate = evaluate;
  __qflow.link = link;
  __qflow.operations = {
    evaluate: (request) => evaluate(sharedOf(request), request, request.templates.map(link)),
    prepare,
  };
})();
