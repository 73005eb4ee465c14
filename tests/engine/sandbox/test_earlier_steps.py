"""What expressions see of the step's input and of the steps before it."""

from __future__ import annotations

import pytest


def place(node, output=0, run=0):
    return {"node": node, "output": output, "run": run}


def items(*values, paired=None):
    found = []
    for index, value in enumerate(values):
        item = {"json": {"v": value}}
        if paired is not None:
            item["pairedItem"] = paired[index]
        found.append(item)
    return found


@pytest.fixture
def context():
    """Start -> Split (two outputs) -> Swap -> the current step; Idle never ran."""
    start = items("s0", "s1", "s2")
    split = [items("a0", paired=[{"item": 1}]), items("b0", "b1", paired=[0, {"item": 2}])]
    swap = items("x0", "x1", paired=[{"item": 1}, {"item": 0}])
    return {
        "node": "Now",
        "source": [place("Swap")],
        "nodes": {
            "Start": {"runs": [{"outputs": [start], "source": []}], "params": {"p": 1}},
            "Split": {"runs": [{"outputs": split, "source": [place("Start")]}]},
            "Swap": {"runs": [{"outputs": [swap], "source": [place("Split", 1)]}], "context": {"done": True}},
            "Idle": {"runs": []},
            "Broken": {"runs": [{"outputs": [items("q0", "q1")], "source": [place("Start")]}]},
        },
        "run": 2,
        "parameter": {"plain": 1, "dynamic": "={{ $json.v }}!", "deep": {"list": ["{{ 1 + 1 }}"]}},
        "workflow": {"id": "flw_1", "name": "Flow", "active": True},
        "execution": {"id": "exe_1", "mode": "test"},
        "vars": {"colour": "red"},
        "env": {"ALLOWED": "yes"},
        "extra": {"$pageCount": 3, "$response": {"body": 1}},
    }


@pytest.fixture
def ask(value, context):
    now = [{"json": {"v": "n0"}, "pairedItem": {"item": 0}, "binary": {"f": {"mimeType": "a/b"}}}]
    return lambda code, **more: value(f"{{{{ {code} }}}}", wrapped=now, context={**context, **more})


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("$input.all().length", 1),
        ("$input.first().json.v + $input.last().json.v + $input.item.json.v", "n0n0n0"),
        ("$binary.f.mimeType", "a/b"),
        ("$('Start').first().json.v", "s0"),
        ("$('Start').last().json.v", "s2"),
        ("$('Start').all().map(x => x.json.v)", ["s0", "s1", "s2"]),
        ("$('Split').all(1)[1].json.v", "b1"),
        ("$('Split').first(0, 0).json.v", "a0"),
        ("$('Swap').item.json.v", "x0"),
        ("$('Split').item.json.v", "b1"),
        ("$('Start').item.json.v", "s2"),
        ("$('Start').itemMatching(0).json.v", "s2"),
        ("$('Start').params.p", 1),
        ("$('Swap').context.done", True),
        ("$('Start').isExecuted && !$('Idle').isExecuted", True),
        ("$node['Start'].json.v", "s0"),
        ("$node.Start.runIndex", 0),
        ("$items('Start').length", 3),
        ("$items().length", 1),
        ("$item(0).$json.v", "n0"),
        ("$prevNode", {"name": "Swap", "outputIndex": 0, "runIndex": 0}),
        ("$runIndex", 2),
        ("$parameter.dynamic", "n0!"),
        ("$parameter['deep'].list[0]", 2),
        ("$workflow.name + $workflow.id", "Flowflw_1"),
        ("$execution.id + $execution.mode", "exe_1test"),
        ("$vars.colour", "red"),
        ("$env.ALLOWED", "yes"),
        ("$evaluateExpression('{{ $json.v + 1 }}')", "n01"),
        ("$evaluateExpression('$json.v')", "$json.v"),
        ("$fromAI('size', 'how big', 'number', 3)", 3),
        ("$pageCount + $response.body", 4),
        ("$thisItem.json.v + $thisItemIndex + $thisRunIndex", "n002"),
        ("$fromAi('a', '', 'string', 'y') + $fromai('a', '', 'string', 'z')", "yz"),
    ],
)
def test_a_name_gives(ask, code, wanted):
    assert ask(code) == wanted


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("$('Nowhere').item", "Referenced node doesn't exist"),
        ("$node['Nowhere'].json", "Referenced node doesn't exist"),
        ("$('Idle').first()", "Node 'Idle' hasn't been executed"),
        ("$('Broken').item", "No path back to referenced node"),
        ("$('Start').first(0, 9)", 'Run 9 of node "Start" not found'),
        ("$('Start').itemMatching()", "Missing item index for .itemMatching()"),
        ("$('')", "Missing the name of the node in $()"),
    ],
)
def test_a_name_that_leads_nowhere_is_told(fault, context, code, message):
    assert message in fault(f"{{{{ {code} }}}}", wrapped=items("n0"), context=context)


def test_an_item_made_of_several_has_no_single_origin(fault, context):
    context["nodes"]["Swap"]["runs"][0]["outputs"][0][0]["pairedItem"] = [{"item": 0}, {"item": 1}]
    assert fault("{{ $('Start').item }}", wrapped=items("n0"), context=context) == "Multiple matches found"


def test_origins_that_go_in_a_circle_end(fault, context):
    context["nodes"]["Start"]["runs"][0]["source"] = [place("Swap")]
    for item in context["nodes"]["Start"]["runs"][0]["outputs"][0]:
        item["pairedItem"] = 0
    message = fault("{{ $('Broken').item }}", wrapped=items("n0"), context=context)
    assert message == "No path back to referenced node"


def test_a_missing_link_names_the_step_that_broke_it(fault, context):
    for item in context["nodes"]["Swap"]["runs"][0]["outputs"][0]:
        del item["pairedItem"]
    message = fault("{{ $('Start').item }}", wrapped=items("n0"), context=context)
    assert message.startswith("Paired item data for item from node 'Swap' is unavailable")


def test_further_inputs_are_seen_by_their_number(value, context):
    inputs = [items("n0"), items("m0", "m1")]
    found = value("{{ $input.all(1).length }}", wrapped=inputs[0], context={**context, "inputs": inputs})
    assert found == 2


def test_parameters_that_refer_to_themselves_end(fault, context):
    context["parameter"] = {"a": "{{ $parameter.a }}"}
    assert "without end" in fault("{{ $parameter.a }}", wrapped=items("n0"), context=context)


def test_data_of_earlier_steps_is_not_changed_for_the_next_template(batch, context):
    templates = ["{{ $('Start').first().json.v = 'spoilt' }}", "{{ $('Start').first().json.v }}"]
    assert batch(templates, wrapped=items("n0"), context=context).values == [["spoilt", "s0"]]
