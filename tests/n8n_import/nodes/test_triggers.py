"""Triggers, waits, answers and calls: what n8n's nodes become."""

from __future__ import annotations

import pytest

from engine.steps.registry import Registry
from engine.testing.step_bench import StepBench, items_of, json_of
from tests.n8n_import.support import first_output, imported, node, run, translated, workflow


def parameters(kind, version=1, given=None, **more):
    """The parameters of the step that a node becomes; fails where it has none."""
    one = translated(kind, version, given, **more)
    assert one.runnable == 1, one.issues
    return dict(one.flow.steps[-1].parameters)


def test_a_webhook_answers_at_the_same_path():
    given = {
        "path": "/orders/",
        "httpMethod": "POST",
        "responseMode": "lastNode",
        "responseData": "allEntries",
    }
    assert parameters("webhook", 2, given) == {
        "path": "orders",
        "methods": ["POST"],
        "responseMode": "lastStep",
        "responseData": "allItems",
    }


def test_a_webhook_with_parts_in_its_path_has_its_own_id_in_front():
    assert parameters("webhook", 2, {"path": "a/:b"}, webhookId="w-1")["path"] == "w-1/a/:b"


def test_a_webhook_asks_its_callers_as_it_did():
    options = {
        "ipWhitelist": "192.0.2.1, 198.51.100.0/24",
        "ignoreBots": True,
        "allowedOrigins": "https://a.example, https://b.example",
        "noResponseBody": True,
        "binaryPropertyName": "file",
    }
    given = {"path": "x", "authentication": "basicAuth", "options": options}
    credentials = {"httpBasicAuth": {"id": "1", "name": "Shop"}}
    made = parameters("webhook", 2, given, credentials=credentials)
    assert made["authenticate"] == {"scheme": "basic", "secrets": ["Shop"]}
    assert made["allowAddresses"] == ["192.0.2.1", "198.51.100.0/24"]
    assert made["allowOrigins"] == ["https://a.example", "https://b.example"]
    assert (made["ignoreBots"], made["responseData"], made["binaryField"]) == (True, "none", "file")


def test_a_webhook_may_name_its_credential_where_the_way_of_asking_stands():
    given = {"path": "x", "authentication": "={{ $credentials.httpHeaderAuth }}"}
    assert parameters("webhook", 1, given)["authenticate"]["scheme"] == "header"
    given = {"path": "x", "authentication": "{{ $credentials.basicAuth }}"}
    assert parameters("webhook", 1, given)["authenticate"]["scheme"] == "basic"


@pytest.mark.parametrize("given", [{"authentication": "magic"}, {"options": {"ipWhitelist": "my house"}}])
def test_a_webhook_whose_guard_cannot_be_kept_does_not_run(given):
    assert translated("webhook", 2, {"path": "x", **given}).runnable == 0


def test_the_methods_of_a_webhook_keep_their_outputs():
    given = {"path": "x", "multipleMethods": True, "httpMethod": ["GET", "POST"]}
    nodes = [node("Hook", "webhook", 2, given), node("A", "noOp"), node("B", "noOp")]
    flow = imported(workflow(nodes, "Hook -> A", "Hook:1 -> B")).flow
    assert [(edge.source_port, edge.target) for edge in flow.edges] == [("get", "A"), ("post", "B")]


def test_what_a_webhook_does_not_do_is_told():
    one = translated("webhook", 2, {"path": "x", "responseData": "firstEntryBinary"})
    assert [issue["severity"] for issue in one.issues] == ["differs"]


def test_a_webhook_answers_with_a_text_or_a_part_of_the_last_item():
    at_once = parameters("webhook", 2, {"path": "x", "options": {"responseData": "thanks"}})
    assert at_once["responseBody"] == "thanks"
    options = {"responsePropertyName": "a.b", "responseContentType": "text/csv"}
    last = parameters("webhook", 2, {"path": "x", "responseMode": "lastNode", "options": options})
    assert (last["responseField"], last["responseType"]) == ("a.b", "text/csv")


def test_a_webhook_has_a_code_of_its_own_and_tells_that_nothing_is_streamed():
    values = {"values": {"responseCode": "customCode", "customCode": 418}}
    given = {"path": "x", "responseMode": "streaming", "options": {"responseCode": values}}
    made = parameters("webhook", 2.1, given)
    assert (made["responseStatus"], made["responseMode"]) == (418, "lastStep")
    assert [one["severity"] for one in translated("webhook", 2.1, given).issues] == ["differs"]


def test_answers_have_the_codes_kinds_and_outputs_of_the_node():
    moved = parameters("respondToWebhook", 1.1, {"respondWith": "redirect", "redirectURL": "http://x"})
    assert moved["status"] == 307
    own = {"respondWith": "redirect", "redirectURL": "http://x", "options": {"responseCode": 301}}
    assert parameters("respondToWebhook", 1.1, own)["status"] == 301
    assert parameters("respondToWebhook", 1.1, {"respondWith": "binary"})["binaryField"] == ""
    text = parameters("respondToWebhook", 1.1, {"respondWith": "text", "responseBody": "hi"})
    assert text["headers"] == {"content-type": "text/html; charset=utf-8"}
    assert parameters("respondToWebhook", 1, {})["respondWith"] == "firstItem"
    assert parameters("respondToWebhook", 1.4, {"enableResponseOutput": True})["tells"] is True
    assert "tells" not in parameters("respondToWebhook", 1.4, {})


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, "firstItem"),
        ({"respondWith": "allIncomingItems"}, "allItems"),
        ({"respondWith": "text", "responseBody": "=hi {{ $json.a }}"}, "text"),
        ({"respondWith": "json", "responseBody": '{"a": 1}'}, "json"),
        ({"respondWith": "redirect", "redirectURL": "http://x"}, "redirect"),
        ({"respondWith": "noData"}, "noData"),
    ],
)
def test_answers_to_webhooks(given, wanted):
    assert parameters("respondToWebhook", 1.1, given)["respondWith"] == wanted


def test_an_answer_is_put_into_a_field():
    given = {"respondWith": "allIncomingItems", "options": {"responseKey": "data.list"}}
    found = parameters("respondToWebhook", 1.1, given)
    assert found["respondWith"] == "json"
    data = node("Data", "n8n-nodes-testing.testData", 1, {"data": [{"n": 1}, {"n": 2}]})
    show = node("Show", "set", 3.4, {"mode": "raw", "jsonOutput": "=" + found["body"]})
    ran = run(workflow([node("Start", "manualTrigger"), data, show]))
    assert ran["Show"][0][0][0]["json"] == {"data": {"list": [{"n": 1}, {"n": 2}]}}


@pytest.mark.parametrize(
    ("rule", "cron"),
    [
        ({"field": "seconds", "secondsInterval": 20}, "*/20 * * * * *"),
        ({"field": "minutes", "minutesInterval": 10}, "*/10 * * * *"),
        ({"field": "hours", "hoursInterval": 2, "triggerAtMinute": 5}, "5 */2 * * *"),
        ({"triggerAtHour": 9}, "0 9 * * *"),
        (
            {"field": "weeks", "triggerAtDay": [1, 5], "triggerAtHour": 8, "triggerAtMinute": 30},
            "30 8 * * 1,5",
        ),
        ({"field": "hours"}, "0 * * * *"),
        ({"field": "weeks", "triggerAtDay": []}, "0 0 * * *"),
        ({"field": "months", "triggerAtDayOfMonth": 3}, "0 0 3 * *"),
        ({"field": "cronExpression", "expression": "5 4 * * 0"}, "5 4 * * 0"),
    ],
)
def test_schedules_are_crons(rule, cron):
    made = translated("scheduleTrigger", 1.2, {"rule": {"interval": [rule]}}).flow.steps[0]
    assert dict(made.parameters) == {"cron": [cron]}


def test_a_schedule_tells_its_time_as_n8n_does():
    schedule = imported(workflow([node("Tick", "scheduleTrigger", 1.2)])).flow.steps[1]
    show = node("Show", "set", 3.4, {"mode": "raw", "jsonOutput": "=" + schedule.parameters["json"]})
    data = node("Data", "n8n-nodes-testing.testData", 1, {"data": [{"timestamp": "2026-03-02T15:04:05Z"}]})
    (found,) = first_output(run(workflow([node("Start", "manualTrigger"), data, show])), "Show")
    assert found == {
        "timestamp": "2026-03-02T15:04:05.000+00:00",
        "Readable date": "March 2nd 2026, 3:04:05 pm",
        "Readable time": "3:04:05 pm",
        "Day of week": "Monday",
        "Year": "2026",
        "Month": "March",
        "Day of month": "02",
        "Hour": "15",
        "Minute": "04",
        "Second": "05",
        "Timezone": "UTC (UTC+00:00)",
    }


def test_the_older_schedules():
    times = {
        "triggerTimes": {
            "item": [{"mode": "everyDay", "hour": 7}, {"mode": "everyX", "value": 5, "unit": "minutes"}]
        }
    }
    assert parameters("cron", 1, times) == {"cron": ["0 7 * * *", "*/5 * * * *"]}
    assert parameters("interval", 1, {"interval": 2, "unit": "hours"}) == {"intervalMs": 7_200_000}


def test_a_cron_that_is_none_is_refused():
    rule = {"field": "cronExpression", "expression": "nonsense"}
    assert translated("scheduleTrigger", 1.2, {"rule": {"interval": [rule]}}).runnable == 0


@pytest.mark.parametrize(
    ("version", "given", "wanted"),
    [
        (1, {"amount": 2, "unit": "minutes"}, {"durationMs": 120_000}),
        (1.1, {}, {"durationMs": 5_000}),
        (1.1, {"resume": "webhook", "limitWaitTime": True}, {"webhook": True, "timeoutMs": 3_600_000}),
        (
            1.1,
            {"resume": "specificTime", "dateTime": "2030-01-01T00:00:00"},
            {"until": "2030-01-01T00:00:00"},
        ),
    ],
)
def test_waits(version, given, wanted):
    assert parameters("wait", version, given) == wanted


def test_a_duration_that_is_worked_out_is_in_milliseconds():
    nodes = [node("Start", "manualTrigger"), node("Nap", "wait", 1.1, {"amount": "={{ 0.01 }}"})]
    assert first_output(run(workflow(nodes)), "Nap") == [{}]


def test_a_wait_may_end_at_a_time():
    given = {
        "resume": "webhook",
        "limitWaitTime": True,
        "limitType": "atSpecifiedTime",
        "maxDateAndTime": "2020-01-01T00:00:00",
    }
    nodes = [node("Start", "manualTrigger"), node("Nap", "wait", 1.1, given)]
    assert first_output(run(workflow(nodes)), "Nap") == [{}]


def test_what_a_wait_for_a_call_does_not_do_is_told():
    given = {"resume": "webhook", "incomingAuthentication": "basicAuth", "responseMode": "lastNode"}
    one = translated("wait", 1.1, {**given, "options": {"webhookSuffix": "x"}})
    assert [issue["severity"] for issue in one.issues] == ["differs"] * 3


def test_called_workflows_are_named_by_id_and_others_are_refused():
    given = {"workflowId": {"__rl": True, "mode": "list", "value": "abc"}, "mode": "each"}
    made = parameters("executeWorkflow", 1.2, given)
    assert made == {"flow": "abc", "mode": "each", "wait": True, "passOn": True}
    assert translated("executeWorkflow", 1, {"source": "url"}).runnable == 0


def test_mapped_fields_are_made_in_front_of_the_call():
    inputs = {
        "mappingMode": "defineBelow",
        "value": {"total": "={{ $json.n * 2 }}", "old": 1, "name": "x"},
        "schema": [
            {"id": "total", "displayName": "total", "type": "number"},
            {"id": "old", "displayName": "old", "removed": True},
            {"id": "name", "displayName": "name", "type": "string"},
        ],
    }
    one = translated("executeWorkflow", 1.2, {"workflowId": "abc", "workflowInputs": inputs})
    before, call = one.flow.steps
    assert (before.type, call.type, call.name) == ("data.set", "flow.call", "Node")
    assert before.parameters["values"] == [
        {"name": "total", "type": "number", "value": "{{ $json.n * 2 }}"},
        {"name": "name", "type": None, "value": "x"},
    ]
    assert before.parameters["drop"] == ["old"]
    assert [(edge.source, edge.target) for edge in one.flow.edges] == [(before.id, call.id)]


def test_declared_inputs_of_a_called_workflow_are_kept():
    inputs = {"workflowInputs": {"values": [{"name": "a", "type": "array"}, {"name": "b"}]}}
    found = parameters("executeWorkflowTrigger", 1.1, inputs)
    assert [(one["name"], one["description"]) for one in found["inputs"]] == [("a", "array"), ("b", "string")]
    assert found["others"] == "drop"
    assert parameters("executeWorkflowTrigger", 1.1, {**inputs, "inputSource": "passthrough"}) == {}


def test_an_example_declares_the_inputs_of_a_called_workflow():
    given = {"inputSource": "jsonExample", "jsonExample": '{"a": 1, "b": [2]}'}
    found = parameters("executeWorkflowTrigger", 1.1, given)["inputs"]
    assert [one["name"] for one in found] == ["a", "b"]
    assert translated("executeWorkflowTrigger", 1.1, {**given, "jsonExample": "{"}).runnable == 0


def test_mapped_fields_join_those_of_the_item():
    inputs = {"mappingMode": "defineBelow", "value": {"total": "={{ $json.n * 2 }}"}}
    one = translated("executeWorkflow", 1.2, {"workflowId": "abc", "workflowInputs": inputs})
    bench = StepBench("data.set", {**one.flow.steps[0].parameters, "values": [{"name": "total", "value": 4}]})
    assert json_of(bench.run(items_of({"n": 2})).outputs["main"]) == [{"n": 2, "total": 4}]


def test_the_error_trigger_gives_n8ns_shape():
    flow = imported(workflow([node("Oops", "errorTrigger"), node("End", "noOp")])).flow
    assert [step.type for step in flow.steps] == ["trigger.error", "data.set", "flow.noop"]
    assert flow.steps[1].title == "Oops"


def test_the_older_start_is_a_trigger_by_hand():
    assert translated("start").flow.steps[0].type == "trigger.manual"


def test_every_translator_names_a_step_type_that_there_is():
    from n8n_import.nodes import known

    names = set(Registry().names())
    assert {kind.step for kind in known().values()} <= names


def test_a_loop_tells_its_rounds_to_expressions():
    told = "={{ [$('Loop').context.currentRunIndex, $node['Loop'].context['noItemsLeft']].join() }}"
    values = {"values": {"string": [{"name": "at", "value": told}]}}
    rows = [{"n": 1}, {"n": 2}]
    nodes = [
        node("Start", "manualTrigger"),
        node("Rows", "n8n-nodes-testing.testData", 1, {"data": rows}),
        node("Loop", "splitInBatches", 3),
        node("Say", "set", 1, values),
    ]
    wires = ["Start -> Rows", "Rows -> Loop", "Loop:1 -> Say", "Say -> Loop"]
    steps = run(workflow(nodes, *wires))
    assert [json["at"] for json in first_output(steps, "Loop", 2)] == ["0,false", "1,true"]
