"""The object that is voted on: code, a module or a flow with everything about it, under one CID.

::

    {"form": "qflow/template/1", "name": "resize", "release": "1.2.0", "type": "code",
     "language": "javascript", "source": "return items", "codes": [CID, ...], "flow": {},
     "manifest": {"summary", "readme", "parameters"}, "capabilities": [...], "limits": {},
     "dependencies": [CID, ...], "scan": {...}, "tests": {...}, "provenance": {...}}

``codes`` are the CIDs that nodes know the code by when they load it, the flow's version among them for a
flow. A byte changed anywhere is another object.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from engine.api import InvalidInput, cid_of
from engine.api.governing import RAW, Capability, cid_of_bytes, encode, problems_of
from governance.domain.limits import CONTENT_BYTES_MAX, NAME_CHARACTERS_MAX, TEXT_CHARACTERS_MAX
from governance.domain.words import Risk

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")

Cid = Annotated[str, Field(pattern=r"^b[a-z2-7]{58}$")]
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Manifest(BaseModel):
    """What people read of a template; ``parameters`` is the JSON Schema of the form to use it by."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    summary: Annotated[str, Field(max_length=300)] = ""
    readme: Annotated[str, Field(max_length=TEXT_CHARACTERS_MAX)] = ""
    parameters: dict[str, Any] = {}


class TemplateForm(BaseModel):
    """The form of the object."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    form: Literal["qflow/template/1"] = "qflow/template/1"
    name: Annotated[str, Field(pattern=rf"^{NAME.pattern}$")]
    release: Annotated[str, Field(min_length=1, max_length=NAME_CHARACTERS_MAX)] = "1"
    type: Literal["code", "module", "flow"]
    language: Literal["", "javascript", "python", "wasm"] = ""
    source: str = ""  # of code; a module in base64
    flow: dict[str, Any] = {}
    codes: Annotated[list[Cid], Field(max_length=1_000)] = []
    manifest: Manifest = Manifest()
    capabilities: Annotated[list[Any], Field(max_length=64)] = []
    limits: dict[str, int] = {}
    dependencies: Annotated[list[Cid], Field(max_length=1_000)] = []
    scan: dict[str, Any] = {}
    tests: dict[str, Any] = {}
    provenance: dict[str, Any] = {}


def template_of(value: Mapping[str, Any]) -> dict[str, Any]:
    """The object in its one form, every field there; raises :class:`InvalidInput`.

    The CIDs of code and modules are worked out here, so that nobody votes on one thing and runs another;
    those of a flow's steps are given by whoever takes it apart.
    """
    try:
        read = TemplateForm.model_validate(dict(value))
        capabilities = TypeAdapter(list[Capability]).validate_python(read.capabilities)
    except ValidationError as error:
        raise InvalidInput(
            "the template is not valid", problems_of(error, TemplateForm, "template")
        ) from error
    plain = read.model_dump(mode="json")
    plain["capabilities"] = [
        one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in capabilities
    ]
    plain["codes"] = _codes(read)
    plain["dependencies"] = sorted(set(read.dependencies))
    if len(encode(plain)) > CONTENT_BYTES_MAX:
        raise InvalidInput(f"a template has at most {CONTENT_BYTES_MAX} bytes")
    return plain


def _codes(read: TemplateForm) -> list[str]:
    if read.type == "flow":
        if not read.flow or read.source or not read.codes:
            raise InvalidInput("a template of type flow has a flow and the CIDs of its version and code")
        return sorted(set(read.codes))
    if not read.source or read.flow or not read.language:
        raise InvalidInput(f"a template of type {read.type} has a language and a source, and no flow")
    if (read.type == "module") != (read.language == "wasm"):
        raise InvalidInput("a template of type module has the language wasm, and code has another one")
    return [cid_of_bytes(_bytes(read), RAW)]


def _bytes(read: TemplateForm) -> bytes:
    if read.type == "code":
        return read.source.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(read.source, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(f"the module is not base64: {error}") from error


def main_code(template: Mapping[str, Any]) -> str:
    """The CID that nodes know the template as a whole by: of its code or module, or of its flow's version."""
    return cid_of(template["flow"]) if template["type"] == "flow" else str(template["codes"][0])


def cid_of_template(template: Mapping[str, Any]) -> str:
    """What the template is known by."""
    return cid_of(dict(template))


def risk_of(template: Mapping[str, Any]) -> Risk:
    """The least risk class of a template, by what it may reach.

    High: it changes something outside, uses a secret or calls a module of the node; medium: it reads from
    outside, or its scan found something; low: it computes.
    """
    classes = [_risk(one) for one in template["capabilities"]]
    classes += [Risk.MEDIUM] if template["scan"].get("findings") else []
    return max(classes, key=list(Risk).index, default=Risk.LOW)


def _risk(capability: Mapping[str, Any]) -> Risk:
    operation = capability["operation"]
    if operation == "http":
        return Risk.MEDIUM if set(capability.get("methods", ["GET"])) <= _READING else Risk.HIGH
    return Risk.MEDIUM if operation == "kv" else Risk.HIGH


def in_words(capability: Mapping[str, Any]) -> str:
    """What a capability allows, as a sentence for people."""
    operation = capability["operation"]
    if operation == "http":
        methods, host = capability.get("methods", ["GET"]), capability["host"]
        where = "any host" if host == "*" else host
        verb = "read from" if set(methods) <= _READING else "send to and read from"
        below = capability.get("path", "/")
        return f"It can {verb} {where}" + ("" if below == "/" else f", below {below}") + "."
    if operation == "kv":
        actions = set(capability.get("actions", ["get", "set", "delete", "list"]))
        verb = "read" if actions <= {"get", "list"} else "read and change"
        prefix = capability.get("prefix", "")
        return f"It can {verb} values kept for its flow" + (f" under {prefix!r}" if prefix else "") + "."
    if operation == "secret":
        name, host = capability["name"], capability.get("host", "*")
        return f"It can use the secret {name!r} in requests to {'any host' if host == '*' else host}."
    called = ", ".join(capability.get("actions", ["*"]))
    what = "all its actions" if called == "*" else called
    return f"It can call the module {capability['module']!r}: {what}."


def reach_of(template: Mapping[str, Any]) -> list[str]:
    """What a template may reach, a sentence each."""
    found = [in_words(one) for one in template["capabilities"]]
    return found or ["It reaches nothing: it computes from what it is given."]


def capability_diff(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """What a new version may reach more and less than the one before: ``{"added", "removed", "kept"}``."""
    old, new = {cid_of(dict(one)): one for one in before}, {cid_of(dict(one)): one for one in after}
    parts = {
        "added": [cid for cid in new if cid not in old],
        "removed": [cid for cid in old if cid not in new],
        "kept": [cid for cid in new if cid in old],
    }
    known = old | new
    return {
        name: [{"capability": dict(known[cid]), "text": in_words(known[cid])} for cid in cids]
        for name, cids in parts.items()
    }
