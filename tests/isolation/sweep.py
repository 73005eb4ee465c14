"""Requests made from the OpenAPI document, with the ids of somebody else's objects wherever one fits."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.isolation.tenants import CANARY, VICTIM

PARAMETERS = {
    "capability_id": "capability",
    "checkpoint_id": "checkpoint",
    "cid": "template",
    "consent_id": "consent",
    "daoId": "dao",
    "event_type": "event_type",
    "execution_id": "execution",
    "flow_id": "flow",
    "grant_id": "grant",
    "hold_id": "hold",
    "identity": "identity",
    "name": "role",
    "proposalId": "proposal",
    "report_id": "report",
    "schedule_id": "schedule",
    "step": "step",
    "sub": "sub",
    "subject": "subject",
    "subnet_id": "subnet",
    "tag": "role",
    "token_id": "token",
    "version": "version",
}
"""Parameter in a path -> what of the victim stands there. A path with a parameter that is not here is not
tried, and so fails the sweep: add it, and what the victim has of it to ``furnish``."""

PAGES = {
    "cid": "template", "consent": "consent", "execution": "execution", "flow": "flow", "grant": "grant",
    "hold": "hold", "identity": "identity", "proposal": "proposal", "step": "step",
    "token": "token", "version": "version",
}  # fmt: skip
"""Parameter in the address of a page -> what of the victim stands there."""

ANY_PAGE = {
    "comment": "cmt_0", "invitation": "inv_0", "link": "lnk_0", "name": "css/base.css",
    "notification": "1", "secret": "guessed",
    "type_name": "data.set", "verb": "abort",
}  # fmt: skip
"""Parameters that name nothing of the victim."""

WORDS = {
    "action": "flow.write", "actions": "step.run", "actor": "token", "before": "audit", "category": "change",
    "checkpoint": "checkpoint", "cid": "template", "codeCid": "file", "executionId": "execution",
    "flow": "flow",
    "flowId": "flow", "identity": "identity", "id": "flow", "operationId": "execution", "parent": "execution",
    "person": "role", "purpose": "role", "q": "role", "resource": "subject", "role": "role", "step": "step",
    "sub": "sub", "subject": "subject", "subnet": "subnet", "tag": "role", "task": "step", "text": "role",
    "token": "capability", "version": "version", "who": "token",
}  # fmt: skip
"""Name in a query or a body -> what of the victim is put there."""

LEFT_OUT = {
    "after", "allowed", "archived", "dryRun", "form", "format", "from", "kind", "limit", "message", "name",
    "outcome", "passed", "publish", "run", "search", "sinceUs", "size", "stage", "status",
    "to", "unread", "untilUs", "withhold",
}  # fmt: skip
"""Parameters of queries that name no object."""

_MINE = "of one's own, under the same name"

OPEN = {
    ("get", "/api/v1/schemas/{name}"): "a format of flows, the same for everybody",
    ("get", "/api/v1/audit/reports/{kind}"): "a report on one's own subnet",
    ("post", "/api/v1/identities/{identity}/challenge"): "random bytes, whether it exists or not",
    ("put", "/api/v1/credentials/{type}/{name}"): _MINE,
    ("put", "/api/v1/roles/{name}"): _MINE,
    ("put", "/api/v1/variables/{name}"): _MINE,
    ("delete", "/api/v1/variables/{name}"): _MINE,
    ("delete", "/api/v1/roles/{name}"): _MINE,
    ("put", "/api/v1/schemas/events/{event_type}"): _MINE,
    ("get", "/api/v1/schemas/events/{event_type}"): _MINE,
    ("delete", "/api/v1/schemas/events/{event_type}"): _MINE,
}
"""Operations whose parameter is a word that everybody may use, and what comes of it."""

_VOTE = {"choice": [["yes", 1]]}

BODIES: Mapping[tuple[str, str], Any] = {
    ("post", "/api/v1/dao"): {"name": ""},
    ("post", "/api/v1/dao/{daoId}/proposals/{proposalId}/ballot"): _VOTE,
    ("post", "/api/v1/dao/{daoId}/proposals/{proposalId}/vote"): _VOTE,
    ("post", "/api/v1/dao/{daoId}/proposals/{proposalId}/ballots"): {
        "voter": "me",
        "weight": 1,
        "nonce": "0" * 32,
        "expires": 2**50,
        "signer": "me",
        "key": "z6Mk",
        "signature": "AA==",
        **_VOTE,
    },
    ("post", "/api/v1/dao/{daoId}/proposals/{proposalId}/reports"): {
        "reporter": "me",
        "key": "z6Mk",
        "reports": {},
        "signature": "AA==",
    },
    ("post", "/api/v1/dao/{daoId}/policy/chain"): {"policies": ["AA=="]},
    ("post", "/api/v1/dao/{daoId}/policy/signatures"): {"version": 1, "key": "z6Mk", "signature": "AA=="},
    ("post", "/api/v1/dao/{daoId}/proposals/{proposalId}/reveal"): {"voter": "me", "salt": "AA==", **_VOTE},
    ("put", "/api/v1/flows/{flow_id}"): {"steps": [{"id": "a", "type": "flow.noop"}], "revision": "*"},
    ("post", "/api/v1/flows/{flow_id}/rollback"): {"version": "1", "revision": "1"},
    ("post", "/api/v1/flows/{flow_id}/start"): {"version": "1"},
    ("post", "/api/v1/flows/{flow_id}/tests"): {"version": "1"},
    ("post", "/api/v1/identities/{identity}/events"): {"body": "AA==", "signatures": ["AA=="]},
    ("post", "/api/v1/identities/{identity}/events/prepare"): {"kind": "revocation"},
    ("post", "/api/v1/identities/{identity}/recover"): {"recoveryKey": "AA=="},
    ("post", "/api/v1/executions/{execution_id}/share"): {"step": "before", "recipients": {"me": "00" * 32}},
    ("post", "/api/v1/import/n8n"): {"name": "n", "nodes": [], "connections": {}},
    ("put", "/api/v1/policy"): {"document": {"nodes": [VICTIM]}, "revision": 999},
}
"""Bodies that the document does not describe well enough."""

FIXED = {"kind": "soc2", "type": "httpBearerAuth"}


@dataclass(frozen=True)
class Attempt:
    """One request, and the texts of the victim that it holds itself."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    sent: tuple[str, ...]


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of the node."""
    from engine.web.rest.api import openapi_document

    found: dict[str, Any] = json.loads(openapi_document())
    return found


def operations() -> list[tuple[str, str]]:
    """Method and path of all that the document names."""
    return [(method, path) for path, methods in document()["paths"].items() for method in methods]


def names_an_object(method: str, path: str) -> bool:
    """Whether the path holds the id of something that belongs to somebody."""
    return "{" in path and (method, path) not in OPEN


def attempt(method: str, path: str, ids: Mapping[str, str]) -> Attempt:
    """The request of an operation; raises :class:`AssertionError` where the tables above lack something."""
    operation = document()["paths"][path][method]
    values: dict[str, str] = {}
    query: dict[str, str] = {}
    for parameter in operation.get("parameters", ()):
        name = parameter["name"]
        if parameter["in"] == "path":
            assert name in FIXED or name in PARAMETERS, f"say in PARAMETERS what {{{name}}} in {path} is"
            values[name] = FIXED.get(name) or ids[PARAMETERS[name]]
        elif parameter["in"] == "query" and name not in LEFT_OUT:
            assert name in WORDS, f"say in WORDS or LEFT_OUT what ?{name}= of {method} {path} is"
            query[name] = _word(name, ids)
    body = BODIES.get((method, path)) or _body(operation, ids)
    sent = (*values.values(), *query.values(), *_texts(body))
    longest_first = tuple(sorted(set(sent), key=len, reverse=True))
    return Attempt(method, path.format(**values), query, body, longest_first)


def pages() -> list[str]:
    """The patterns of all pages for people."""
    from designer.urls import urlpatterns
    from governance.urls import urlpatterns as of_governance

    governance = [f"governance/{one.pattern}" for one in of_governance]
    return [str(one.pattern) for one in urlpatterns] + governance


def page_address(pattern: str, ids: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The address of a page with the victim's ids, and those ids; raises :class:`AssertionError` where
    ``PAGES`` lacks one."""
    sent = []

    def put(found: re.Match[str]) -> str:
        name = found[1]
        assert name in PAGES or name in ANY_PAGE, f"say in PAGES what <{name}> in {pattern} is"
        if name in ANY_PAGE:
            return ANY_PAGE[name]
        sent.append(ids[PAGES[name]])
        return sent[-1]

    return "/" + re.sub(r"<\w+:(\w+)>", put, pattern), tuple(sent)


def form_of(ids: Mapping[str, str]) -> dict[str, str]:
    """Fields of forms and queries, with the victim's ids."""
    return {name: ids[kind] for name, kind in WORDS.items() if kind in ids}


def told(text: str, sent: tuple[str, ...], ids: Mapping[str, str]) -> list[str]:
    """What of the victim stands in an answer beside what the request itself said."""
    for word in sent:
        text = text.replace(word, "")
    kinds = set(ids) - {"step", "subnet"}
    return [word for word in (CANARY, *(ids[kind] for kind in kinds)) if word and word in text]


OWN_RECORD = "/api/v1/audit/reports/{kind}"
"""Tells what the asker's own subnet did, also with names that it gave after the victim's."""


def _word(name: str, ids: Mapping[str, str]) -> str:
    kind = WORDS.get(name, "")
    return ids.get(kind, kind) or CANARY


def _body(operation: Mapping[str, Any], ids: Mapping[str, str]) -> Any:
    content = operation.get("requestBody", {}).get("content", {})
    return _example(next(iter(content.values()))["schema"], ids) if content else None


def _example(schema: Mapping[str, Any], ids: Mapping[str, str], name: str = "") -> Any:
    """Something that the schema allows, with the victim's ids where the names fit."""
    if "$ref" in schema:
        return _example(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]], ids, name)
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], ids, name)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    if kind == "object":
        wanted = set(schema.get("required", ())) | (set(schema.get("properties", ())) & set(WORDS))
        return {each: _example(schema["properties"][each], ids, each) for each in sorted(wanted)}
    if kind == "array":
        return [_example(schema.get("items", {}), ids, name)]
    return {"string": _word(name, ids), "boolean": False, "integer": 1, "number": 1}[kind]


def _texts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []
