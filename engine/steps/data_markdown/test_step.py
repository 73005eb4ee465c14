"""Tests of data.markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import StepFailure
from engine.testing.step_bench import StepBench, items_of, json_of


def made(operation, source, **rest):
    bench = StepBench("data.markdown", {"operation": operation, "source": source, **rest})
    return json_of(bench.run(items_of({"n": 1})).outputs["main"])[0]["data"]


@pytest.mark.parametrize(
    ("source", "options", "wanted"),
    [
        ("# Hi *you*", {}, "<h1>Hi <em>you</em></h1>"),
        ("# A b\n\n# A b", {"headingIds": True}, '<h1 id="ab">A b</h1>\n<h1 id="ab-1">A b</h1>'),
        ("## A", {"headingLevel": 2}, "<h3>A</h3>"),
        ("a\nb", {"breaks": True}, "<p>a<br />\nb</p>"),
        ("wait...", {"ellipsis": True}, "<p>wait…</p>"),
        ("~~a~~", {"strikethrough": False}, "<p>~~a~~</p>"),
        ("[a](u)", {"newWindow": True}, '<p><a href="u" rel="noopener noreferrer" target="_blank">a</a></p>'),
        ("<b>x</b>", {}, "<p><b>x</b></p>"),
    ],
)
def test_markdown_becomes_html(source, options, wanted):
    assert made("toHtml", source, **options) == wanted


def test_tables_and_whole_documents_are_made():
    assert "<td>1</td>" in made("toHtml", "|a|\n|-|\n|1|")
    assert made("toHtml", "x", document=True).startswith("<!DOCTYPE HTML>\n<html>")


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<h2>A  b</h2><p>c<br>d</p>", "## A b\n\nc  \nd"),
        ("<b>x </b>y <i>z</i> <del>w</del>", "**x** y _z_ ~~w~~"),
        ('<a href="/u">t</a> <a href="http://x">http://x</a>', "[t](/u) <http://x>"),
        ('<img src="i.png" alt="I" title="T">', '![I](i.png "T")'),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "* a\n  * b\n* c"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<pre><code>a\n  b</code></pre>", "```\na\n  b\n```"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<table><tr><th>a</th></tr><tr><td>1|2</td></tr></table>", "| a    |\n| ---- |\n| 1\\|2 |"),
        ("<p>1. not a *list*</p>", "1\\. not a \\*list\\*"),
        ("<script>bad()</script><style>x{}</style><hr>", "---"),
        ("<code>a*b</code>", "`a*b`"),
    ],
)
def test_html_becomes_markdown(html, wanted):
    assert made("toMarkdown", html) == wanted


def test_the_other_fields_stay():
    bench = StepBench("data.markdown", {"source": "x", "into": "a.b"})
    assert json_of(bench.run(items_of({"n": 1})).outputs["main"]) == [{"n": 1, "a": {"b": "<p>x</p>"}}]


@pytest.mark.parametrize("operation", ["toHtml", "toMarkdown"])
def test_what_is_no_text_is_told(operation):
    with pytest.raises(StepFailure, match="source must be text"):
        made(operation, {"a": 1})


def test_a_page_that_is_too_deep_is_refused():
    with pytest.raises(StepFailure, match="deeper than"):
        made("toMarkdown", "<div>" * 5_000)


@given(st.text(), st.sampled_from(["toHtml", "toMarkdown"]))
def test_any_text_is_converted(text, operation):
    assert isinstance(made(operation, text), str)
