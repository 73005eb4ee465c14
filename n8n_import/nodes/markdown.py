"""markdown: Markdown to HTML and back."""

from __future__ import annotations

from typing import Any

from n8n_import.expressions import converted
from n8n_import.names import chosen, field_names
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Json, Node

WRITTEN = frozenset({"a", "b", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6"})
WRITTEN |= {"hr", "i", "img", "li", "ol", "p", "pre", "s", "strike", "strong", "table", "ul"}
"""Elements that n8n writes even where they are to be left out."""


def translate(node: Node, context: Context) -> Draft:
    """HTML to Markdown is the default."""
    context.differs("unusual Markdown or HTML may come out otherwise than in n8n")
    shared: Json = {"into": context.param("destinationKey", "data")}
    if chosen(node, "mode", "htmlToMarkdown") == "markdownToHtml":
        return Draft("data.markdown", {**shared, **_to_html(node, context)})
    context.ignores("options.maxConsecutiveNewlines")
    context.ignores("options.useLinkReferenceDefinitions", "options.globalEscape", "options.lineStartEscape")
    shared |= {
        "preFences": False,
        "indentCode": node.param("options.codeBlockStyle") == "indented",
        "dataImages": node.param("options.keepDataImages") is True,
        "classic": True,
        "leftOut": _left_out(node),
        "blocks": field_names(node, "options.blockElements"),
    }
    marks = {
        "bullet": "bulletMarker",
        "emphasis": "emDelimiter",
        "strong": "strongDelimiter",
        "fence": "codeFence",
    }
    for name, path in marks.items():
        if node.param(f"options.{path}"):
            shared[name] = context.param(f"options.{path}")
    shared["replace"] = [
        {"pattern": converted(one.get("pattern", "")), "replacement": converted(one.get("replacement", ""))}
        for one in node.entries("options.textReplace.values")
    ]
    return Draft("data.markdown", {**shared, "operation": "toMarkdown", "source": context.param("html", "")})


def _left_out(node: Node) -> Any:
    """Elements to leave out; n8n does not leave out those that it knows how to write."""
    names = field_names(node, "options.ignore")
    return [name for name in names if name.lower() not in WRITTEN] if isinstance(names, list) else names


def _to_html(node: Node, context: Context) -> Json:
    def flag(name: str) -> bool:
        return node.param(f"options.{name}") is True

    context.ignores("options.emoji", "options.parseImgDimensions", "options.simplifiedAutoLink")
    context.ignores("options.ghMentions", "options.rawHeaderId", "options.rawPrefixHeaderId")
    context.ignores("options.smartIndentationFix", "options.backslashEscapesHTMLTags")
    if node.param("options.ghCodeBlocks") is False:
        context.differs("code between fences is code, although ghCodeBlocks is off")
    prefix = node.param("options.prefixHeaderId")
    return {
        "operation": "toHtml",
        "source": context.param("markdown", ""),
        "document": flag("completeHTMLDocument"),
        "tables": flag("tables"),
        "strikethrough": flag("strikethrough"),
        "breaks": flag("simpleLineBreaks"),
        "headingIds": not flag("noHeaderId"),
        "headingLevel": node.param("options.headerLevelStart", 1),
        "newWindow": flag("openLinksInNewWindow"),
        "classic": True,
        "strictHeadings": flag("requireSpaceBeforeHeadingText"),
        "nearLists": flag("disableForced4SpacesIndentedSublists"),
        "wholeWords": flag("literalMidWordUnderscores"),
        "tasks": flag("tasklists"),
        "idPrefix": converted(prefix) if isinstance(prefix, str) else "",
        "dashedIds": flag("ghCompatibleHeaderId"),
        "ownIds": flag("customizedHeaderId"),
        "ellipsis": node.param("options.ellipsis", True) is not False,
    }


NODES = (NodeType("n8n-nodes-base.markdown", (1,), translate, "data.markdown"),)
