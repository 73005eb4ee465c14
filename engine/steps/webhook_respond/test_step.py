"""Tests of webhook.respond."""

from __future__ import annotations

from base64 import b64encode

import pytest

from engine.base.errors import InvalidInput, StepFailure
from engine.ports.step_catalogue import Answer
from engine.testing.step_bench import HeldBlocks, StepBench, items_of

ITEMS = items_of({"a": 1}, {"a": 2})
JSON = {"content-type": "application/json"}
TEXT = {"content-type": "text/plain; charset=utf-8"}


def answer(parameters, items=ITEMS, **rest):
    result = StepBench("webhook.respond", parameters, **rest).run(items)
    assert result.outputs == {"main": items}
    return result.answer


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, Answer(200, JSON, {"a": 1})),
        ({"respondWith": "allItems"}, Answer(200, JSON, [{"a": 1}, {"a": 2}])),
        ({"respondWith": "json", "body": {"ok": True}, "status": 201}, Answer(201, JSON, {"ok": True})),
        ({"respondWith": "json", "body": "plain"}, Answer(200, JSON, '"plain"')),
        ({"respondWith": "json", "body": None}, Answer(200, JSON, "null")),
        ({"respondWith": "text", "body": "hello"}, Answer(200, TEXT, "hello")),
        ({"respondWith": "text", "body": {"a": 1}}, Answer(200, TEXT, '{"a":1}')),
        ({"respondWith": "json", "body": '{"a": [1]}', "read": True}, Answer(200, JSON, {"a": [1]})),
        ({"respondWith": "json", "body": {"a": 1}, "read": True}, Answer(200, JSON, {"a": 1})),
        ({"respondWith": "json", "body": "", "read": True}, Answer(200, {}, None)),
        ({"respondWith": "noData"}, Answer(204, {}, None)),
        (
            {"respondWith": "redirect", "location": "https://example.org/"},
            Answer(302, {"location": "https://example.org/"}, None),
        ),
    ],
)
def test_each_kind_of_answer(parameters, expected):
    assert answer(parameters) == expected


def test_text_that_is_no_json_is_refused():
    with pytest.raises(StepFailure, match="body: not JSON"):
        answer({"respondWith": "json", "body": "{", "read": True})


def test_what_was_answered_is_told_by_a_second_output():
    given = {"respondWith": "text", "body": "hi", "tells": True}
    outputs = StepBench("webhook.respond", given).run(ITEMS).outputs
    assert outputs["main"] == ITEMS
    assert outputs["response"][0]["json"] == {"response": {"body": "hi", "headers": TEXT, "statusCode": 200}}


def test_own_headers_win_whatever_their_case():
    given = answer({"headers": {"Content-Type": "application/problem+json", "X-A": "1"}})
    assert given.headers == {"content-type": "application/problem+json", "x-a": "1"}


def test_the_first_item_of_nothing_is_an_empty_object():
    assert answer({}, items=[]).body == {}


def test_a_file_is_sent_from_its_block():
    blocks = HeldBlocks()
    cid = blocks.put(b"%PDF")
    items = [{"json": {}, "binary": {"data": {"id": cid, "mimeType": "application/pdf"}}}]
    given = answer({"respondWith": "binary"}, items, blocks=blocks)
    assert given == Answer(200, {"content-type": "application/pdf"}, b"%PDF")


def test_a_file_may_hold_its_bytes_itself():
    items = [{"json": {}, "binary": {"logo": {"data": b64encode(b"GIF").decode()}}}]
    given = answer({"respondWith": "binary", "binaryField": "logo"}, items)
    assert given == Answer(200, {"content-type": "application/octet-stream"}, b"GIF")


def test_a_missing_file_is_named_with_those_there_are():
    items = [{"json": {}, "binary": {"logo": {"data": ""}}}]
    with pytest.raises(StepFailure, match="no file 'data'; its files: logo"):
        answer({"respondWith": "binary"}, items)


@pytest.mark.parametrize(
    "wrong",
    [
        {"respondWith": "redirect"},
        {"respondWith": "redirect", "location": "https://a\r\nset-cookie: b"},
        {"respondWith": "json"},
        {"headers": {"x": "a\nb"}},
        {"status": 42},
    ],
)
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(InvalidInput):
        answer(wrong)
