"""The step types of this node for the palette and the panel, and what the steps of a flow look like."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse

from designer.access import answer
from engine.api import Manifest, Principal, QflowError, StepCatalogue, require, world

CAPABILITIES_SHOWN_MAX = 8


@answer
def step_types(request: HttpRequest, actor: Principal) -> HttpResponse:
    """All step types: names, ports, effect, icon, and the JSON Schema of the parameters."""
    require(world(), actor, "flows:read")
    contents, tag = _packed()
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return HttpResponse(contents, content_type="application/json", headers=headers)


@cache
def _packed() -> tuple[bytes, str]:
    catalogue = world().catalogue
    listed = [_described(catalogue.get(name).manifest) for name in catalogue.names()]
    contents = json.dumps(listed, separators=(",", ":")).encode()
    return gzip.compress(contents, mtime=0), f'"{hashlib.sha256(contents).hexdigest()[:32]}"'


def _described(manifest: Manifest) -> dict[str, Any]:
    return {
        "type": manifest.type,
        "label": manifest.label,
        "summary": manifest.summary,
        "group": manifest.group,
        "icon": manifest.icon,
        "effect": manifest.effect.value,
        "inputs": list(manifest.inputs),
        "outputs": list(manifest.outputs),
        "trigger": manifest.trigger,
        "version": manifest.version,
        "aliases": list(manifest.aliases),
        "schema": manifest.parameters.model_json_schema(by_alias=True),
    }


def looks(steps: Iterable[Any]) -> dict[str, dict[str, Any]]:
    """Step id -> ports, effect and capabilities, for steps as definitions write them; steps of unknown
    types, or too wrong to tell, are left out."""
    catalogue = world().catalogue
    found = {}
    for step in steps:
        if isinstance(step, dict) and isinstance(step.get("id"), str):
            look = _look(catalogue, step)
            if look is not None:
                found[step["id"]] = look
    return found


def _look(catalogue: StepCatalogue, step: Mapping[str, Any]) -> dict[str, Any] | None:
    parameters = step.get("params") or {}
    name = str(step.get("action") or step.get("type"))
    try:
        kind = catalogue.get(catalogue.resolve_alias(name) or name)
        ports = list(kind.ports_in(parameters)), list(kind.ports_out(parameters))
        effect = kind.effect(parameters)
    except QflowError:
        return None
    except Exception:  # parameters are unchecked here; the flow's problems say what is wrong with them
        return None
    return {
        "inputs": ports[0],
        "outputs": ports[1],
        "effect": effect.value,
        "capabilities": capabilities(parameters),
    }


def capabilities(parameters: Mapping[str, Any]) -> list[str]:
    """What a step asks for, in a few words each."""
    asked = parameters.get("capabilities")
    if not isinstance(asked, list):
        return []
    return [_words(one) for one in asked[:CAPABILITIES_SHOWN_MAX] if isinstance(one, dict)]


def _words(asked: Mapping[str, Any]) -> str:
    target = next((asked[key] for key in ("host", "name", "module", "prefix") if asked.get(key)), "")
    return f"{asked.get('operation', '')} {target}".strip()
