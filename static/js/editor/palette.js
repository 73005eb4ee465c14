// The palette: all step types by group, found by their own names and by those they have elsewhere.

import { GROUPS } from "./catalogue.js";
import { fits, openChooser } from "./chooser.js";

// Words that people who come from other editors look for.
const ELSEWHERE = {
  "code.javascript": "code function node script js",
  "code.python": "code function py script",
  "data.aggregate": "collect combine list item lists",
  "data.compare": "compare datasets",
  "data.crypto": "hash hmac digest",
  "data.date": "date & time datetime luxon",
  "data.deduplicate": "remove duplicates unique",
  "data.html": "html extract scrape css selector template",
  "data.set": "edit fields set assign change map",
  "data.split": "split out item lists",
  "data.summarize": "pivot group by sum count",
  "file.extract": "extract from file spreadsheet csv xlsx pdf read binary",
  "file.create": "convert to file spreadsheet csv xlsx",
  "flow.approval": "human in the loop confirm wait send and wait",
  "flow.call": "execute workflow sub-workflow subflow link call",
  "flow.noop": "no operation do nothing",
  "flow.stop": "stop and error throw",
  "flow.wait": "delay sleep pause",
  "http.request": "curl fetch api rest get post",
  "logic.condition": "if else",
  "logic.loop": "split in batches loop over items for each",
  "logic.switch": "route case",
  "trigger.error": "catch error workflow",
  "trigger.manual": "when clicking execute inject start",
  "trigger.schedule": "cron interval timer every",
  "trigger.subflow": "when executed by another workflow",
  "trigger.webhook": "http in endpoint listen",
  "webhook.respond": "respond to webhook http response",
};

/** Ask for a step type; `triggers` false leaves out those that nothing can lead to. */
export function openPalette(editor, { place = null, triggers = true, choose, onclose }) {
  const types = editor.catalogue.types.filter((type) => (triggers || !type.trigger) && type.type !== "flow.unsupported");
  return openChooser(editor, {
    label: "Add a step",
    placeholder: "Search steps",
    place,
    onclose,
    find: (query) => (query ? found(types, query) : grouped(editor, types)).map((type) => row(type, query, choose)),
  });
}

function found(types, query) {
  const scored = types.map((type) => [fits(query, type.label, type.type, ELSEWHERE[type.type], type.summary), type]);
  return scored.filter(([score]) => score).sort(([one], [other]) => other - one).map(([, type]) => type);
}

// A flow without a trigger needs one first; else triggers come last.
function grouped(editor, types) {
  const begun = [...editor.doc.steps.values()].some((step) => editor.catalogue.of(step)?.trigger);
  const order = GROUPS.map(([group]) => group);
  const ranks = begun ? [...order.slice(1), order[0]] : order;
  return [...types].sort((one, other) => ranks.indexOf(one.group) - ranks.indexOf(other.group));
}

function row(type, query, choose) {
  const section = query ? "" : GROUPS.find(([group]) => group === type.group)?.[1] ?? type.group;
  return { label: type.label, detail: type.summary, icon: type.icon, section, choose: () => choose(type) };
}
