"""What data.markdown is and which parameters it has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from engine.base.limits import PATTERN_CHARACTERS_MAX, SELECTORS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


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
