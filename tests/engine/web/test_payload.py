"""What a webhook call becomes: body, query and files by content type."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from engine.base.canonical import RAW, cid_of_bytes
from engine.base.errors import PayloadTooLarge
from engine.base.limits import Limits
from engine.web.payload import Call, build_item, headers_of, rename_files
from engine.web.problems import Refused

LIMITS = Limits(request_body_bytes_max=10_000, upload_file_bytes_max=2_000)


class Files(dict[str, bytes]):
    """Remembers blocks by their CID."""

    def put(self, data: bytes) -> str:
        cid = cid_of_bytes(data, RAW)
        self[cid] = data
        return cid


def item(body: bytes = b"", kind: str = "", query: bytes = b"", raw: bool = False, **headers: str) -> Any:
    files = Files()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    call = Call("POST", "/webhook/x", names | ({"content-type": kind} if kind else {}), query, body)
    made = build_item(call, {"id": "1"}, LIMITS, files.put, raw_body=raw)
    for entry in made.get("binary", {}).values():
        entry["data"] = files[entry.pop("id")]
    return made


def multipart(*parts: tuple[str, bytes], boundary: str = "BB") -> bytes:
    body = b"".join(f"--{boundary}\r\n{head}\r\n\r\n".encode() + data + b"\r\n" for head, data in parts)
    return body + f"--{boundary}--\r\n".encode()


def test_a_json_call_becomes_an_item():
    made = item(b'{"a": [1, null]}', "application/json; charset=utf-8", b"q=1&empty=")
    assert made == {
        "json": {
            "headers": {"content-type": "application/json; charset=utf-8"},
            "params": {"id": "1"},
            "query": {"q": "1", "empty": ""},
            "body": {"a": [1, None]},
            "method": "POST",
            "path": "/webhook/x",
        }
    }


@pytest.mark.parametrize(
    "kind", ["application/vnd.api+json", "application/cloudevents+json", "APPLICATION/JSON"]
)
def test_all_json_types_are_json(kind):
    assert item(b"[1]", kind)["json"]["body"] == [1]


def test_an_empty_body_is_an_empty_map():
    assert item(b"", "application/json")["json"]["body"] == {}


def test_repeated_names_become_lists():
    made = item(b"a=1&a=2&b[]=3&c=%C3%A4+x", "application/x-www-form-urlencoded")
    assert made["json"]["body"] == {"a": ["1", "2"], "b": ["3"], "c": "ä x"}


def test_text_stays_text():
    assert item("grüße".encode(), "text/plain")["json"]["body"] == "grüße"
    assert item("grüße".encode("latin-1"), "text/plain; charset=latin-1")["json"]["body"] == "grüße"
    assert item(b"<a/>", "application/xml")["json"]["body"] == "<a/>"


def test_bytes_become_a_file():
    made = item(b"\x00\xff", "image/png")
    assert made["json"]["body"] == {}
    entry = {"mimeType": "image/png", "fileType": "image", "fileExtension": "png", "fileSize": "2 B"}
    assert made["binary"] == {"data": {"data": b"\x00\xff", "bytes": 2, **entry}}


@pytest.mark.parametrize("charset", ["utf-8", "no-such-charset"])
def test_text_that_is_none_becomes_a_file(charset):
    made = item(b"\xff\xfe", f"text/plain; charset={charset}")
    assert made["binary"]["data"]["data"] == b"\xff\xfe"


def test_the_raw_body_is_kept_where_wanted():
    made = item(b'{"a":  1}', "application/json", raw=True)
    assert made["json"]["rawBody"] == '{"a":  1}'
    assert made["json"]["body"] == {"a": 1}
    assert made["binary"]["data"]["data"] == b'{"a":  1}'


def test_a_form_with_fields_and_files():
    body = multipart(
        ('Content-Disposition: form-data; name="title"', "Ölbild".encode()),
        ('Content-Disposition: form-data; name="f"; filename="a.txt"\r\nContent-Type: text/plain', b"hello"),
        ('Content-Disposition: form-data; name="g"; filename="1.bin"', b"1"),
        ('Content-Disposition: form-data; name="g"; filename="2.bin"', b"2"),
    )
    made = item(body, "multipart/form-data; boundary=BB")
    assert made["json"]["body"] == {"title": "Ölbild"}
    assert made["binary"]["f"] == {
        "data": b"hello",
        "mimeType": "text/plain",
        "fileType": "text",
        "fileExtension": "txt",
        "fileName": "a.txt",
        "fileSize": "5 B",
        "bytes": 5,
    }
    assert (made["binary"]["g0"]["data"], made["binary"]["g1"]["fileName"]) == (b"1", "2.bin")


@pytest.mark.parametrize(
    "given", ["../../etc/passwd", "C:\\\\temp\\\\passwd", "/etc/passwd", "a/b/\x01passwd"]
)
def test_a_file_name_keeps_only_its_last_part(given):
    head = f'Content-Disposition: form-data; name="f"; filename="{given}"'
    try:
        made = item(multipart((head, b"x")), "multipart/form-data; boundary=BB")
    except Refused as refused:  # a control character in a part's header
        assert refused.document.status == 400
    else:
        assert made["binary"]["f"]["fileName"] == "passwd"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=BB", b"--XX\r\n\r\nx"),
        (
            "multipart/form-data; boundary=BB",
            multipart(('Content-Disposition: form-data; name="a"', b"1"))[:-8],
        ),
        ("multipart/form-data; boundary=" + "B" * 5000, b"x"),
        ("multipart/form-data; boundary=BB", multipart(("bad header", b"1"))),
        ("application/json", b"{"),
        ("application/json", b"\xff"),
        ("application/json", b'"\\ud800"'),
        ("application/json", b"NaN"),
        ("application/json", b"[" * 1000 + b"]" * 1000),
        ("application/json", b"[" * 201 + b"]" * 201),
        ("application/json", b'{"a":' * 500 + b"1" + b"}" * 500),
        ("application/json", b"[" * 9_999),
        ("application/x-www-form-urlencoded", b"a=1&" * 2000),
    ],
)
def test_a_malformed_body_is_refused_with_400(kind, body):
    with pytest.raises(Refused) as refused:
        item(body, kind)
    assert refused.value.document.status == 400


def test_json_of_two_hundred_levels_is_read():
    text = b"[" * 200 + b"]" * 200
    assert json.dumps(item(text, "application/json")["json"]["body"]).encode() == text


def test_many_brackets_that_are_not_deep_are_read():
    assert len(item(b"[" + b"[],{}," * 1000 + b"1]", "application/json")["json"]["body"]) == 2001


def test_a_part_past_its_limit_is_refused():
    body = multipart(('Content-Disposition: form-data; name="f"; filename="a"', b"x" * 2001))
    with pytest.raises(PayloadTooLarge):
        item(body, "multipart/form-data; boundary=BB")


def test_a_form_of_too_many_parts_is_refused():
    part = ('Content-Disposition: form-data; name="f"', b"x")
    with pytest.raises(Refused):
        item(multipart(*[part] * 1001), "multipart/form-data; boundary=BB")


def test_a_packed_body_is_unpacked():
    made = item(gzip.compress(b'{"a":1}'), "application/json", content_encoding="gzip")
    assert made["json"]["body"] == {"a": 1}


def test_a_bomb_is_refused():
    with pytest.raises(PayloadTooLarge):
        item(gzip.compress(b"0" * 10_000_000), "application/json", content_encoding="gzip")


@pytest.mark.parametrize(("body", "status"), [(b"no gzip", 400), (gzip.compress(b"[1]", mtime=0)[:-9], 400)])
def test_a_broken_packing_is_refused(body, status):
    with pytest.raises(Refused) as refused:
        item(body, "application/json", content_encoding="gzip")
    assert refused.value.document.status == status


def test_an_unknown_packing_is_refused():
    with pytest.raises(Refused) as refused:
        item(b"x", content_encoding="br")
    assert refused.value.document.status == 415


def test_repeated_headers_are_joined():
    pairs = [(b"X-A", b"1"), (b"x-a", b"2"), (b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"x-b", b"\xe4")]
    assert headers_of(pairs) == {"x-a": "1, 2", "cookie": "a=1; b=2", "x-b": "ä"}


@pytest.mark.parametrize(("names", "wanted"), [([], []), (["a"], ["file"]), (["a", "b"], ["file0", "file1"])])
def test_files_take_the_name_that_the_webhook_gives_them(names, wanted):
    made = {"json": {}, "binary": {name: {"id": name} for name in names}}
    rename_files(made, "file")
    assert list(made["binary"]) == wanted
    assert [entry["id"] for entry in made["binary"].values()] == names
