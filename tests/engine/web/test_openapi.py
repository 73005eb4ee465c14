"""The OpenAPI document, and requests made from it: no answer of ours is a 5xx or breaks its schema."""

from __future__ import annotations

import json
from asyncio import to_thread
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.python._constants.orchestrator import make_constants_value_source
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from engine.base.canonical import RAW
from engine.ports.report_store import ReportRun, ReportSchedule
from engine.web import health
from engine.web.asgi import http_application
from engine.web.rest.api import openapi_document
from tests.engine.web.conftest import GREETING, nothing, published, token, webhook_flow
from tests.engine.web.test_executions import APPROVAL, started
from tests.governance.samples import dao_with_everything

DOCUMENT = json.loads(openapi_document())
CHECKS = [
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
]

REFERENCE = [
    "POST /api/v1/flows",
    "GET /api/v1/flows/{flow_id}",
    "PUT /api/v1/flows/{flow_id}",
    "DELETE /api/v1/flows/{flow_id}",
    "POST /api/v1/flows/{flow_id}/start",
    "POST /api/v1/flows/{flow_id}/trigger",
    "GET /api/v1/executions/{execution_id}",
    "POST /api/v1/executions/{execution_id}/pause",
    "POST /api/v1/executions/{execution_id}/resume",
    "POST /api/v1/executions/{execution_id}/abort",
    "GET /api/v1/executions/{execution_id}/logs",
    "GET /api/v1/executions/{execution_id}/metrics",
    "GET /api/v1/system/health",
    "GET /api/v1/system/metrics",
    "POST /api/v1/webhooks/{flow_id}",
    "GET /api/v1/schemas",
]


async def test_the_document_is_served_without_a_token_and_is_openapi_3_1(anyone):
    answer = await anyone.get("/api/v1/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["openapi"].startswith("3.1")


@pytest.mark.parametrize("line", REFERENCE)
def test_every_path_of_the_reference_is_described(line):
    method, path = line.split()
    assert method.lower() in DOCUMENT["paths"][path]


def test_every_operation_has_its_own_id_a_summary_and_tells_of_problems():
    operations = [one for methods in DOCUMENT["paths"].values() for one in methods.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    for operation in operations:
        assert operation["description"]
        assert "application/problem+json" in operation["responses"]["4XX"]["content"]


def test_all_references_in_the_document_lead_somewhere():
    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(target := value.get("$ref"), str):
                assert target.rpartition("/")[2] in DOCUMENT["components"]["schemas"]
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(DOCUMENT)


async def doors(scope: Any, receive: Any, send: Any) -> None:
    """The doors of whichever world the test uses."""
    await http_application(nothing)(scope, receive, send)


SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.app = doors
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}


@pytest.fixture
def secret(world: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in health.CHECKS:
        monkeypatch.setitem(health.CHECKS, name, lambda world: ("healthy", {}))
    return token(world, "personal", "*")


@settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def answered(case: Any, token: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)


@cache
def feedback() -> FeedbackSources:
    """Values that occur in our code, for requests to be made of."""
    return FeedbackSources(constants_value_source=make_constants_value_source(SCHEMA))


@pytest.mark.parametrize("label", OPERATIONS)
def test_requests_made_from_the_document_are_answered_as_it_says(label, world, secret):
    """The cases of an operation are made here and not, as ``SCHEMA.parametrize`` does it, when tests are
    collected: for all operations that takes half a minute in each process of a test run."""
    load_all_checks()
    test = build_operation_test(
        config=SCHEMA.config,
        operation=OPERATIONS[label],
        test_func=answered,
        given_kwargs={},
        feedback=feedback(),
    )
    test(token=secret)


def made_report(world: Any) -> str:
    """A report that a schedule made."""
    world.reports.add(ReportSchedule("rsc_1", "personal", "soc2", "json", "alice", 1, 1, 2))
    run = ReportRun("rpt_1", "personal", "rsc_1", "soc2", "json", 1, 2, 2)
    world.reports.begin(world.reports.schedules("personal")[0], None, run)
    world.reports.made(run, world.blocks.put("personal", b"{}", RAW), 2, 3)
    return run.id


@pytest.fixture
async def objects(alice: Any, world: Any) -> dict[str, str]:
    """A flow, an execution and a DAO to name in paths."""
    await published(alice, webhook_flow())
    await alice.post("/api/v1/flows", json=GREETING)
    await alice.put("/api/v1/schemas/events/pay", json={"document": {}})
    secret = {"values": {"token": "secret"}, "hosts": ["*"]}
    await alice.put("/api/v1/credentials/httpBearerAuth/qflow", json=secret)
    return {
        "type": "httpBearerAuth",
        "event_type": "pay",
        "identity": "node:node",
        "execution_id": await started(alice, APPROVAL),
        "flow_id": "greeting",
        "version": "1",
        "step": "start",
        "kind": "soc2",
        "report_id": made_report(world),
        **await to_thread(dao_with_everything, world, "personal"),
    }


LACKING = {"/api/v1/blocks": 409, "/api/v1/dao/{daoId}/notifications/preferences": 404}
"""The world of fakes keeps no index of its blocks, and nobody signs in to it; it says so."""


def shown_paths() -> list[Any]:
    """The paths that show something; notifications are in tables of their own."""
    database = pytest.mark.django_db(transaction=True)
    shown = [path for path, methods in DOCUMENT["paths"].items() if "get" in methods]
    return [pytest.param(path, marks=database if "/notifications" in path else ()) for path in shown]


@pytest.mark.parametrize("path", shown_paths())
async def test_what_really_is_there_is_shown_as_the_document_says(alice, objects, path):
    from jsonschema import Draft202012Validator

    objects = objects | {"name": "qflow", "subnet_id": "personal"}
    query = {"from": "1", "to": "draft"} if path.endswith("diff") else {}
    answer = await alice.get(path.format(**objects), params=query, headers={"Accept": "application/json"})
    if path in LACKING:
        assert answer.status_code == LACKING[path]
        return
    assert answer.status_code in (200, 503)
    described = DOCUMENT["paths"][path]["get"]["responses"][str(answer.status_code)]
    schema = described["content"]["application/json"]["schema"] | {"components": DOCUMENT["components"]}
    Draft202012Validator(schema).validate(answer.json())
