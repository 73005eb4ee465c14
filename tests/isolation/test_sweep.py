"""Every operation of the API and every page, with the ids of somebody else's objects."""

from __future__ import annotations

from typing import Any

import pytest

from tests.isolation.sweep import attempt, names_an_object, operations, told
from tests.isolation.tenants import SCOPES, Tenant

pytestmark = pytest.mark.slow

WATCHED = (
    "/api/v1/flows",
    "/api/v1/flows/{flow}",
    "/api/v1/flows/{flow}/versions",
    "/api/v1/executions",
    "/api/v1/executions/{execution}",
    "/api/v1/executions/{execution}/checkpoints",
    "/api/v1/executions/{ended}/result",
    "/api/v1/tokens",
    "/api/v1/policy",
    "/api/v1/grants",
    "/api/v1/roles",
    "/api/v1/consents",
    "/api/v1/schemas/events/{event_type}",
    "/api/v1/identities/{identity}/log",
    "/api/v1/identities/{sub}/log",
    "/api/v1/keys",
    "/api/v1/audit/holds",
    "/api/v1/audit/schedules",
    "/api/v1/subnets",
)
"""What the victim has, as it sees it."""


@pytest.mark.wall(
    "every operation of the OpenAPI document, with ids of another's flow, version, execution, checkpoint, "
    "step, file, token, identity, sub-identity, grant, consent, role, schema, capability, hold, schedule of "
    "reports, subnet",
    outcome="403 or 404, nothing changed, nothing told",
)
@pytest.mark.parametrize(("method", "path"), operations(), ids=str)
def test_no_operation_reaches_into_another_subnet(walls: Any, method: str, path: str) -> None:
    given = attempt(method, path, walls.ids)
    before = _state(walls)
    with _fresh(walls).client as client:
        options: Any = {"params": given.query, "json": given.body}
        answer = client.request(given.method.upper(), given.path, **options)
    assert answer.status_code < 500, answer.text
    if names_an_object(method, path):
        assert answer.status_code in (403, 404), answer.text
    assert told(answer.text, given.sent, walls.ids) == []
    assert _state(walls) == before


def _fresh(walls: Any) -> Tenant:
    """A token of its own for each operation: whose checks fail too often is slowed down."""
    body = {"name": "sweeper", "scopes": SCOPES.split(",")}
    return Tenant(walls.node, walls.attackers["an admin"].must("POST", "/api/v1/tokens", body)["token"])


def _state(walls: Any) -> list[str]:
    found = []
    for path in WATCHED:
        answer = walls.victim.ask("GET", path.format(**walls.ids))
        assert answer.status_code == 200, answer.text
        found.append(answer.text)
    return found
