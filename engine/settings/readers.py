"""Typed readers: the text of a setting becomes its value, or an error that says what was expected."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

KEY_DIGITS = 64


@dataclass(frozen=True, slots=True)
class Reader:
    """``parse`` raises ValueError where the text is not of the expected ``form`` (words for people)."""

    form: str
    parse: Callable[[str], Any]


def text(form: str = "text") -> Reader:
    """Any text."""
    return Reader(form, str)


def key_text() -> Reader:
    """A key of 32 bytes in hexadecimal; empty means none."""

    def parse(value: str) -> str:
        if value and (len(value) != KEY_DIGITS or len(bytes.fromhex(value)) * 2 != KEY_DIGITS):
            raise ValueError(value)
        return value.lower()

    return Reader(f"{KEY_DIGITS} hexadecimal digits, such as openssl rand -hex 32 prints", parse)


def key_texts() -> Reader:
    """Keys of 32 bytes in hexadecimal, separated by spaces or commas; empty means none."""

    def parse(value: str) -> str:
        return " ".join(key_text().parse(word) for word in value.replace(",", " ").split())

    return Reader(f"{KEY_DIGITS} hexadecimal digits, or several such keys, the newest first", parse)


def whole_number(low: int, high: int) -> Reader:
    """An integer in a range, both ends included; ``_`` may group digits."""

    def parse(value: str) -> int:
        number = int(value)
        if not low <= number <= high:
            raise ValueError(value)
        return number

    return Reader(f"a whole number from {low} to {high}", parse)


def one_of(*choices: str) -> Reader:
    """One of a few words, in any case; gives the word as listed."""
    known = {choice.lower(): choice for choice in choices}

    def parse(value: str) -> str:
        if value.lower() not in known:
            raise ValueError(value)
        return known[value.lower()]

    return Reader("one of " + ", ".join(choices), parse)


def url(*schemes: str) -> Reader:
    """A URL of one of the schemes; empty stays empty."""

    def parse(value: str) -> str:
        parts = urlsplit(value)
        if value and parts.scheme not in schemes:
            raise ValueError(value)
        _ = parts.port  # raises ValueError where the port is no number
        return value.rstrip("/") if parts.scheme in ("http", "https") else value

    return Reader("a URL that starts with " + " or ".join(f"{scheme}://" for scheme in schemes), parse)


def path() -> Reader:
    """A path; ``~`` is the home directory; empty means none."""

    def parse(value: str) -> Path | None:
        return Path(value).expanduser().absolute() if value else None

    return Reader("a path", parse)


def timezone() -> Reader:
    """An IANA time zone."""

    def parse(value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, OSError) as error:
            raise ValueError(value) from error
        return value

    return Reader("an IANA time zone such as Europe/Berlin or UTC", parse)


def names() -> Reader:
    """A comma separated list of words."""

    def parse(value: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in value.split(",") if part.strip())

    return Reader("a comma separated list", parse)


def networks() -> Reader:
    """IP addresses or CIDR blocks separated by commas."""

    def parse(text: str) -> tuple[str, ...]:
        found = tuple(part.strip() for part in text.split(",") if part.strip())
        for part in found:
            ipaddress.ip_network(part, strict=False)
        return found

    return Reader("IP addresses or CIDR blocks, separated by commas", parse)


def network_targets() -> Reader:
    """Comma separated hosts (``*.example.com``), addresses or CIDRs, each with an optional port."""

    def parse(value: str) -> tuple[str, ...]:
        targets = names().parse(value)
        for target in targets:
            _check_target(target)
        return tuple(targets)

    return Reader(
        "comma separated hosts, addresses or CIDRs (*.example.com, 10.0.0.0/8, 127.0.0.1:9000)",
        parse,
    )


def _check_target(target: str) -> None:
    if any(character.isspace() for character in target) or "://" in target:
        raise ValueError(target)
    if "/" in target:
        ipaddress.ip_network(target, strict=False)
