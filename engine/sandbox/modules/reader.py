"""A reader of bytes that nobody vouches for: every step is checked against the end."""

from __future__ import annotations


class Malformed(ValueError):
    """The bytes are no WebAssembly module; says where."""


class Reader:
    """Reads a stretch of bytes once, from its start to its end."""

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self.data, self.at, self.end = data, at, len(data) if end is None else end

    @property
    def left(self) -> int:
        """Bytes not yet read."""
        return self.end - self.at

    def byte(self) -> int:
        """The next byte."""
        if self.at >= self.end:
            raise self.fault("it ends too early")
        value = self.data[self.at]
        self.at += 1
        return value

    def unsigned(self, bits: int = 32) -> int:
        """A number in LEB128 of at most ``bits`` bits."""
        value = shift = 0
        while shift < bits:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if value >> bits:
                    break
                return value
            shift += 7
        raise self.fault(f"a number has more than {bits} bits")

    def count(self) -> int:
        """Length of a list whose entries have a byte or more each."""
        value = self.unsigned()
        if value > self.left:
            raise self.fault(f"a list of {value} entries does not fit")
        return value

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        return self.data[self.skip(size) : self.at]

    def skip(self, size: int) -> int:
        """Pass over ``size`` bytes; gives where they began."""
        if size > self.left:
            raise self.fault(f"{size} bytes are announced and {self.left} are there")
        begin = self.at
        self.at += size
        return begin

    def part(self, size: int) -> Reader:
        """A reader of the next ``size`` bytes alone."""
        begin = self.skip(size)
        return Reader(self.data, begin, self.at)

    def name(self) -> str:
        """A name in UTF-8."""
        data = self.take(self.unsigned())
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.fault("a name is not UTF-8") from error

    def fault(self, message: str) -> Malformed:
        """What is wrong, and where."""
        return Malformed(f"{message} (byte {self.at})")
