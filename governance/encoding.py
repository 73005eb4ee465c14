"""Bytes as doors take them."""

from __future__ import annotations

import binascii
from base64 import b64decode

from engine.api import InvalidInput


def bytes_of(text: str) -> bytes:
    """What base64 stands for; raises :class:`InvalidInput`."""
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(f"this is not base64: {error}") from error
