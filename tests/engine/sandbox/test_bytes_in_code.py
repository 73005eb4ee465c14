"""Bytes in code steps: Buffer, text encoders, and the files of items."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import InvalidInput, StepFailure
from engine.ports.sandbox import CodeRequest
from tests.engine.sandbox.conftest import NEW_YORK, QUICK

HI = base64.b64encode(b"hi").decode()


@pytest.fixture(scope="module")
def run(sandbox):
    """The items that code gives."""

    def go(source, items=None, file=None):
        request = CodeRequest("javascript", source, items or [{"json": {}}], NEW_YORK, file=file)
        return sandbox.run_code(request, QUICK).items

    return go


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("Buffer.from('hé').toString('hex')", "68c3a9"),
        ("Buffer.from('68c3a9zz', 'hex').toString()", "hé"),
        ("Buffer.from('aGk=', 'base64').toString('utf-8')", "hi"),
        ("Buffer.from('_-8', 'base64').toString('base64url')", "_-8"),
        ("Buffer.from('é', 'latin1').toString('hex')", "e9"),
        ("Buffer.from([0xe9]).toString('ascii')", "i"),
        ("Buffer.from('hi', 'utf16le').toString('hex')", "68006900"),
        ("Buffer.from('6869', 'hex').toString('latin1')", "hi"),
        ("Buffer.from(Buffer.from('a').toJSON()).toString()", "a"),
        ("Buffer.concat([Buffer.from('a'), Buffer.alloc(3, 'xy')]).toString()", "axyx"),
        ("Buffer.byteLength('é')", 2),
        ("Buffer.from('abc').slice(1).toString()", "bc"),
        ("Buffer.from('abcabc').indexOf('ca')", 2),
        ("Buffer.from('abc').includes('d')", False),
        ("Buffer.from('a').equals(Buffer.from('a'))", True),
        ("Buffer.compare(Buffer.from('a'), Buffer.from('b'))", -1),
        ("Buffer.isBuffer(Buffer.from('a').subarray(0)) && !Buffer.isBuffer('a')", True),
        ("Buffer.from([1, 2, 3, 4]).readUInt32BE(0)", 0x01020304),
        ("((b) => { b.writeInt16LE(-2, 1); return b.toString('hex') })(Buffer.alloc(4))", "00feff00"),
        ("((b) => { b.write('hi', 1); return b.toString('hex') })(Buffer.alloc(4))", "00686900"),
        ("JSON.stringify(Buffer.from('a'))", '{"type":"Buffer","data":[97]}'),
        ("Buffer.isEncoding('BASE64') && !Buffer.isEncoding('x')", True),
        ("new TextDecoder().decode(new TextEncoder().encode('ü'))", "ü"),
    ],
)  # fmt: skip
def test_buffers_are_those_of_node(run, source, wanted):
    assert run(f"return {{ value: {source} }}")[0]["json"]["value"] == wanted


@pytest.mark.parametrize("source", ["Buffer.from('a', 'nope')", "new TextDecoder('nope')"])
def test_unknown_encodings_are_told(run, source):
    with pytest.raises(StepFailure, match="nope"):
        run(source)


@settings(max_examples=15, deadline=None)
@given(st.binary(max_size=60))
def test_all_bytes_survive_every_encoding_that_holds_them(run, data):
    text = base64.b64encode(data).decode()
    source = f"""const b = Buffer.from('{text}', 'base64');
      const names = ['hex', 'base64', 'base64url', 'latin1'];
      const kept = names.map((name) => Buffer.from(b.toString(name), name).equals(b));
      return {{ kept, text: b.toString('base64') }}"""
    assert run(source)[0]["json"] == {"kept": [True] * 4, "text": text}


# --- files ------------------------------------------------------------------------------------------------


def test_code_reads_a_file_that_is_kept_as_a_block(run):
    items = [{"json": {}, "binary": {"data": {"id": "cid", "mimeType": "text/plain"}}}]
    source = """const bytes = await this.helpers.getBinaryDataBuffer(0, "data");
      const { binary } = items[0];
      return [{ json: { text: bytes.toString(), raw: binary.data.data }, binary }]"""
    [item] = run(source, items, {"cid": b"hi"}.__getitem__)
    assert item["json"] == {"text": "hi", "raw": HI}
    assert item["binary"] == items[0]["binary"], "its bytes stay where they are"


def test_code_makes_and_changes_files(run):
    items = [{"json": {}, "binary": {"data": {"id": "cid", "mimeType": "text/plain"}}}]
    source = """const made = await $helpers.prepareBinaryData(Buffer.from("hi"), "a/b.txt", "text/x");
      items[0].binary.data.data = "aGk=";
      return [{ json: {}, binary: { made, data: items[0].binary.data } }]"""
    [item] = run(source, items, {}.__getitem__)
    assert item["binary"]["made"] == {
        "data": HI,
        "fileSize": "2 B",
        "mimeType": "text/x",
        "fileName": "b.txt",
    }
    assert item["binary"]["data"] == {"mimeType": "text/plain", "data": HI}


def test_a_file_that_is_not_there_is_named(run):
    with pytest.raises(StepFailure, match="binary file 'nope', but none was found"):
        run("await this.helpers.getBinaryDataBuffer(0, 'nope')")
    with pytest.raises(InvalidInput, match="no files are read here"):
        run("items[0].binary = { a: { id: 'x' } }; await $helpers.getBinaryDataBuffer(0, 'a')")
