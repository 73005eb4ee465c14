"""What data.markdown is and which parameters it has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from engine.base.limits import PATTERN_CHARACTERS_MAX, SELECTORS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.fields import FieldNames


class Replacement(Parameters):
    """A regular expression and what stands in the Markdown instead."""

    pattern: str = Field(max_length=PATTERN_CHARACTERS_MAX, description="A JavaScript regular expression.")
    replacement: str = Field("", description="What stands there instead.")


class MarkdownParameters(Parameters):
    """Parameters of data.markdown."""

    operation: Literal["toHtml", "toMarkdown"] = Field("toHtml", description="What is made.")
    source: Any = Field(None, description="The Markdown or HTML text.")
    into: str = Field("data", min_length=1, description="The field that gets the result.")
    document: bool = Field(False, description="For HTML: whether it is a whole document.")
    tables: bool = Field(True, description="For HTML: whether tables are known.")
    strikethrough: bool = Field(True, description="For HTML: whether ~~text~~ is struck through.")
    breaks: bool = Field(False, description="For HTML: whether each line break is one in HTML.")
    headingIds: bool = Field(False, description="For HTML: whether headings have an id.")
    headingLevel: int = Field(1, ge=1, le=6, description="For HTML: the level of the largest headings.")
    ellipsis: bool = Field(False, description="For HTML: whether three dots become one character.")
    newWindow: bool = Field(False, description="For HTML: whether links open a new window.")
    classic: bool = Field(
        False,
        description="Follow the older rules where they differ from CommonMark; in Markdown, lists "
        "inside lists are set in further, and stand close to the text around them.",
    )
    strictHeadings: bool = Field(False, description="For HTML with classic: # wants a space behind it.")
    nearLists: bool = Field(
        False, description="For HTML with classic: two spaces set an item in, not only four."
    )
    wholeWords: bool = Field(False, description="For HTML with classic: _ is a mark only around whole words.")
    tasks: bool = Field(False, description="For HTML with classic: [x] at the start of an item is a box.")
    idPrefix: str = Field("", max_length=100, description="For HTML: what ids of headings begin with.")
    dashedIds: bool = Field(False, description="For HTML: whether ids of headings have dashes for spaces.")
    ownIds: bool = Field(False, description="For HTML: whether {text} at a heading's end is its id.")
    preFences: bool = Field(True, description="For Markdown: whether any pre is code, or only one with code.")
    indentCode: bool = Field(False, description="For Markdown: set code in by four instead of a fence.")
    dataImages: bool = Field(False, description="For Markdown: keep images whose data stands in the page.")
    leftOut: FieldNames = Field(default_factory=list, description="For Markdown: elements to leave out.")
    blocks: FieldNames = Field(
        default_factory=list, description="For Markdown: elements on lines of their own."
    )
    bullet: str = Field("*", min_length=1, max_length=3, description="For Markdown: the mark of a list.")
    emphasis: str = Field("_", min_length=1, max_length=3, description="For Markdown: around emphasis.")
    strong: str = Field("**", min_length=1, max_length=3, description="For Markdown: around strong text.")
    fence: str = Field("```", min_length=1, max_length=10, description="For Markdown: around code.")
    replace: list[Replacement] = Field(
        default_factory=list,
        max_length=SELECTORS_MAX,
        description="For Markdown: replacements in the result.",
    )


MANIFEST = Manifest(
    type="data.markdown",
    label="Markdown",
    summary="Turns Markdown into HTML, or HTML into Markdown.",
    group="data",
    effect=Effect.PURE,
    parameters=MarkdownParameters,
    icon="file-text",
)
