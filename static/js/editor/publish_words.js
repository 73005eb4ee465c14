// What the question before publishing says, as texts. Nothing here touches a page.

const LINE_CHARACTERS_MAX = 64;

/** What differs from the published version: [kind, title, lines]; places on the canvas are one line for all. */
export function changesIn(changes) {
  const told = changes.filter(({ kind }) => kind !== "moved").map((one) => [one.kind, titleOf(one), one.parts.map(lineOf)]);
  const moved = changes.length - told.length;
  return moved ? [...told, ["moved", moved === 1 ? "One step stands in another place" : `${moved} steps stand in other places`, []]] : told;
}

const titleOf = ({ what, title, detail }) => [what, title, what === "Step" ? "" : detail].filter(Boolean).join(" ");

function lineOf({ words, before, after }) {
  if (before === null) return `${words}: ${short(after)}`;
  return `${words}: ${short(before)} → ${short(after)}`;
}

function short(text) {
  if (text === null) return "nothing";
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > LINE_CHARACTERS_MAX ? `${line.slice(0, LINE_CHARACTERS_MAX)}…` : line || "(empty)";
}

/** How the tests went: rows [outcome, name, words]. */
export function testRows({ cases }) {
  return cases.map(({ name, last }) => {
    if (!last) return ["new", name, "not run yet"];
    const outcome = last.passed ? "passed" : "failed";
    if (last.current) return [outcome, name, outcome];
    return ["old", name, `${outcome} on ${last.number === null ? "an older version" : `version ${last.number}`}, which was different`];
  });
}

/** What is to be said of tests that must pass; empty where nothing is. */
export function testsWarning(tests) {
  if (!tests.mustPass || !tests.cases.length) return "";
  const failed = testRows(tests).filter(([outcome]) => outcome === "failed").length;
  if (!failed) return "Publishing runs the tests first, and only what passes is published.";
  return `${failed === 1 ? "One test" : `${failed} tests`} failed on exactly this. Publishing runs them again, and is refused unless all pass.`;
}
