"""A line between two processes of a node: messages over a socket, each a list in DAG-CBOR.

Both ends are the same program under the same user, made by a fork; nobody else can reach the socket.
A message is four bytes with its length and then its content.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from engine.base.canonical import decode, encode

_LENGTH = struct.Struct(">I")
_PART_BYTES = 1 << 20


class Line:
    """One end. Any thread may send, one thread receives."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._sending = threading.Lock()
        self._held = bytearray()
        self._received = bytearray()

    @classmethod
    def pair(cls) -> tuple[Line, Line]:
        """Both ends of a new line."""
        one, other = socket.socketpair()
        return cls(one), cls(other)

    def send(self, *message: Any) -> None:
        """Send a message of values that DAG-CBOR knows; raises :class:`OSError` where nobody listens."""
        framed = _framed(message)
        with self._sending:
            self._held += framed
            sent, self._held = self._held, bytearray()
            self._socket.sendall(sent)

    def hold(self, *message: Any) -> None:
        """Send a message together with the next one, which must follow at once: whoever listens is woken
        once for both."""
        framed = _framed(message)
        with self._sending:
            self._held += framed

    def receive(self) -> list[Any] | None:
        """The next message; None where the other end is closed."""
        head = self._take(_LENGTH.size)
        content = None if head is None else self._take(_LENGTH.unpack(head)[0])
        return None if content is None else decode(content)

    def _take(self, size: int) -> bytes | None:
        while len(self._received) < size:
            try:
                part = self._socket.recv(_PART_BYTES)
            except OSError:
                return None
            if not part:
                return None
            self._received += part
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken

    def drop(self) -> None:
        """Close this process's copy of an end that is another one's."""
        self._socket.close()

    def close(self) -> None:
        """Hang up; whoever receives on either end is told."""
        with suppress(OSError):  # the other end hung up first
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _framed(message: Sequence[Any]) -> bytes:
    content = encode(list(message))
    return _LENGTH.pack(len(content)) + content
