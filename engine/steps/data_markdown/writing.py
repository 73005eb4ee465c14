"""HTML to Markdown: a walk through the page that writes what each element means."""

from __future__ import annotations

import re
from typing import Any

from engine.base.errors import StepFailure
from engine.base.limits import HTML_DEPTH_MAX
from engine.steps.data_html.extracting import parsed
from engine.steps.data_markdown.manifest import MarkdownParameters

_SPACE = re.compile(r"[ \t\n\r\f]+")
_SPECIAL = re.compile(r"[\\`*_~\[\]]")
_LINE_START = re.compile(r"^(\s{0,3})([#>+-])(?=\s)")
_NUMBERED = re.compile(r"^(\s{0,3}\d{1,9})\.(?=\s)")
_LANGUAGE = re.compile(r"(?:^|\s)lang(?:uage)?-([\w+#-]+)")
_SILENT = frozenset({"head", "script", "style", "template", "noscript", "title", "-comment"})
_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_INLINE = frozenset(
    {"a", "abbr", "b", "cite", "code", "del", "em", "i", "img", "ins", "kbd", "label", "mark"}
)
_INLINE |= {"q", "s", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "br"}
_INLINE |= {"font", "-text"}


def markdown_of(html: Any, given: MarkdownParameters) -> str:
    """Markdown of a page or a part of one; raises :class:`StepFailure` for what is no HTML."""
    tree = parsed(html)
    body = tree.body
    text = "\n\n".join(_Writer(given).blocks(body, 0)) if body is not None else ""
    head = tree.head
    children = head.iter(include_text=True) if head is not None else ()
    spaced = any(child.tag == "-text" and not (child.text_content or "x").strip() for child in children)
    return f" \n\n{text}" if spaced and text else text


class _Writer:
    def __init__(self, given: MarkdownParameters) -> None:
        self._given = given
        self._level = 0
        self._silent = _SILENT | set(given.leftOut)

    def blocks(self, node: Any, depth: int) -> list[str]:
        """The paragraphs, lists and so on in a node; runs of inline content are paragraphs."""
        if depth > HTML_DEPTH_MAX:
            raise StepFailure(f"the HTML is deeper than {HTML_DEPTH_MAX} levels")
        return [text for _, text in self._parts(node, depth)]

    def _parts(self, node: Any, depth: int) -> list[tuple[str, str]]:
        """The same, each with what it is: text, list or block."""
        found: list[tuple[str, str]] = []
        run: list[str] = []

        def close() -> None:
            text = _tidy("".join(run))
            run.clear()
            if text:
                self._append(found, "text", text)

        for child in node.iter(include_text=True):
            if child.tag in self._silent:
                continue
            if child.tag in _INLINE and child.tag not in self._given.blocks:
                run.append(self.inline(child, depth + 1))
            else:
                close()
                kind = "list" if child.tag in ("ul", "ol") else "block"
                for text in self.block(child, depth + 1):
                    self._append(found, kind, text)
        close()
        return found

    def _append(self, found: list[tuple[str, str]], kind: str, text: str) -> None:
        """Older rules let lists stand close to lists and to text outside of paragraphs."""
        last = found[-1][0] if found else "block"
        close = (
            self._given.classic and not self._level and "list" in (last, kind) and "block" not in (last, kind)
        )
        if close:
            found[-1] = (kind, f"{found[-1][1]}\n{text}")
        else:
            found.append((kind, text))

    def block(self, node: Any, depth: int) -> list[str]:
        """One element that stands on lines of its own."""
        tag = node.tag
        if tag in _HEADINGS:
            text = _tidy(self.inside(node, depth)).replace("\n", " ")
            return [f"{_HEADINGS[tag]} {text}"] if text else []
        if tag == "hr":
            return ["---"]
        if tag == "pre":
            return self.code(node, depth)
        if tag in ("ul", "ol"):
            return [self.listed(node, depth)]
        if tag == "blockquote":
            inner = "\n\n".join(self.blocks(node, depth))
            lines = [
                f"> {line}" if self._given.classic else f"> {line}".rstrip() for line in inner.split("\n")
            ]
            return ["\n".join(lines)] if inner else []
        if tag == "table":
            return self.table(node, depth)
        return self.blocks(node, depth)

    def code(self, node: Any, depth: int) -> list[str]:
        """Code between fences that name its language, or set in."""
        inner = next((child for child in node.iter() if child.tag == "code"), None)
        if inner is None and not self._given.preFences:
            return [node.text().strip("\n")]
        code = node.text().strip("\n")
        if self._given.indentCode:
            return ["\n".join(f"    {line}" for line in code.split("\n"))]
        found = _LANGUAGE.search((inner.attributes.get("class") or "") if inner is not None else "")
        return [f"{self._given.fence}{found[1] if found else ''}\n{code}\n{self._given.fence}"]

    def listed(self, node: Any, depth: int) -> str:
        """A list; what belongs to an item is set in under it."""
        lines = []
        number = 0
        for child in node.iter():
            if child.tag != "li":
                continue
            number += 1
            mark = f"{number}." if node.tag == "ol" else self._given.bullet
            if self._given.classic:
                lines.append(f"{mark} {self._item(child, depth)}".rstrip())
                continue
            parts = self.blocks(child, depth + 1)
            body = ("\n" if all("\n\n" not in part for part in parts) else "\n\n").join(parts)
            inner = body.replace("\n", "\n" + " " * (len(mark) + 1))
            lines.append(f"{mark} {inner}".rstrip())
        return "\n".join(lines)

    def _item(self, node: Any, depth: int) -> str:
        """What an item holds; each list in it is set in by three more than the one around it."""
        body = ""
        self._level += 1
        for kind, text in self._parts(node, depth + 1):
            nested = kind == "list"
            inner = "\n".join(" " * 3 * self._level + line for line in text.split("\n")) if nested else text
            body += (("  \n" if nested else "\n\n") if body else "") + inner
        self._level -= 1
        return body

    def table(self, node: Any, depth: int) -> list[str]:
        """Rows between bars; the first one is the head."""
        rows = []
        for row in node.css("tr"):
            cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
            rows.append(
                [_tidy(self.inside(cell, depth)).replace("\n", " ").replace("|", "\\|") for cell in cells]
            )
        if not rows:
            return []
        width = max(map(len, rows))
        padded = [row + [""] * (width - len(row)) for row in rows]
        wide = [max(len(row[place]) for row in padded) for place in range(width)]
        padded.insert(1, ["-" * size for size in wide])
        lines = [f"| {' | '.join(map(str.ljust, row, wide))} |" for row in padded]
        return ["\n".join(lines)]

    def inside(self, node: Any, depth: int) -> str:
        """The inline content of a node."""
        if depth > HTML_DEPTH_MAX:
            raise StepFailure(f"the HTML is deeper than {HTML_DEPTH_MAX} levels")
        children = node.iter(include_text=True)
        return "".join(self.inline(child, depth + 1) for child in children if child.tag not in self._silent)

    def inline(self, node: Any, depth: int) -> str:
        """Text, or an element within a line."""
        tag = node.tag
        if tag == "-text":
            return _SPECIAL.sub(r"\\\g<0>", _SPACE.sub(" ", node.text_content or ""))
        if tag == "br":
            return "  \n"
        if tag in ("code", "kbd", "tt"):
            return _coded(node.text())
        if tag == "img":
            return self.image(node)
        inner = self.inside(node, depth)
        marks = {
            **dict.fromkeys(("b", "strong"), self._given.strong),
            **dict.fromkeys(("i", "em"), self._given.emphasis),
            **dict.fromkeys(("s", "del", "strike"), "~~"),
        }
        if tag in marks and inner.strip():
            return _around(inner, marks[tag])
        return self.link(node, inner) if tag == "a" else inner

    def link(self, node: Any, inner: str) -> str:
        """A link, or its text where it leads nowhere."""
        target = (node.attributes.get("href") or "").strip()
        if not target or not inner.strip():
            return inner
        if node.text().strip() == target:
            return f"<{target}>"
        title = node.attributes.get("title")
        named = f' "{title}"' if title else ""
        return f"[{inner.strip()}]({_SPACE.sub('%20', target)}{named})"

    def image(self, node: Any) -> str:
        """An image; one whose data stands in the page itself is left out."""
        source = (node.attributes.get("src") or "").strip()
        if not source or (source.startswith("data:") and not self._given.dataImages):
            return ""
        title = node.attributes.get("title")
        named = f' "{title}"' if title else ""
        return f"![{node.attributes.get('alt') or ''}]({_SPACE.sub('%20', source)}{named})"


def _coded(text: str) -> str:
    """Code within a line; where it has the mark itself, two stand around it."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _around(inner: str, mark: str) -> str:
    """Marks stand at the words, not at the space around them."""
    text = inner.strip()
    before, _, after = inner.partition(text)
    return f"{before}{mark}{text}{mark}{after}"


def _tidy(text: str) -> str:
    """One paragraph: no double spaces, and nothing at its start that would mean something."""
    written = text.strip().split("\n")
    lines = [line if line == "  " else re.sub(r" {2,}(?=\S)", " ", line.lstrip(" ")) for line in written]
    return "\n".join(_NUMBERED.sub(r"\1\\.", _LINE_START.sub(r"\1\\\2", line)) for line in lines)
