"""n8n's nodes for HTML, translated and run."""

from __future__ import annotations

from tests.n8n_import.nodes.test_file_values import passed, values
from tests.n8n_import.support import node

PAGE = """<h1> Tea </h1><p>One <b>two</b></p><p class="k">Three</p><div></div><script>no()</script>
<select><option value="1">A<option value="2" selected>B</select><a href="/x">more</a>"""


def taken(version, *rows, kind="html", **options):
    given = {
        "operation": "extractHtmlContent",
        "extractionValues": {"values": list(rows)},
        "options": options,
    }
    return values([{"data": PAGE}], node("N", kind, version, given))[0]


def row(key, selector, take="text", **more):
    return {"key": key, "cssSelector": selector, "returnValue": take, **more}


def test_text_is_that_of_all_elements_and_anything_else_is_the_firsts():
    rows = [
        row("p", "p"),
        row("k", "p", "attribute", attribute="class"),
        row("ks", "p", "attribute", attribute="class", returnArray=True),
        row("html", "p", "html"),
        row("empty", "div", "html"),
        row("chosen", "select", "value"),
        row("script", "script"),
        row("last", "p:last"),
        row("with", "p:contains('Th')"),
    ]
    assert taken(1, *rows) == {
        "p": "One twoThree",
        "ks": [None, "k"],
        "html": "One <b>two</b>",
        "chosen": "2",
        "last": "Three",
        "with": "Three",
    }


def test_newer_nodes_lay_text_out_and_give_an_empty_one_for_nothing():
    assert taken(1.2, row("a", "a"), row("p", "p"), row("no", "i")) == {"a": "more", "p": "One two", "no": ""}
    assert taken(1.2, row("all", "body", skipSelectors="select, p"))["all"] == "TEA\n\n\nmore [/x]"


def test_values_are_trimmed_and_cleaned_only_where_the_node_says_so():
    assert taken(1, row("h", "h1"), kind="htmlExtract") == {"h": " Tea "}
    assert taken(1, row("h", "h1"), trimValues=True) == {"h": "Tea"}
    assert taken(1.2, row("h", "body"), cleanUpText=True)["h"] == "TEAOne twoThreeABmore [/x]"


def test_html_is_read_from_a_file():
    made = node("Make", "convertToFile", 1.1, {"operation": "toText", "sourceProperty": "data"})
    given = {
        "operation": "extractHtmlContent",
        "sourceData": "binary",
        "extractionValues": {"values": [row("h", "p b")]},
    }
    assert values([{"data": PAGE}], made, node("N", "html", 1.2, given)) == [{"h": "two"}]


def test_a_table_holds_values_as_they_are():
    given = {
        "operation": "convertToHtmlTable",
        "options": {"customStyling": True, "capitalize": True, "rowAttributes": "={{ $json.a_b }}"},
    }
    (item,) = passed([{"a_b": "<i>", "c": True}, {"a_b": None}], node("N", "html", 1.2, given))
    assert item["json"]["table"] == (
        "<table  ><thead  ><tr><th>A B</th><th>C</th></tr></thead><tbody>"
        '<tr  <i>><td  ><i></td><td  ><input type="checkbox" checked="checked"/></td></tr>'
        "<tr  ><td  >null</td><td  >undefined</td></tr></tbody></table>"
    )
