"""Checks of HTTP words that several step types let people write: header names, values, statuses."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")  # RFC 9110 section 5.1, token


def checked_headers(headers: dict[str, str]) -> dict[str, str]:
    """The headers, refused where a name or value could smuggle in a second header."""
    for name, value in headers.items():
        if not _NAME.match(name):
            raise ValueError(f"{name!r} is not a header name")
        if any(character in value for character in "\r\n\0"):
            raise ValueError(f"the value of header {name!r} holds a line break")
    return headers


Headers = Annotated[dict[str, str], AfterValidator(checked_headers)]
Status = Annotated[int, Field(ge=200, le=599)]
