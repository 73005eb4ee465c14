"""Trying a credential at its service: who may, what is told, and what is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from engine.base.errors import InvalidInput, NetworkFailure, PermissionDenied, UnknownObject
from engine.ports.audit_trail import AuditQuery
from engine.ports.credentials import CredentialKey
from engine.steps.registry import Registry
from engine.testing.clock import FakeClock
from engine.testing.world import ALICE, CHARLIE, fake_world
from engine.usecases.call_credential import CredentialVerdict, call_credential
from engine.usecases.manage_credentials import CredentialScope, ensure_placeholders, save_credential
from engine.usecases.world import World

KEY = CredentialKey("httpBearerAuth", "Shop")
TOTP = CredentialKey("totpApi", "Codes")
ADDRESS = "https://api.example/me?key=canary"


@pytest.fixture
def world() -> Iterator[World]:
    made = fake_world(Registry(), FakeClock())
    save_credential(made, ALICE, KEY, {"token": "open sesame"}, CredentialScope(("api.example",)))
    yield made
    made.worker.stop(1)


def answering(world: World, *answers: int | Exception) -> World:
    world.credential_calls.answers.extend(answers)
    return world


@pytest.mark.parametrize(
    ("status", "ok", "words"),
    [
        (200, True, "answered 200"),
        (302, True, "answered 302"),
        (401, False, "refuses the credential: it answered 401"),
        (403, False, "refuses the credential"),
        (404, False, "neither takes nor refuses"),
    ],
)
def test_the_status_says_whether_the_service_took_it(status: int, ok: bool, words: str) -> None:
    verdict = CredentialVerdict(status)
    assert (verdict.ok, words in verdict.words) == (ok, True)


def test_the_service_is_asked_with_values_and_scope_and_the_act_is_remembered(world: World) -> None:
    assert call_credential(answering(world, 204), ALICE, KEY, ADDRESS).status == 204
    [(subnet, held, address)] = world.credential_calls.asked
    assert (subnet, held.values.token, held.hosts, address) == (
        "personal",
        "open sesame",
        ("api.example",),
        ADDRESS,
    )
    [event] = world.audit.search(AuditQuery("personal", action="credential.call"))
    assert (event.actor, event.resource, event.details) == (
        ALICE.id,
        "httpBearerAuth/Shop",
        {"host": "api.example"},
    )


def test_no_error_tells_the_secret(world: World) -> None:
    failing = answering(world, NetworkFailure("the connection broke at open sesame"))
    with pytest.raises(NetworkFailure) as caught:
        call_credential(failing, ALICE, KEY, ADDRESS)
    assert "sesame" not in str(caught.value)


def test_only_administrators_send_a_secret_somewhere(world: World) -> None:
    reader = replace(ALICE, scopes=frozenset({"flows:read", "flows:write", "executions:write"}))
    with pytest.raises(PermissionDenied):
        call_credential(world, reader, KEY, ADDRESS)
    assert world.credential_calls.asked == []


def test_another_subnets_credential_does_not_exist(world: World) -> None:
    with pytest.raises(UnknownObject):
        call_credential(world, CHARLIE, KEY, ADDRESS)
    assert world.credential_calls.asked == []


def test_what_is_not_filled_in_or_not_for_http_is_sent_nowhere(world: World) -> None:
    empty = CredentialKey("httpBearerAuth", "Empty")
    ensure_placeholders(world, ALICE, [empty])
    save_credential(world, ALICE, TOTP, {"secret": "JBSWY3DPEHPK3PXP"})
    for key, told in ((empty, "not filled in"), (TOTP, "not for requests over HTTP")):
        with pytest.raises(InvalidInput, match=told):
            call_credential(world, ALICE, key, ADDRESS)
    with pytest.raises(InvalidInput, match="characters"):
        call_credential(world, ALICE, KEY, f"https://api.example/{'x' * 9_000}")
    assert world.credential_calls.asked == []
