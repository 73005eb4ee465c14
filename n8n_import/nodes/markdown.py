"""markdown: Markdown to HTML and back."""

from __future__ import annotations

from n8n_import.expressions import converted
from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Json, Node


def translate(node: Node, context: Context) -> Draft:
    """HTML to Markdown is the default."""
    context.differs("unusual Markdown or HTML may come out otherwise than in n8n")
    shared: Json = {"into": context.param("destinationKey", "data")}
    if chosen(node, "mode", "htmlToMarkdown") == "markdownToHtml":
        return Draft("data.markdown", {**shared, **_to_html(node, context)})
    context.ignores("options.blockElements", "options.useLinkReferenceDefinitions", "options.codeBlockStyle")
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


def _to_html(node: Node, context: Context) -> Json:
    def flag(name: str) -> bool:
        return node.param(f"options.{name}") is True

    context.ignores(
        "options.emoji", "options.tasklists", "options.parseImgDimensions", "options.prefixHeaderId"
    )
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
        "ellipsis": node.param("options.ellipsis", True) is not False,
    }


NODES = (NodeType("n8n-nodes-base.markdown", (1,), translate, "data.markdown"),)
