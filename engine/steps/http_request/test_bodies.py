"""Bodies arrive as their kinds say, and answers become JSON, text or files."""

from __future__ import annotations

import base64
import json
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest

from engine.base.canonical import RAW, cid_of_bytes
from engine.base.errors import InvalidInput, PayloadTooLarge, StepFailure, UnknownObject
from engine.base.limits import Limits
from engine.ports.step_catalogue import Item
from engine.testing.step_bench import HeldBlocks
from tests.servers.http_server import TEXT, HttpServer
from tests.support_http import HttpBench

PICTURE = bytes(range(256))
INLINE: Item = {
    "json": {},
    "binary": {
        "data": {
            "data": base64.b64encode(PICTURE).decode(),
            "mimeType": "image/png",
            "fileName": "a.png",
        }
    },
}


@pytest.mark.parametrize(
    ("parameters", "body", "content_type"),
    [
        ({"body": {"kind": "json", "value": {"a": [1, None]}}}, '{"a":[1,null]}', "application/json"),
        ({"json": {"a": 1}}, '{"a":1}', "application/json"),
        ({"json": None}, "null", "application/json"),
        ({"json": float("nan")}, "null", "application/json"),
        ({"json": 2**70}, "1.1805916207174113e+21", "application/json"),
        ({"body": [1, 2]}, "[1,2]", "application/json"),
        ({"body": {"kind": "other"}}, '{"kind":"other"}', "application/json"),
        ({"body": "text"}, "text", "text/plain; charset=utf-8"),
        ({"text": ""}, "", "text/plain; charset=utf-8"),
        (
            {"body": {"kind": "text", "text": "<a/>", "contentType": "text/xml"}},
            "<a/>",
            "text/xml",
        ),
        (
            {"form": {"a": "b c", "n": [1, True], "x": None}},
            "a=b+c&n=1&n=true",
            "application/x-www-form-urlencoded",
        ),
        ({"body": {"kind": "form", "fields": {"a": "ä"}}}, "a=%C3%A4", "application/x-www-form-urlencoded"),
        ({"body": {"kind": "none"}}, "", None),
        ({}, "", None),
    ],
)
def test_a_body_is_sent_with_its_media_type(
    http: HttpBench, server: HttpServer, parameters: dict[str, Any], body: str, content_type: str | None
) -> None:
    found = http.body({"url": server.at("/echo"), "method": "POST", **parameters})
    assert found["body"] == body
    assert found["headers"].get("content-type") == content_type


def test_the_media_type_of_the_flow_wins(http: HttpBench, server: HttpServer) -> None:
    headers = {"content-type": "application/vnd.api+json"}
    found = http.body({"url": server.at("/echo"), "method": "POST", "json": {}, "headers": headers})
    assert found["headers"]["content-type"] == "application/vnd.api+json"


@pytest.mark.parametrize(
    "parameters",
    [
        {"json": {}, "text": "x"},
        {"body": {"kind": "json", "value": 1}, "form": {}},
        {"body": {"kind": "json", "valeu": 1}},
        {"body": {"kind": "multipart", "files": [{"nam": "x"}]}},
    ],
)
def test_a_doubtful_body_is_refused(http: HttpBench, server: HttpServer, parameters: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        http.items({"url": server.at("/echo"), "method": "POST", **parameters})


def test_a_file_of_the_item_is_the_body(http: HttpBench, server: HttpServer) -> None:
    http.items({"url": server.at("/echo"), "method": "PUT", "body": {"kind": "binary"}}, INLINE)
    assert server.seen[0].body == PICTURE
    assert server.seen[0].headers["Content-Type"] == "image/png"


def test_a_file_kept_as_a_block_is_the_body(http: HttpBench, server: HttpServer) -> None:
    blocks = HeldBlocks()
    item = {"json": {}, "binary": {"photo": {"id": blocks.put(PICTURE), "mimeType": "image/png"}}}
    body = {"kind": "binary", "property": "photo", "contentType": "application/x-own"}
    http.items({"url": server.at("/echo"), "method": "PUT", "body": body}, item, blocks=blocks)
    assert server.seen[0].body == PICTURE
    assert server.seen[0].headers["Content-Type"] == "application/x-own"


def test_a_missing_file_is_named_with_those_there_are(http: HttpBench, server: HttpServer) -> None:
    body = {"kind": "binary", "property": "photo"}
    with pytest.raises(StepFailure, match="no binary property 'photo'; it has: data"):
        http.items({"url": server.at("/echo"), "method": "PUT", "body": body}, INLINE)
    with pytest.raises(UnknownObject):
        item = {"json": {}, "binary": {"photo": {"id": "bafkgone"}}}
        http.items({"url": server.at("/echo"), "method": "PUT", "body": body}, item)


def _parts(server: HttpServer) -> dict[str, Message]:
    """The parts of the last request by form field."""
    seen = server.seen[-1]
    head = f"Content-Type: {seen.headers['Content-Type']}\r\n\r\n".encode()
    message = message_from_bytes(head + seen.body)
    assert message.is_multipart()
    found: dict[str, Message] = {}
    for part in message.get_payload():
        assert isinstance(part, Message)
        name = part.get_param("name", header="Content-Disposition")
        found[str(name)] = part
    return found


def test_a_multipart_body_carries_fields_and_files(http: HttpBench, server: HttpServer) -> None:
    body = {
        "kind": "multipart",
        "fields": {"title": "Grüße", "n": 1},
        "files": [
            {"name": "picture", "property": "data"},
            {"name": "note", "text": "hello", "fileName": 'no"te.txt', "mimeType": "text/x-note"},
        ],
    }
    parameters = {
        "url": server.at("/echo"),
        "method": "POST",
        "body": body,
        "headers": {"Content-Type": "multipart/form-data"},
    }
    http.items(parameters, INLINE)
    parts = _parts(server)
    assert parts["title"].get_payload(decode=True) == "Grüße".encode()
    assert parts["n"].get_payload(decode=True) == b"1"
    assert parts["picture"].get_payload(decode=True) == PICTURE
    assert (parts["picture"].get_filename(), parts["picture"].get_content_type()) == ("a.png", "image/png")
    assert (parts["note"].get_filename(), parts["note"].get_content_type()) == ("no%22te.txt", "text/x-note")


def test_a_retried_multipart_body_is_the_same_to_the_byte(http: HttpBench, server: HttpServer) -> None:
    body = {"kind": "multipart", "fields": {"a": "1"}}
    bench = http.bench({"url": server.at("/echo"), "method": "POST", "body": body})
    bench.run()
    bench.run()
    assert server.seen[0].body == server.seen[1].body


def test_an_upload_over_the_limit_is_refused(http: HttpBench, server: HttpServer) -> None:
    limits = Limits(upload_file_bytes_max=255)
    with pytest.raises(PayloadTooLarge):
        http.items(
            {"url": server.at("/echo"), "method": "PUT", "body": {"kind": "binary"}}, INLINE, limits=limits
        )


# answers --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/gzip", "/deflate", "/raw-deflate"])
def test_compressed_answers_are_unpacked(http: HttpBench, server: HttpServer, path: str) -> None:
    assert http.body({"url": server.at(path)}) == {"zipped": True}


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "utf-16"])
def test_text_is_read_in_its_charset(http: HttpBench, server: HttpServer, charset: str) -> None:
    assert http.body({"url": server.at(f"/text?charset={charset}")}) == TEXT


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        ("", None),
        ("null", None),
        ('"\\ud83d"', "\ud83d"),
        ("12345678901234567890123", 1.2345678901234568e22),
        ("not json", "not json"),
        ("NaN", "NaN"),
        ("[" * 3000, "[" * 3000),
    ],
)
def test_json_is_read_as_far_as_it_is_json(
    http: HttpBench, server: HttpServer, sent: str, body: object
) -> None:
    assert http.body({"url": server.at("/json"), "query": {"body": sent}}) == body


def test_json_that_is_wanted_but_is_none_is_an_error(http: HttpBench, server: HttpServer) -> None:
    parameters = {"url": server.at("/json?body=oops"), "response": {"format": "json"}}
    with pytest.raises(StepFailure, match=r"response\.format"):
        http.items(parameters)


def test_text_may_be_wanted_of_anything(http: HttpBench, server: HttpServer) -> None:
    parameters = {"url": server.at("/json"), "query": {"body": '{"a": 1}'}, "response": {"format": "text"}}
    assert http.body(parameters) == '{"a": 1}'


def test_a_file_becomes_a_block(http: HttpBench, server: HttpServer) -> None:
    bench = http.bench({"url": server.at("/bytes/8?type=image/png&name=../../photo.png")})
    (item,) = bench.run().outputs["main"]
    data = b"\x00\x01\x02\x03" * 2
    assert item["json"]["body"] is None
    assert item["binary"]["data"] == {
        "id": cid_of_bytes(data, RAW),
        "mimeType": "image/png",
        "fileType": "image",
        "fileExtension": "png",
        "fileName": "photo.png",
        "fileSize": "8 B",
        "bytes": 8,
    }
    assert bench.blocks.get(item["binary"]["data"]["id"]) == data


def test_a_file_can_be_wanted_and_named(http: HttpBench, server: HttpServer) -> None:
    (item,) = http.items(
        {
            "url": server.at("/json?body=1"),
            "bodyOnly": True,
            "response": {"format": "binary", "binaryProperty": "file"},
        }
    )
    assert item["json"] == {}
    assert item["binary"]["file"]["fileName"] == "json"
    assert item["binary"]["file"]["bytes"] == 1


def test_a_download_can_be_uploaded_again(http: HttpBench, server: HttpServer) -> None:
    blocks = HeldBlocks()
    got = http.items({"url": server.at("/bytes/1000")}, blocks=blocks)
    put = {"url": server.at("/echo"), "method": "PUT", "body": {"kind": "binary"}}
    http.items(put, *got, blocks=blocks)
    assert len(server.seen[-1].body) == 1000


def test_set_cookie_headers_are_a_list(http: HttpBench, server: HttpServer) -> None:
    parameters = {"url": server.at("/set-cookie?name=a&value=1"), "redirects": {"follow": False}}
    assert http.json(parameters)["headers"]["set-cookie"] == ["a=1; Path=/"]


def test_output_can_be_stored_as_json(http: HttpBench, server: HttpServer) -> None:
    assert json.dumps(http.items({"url": server.at("/bytes/4")}))
