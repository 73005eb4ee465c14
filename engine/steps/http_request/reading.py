"""Reads response bodies within a limit, before and after decompression."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from engine.base.errors import NetworkFailure, PayloadTooLarge, StepFailure
from engine.base.limits import HTTP_GZIP_MEMBERS_MAX


def read_bounded(chunks: Iterable[bytes], length: str | None, encoding: str, limit: int, where: str) -> bytes:
    """The body, decompressed; at most ``limit`` bytes are ever held.

    ``length`` and ``encoding`` are the headers Content-Length and Content-Encoding. Raises
    :class:`PayloadTooLarge` as soon as the limit is passed, also by what a few bytes unpack to.
    """
    if length is not None and length.isdecimal() and int(length) > limit:
        raise _too_large(where, limit)
    parts, size = [], 0
    for part in _decoded(chunks, encoding.strip().lower(), limit, where):
        size += len(part)
        if size > limit:
            raise _too_large(where, limit)
        parts.append(part)
    return b"".join(parts)


def _decoded(chunks: Iterable[bytes], encoding: str, limit: int, where: str) -> Iterator[bytes]:
    if encoding in ("", "identity"):
        yield from chunks
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise StepFailure(
            f"{where} answered in the encoding {encoding[:40]!r}, which is not known here; "
            "leave out the Accept-Encoding header to get gzip or deflate"
        )
    unpacker = _Unpacker(encoding, limit, where)
    for chunk in chunks:
        yield from unpacker.feed(chunk)
    unpacker.finish()


class _Unpacker:
    """Decompression that never makes more than the limit out of one chunk."""

    def __init__(self, encoding: str, limit: int, where: str) -> None:
        self._gzip, self._limit, self._where = encoding != "deflate", limit, where
        self._wbits = 31 if self._gzip else 15
        self._object = zlib.decompressobj(self._wbits)
        self._members, self._begun = 0, False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Unpack one chunk; gzip bodies may consist of several members (RFC 1952 section 2.2)."""
        while chunk:
            if self._object.eof and not self._next_member(chunk):
                return
            yield self._unpack(chunk)
            if self._object.unconsumed_tail:
                raise _too_large(self._where, self._limit)
            chunk = self._object.unused_data

    def finish(self) -> None:
        """A body that ends in the middle is an interrupted one; an empty one is empty."""
        if self._begun and not self._object.eof:
            raise NetworkFailure(f"{self._where} ended its compressed answer too early")

    def _unpack(self, chunk: bytes) -> bytes:
        try:
            try:
                return self._object.decompress(chunk, self._limit + 1)
            except zlib.error:
                if self._gzip or self._begun:
                    raise
                self._object = zlib.decompressobj(-15)  # "deflate" without its wrapper, as some servers do
                return self._object.decompress(chunk, self._limit + 1)
            finally:
                self._begun = True
        except zlib.error as error:
            raise StepFailure(f"{self._where} sent a compressed answer that cannot be read") from error

    def _next_member(self, chunk: bytes) -> bool:
        if not self._gzip or not chunk.startswith(b"\x1f\x8b"):
            return False  # padding after the end
        self._members += 1
        if self._members > HTTP_GZIP_MEMBERS_MAX:
            raise StepFailure(
                f"{self._where} sent a compressed answer in more than {HTTP_GZIP_MEMBERS_MAX} pieces"
            )
        self._object = zlib.decompressobj(self._wbits)
        return True


def _too_large(where: str, limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(
        f"{where} answered with more than {limit} bytes; ask it for less, "
        "or raise response_body_bytes_max in the subnet's limits",
        limit=limit,
    )
