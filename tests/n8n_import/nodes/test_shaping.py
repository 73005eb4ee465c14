"""Tests of translating the nodes that shape data."""

from __future__ import annotations

import pytest

from tests.n8n_import.support import first_output, node, run, run_to_end, translated, workflow

START = node("Start", "manualTrigger")


def data(*rows):
    return node("Data", "n8n-nodes-testing.testData", 1, {"data": list(rows)})


def made(kind, version, parameters, *rows):
    """What a node gives for some rows."""
    flow = workflow([START, data(*rows), node("Node", kind, version, parameters)])
    return first_output(run(flow), "Node")


def step(kind, version, parameters):
    found = translated(kind, version, parameters).flow.steps[0]
    return found.type, found.parameters


@pytest.mark.parametrize("version", [1, 2, 3, 3.2, 3.3, 3.4])
def test_fields_are_set_in_every_version(version):
    values = {
        1: {"values": {"number": [{"name": "a", "value": 5}]}},
        2: {"values": {"number": [{"name": "a", "value": "={{ $json.n }}"}]}},
        3: {"fields": {"values": [{"name": "a", "type": "numberValue", "numberValue": "5"}]}},
        3.2: {"fields": {"values": [{"name": "a", "type": "numberValue", "numberValue": "5"}]}},
    }
    assigned = {"assignments": {"assignments": [{"name": "a", "type": "number", "value": "={{ $json.n }}"}]}}
    parameters = values.get(version, {**assigned, "includeOtherFields": True})
    assert made("set", version, parameters, {"n": "5"}) == [{"n": "5", "a": 5}]


def test_other_fields_go_or_stay_as_the_version_has_it():
    assigned = {"assignments": {"assignments": [{"name": "a", "type": "string", "value": "x"}]}}
    row = {"b": 1, "c": {"d": 2}}
    assert made("set", 3.4, assigned, row) == [{"a": "x"}]
    chosen = {**assigned, "includeOtherFields": True, "include": "except", "excludeFields": "b"}
    assert made("set", 3.4, chosen, row) == [{"c": {"d": 2}, "a": "x"}]
    raw = {"mode": "raw", "jsonOutput": '={ "a": {{ $json.b + 1 }} }', "includeOtherFields": True}
    assert made("set", 3.4, raw, row) == [{"b": 1, "c": {"d": 2}, "a": 2}]


def test_json_takes_in_objects_lists_and_what_is_nothing():
    raw = {"mode": "raw", "jsonOutput": '={ "a": {{ $json.o }}, "b": "{{ $json.s }}", "c": {{ $json.n }} }\n'}
    row = {"o": {"x": [1]}, "s": "text", "n": None}
    assert made("set", 3.4, raw, row) == [{"a": {"x": [1]}, "b": "text", "c": None}]
    listed = {"name": "v", "type": "objectValue", "objectValue": '={"x": {{ $json.o }}}'}
    assert made("set", 3.2, {"include": "none", "fields": {"values": [listed]}}, row) == [
        {"v": {"x": row["o"]}}
    ]
    assert made("set", 3, {"mode": "raw", "include": "none"}, {}) == [
        {"my_field_1": "value", "my_field_2": 1}
    ]


def test_the_first_versions_set_booleans_then_numbers_then_texts():
    values = {
        "string": [{"name": "a", "value": "last"}],
        "number": [{"name": "a", "value": 5}, {"name": "n", "value": "=a{{ 1 }}"}],
        "boolean": [{"name": "b", "value": "={{ $json.s }}"}, {}],
    }
    wanted = {"a": "last", "b": True, "n": "a1", "propertyName": False}
    assert made("set", 2, {"values": values, "keepOnlySet": True}, {"s": "x"}) == [wanted]


@pytest.mark.parametrize(("version", "wanted"), [(3, "undefined"), (3.2, None)])
def test_text_that_is_not_there_is_told_or_null(version, wanted):
    field = {"name": "a", "type": "stringValue", "stringValue": "={{ $json.nope }}"}
    assert made("set", version, {"include": "none", "fields": {"values": [field]}}, {}) == [{"a": wanted}]


@pytest.mark.parametrize(
    ("version", "parameters", "wanted"),
    [
        (3.2, {}, "drop"),
        (3.2, {"options": {"includeBinary": True}}, "keep"),
        (3.4, {"includeOtherFields": True}, "keep"),
        (3.4, {"includeOtherFields": True, "options": {"stripBinary": True}}, "drop"),
        (3.4, {}, "drop"),
    ],
)
def test_files_stay_as_the_version_has_it(version, parameters, wanted):
    assert step("set", version, parameters)[1]["files"] == wanted


def test_a_value_that_cannot_be_converted_stays_if_the_node_says_so():
    assigned = {"assignments": {"assignments": [{"name": "a", "type": "number", "value": "x"}]}}
    lenient = {**assigned, "options": {"ignoreConversionErrors": True}}
    assert made("set", 3.3, lenient, {}) == [{"a": "x"}]


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        ({"fieldToSplitOut": "l"}, [{"a": 1}, {"l": 2}]),
        (
            {"fieldToSplitOut": "$json.l", "options": {"destinationFieldName": "x"}},
            [{"x": {"a": 1}}, {"x": 2}],
        ),
        (
            {"fieldToSplitOut": "l", "include": "selectedOtherFields", "fieldsToInclude": "n"},
            [{"n": 7, "l": {"a": 1}}, {"n": 7, "l": 2}],
        ),
    ],
)
def test_lists_are_split_out(parameters, wanted):
    assert made("splitOut", 1, parameters, {"l": [{"a": 1}, 2], "n": 7}) == wanted


def test_the_older_lists_node_does_what_newer_ones_do():
    rows = [{"a": 2, "l": [1]}, {"a": 1, "l": [2]}]
    listed = {"fields": [{"fieldName": "a"}]}
    split = {"fieldToSplitOut": "l", "include": "selectedOtherFields", "fieldsToInclude": listed}
    assert made("itemLists", 1, split, *rows) == [{"a": 2, "l": 1}, {"a": 1, "l": 2}]
    gathered = {"fieldsToAggregate": {"fieldToAggregate": [{"fieldToAggregate": "a"}]}}
    assert made("itemLists", 2, {"operation": "aggregateItems", **gathered}, *rows) == [{"a": [2, 1]}]
    assert made("itemLists", 3, {"operation": "concatenateItems", **gathered}, *rows) == [{"a": [2, 1]}]
    sort = {"operation": "sort", "sortFieldsUi": {"sortField": [{"fieldName": "a"}]}}
    assert made("itemLists", 3, sort, *rows) == rows[::-1]
    assert made("itemLists", 3, {"operation": "limit", "maxItems": 1}, *rows) == rows[:1]


def test_whole_items_are_aggregated():
    parameters = {"aggregate": "aggregateAllItemData", "include": "specifiedFields", "fieldsToInclude": "a"}
    assert made("aggregate", 1, parameters, {"a": 1, "b": 2}, {"b": 3}) == [{"data": [{"a": 1}]}]


def test_values_are_summarized_by_group():
    values = [{"aggregation": "concatenate", "field": "t", "separateBy": "other", "customSeparator": "/"}]
    parameters = {"fieldsToSummarize": {"values": values}, "fieldsToSplitBy": "g"}
    rows = [{"g": 1, "t": "a"}, {"g": 1, "t": "b"}]
    assert made("summarize", 1, parameters, *rows) == [{"g": "1", "concatenated_t": "a/b"}]
    assert made("summarize", 1.1, parameters, *rows) == [{"g": 1, "concatenated_t": "a/b"}]


def test_code_sorts_even_if_it_forgets_to_declare_a_name():
    code = "field = 'a';\nreturn b.json[field] - a.json[field];"
    assert made("sort", 1, {"type": "code", "code": code}, {"a": 1}, {"a": 2}) == [{"a": 2}, {"a": 1}]


def test_fields_are_renamed_by_name_and_by_pattern():
    keys = {"keys": {"key": [{"currentKey": "a", "newKey": "x.y"}]}}
    replacements = {"replacements": [{"searchRegex": "(b)", "replaceRegex": "$1$1", "options": {}}]}
    parameters = {**keys, "additionalOptions": {"regexReplacement": replacements}}
    assert made("renameKeys", 1, parameters, {"a": 1, "b": 2}) == [{"x": {"y": 1}, "bb": 2}]


@pytest.mark.parametrize("version", [1, 1.1, 2])
def test_duplicates_go_in_every_version(version):
    parameters = {"compare": "selectedFields", "fieldsToCompare": "a"}
    assert made("removeDuplicates", version, parameters, {"a": 1, "b": 1}, {"a": 1, "b": 2}) == [
        {"a": 1, "b": 1}
    ]


def test_dates_have_moments_letters_first_and_luxons_later():
    first = {"value": "={{ $json.d }}", "toFormat": "DD.MM.YYYY", "options": {}}
    assert made("dateTime", 1, first, {"d": "2024-02-03"}) == [{"d": "2024-02-03", "data": "03.02.2024"}]
    later = {"operation": "formatDate", "date": "={{ $json.d }}", "format": "dd.MM.yyyy"}
    assert made("dateTime", 2, later, {"d": "2024-02-03"}) == [{"formattedDate": "03.02.2024"}]


def test_xml_html_and_markdown_are_read_from_a_field():
    assert made("xml", 1, {"dataPropertyName": "x.y"}, {"x": {"y": "<a><b>1</b></a>"}}) == [{"a": {"b": "1"}}]
    values = {"values": [{"key": "t", "cssSelector": "p", "returnArray": True}]}
    parameters = {"operation": "extractHtmlContent", "extractionValues": values}
    assert made("html", 1.2, parameters, {"data": "<p>1</p><p>2</p>"}) == [{"t": ["1", "2"]}]
    assert made("html", 1, {"html": "<b>{{ $json.n }}</b>"}, {"n": 1}) == [{"html": "<b>1</b>"}]
    parameters = {"html": "={{ $json.h }}", "destinationKey": "m"}
    assert made("markdown", 1, parameters, {"h": "<b>x</b>"}) == [{"h": "<b>x</b>", "m": "**x**"}]


def test_the_oldest_code_for_each_item_sees_its_json():
    parameters = {"functionCode": "item.twice = item.n * 2;\nreturn item;"}
    assert made("functionItem", 1, parameters, {"n": 2}) == [{"n": 2, "twice": 4}]


def test_the_oldest_code_reaches_files_and_what_has_a_dollar_now():
    source = """const data = Buffer.from("hi").toString("base64");
      await setBinaryDataAsync({ a: { data, fileName: "a.txt" } });
      item.before = getBinaryData().a.fileName;
      item.mode = typeof getMode(); item.other = getNodeParameter("nope", 1);
      return item;"""
    flow = workflow([START, data({"n": 1}), node("Node", "functionItem", 1, {"functionCode": source})])
    [item] = run(flow)["Node"][0][0]
    assert item["json"] == {"n": 1, "before": "a.txt", "mode": "string", "other": 1}
    assert item["binary"]["a"]["mimeType"] == "text/plain"


def test_errors_of_the_oldest_code_name_its_own_lines():
    parameters = {"functionCode": "let a;\nreturn a.b;"}
    flow = workflow([START, data({}), node("Node", "functionItem", 1, parameters)])
    status, _, error = run_to_end(flow)
    assert status == "failed"
    assert error["message"].endswith("(reading 'b') [line 2, for item 0]")


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("limit", {"keep": "={{ $json.k }}"}),
        ("sort", {"sortFieldsUi": 5}),
        ("splitOut", {"include": "someOtherFields"}),
        ("aggregate", {"fieldsToAggregate": "x"}),
        ("summarize", {"fieldsToSummarize": {"values": [{"field": "a", "aggregation": "mode"}]}}),
        ("dateTime", {"action": "calculate", "timeUnit": "moons"}),
        ("debugHelper", {"category": "oom"}),
    ],
)
def test_what_cannot_be_translated_says_so_and_keeps_its_parameters(kind, parameters):
    found, kept = step(kind, 1, parameters)
    assert found == "flow.unsupported"
    assert str(parameters) in str(kept)


def test_digests_and_random_texts_are_made():
    parameters = {"type": "SHA256", "value": "={{ $json.v }}", "dataPropertyName": "d"}
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert made("crypto", 1, parameters, {"v": "abc"}) == [{"v": "abc", "d": digest}]
    drawn = {"action": "generate", "encodingType": "hex", "stringLength": 6}
    assert len(made("crypto", 1, drawn, {})[0]["data"]) == 6
    assert step("crypto", 1, {"action": "sign"})[0] == "flow.unsupported"


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        ({}, [{"a": 1}]),
        ({"output": "specify", "numberOfItems": 0}, []),
        ({"output": "specify"}, [{"a": 1}]),
        ({"output": "custom"}, [{"my_field_1": "value", "my_field_2": 1}]),
        ({"output": "custom", "jsonOutput": '[{"b": 2}]'}, [{"b": 2}]),
    ],
)
def test_a_simulated_node_gives_what_it_is_told_to(parameters, wanted):
    assert made("simulate", 1, parameters, {"a": 1}) == wanted


def test_tokens_are_decoded():
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"
    given = {"operation": "decode", "token": "={{ $json.t }}"}
    assert made("jwt", 1, given, {"t": token}) == [{"payload": {"sub": "a"}}]
    whole = {"header": {"alg": "HS256"}, "payload": {"sub": "a"}, "signature": "c2ln"}
    assert made("jwt", 1, {**given, "options": {"complete": True}}, {"t": token}) == [whole]


@pytest.mark.parametrize("version", [1, 1.1])
def test_execution_data_becomes_what_the_execution_is_found_by(version):
    parameters = {"dataToSave": {"values": [{"key": "customer", "value": "={{ $json.n }}"}]}}
    flow = workflow([START, data({"n": "Ada"}), node("Node", "executionData", version, parameters)])
    result = run(flow)
    assert first_output(result, "Node") == [{"n": "Ada"}]
    assert step("executionData", version, parameters)[0] == "execution.data"


def test_the_older_lists_node_takes_single_values_since_a_version():
    split = {"fieldToSplitOut": "s"}
    assert step("itemLists", 2.1, split)[1]["single"] == "fail"
    assert made("itemLists", 2.2, split, {"s": "one"}) == [{"s": "one"}]
    unlike = [{"a": 1}, {"a": "1"}, {"a": 1}]
    assert made("itemLists", 3.1, {"operation": "removeDuplicates"}, *unlike) == unlike[:2]


def test_a_regular_expression_renames_its_first_match():
    options = {"regexReplacement": {"replacements": [{"searchRegex": "a", "replaceRegex": "b"}]}}
    assert made("renameKeys", 1, {"additionalOptions": options}, {"aa": 1}) == [{"ba": 1}]


def test_code_that_nobody_wrote_sorts_by_the_field_of_the_example():
    rows = [{"myField": 2}, {"myField": 1}]
    assert made("sort", 1, {"type": "code"}, *rows) == rows[::-1]


def test_an_error_object_tells_its_first_text():
    def told(value):
        parameters = {"errorType": "errorObject", "errorObject": value}
        flow = workflow([START, node("Node", "stopAndError", 1, parameters)])
        return run_to_end(flow)

    assert "broken" in str(told('{"message": 404, "description": "broken"}'))
    assert "Error: {" in str(told('{"code": 404}'))


def test_the_first_set_nodes_leave_out_what_is_not_defined():
    values = {
        "string": [{"name": "a", "value": "={{ $json.gone }}"}, {"name": "b", "value": "={{ $json.n; }}"}]
    }
    numbers = {"number": [{"name": "n", "value": "={{ $json.gone }}"}]}
    data = node("Data", "n8n-nodes-testing.testData", 1, {"data": [{"n": None, "a": 1}]})
    for version in (1, 2):
        steps = run(workflow([START, data, node("Set", "set", version, {"values": {**values, **numbers}})]))
        assert first_output(steps, "Set") == [{"b": None}]


def test_expressions_and_code_know_facts_of_their_node():
    told = {"mode": "raw", "jsonOutput": "={{ ({v: $nodeVersion, id: $nodeId, hook: $webhookId}) }}"}
    code = {"jsCode": "return [{json: {id: $nodeId, text: '$nodeId'}}]"}
    nodes = [START, node("Set", "set", 3.4, told, id="x1"), node("Code", "code", 2, code, id="x2")]
    steps = run(workflow(nodes))
    (told,) = first_output(steps, "Set")
    assert (told["v"], told["id"], told.get("hook")) == (3.4, "x1", None)
    assert first_output(steps, "Code") == [{"id": "x2", "text": "$nodeId"}]
