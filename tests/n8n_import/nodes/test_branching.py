"""Tests of translating the nodes that branch and merge."""

from __future__ import annotations

import pytest

from tests.n8n_import.support import node, run, translated, workflow

START = node("Start", "manualTrigger")


def outputs(kind, version, parameters, *rows):
    """What leaves a node by each output."""
    data = node("Data", "n8n-nodes-testing.testData", 1, {"data": list(rows)})
    found = run(workflow([START, data, node("Node", kind, version, parameters)]))
    return [[item["json"] for item in items] for items in found["Node"][0]]


def condition(operation, right, kind="number", **options):
    one = {
        "leftValue": "={{ $json.n }}",
        "rightValue": right,
        "operator": {"type": kind, "operation": operation},
    }
    settings = {"caseSensitive": True, "typeValidation": "strict", **options}
    return {"combinator": "and", "conditions": [one], "options": settings}


def test_the_first_if_compares_as_scripts_do():
    parameters = {"conditions": {"number": [{"value1": "={{ $json.n }}", "value2": 2}]}}
    assert outputs("if", 1, parameters, {"n": "1"}, {"n": 2}, {})[:2] == [[{"n": "1"}, {}], [{"n": 2}]]
    anyone = {"string": [{"value1": "={{ $json.n }}", "operation": "regex", "value2": "/^A/i"}]}
    parameters = {"combineOperation": "any", "conditions": anyone}
    assert outputs("if", 1, parameters, {"n": "ab"}, {"n": "b"})[:2] == [[{"n": "ab"}], [{"n": "b"}]]


def test_later_ones_have_types():
    rows = ({"n": 1}, {"n": 3})
    assert outputs("if", 2.2, {"conditions": condition("gt", 2)}, *rows)[:2] == [[{"n": 3}], [{"n": 1}]]
    loose = {"conditions": condition("gt", "2"), "options": {"looseTypeValidation": True}}
    assert outputs("filter", 2.2, loose, *rows)[0] == [{"n": 3}]
    folded = {"conditions": condition("equals", "AB", "string", caseSensitive=False)}
    assert outputs("filter", 2, folded, {"n": "ab"})[0] == [{"n": "ab"}]


def test_the_first_switches_look_at_one_value():
    rules = [
        {"value2": 1, "operation": "equal", "output": 2},
        {"value2": 5, "operation": "larger", "output": 2},
    ]
    parameters = {
        "dataType": "number",
        "value1": "={{ $json.n }}",
        "rules": {"rules": rules},
        "fallbackOutput": 0,
    }
    found = outputs("switch", 1, parameters, {"n": 1}, {"n": 9}, {"n": 3})
    assert found[:4] == [[{"n": 3}], [], [{"n": 1}, {"n": 9}], []]


@pytest.mark.parametrize(
    ("fallback", "wanted"), [("none", [[{"n": 1}], []]), ("extra", [[{"n": 1}], [{"n": 2}]])]
)
def test_later_switches_have_an_output_for_each_rule(fallback, wanted):
    rules = {"values": [{"conditions": condition("equals", 1)}]}
    parameters = {"rules": rules, "options": {"fallbackOutput": fallback}}
    found = outputs("switch", 3.2, parameters, {"n": 1}, {"n": 2})
    assert found[0] == wanted[0]
    assert translated("switch", 3.2, parameters).flow.steps[0].type == "logic.switch"


def test_an_expression_can_choose_the_output():
    parameters = {"mode": "expression", "numberOutputs": 3, "output": "={{ $json.n }}"}
    assert outputs("switch", 3, parameters, {"n": 2}, {"n": 0})[:3] == [[{"n": 0}], [], [{"n": 2}]]


LEFT = [{"id": 1, "a": 1}, {"id": 2, "a": 2}]
RIGHT = [{"id": 2, "b": 2}, {"id": 3, "b": 3}]


def merged(version, parameters):
    nodes = [
        START,
        node("L", "n8n-nodes-testing.testData", 1, {"data": LEFT}),
        node("R", "n8n-nodes-testing.testData", 1, {"data": RIGHT}),
        node("M", "merge", version, parameters),
    ]
    found = run(workflow(nodes, "Start -> L", "Start -> R", "L -> M:0", "R -> M:1"))
    return [item["json"] for item in found["M"][0][0]]


PAIR = {"mergeByFields": {"values": [{"field1": "id", "field2": "id"}]}}


@pytest.mark.parametrize(
    ("version", "parameters", "wanted"),
    [
        (1, {"mode": "mergeByIndex"}, [{"id": 2, "a": 1, "b": 2}, {"id": 3, "a": 2, "b": 3}]),
        (1, {"mode": "mergeByKey", "propertyName1": "id", "propertyName2": "id"}, None),
        (1, {"mode": "removeKeyMatches", "propertyName1": "id", "propertyName2": "id"}, LEFT[:1]),
        (2, {"mode": "combine", **PAIR}, [{"id": 2, "a": 2, "b": 2}]),
        (2.1, {"mode": "combine", "joinMode": "enrichInput1", **PAIR}, [{"id": 2, "a": 2, "b": 2}, LEFT[0]]),
        (
            2.1,
            {"mode": "combine", "joinMode": "enrichInput2", **PAIR}
            | {"options": {"clashHandling": {"values": {"resolveClash": "addSuffix"}}}},
            [{"id_1": 2, "a_1": 2, "id_2": 2, "b_2": 2}, {"id_2": 3, "b_2": 3}],
        ),
        (3, {"mode": "combine", "fieldsToMatchString": "id"}, [{"id": 2, "a": 2, "b": 2}]),
        (3, {"mode": "combine", "combineBy": "combineByPosition"}, None),
        (3, {"mode": "chooseBranch", "useDataOfInput": 2}, RIGHT),
        (2, {"mode": "chooseBranch", "output": "empty"}, [{}]),
        (
            3,
            {"mode": "combineBySql", "query": "SELECT a, b FROM input1 JOIN input2 USING (id)"},
            [{"a": 2, "b": 2}],
        ),
        (3.1, {"mode": "combineBySql", "query": "SELECT * FROM input1 WHERE id > 9"}, [{"success": True}]),
        (3.2, {"mode": "combineBySql", "query": "SELECT * FROM input1 WHERE id > 9"}, []),
        (
            3,
            {"mode": "combineBySql", "query": "SELECT id FROM input1 WHERE a = {{ 1 + 1 }}"},
            [{"id": LEFT[1]["id"]}],
        ),
        (3, {"mode": "combine", "fieldsToMatchString": "nope"}, []),
    ],
)
def test_inputs_are_merged_in_every_version(version, parameters, wanted):
    found = merged(version, parameters)
    if wanted is None:
        assert len(found) == 2
        assert all("b" in row or row["id"] == 1 for row in found)
    else:
        assert found == wanted


@pytest.mark.parametrize("version", [1, 2.3])
def test_datasets_are_compared(version):
    nodes = [
        START,
        node("L", "n8n-nodes-testing.testData", 1, {"data": [{"id": 1, "v": 1}]}),
        node("R", "n8n-nodes-testing.testData", 1, {"data": [{"id": 1, "v": 2}]}),
        node("C", "compareDatasets", version, PAIR),
    ]
    found = run(workflow(nodes, "Start -> L", "Start -> R", "L -> C:0", "R -> C:1"))
    different = [item["json"] for item in found["C"][0][2]]
    report = {"keys": {"id": 1}, "same": {"id": 1}, "different": {"v": {"inputA": 1, "inputB": 2}}}
    assert different == ([{"id": 1, "v": 2}] if version == 1 else [report])


def test_what_is_not_there_is_neither_less_nor_greater():
    for operation in ("lt", "gte"):
        conditions = {
            "options": {"typeValidation": "loose", "version": 2},
            "combinator": "and",
            "conditions": [
                {"leftValue": "={{ $json.n }}", "rightValue": 0.5 if operation == "lt" else -1}
                | {"operator": {"type": "number", "operation": operation}}
            ],
        }
        assert outputs("if", 2.2, {"conditions": conditions}, {}, {"n": None})[:2] == [[{"n": None}], [{}]]


def test_an_item_whose_condition_fails_leaves_by_false_although_there_is_a_port_for_errors():
    condition = {
        "leftValue": "={{ $json.n }}",
        "rightValue": 1,
        "operator": {"type": "number", "operation": "gt"},
    }
    given = {"conditions": {"options": {"typeValidation": "strict"}, "conditions": [condition]}}
    data = node("Data", "n8n-nodes-testing.testData", 1, {"data": [{"n": 2}, {"n": "no"}]})
    check = node("If", "if", 2, given, onError="continueErrorOutput")
    found = run(workflow([START, data, check]))["If"][0]
    assert [[item["json"] for item in items] for items in found] == [[{"n": 2}], [{"n": "no"}], []]


@pytest.mark.parametrize(("strictness", "fits"), [("loose", [{"l": []}]), ("strict", None)])
def test_the_length_of_nothing_is_compared_with_0_in_older_versions(strictness, fits):
    condition = {"leftValue": "={{ $json.l }}", "rightValue": "", "operator": {"type": "array"}}
    condition["operator"]["operation"] = "lengthEquals"
    options = {"typeValidation": strictness, "version": 2}
    one = translated("filter", 2.2, {"conditions": {"options": options, "conditions": [condition]}})
    compared = one.flow.steps[0].parameters["conditions"][0]["compareTo"]
    assert compared == (0 if fits else "")


def test_a_rule_without_conditions_fits_as_its_combination_says():
    rules = [{"conditions": {"combinator": "or"}}, {"conditions": {"combinator": "and"}}]
    assert outputs("switch", 3, {"rules": {"values": rules}}, {})[:2] == [[], [{}]]


def test_what_a_merge_cannot_do_leaves_its_input_as_it_is():
    nodes = [
        START,
        node("L", "n8n-nodes-testing.testData", 1, {"data": LEFT}),
        node("M", "merge", 2, {"mode": "combine", **PAIR}, onError="continueRegularOutput"),
        node("R", "n8n-nodes-testing.testData", 1, {"data": [{"other": 1}]}),
    ]
    found = run(workflow(nodes, "Start -> L", "Start -> R", "L -> M:0", "R -> M:1"))
    assert [item["json"] for item in found["M"][0][0]] == LEFT
