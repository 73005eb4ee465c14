// Which variables a text reads, and which of them the subnet does not have. Nothing here touches a page.

const READ = /\$vars\s*(?:\?\.|\.)\s*([A-Za-z_]\w*)(?!\w|\s*\()|\$vars\s*(?:\?\.)?\[\s*(?:'([^']*)'|"([^"]*)"|`([^`$]*)`)\s*\]/g;

/** The names of variables that a text reads, each once; of a text with expressions only what stands in braces. */
export function variablesIn(text, code = false) {
  const parts = code ? [text] : [...text.matchAll(/\{\{([\s\S]*?)\}\}/g)].map((found) => found[1]);
  const names = parts.flatMap((part) => [...part.matchAll(READ)].map((found) => found.slice(1).find((name) => name !== undefined)));
  return [...new Set(names)];
}

/** What is to be said of those that are not there; empty where nothing is, or while `variables` are not known. */
export function variablesWarning(text, variables, code = false) {
  const missing = variables ? variablesIn(text, code).filter((name) => !Object.hasOwn(variables, name)) : [];
  return missing.map((name) => `There is no variable ${name}${nearTo(name, Object.keys(variables))}; it is undefined unless the start gives it.`).join(" ");
}

// What was probably meant: other capitals, or a word of which one is the beginning.
function nearTo(name, known) {
  const plain = (text) => text.toLowerCase().replaceAll("_", "");
  const wanted = plain(name);
  const near = known.find((one) => plain(one) === wanted) ?? known.find((one) => wanted.length > 2 && (plain(one).startsWith(wanted) || wanted.startsWith(plain(one))));
  return near ? ` (did you mean ${near}?)` : "";
}
