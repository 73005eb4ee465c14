"""The measuring client reads answers whatever the pieces are that they arrive in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.client import Parser, request_bytes

SIZED = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\nServer: x\r\n\r\n{"ok":true}'
CHUNKED = (
    b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n5;a=b\r\npedia\r\n0\r\n\r\n"
)
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(SIZED, (200, b'{"ok":true}')), (CHUNKED, (404, b"Wikipedia")), (EMPTY, (204, b""))],
)
def test_an_answer_is_complete_with_its_last_byte_and_not_before(
    answer: bytes, expected: tuple[int, bytes]
) -> None:
    parser = Parser()
    early = [parser.feed(answer[at : at + 1]) for at in range(len(answer) - 1)]
    assert early == [None] * (len(answer) - 1)
    assert parser.feed(answer[-1:]) == expected


@given(st.binary(max_size=200), st.integers(1, 64))
def test_answers_in_a_row_are_told_apart(body: bytes, piece: int) -> None:
    parser = Parser()
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    for _ in range(2):
        pieces = [answer[at : at + piece] for at in range(0, len(answer), piece)]
        found = [got for part in pieces if (got := parser.feed(part)) is not None]
        assert found == [(200, body)]


def test_a_request_says_how_long_its_body_is() -> None:
    request = request_bytes("POST", "/webhook/x", 8080, b"{}", {"Authorization": "Bearer t"})
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.splitlines()[0] == b"POST /webhook/x HTTP/1.1"
    assert b"Content-Length: 2" in head
    assert b"Authorization: Bearer t" in head
    assert body == b"{}"
