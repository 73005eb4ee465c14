"""Takes secrets out of whatever a guest, a log or the audit gets to see."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

from engine.base.errors import QflowError

STARS = "***"


class Redactor:
    """Replaces every spelling of some secrets: plain, in URLs, in JSON, base64, hexadecimal and UTF-16.

    A server that is trusted with a secret could still spell it in ways of its own; a secret's scope
    names the hosts that are so trusted.
    """

    def __init__(self, values: Iterable[str]) -> None:
        spelled = {spelling for value in values if value for spelling in _spellings(value)}
        self._texts = sorted(spelled, key=len, reverse=True)
        wide = {text.encode(coding) for text in spelled for coding in ("utf-16-le", "utf-16-be")}
        plain = {text.encode("utf-8", "replace") for text in spelled}
        self._bytes = sorted(plain | wide, key=len, reverse=True)

    def text(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._texts:
            text = text.replace(secret, STARS)
        return text

    def data(self, data: bytes) -> bytes:
        """The bytes without secrets."""
        for secret in self._bytes:
            if secret in data:
                data = data.replace(secret, STARS.encode())
        return data

    def value(self, value: Any) -> Any:
        """A JSON-like value without secrets."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes):
            return self.data(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(item) for key, item in value.items()}
        return [self.value(item) for item in value] if isinstance(value, list | tuple) else value

    def found_in(self, text: str) -> bool:
        """Whether a secret stands in the text."""
        return any(secret in text for secret in self._texts)

    def clear(self, error: QflowError) -> None:
        """Take the secrets out of an error, in place."""
        error.message = self.text(error.message)
        error.details = self.value(error.details)
        error.args = tuple(self.value(list(error.args)))


def _spellings(value: str) -> set[str]:
    data = value.encode("utf-8", "replace")
    packed = [coder(data).decode("ascii") for coder in (base64.b64encode, base64.urlsafe_b64encode)]
    quoted = [quote(value), quote(value, safe=""), quote_plus(value)]
    escaped = [json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]]
    slashed = [text.replace("/", "\\/") for text in escaped]
    lowered = [text.lower() for text in quoted if "%" in text]
    stripped = [text.rstrip("=") for text in packed]
    return {
        value,
        data.hex(),
        data.hex().upper(),
        *packed,
        *stripped,
        *quoted,
        *lowered,
        *escaped,
        *slashed,
    }
