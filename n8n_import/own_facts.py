"""What expressions and code may ask of their node: ``$nodeVersion``, ``$nodeId``, ``$webhookId``.

A step keeps none of these, so what the export says is written in their place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from n8n_import.translating import Draft
from n8n_import.words import Node

_NAME = re.compile(r"""(?<![\w$.'"`])\$(nodeVersion|nodeId|webhookId)\b""")
_EXPRESSION = re.compile(r"\{\{[\s\S]*?\}\}")


def with_own_facts(draft: Draft, node: Node) -> Draft:
    """The draft with the facts of its node."""
    facts = {
        "nodeVersion": node.version,
        "nodeId": node.raw.get("id"),
        "webhookId": node.raw.get("webhookId"),
    }
    written = {name: "undefined" if fact is None else json.dumps(fact) for name, fact in facts.items()}
    found = {
        name: _named(value, written) if name == "code" and isinstance(value, str) else _in(value, written)
        for name, value in draft.parameters.items()
    }
    return draft if found == draft.parameters else replace(draft, parameters=found)


def _in(value: Any, written: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        if "{{" not in value:
            return value
        return _EXPRESSION.sub(lambda match: _named(match.group(), written), value)
    if isinstance(value, Mapping):
        return {key: _in(one, written) for key, one in value.items()}
    return [_in(one, written) for one in value] if isinstance(value, list) else value


def _named(code: str, written: Mapping[str, str]) -> str:
    return _NAME.sub(lambda match: written[match[1]], code)
