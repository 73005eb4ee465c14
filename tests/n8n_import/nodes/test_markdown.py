"""n8n's node for Markdown, translated and run."""

from __future__ import annotations

import pytest

from tests.n8n_import.nodes.test_file_values import values
from tests.n8n_import.support import node


def html(markdown, **options):
    given = {"mode": "markdownToHtml", "markdown": "={{ $json.text }}", "options": options}
    return values([{"text": markdown}], node("N", "markdown", 1, given))[0]["data"]


def markdown(text, **options):
    given = {"html": "={{ $json.text }}", "options": options}
    return values([{"text": text}], node("N", "markdown", 1, given))[0]["data"]


@pytest.mark.parametrize(
    ("text", "options", "wanted"),
    [
        ("#Tea", {}, '<h1 id="tea">Tea</h1>'),
        ("#Tea", {"requireSpaceBeforeHeadingText": True}, "<p>#Tea</p>"),
        ("# A b", {"prefixHeaderId": "x-", "ghCompatibleHeaderId": True}, '<h1 id="x-a-b">A b</h1>'),
        ("# A {b}", {"customizedHeaderId": True}, '<h1 id="b">A</h1>'),
        ("a_b_c", {}, "<p>a<em>b</em>c</p>"),
        ("a_b_c", {"literalMidWordUnderscores": True}, "<p>a_b_c</p>"),
        ("> a\n> b", {}, "<blockquote>\n  <p>a\n  b</p>\n</blockquote>"),
        ("```js\n#x\n```", {}, '<pre><code class="js language-js">#x\n</code></pre>'),
        ("- a\n    - b", {}, "<ul>\n<li>a<ul>\n<li>b</li></ul></li>\n</ul>"),
        ("- a\n  - b", {}, "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        (
            "- a\n  - b",
            {"disableForced4SpacesIndentedSublists": True},
            "<ul>\n<li>a<ul>\n<li>b</li></ul></li>\n</ul>",
        ),
        ("1) a", {}, "<p>1) a</p>"),
        ("- a\n\n- b", {}, "<ul>\n<li><p>a</p></li>\n<li><p>b</p></li>\n</ul>"),
        ('~~a~~ "b"', {"strikethrough": True}, '<p><del>a</del> "b"</p>'),
    ],
)
def test_markdown_follows_the_older_rules(text, options, wanted):
    assert html(text, **options) == wanted


def test_an_item_of_a_task_list_has_a_box():
    first, second = html("- [x] a\n- [ ] b", tasklists=True).split("\n")[1:3]
    assert first.endswith(" checked> a</li>")
    assert second.startswith('<li class="task-list-item"')


@pytest.mark.parametrize(
    ("text", "options", "wanted"),
    [
        ("<ul><li>a<ol><li>b<li>c</ol></ul>", {}, "* a  \n   1. b\n   2. c"),
        ("x<ul><li>a</ul><ol><li>b</ol><p>c", {}, "x\n* a\n1. b\n\nc"),
        ("<pre><code class='language-js'>a</code></pre>", {}, "```js\na\n```"),
        ("<pre><code>a\nb</code></pre>", {"codeBlockStyle": "indented"}, "    a\n    b"),
        ("<pre>a</pre>", {}, "a"),
        ("<blockquote><p>a<p>b</blockquote>", {}, "> a\n> \n> b"),
        ("<img src='data:x' alt='a'>b", {"keepDataImages": True}, "![a](data:x)b"),
        ("<span>a</span><span>b</span>", {"blockElements": "span"}, "a\n\nb"),
        ("<h1>a</h1><u>b</u>c", {"ignore": "h1, u"}, "# a\n\nc"),
        ("<a href='/x' title='t'>a</a><br><br>b", {}, '[a](/x "t")  \n  \nb'),
    ],
)
def test_html_becomes_markdown_as_in_n8n(text, options, wanted):
    assert markdown(text, **options) == wanted
