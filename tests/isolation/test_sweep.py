"""Every operation of the API and every page, with the ids of somebody else's objects."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.faults.node import ROOT
from tests.isolation.sweep import (
    OWN_RECORD,
    attempt,
    form_of,
    names_an_object,
    operations,
    page_address,
    pages,
    told,
)
from tests.isolation.tenants import ATTACKER, CANARY, SCOPES, Tenant

pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery"
EVE = f"""
import django
django.setup()
from django.contrib.auth import get_user_model
from designer.models import Person
from engine.api import register_person, world
identity = register_person(world(), "{ATTACKER}", "eve")
user = get_user_model().objects.create_user("eve", password="{PASSWORD}")
Person.objects.create(user=user, identity=identity.id, scopes="{SCOPES.replace(",", " ")}")
"""

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
    "/api/v1/credentials",
    "/api/v1/variables",
    "/api/v1/consents",
    "/api/v1/schemas/events/{event_type}",
    "/api/v1/identities/{identity}/log",
    "/api/v1/identities/{sub}/log",
    "/api/v1/keys",
    "/api/v1/audit/holds",
    "/api/v1/audit/schedules",
    "/api/v1/subnets",
    "/api/v1/dao/{dao}/proposals/{proposal}",
    "/api/v1/dao/{dao}/members",
    "/api/v1/dao/{dao}/policy",
)
"""What the victim has, as it sees it."""


class Watch:
    """What the victim has, as it saw it last. No test of this module changes it, so that what one leaves is
    what the next one finds: to look once a test is enough."""

    def __init__(self, walls: Any) -> None:
        self._walls = walls
        self._seen = _state(walls)

    def changes(self) -> list[str]:
        """Where it sees something else than before."""
        before, self._seen = self._seen, _state(self._walls)
        return [path for path, old, new in zip(WATCHED, before, self._seen, strict=True) if old != new]


@pytest.fixture(scope="module")
def watch(walls: Any) -> Watch:
    return Watch(walls)


@pytest.mark.wall(
    "every operation of the OpenAPI document, with ids of another's flow, version, execution, checkpoint, "
    "step, file, token, identity, sub-identity, grant, consent, role, schema, capability, hold, schedule of "
    "reports, subnet, DAO, proposal, template",
    outcome="403 or 404, nothing changed, nothing told",
)
@pytest.mark.parametrize(("method", "path"), operations(), ids=str)
def test_no_operation_reaches_into_another_subnet(walls: Any, watch: Watch, method: str, path: str) -> None:
    given = attempt(method, path, walls.ids)
    with _fresh(walls).client as client:
        options: Any = {"params": given.query, "json": given.body}
        answer = client.request(given.method.upper(), given.path, **options)
    assert answer.status_code < 500, answer.text
    if names_an_object(method, path):
        assert answer.status_code in (403, 404), answer.text
    sent = (*given.sent, CANARY) if path == OWN_RECORD else given.sent
    assert told(answer.text, sent, walls.ids) == []
    assert watch.changes() == []


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


@pytest.fixture(scope="session")
def eve(walls: Any) -> Iterator[httpx.Client]:
    """Somebody of the attacker's subnet, signed in to the pages with every scope."""
    environment = {**os.environ, **walls.node.environment, "DJANGO_SETTINGS_MODULE": "qflow_site.settings"}
    subprocess.run([sys.executable, "-c", EVE], env=environment, cwd=ROOT, check=True, timeout=120)
    with httpx.Client(base_url=walls.node.url, timeout=60) as client:
        form = {"login": "eve", "password": PASSWORD}
        form["csrfmiddlewaretoken"] = _form_token(client, "/account/login/")
        assert client.post("/account/login/", data=form).status_code == 302
        yield client


def _form_token(client: httpx.Client, page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(page).text)
    assert found is not None
    return found[1]


@pytest.mark.wall(
    "every page, by somebody who signed in to another subnet, with ids in its address and its form",
    outcome="403 or 404, nothing changed, nothing told",
)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("page", pages())
def test_no_page_shows_or_changes_another_subnet(
    walls: Any, watch: Watch, eve: Any, method: str, page: str
) -> None:
    path, sent = page_address(page, walls.ids)
    answer = _asked(eve, method, path, form_of(walls.ids))
    assert answer.status_code < 500, answer.text
    if sent:
        assert answer.status_code in (403, 404, 405), answer.text
    assert told(answer.text, (*sent, *form_of(walls.ids).values()), walls.ids) == []
    assert watch.changes() == []


def _asked(eve: httpx.Client, method: str, path: str, words: dict[str, str]) -> httpx.Response:
    """A page that takes JSON is asked in JSON."""
    if method == "GET":
        return eve.get(path, params=words)
    token = _form_token(eve, "/import")
    answer = eve.post(path, data={"csrfmiddlewaretoken": token, **words})
    if answer.status_code != 422:
        return answer
    return eve.post(path, json={**words, "payload": {}, "task": 1}, headers={"X-CSRFToken": token})
