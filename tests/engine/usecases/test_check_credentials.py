"""Credentials that are not ready are told before a flow runs."""

from __future__ import annotations

import pytest

from engine.dispatch.clock import SystemClock
from engine.ports.credentials import CredentialKey
from engine.steps.registry import Registry
from engine.testing.world import ALICE, CHARLIE, fake_world
from engine.usecases.check_credentials import credential_problems
from engine.usecases.manage_credentials import CredentialScope, save_credential

KEY = CredentialKey("httpBearerAuth", "Shop")
SCOPE = CredentialScope(("api.example",))
CONSENT = {"grantType": "pkce", "authUrl": "https://a.example/", "accessTokenUrl": "https://a.example/t"}


@pytest.fixture
def world():
    made = fake_world(Registry(), SystemClock())
    yield made
    made.worker.stop(1)


def step(type: str, name: str):
    return {"id": "s", "params": {"auth": {"kind": "credential", "credential": {"type": type, "name": name}}}}


def told(world, *steps, actor=ALICE):
    return [(one.path, one.message, one.severity) for one in credential_problems(world, actor, steps)]


def test_what_is_not_filled_in_or_not_connected_is_told_by_step(world):
    save_credential(world, ALICE, KEY, {"token": "open sesame"}, SCOPE)
    save_credential(world, ALICE, CredentialKey("oAuth2Api", "Bank"), CONSENT, SCOPE)
    found = told(world, step(*KEY), step("httpBearerAuth", "Other"), step("oAuth2Api", "Bank"))
    assert found == [
        ("steps[1]", "the credential 'Other' (httpBearerAuth) is not filled in yet", "warning"),
        ("steps[2]", "the credential 'Bank' (oAuth2Api) is not connected yet", "warning"),
    ]


def test_those_of_another_subnet_do_not_count(world):
    save_credential(world, ALICE, KEY, {"token": "open sesame"}, SCOPE)
    assert [path for path, _, _ in told(world, step(*KEY), actor=CHARLIE)] == ["steps[0]"]


@pytest.mark.parametrize("wrong", [None, 5, "x", {}, {"params": 5}, {"params": {"credential": "x"}}])
def test_steps_that_are_wrong_in_any_way_are_passed_over(world, wrong):
    assert told(world, wrong) == []
