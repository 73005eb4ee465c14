"""The doors over a world of fakes, with the real step types, called in process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from engine.dispatch.clock import SystemClock
from engine.dispatch.prometheus_metrics import PrometheusMetrics
from engine.ports.policy import PERSONAL, Policy
from engine.steps.registry import Registry
from engine.testing.importers import PlainImporter
from engine.testing.memory_access import MemoryAccess
from engine.testing.policies import FixedPolicies
from engine.testing.world import fake_world
from engine.usecases.world import World
from engine.web.asgi import http_application
from engine.web.deps import use_world
from governance import house
from governance.store import use_store
from tests.governance.memory_store import MemoryDaoStore

ELSEWHERE = "elsewhere"


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """The rest of the site: nothing."""
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"site"})


@pytest.fixture
def world() -> Iterator[World]:
    access = MemoryAccess()
    for subnet in (PERSONAL, ELSEWHERE):
        if subnet not in [known.id for known in access.subnets()]:
            access.create_subnet(subnet, subnet, 0)
    policies = FixedPolicies(Policy(ELSEWHERE))
    made = fake_world(Registry(), SystemClock(), access=access, policies=policies)
    made = replace(made, metrics=PrometheusMetrics(), importer=lambda system: PlainImporter())
    house.forget()
    with use_world(made), use_store(MemoryDaoStore()):
        yield made
    made.worker.stop(1)


def token(world: World, subnet: str, *scopes: str) -> str:
    """A new token's secret."""
    return world.tokens.issue("test", subnet, scopes, None)[1]


def headers(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def app(world: World) -> Any:
    return http_application(nothing)


@pytest.fixture
async def anyone(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a token."""
    async with client_of(app) as client:
        yield client


@pytest.fixture
async def alice(app: Any, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """May do everything in the personal subnet."""
    async with client_of(app, headers(token(world, PERSONAL, "admin"))) as client:
        yield client


@pytest.fixture
async def bob(app: Any, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """May look around in the personal subnet."""
    async with client_of(app, headers(token(world, PERSONAL, "flows:read", "executions:read"))) as client:
        yield client


@pytest.fixture
async def charlie(app: Any, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """May do everything, in another subnet."""
    async with client_of(app, headers(token(world, ELSEWHERE, "admin"))) as client:
        yield client


def client_of(app: Any, given: dict[str, str] | None = None) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    return httpx.AsyncClient(transport=transport, base_url="http://node", headers=given)


GREETING: dict[str, Any] = {
    "id": "greeting",
    "steps": [
        {"id": "start", "type": "trigger.manual"},
        {"id": "greet", "type": "data.set", "params": {"fields": {"hello": "world"}}},
    ],
}


def webhook_flow(id: str = "hook", **params: Any) -> dict[str, Any]:
    """A flow that a webhook starts; the call's body and query come back."""
    return {
        "id": id,
        "steps": [
            {"id": "call", "type": "trigger.webhook", "params": {"path": id, **params}},
            {"id": "echo", "type": "flow.noop"},
        ],
    }


async def published(client: httpx.AsyncClient, flow: dict[str, Any]) -> None:
    """Create a flow and publish it."""
    created = await client.post("/api/v1/flows", json=flow)
    assert created.status_code == 201, created.text
    answer = await client.post(f"/api/v1/flows/{flow['id']}/publish")
    assert answer.status_code == 200, answer.text
