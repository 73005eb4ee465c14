"""Tests of what is read out of translators, and of the page that is made of it."""

from __future__ import annotations

from n8n_import.differences import differences_of
from n8n_import.documentation import render
from n8n_import.nodes import known
from n8n_import.translating import Unsupported

PLACE = "here"


def helper(context, kind):
    if kind == "x":
        raise Unsupported(f"{kind!r} is not done {PLACE}")
    context.ignores("options.a", "options.b")


def translate(node, context):
    if node.version < 2:
        context.differs("it is old")
    return helper(context, "y")


def test_sentences_are_found_where_they_are_said():
    found = differences_of(translate)
    assert found.differs == ["it is old"]


def test_calls_are_followed_through_the_importer():
    found = differences_of(known()["n8n-nodes-base.spreadsheetFile"].translate)
    assert "the workbook is written as xlsx, not as xls" in found.differs
    assert "options.relaxQuotes" in found.ignored
    assert "there is no format ... to read files in" in found.refused


def test_names_of_constants_are_put_in_and_what_a_run_tells_is_left_open():
    assert differences_of(helper).refused == ["... is not done here"]
    assert differences_of(helper).ignored == ["options.a", "options.b"]


def test_every_node_stands_on_the_page_with_its_versions():
    page = render()
    for name, kind in known().items():
        (row,) = [
            line
            for line in page.splitlines()
            if line.startswith(f"| {name.removeprefix('n8n-nodes-base.')} |")
        ]
        assert all(f"{version:g}" in row for version in kind.versions)
        assert f"`{kind.step}`" in row


def test_every_link_of_the_page_has_its_section():
    page = render()
    for name in known():
        short = name.removeprefix("n8n-nodes-base.")
        linked = f"(#{short.lower().replace('.', '')})" in page
        assert linked == (f"\n### {short}\n" in page)
