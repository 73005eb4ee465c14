"""What the scripts of pages send: JSON objects and their parts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from engine.api import InvalidInput, Problem


def sent(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request; raises :class:`InvalidInput`."""
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError):
        raise InvalidInput("the request is no JSON") from None
    if not isinstance(value, dict):
        raise InvalidInput("the request must be a JSON object")
    return value


def part(value: Mapping[str, Any], name: str, kind: type) -> Any:
    """A part of a request of one kind; raises :class:`InvalidInput`."""
    found = value.get(name)
    if not isinstance(found, kind):
        problem = Problem(name, f"must be a {kind.__name__}", "missing")
        raise InvalidInput(f"the request lacks {name}", [problem])
    return found
