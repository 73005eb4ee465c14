"""Tests of HTML as plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from engine.steps.data_html.plain_text import WIDTH, plain_text


def plain(html, skip=()):
    body = LexborHTMLParser(f"<body>{html}</body>").css_first("body")
    return plain_text(body, {hit.mem_id for one in skip for hit in body.css(one)})


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<p>One <b>t</b>wo</p><p>three<br>four", "One two\n\nthree\nfour"),
        ("a<div>b</div><div>c</div>d", "a\nb\nc\nd"),
        ("a<h2>Tea shop</h2>b", "a\n\n\nTEA SHOP\n\nb"),
        ('see <a href="/x">it</a>, <a href="#y">not</a>', "see it [/x], not"),
        ('<a href="mailto:a@b.example"></a>', "a@b.example"),
        ('<h1><img src="i.png" alt="tea"></h1>', "tea [i.png]"),
        ("<ul><li>a<li>b<ol start=9><li>c<li>d</ol></ul>", " * a\n * b\n   9.  c\n   10. d"),
        ('<ol type="a"><li>x</ol><ol type="I" start=4><li>y</ol>', " a. x\n\n IV. y"),
        ("<blockquote>a<p>b</blockquote>c", "> a\n> \n> b\n\nc"),
        ("<pre>a  b\n c</pre>", "a  b\n c"),
        ("a<script>no()</script><style>p{}</style><!-- no -->b", "ab"),
        ("a<hr>b", f"a\n\n{'-' * WIDTH}\n\nb"),
    ],
)  # fmt: skip
def test_blocks_lists_and_links_are_laid_out(html, wanted):
    assert plain(html) == wanted


def test_what_is_skipped_is_not_there():
    assert plain("<p>a <i>b</i> c</p>", skip=["i"]) == "a c"


def test_words_are_wrapped_into_lines():
    lines = plain(f"<p>{'seven77 ' * 30}</p>").split("\n")
    assert [len(line) for line in lines] == [79, 79, 79]


@given(st.text("ab <>/=\n&;ulioph1", max_size=200))
def test_any_html_has_a_text(html):
    assert all(len(line) <= WIDTH or " " not in line.strip() for line in plain(html).split("\n"))


def test_a_deep_page_is_walked():
    assert plain("<div>" * 3000 + "x") == "x"
