"""Snapshots: a module whose memory starts as another instance of it left off."""

from __future__ import annotations

from collections.abc import Iterator

MAGIC = b"\0asm\1\0\0\0"
PAGE_BYTES = 65_536
MEMORY_SECTION, DATA_SECTION, DATA_COUNT_SECTION = 5, 11, 12


def with_memory(module: bytes, memory: bytes) -> bytes:
    """The module, its initial memory replaced by ``memory`` (whole pages).

    The module has one memory and only active data segments. Its globals must stand as they do at the
    start, which holds between calls: the only mutable one is the stack pointer.
    """
    start = len(memory) - len(memory.lstrip(b"\0"))
    data = memory.rstrip(b"\0")[start:]
    segment = b"\1\0\x41" + signed(start) + b"\x0b" + unsigned(len(data)) + data
    replaced = {
        MEMORY_SECTION: b"\1\0" + unsigned(len(memory) // PAGE_BYTES),
        DATA_COUNT_SECTION: b"\1",
        DATA_SECTION: segment,
    }
    parts = [MAGIC]
    for number, content in sections(module):
        body = replaced.get(number, content)
        parts.append(bytes([number]) + unsigned(len(body)) + body)
    return b"".join(parts)


def sections(module: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and content of each section; raises ValueError for what is no module."""
    if module[:8] != MAGIC:
        raise ValueError("not a WebAssembly module of version 1")
    at = 8
    while at < len(module):
        number = module[at]
        size, at = read_unsigned(module, at + 1)
        if at + size > len(module):
            raise ValueError("the WebAssembly module ends inside a section")
        yield number, module[at : at + size]
        at += size


def read_unsigned(data: bytes, at: int) -> tuple[int, int]:
    """A LEB128 number and the place behind it."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        shift += 7
        at += 1
        if byte < 0x80:
            return value, at


def unsigned(value: int) -> bytes:
    """A number in LEB128."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def signed(value: int) -> bytes:
    """A number with its sign in LEB128."""
    out = bytearray()
    while not -0x40 <= value < 0x40:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value & 0x7F)
    return bytes(out)
