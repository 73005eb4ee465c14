// The part of Markdown that notes need, as elements: headings, lists, quotes, code, emphasis, links. What is
// not understood stays text; markup in it is text, too.

const BLOCKS = [
  [/^(#{1,4})\s+(.*)$/, (found) => element(`h${found[1].length + 2}`, inline(found[2]))],
  [/^\s*([-*_])(\s*\1){2,}\s*$/, () => element("hr")],
  [/^>\s?(.*)$/, (found) => element("blockquote", inline(found[1]))],
];
const INLINE = /(`+)(.+?)\1|\*\*(.+?)\*\*|__(.+?)__|\*([^*\s][^*]*)\*|_([^_\s][^_]*)_|~~(.+?)~~|\[([^\]]+)\]\(([^)\s]+)\)|(https?:\/\/[^\s<>()]+)/;

/** The elements of a Markdown text. */
export function rendered(text) {
  const made = [];
  const lines = text.split("\n");
  for (let index = 0; index < lines.length; index += 1) {
    if (/^```/.test(lines[index])) {
      const end = lines.findIndex((line, at) => at > index && /^```/.test(line));
      const last = end < 0 ? lines.length : end;
      made.push(element("pre", [element("code", [lines.slice(index + 1, last).join("\n")])]));
      index = last;
    } else if (listItem(lines[index])) {
      const from = index;
      while (index + 1 < lines.length && listItem(lines[index + 1])) index += 1;
      made.push(list(lines.slice(from, index + 1)));
    } else made.push(...line(lines[index], made));
  }
  return made;
}

function line(text, made) {
  if (!text.trim()) return made.at(-1)?.tagName === "P" ? (made.push(document.createComment("")), []) : [];
  for (const [pattern, make] of BLOCKS) {
    const found = pattern.exec(text);
    if (found) return [make(found)];
  }
  const last = made.at(-1);
  if (last?.tagName !== "P") return [element("p", inline(text))];
  last.append(element("br"), ...inline(text));
  return [];
}

const listItem = (text) => /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/.exec(text);

function list(lines) {
  const ordered = /^\s*\d/.test(lines[0]);
  return element(ordered ? "ol" : "ul", lines.map((text) => item(listItem(text)[2])));
}

function item(text) {
  const found = /^\[([ xX])\]\s+(.*)$/.exec(text);
  if (!found) return element("li", inline(text));
  const made = element("li", [found[1] === " " ? "☐ " : "☑ ", ...inline(found[2])]);
  made.className = "task";
  return made;
}

function inline(text) {
  const found = INLINE.exec(text);
  if (!found) return [text];
  const [all, , code, strong, strong2, soft, soft2, gone, label, target, bare] = found;
  const rest = [...(found.index ? [text.slice(0, found.index)] : [])];
  if (code !== undefined) rest.push(element("code", [code]));
  else if (strong ?? strong2) rest.push(element("strong", inline(strong ?? strong2)));
  else if (soft ?? soft2) rest.push(element("em", inline(soft ?? soft2)));
  else if (gone) rest.push(element("del", inline(gone)));
  else rest.push(link(bare ?? target, bare ? [bare] : inline(label), all));
  return [...rest, ...(text.length > found.index + all.length ? inline(text.slice(found.index + all.length)) : [])];
}

// Only addresses of pages and mail become links; anything else stays as it was written.
function link(target, label, written) {
  let url;
  try {
    url = new URL(target);
  } catch {
    return document.createTextNode(written);
  }
  if (!["http:", "https:", "mailto:"].includes(url.protocol)) return document.createTextNode(written);
  const made = element("a", label);
  made.href = url.href;
  made.target = "_blank";
  made.rel = "noopener noreferrer";
  return made;
}

function element(tag, children = []) {
  const made = document.createElement(tag);
  made.append(...children);
  return made;
}
