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
  const link = (template) => {
    if (template.error) return template;
    const key = JSON.stringify(template.parts);
    let found = linked.get(key);
    if (!found) linked.set(key, (found = linkTemplate(template)));
    return found;
  };

  const messageOf = (error) =>
    error instanceof ExpressionError ? told(error) : { message: String(error?.message ?? error) };

  const evaluate = (request) => {
    __qflow.setZone(request.zone);
    const shared = sharedOf(request);
    const templates = request.templates.map(link);
    const encode = request.marked ? (value) => plainText(__qflow.marked(value)) : plainText;
    const given = request.indexes;
    const count = given ? given.length : shared.items.length || 1;
    const rows = [];
    const errors = [];
    for (let row = 0; row < count; row += 1) {
      const index = given ? given[row] : row;
      const reading = contextOf(shared, index, false); // for all templates that change nothing
      let cells = "";
      for (let column = 0; column < templates.length; column += 1) {
        const template = templates[column];
        let text = "null";
        if (template.error) {
          errors.push([row, column, template.error]);
        } else {
          try {
            text = encode(render(template, template.mutates ? contextOf(shared, index, true) : reading));
          } catch (error) {
            errors.push([row, column, messageOf(error)]);
          }
        }
        cells += column ? `,${text}` : text;
      }
      rows.push(`[${cells}]`);
    }
    return `{"values":[${rows.join()}],"errors":${plainText(errors)}}`;
  };

  __qflow.operations = { evaluate, prepare };
})();
