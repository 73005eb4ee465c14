"""Brings every spelling of a host to one: names to lower-case ASCII, addresses to addresses."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import unquote

import idna

from engine.base.errors import EgressDenied
from engine.validation.egress_addresses import Address, plain_address

_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\Z")
_DOTS = re.compile("[\u3002\uff0e\uff61]")  # what IDNA takes for a dot, UTS 46 section 2.3
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
_HOST_LENGTH_MAX = 253  # RFC 1035 section 2.3.4, without the root's dot


@dataclass(frozen=True, slots=True)
class Host:
    """A host in its one spelling; ``address`` where it spells an address."""

    name: str
    address: Address | None = None


@lru_cache(maxsize=4096)
def normalise_host(text: str) -> Host:
    """Read a host as it stands in a URL or a policy.

    Undoes percent encoding, full-width forms, IDNA dots, upper case, trailing dots, brackets and
    zone ids, and reads the short, octal, hexadecimal and decimal spellings of IPv4 addresses as
    the operating system would (https://url.spec.whatwg.org/#concept-ipv4-parser). Anything that
    is neither a name nor an address is refused: two readers must not take it for two hosts.
    """
    plain = _DOTS.sub(".", unicodedata.normalize("NFKC", _unquoted(text))).strip().lower()
    if ":" in plain or plain.startswith("["):
        return _ipv6(plain, text)
    name = plain[:-1] if plain.endswith(".") else plain
    if not name.isascii():
        name = _ascii(name, text)
    if _ends_in_number(name):
        address = _ipv4(name, text)
        return Host(str(address), address)
    if len(name) > _HOST_LENGTH_MAX or not _NAME.match(name):
        raise _unreadable(text)
    return Host(name)


def _unquoted(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError as error:
        raise _unreadable(text) from error


def _ascii(name: str, text: str) -> str:
    try:
        return idna.encode(name, uts46=True).decode("ascii").rstrip(".")
    except (idna.IDNAError, UnicodeError) as error:
        raise _unreadable(text) from error


def _ipv6(plain: str, text: str) -> Host:
    inner = plain[1:-1] if plain.startswith("[") and plain.endswith("]") else plain
    inner = inner.partition("%")[0]  # a zone id names a network card, not another host
    try:
        address = plain_address(IPv6Address(inner))
    except AddressValueError as error:
        raise _unreadable(text) from error
    return Host(str(address), address)


def _ends_in_number(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last.isdigit() or last.startswith("0x")


def _ipv4(name: str, text: str) -> IPv4Address:
    parts = name.split(".")
    if not 1 <= len(parts) <= 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        raise _unreadable(text)
    try:
        numbers = [_number(part) for part in parts]
    except ValueError as error:
        raise _unreadable(text) from error
    *front, last = numbers
    if any(number > 255 for number in front) or last >= 256 ** (5 - len(numbers)):
        raise _unreadable(text)
    value = last + sum(number << 8 * (3 - place) for place, number in enumerate(front))
    return IPv4Address(value)


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if len(part) > 1 and part.startswith("0") else int(part)


def _unreadable(text: str) -> EgressDenied:
    shown = text if len(text) <= 80 else text[:80] + "..."
    return EgressDenied(
        f"{shown!r} is neither a host name nor an address; write it as in https://host.example/ or https://[::1]/",
        host=shown,
        rule="unreadable host",
    )
