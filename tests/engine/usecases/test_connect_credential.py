"""Consent for credentials of OAuth 2: the question, who may answer it, and what is kept of the answer."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, StepFailure, WrongState
from engine.ports.credentials import CredentialKey
from engine.ports.policy import PERSONAL
from engine.steps.registry import Registry
from engine.testing.clock import FakeClock
from engine.testing.world import ALICE, BOB, fake_world
from engine.usecases.connect_credential import ask_consent, take_consent
from engine.usecases.manage_credentials import (
    CredentialScope,
    save_credential,
    show_credential,
    try_credential,
)

KEY = CredentialKey("oAuth2Api", "Shop")
VALUES = {
    "grantType": "pkce",
    "clientId": "qflow",
    "clientSecret": "client secret",
    "authUrl": "https://login.example/authorize?tenant=7",
    "accessTokenUrl": "https://login.example/token",
    "scope": "read write",
}
SCOPE = CredentialScope(("api.example",))
REDIRECT = "https://node.example/credentials/connected"
TOKENS = {
    "access_token": "access one",
    "refresh_token": "refresh one",
    "expires_in": 3600,
    "token_type": "Bearer",
}


@pytest.fixture
def world():
    made = fake_world(Registry(), FakeClock())
    yield made
    made.worker.stop(1)


def saved(world, **values):
    save_credential(world, ALICE, KEY, {**VALUES, **values}, SCOPE)


def asked(world, **values):
    saved(world, **values)
    return ask_consent(world, ALICE, KEY, REDIRECT)


def answered(world, question, **answer):
    world.token_endpoints.answers.append(TOKENS)
    take_consent(world, ALICE, question, {"state": question.state, "code": "the code", **answer})


def test_the_question_carries_state_scope_and_the_digest_of_a_secret(world):
    question, address = asked(world, authQueryParameters="access_type=offline")
    parts = urlsplit(address)
    fields = {name: one for name, (one,) in parse_qs(parts.query).items()}
    digest = urlsafe_b64encode(hashlib.sha256(question.verifier.encode()).digest()).decode().rstrip("=")
    assert (parts.netloc, parts.path) == ("login.example", "/authorize")
    assert fields == {
        "tenant": "7", "access_type": "offline", "response_type": "code", "client_id": "qflow",
        "redirect_uri": REDIRECT, "scope": "read write", "state": question.state,
        "code_challenge": digest, "code_challenge_method": "S256",
    }  # fmt: skip
    assert question.verifier not in address
    assert question.state not in repr(question)
    again, _ = ask_consent(world, ALICE, KEY, REDIRECT)
    assert (again.state, again.verifier) != (question.state, question.verifier)


def test_tokens_are_sealed_with_the_credential_and_nothing_else_changes(world):
    question, _ = asked(world)
    assert show_credential(world, ALICE, KEY).consent == "needed"
    with pytest.raises(InvalidInput, match="not connected"):
        try_credential(world, ALICE, KEY)
    answered(world, question)
    contents = world.credentials.contents(PERSONAL, KEY)
    assert contents.values == VALUES
    assert (contents.state["access_token"], contents.state["refresh_token"]) == ("access one", "refresh one")
    assert show_credential(world, ALICE, KEY).consent == "given"
    try_credential(world, ALICE, KEY)
    subnet, request = world.token_endpoints.asked[0]
    assert (subnet, request.url, request.client) == (PERSONAL, "https://login.example/token", "qflow")
    assert request.fields == {
        "grant_type": "authorization_code", "code": "the code", "redirect_uri": REDIRECT,
        "code_verifier": question.verifier,
    }  # fmt: skip
    assert "the code" not in repr(request)


@pytest.mark.parametrize("state", ["", "forged"])
def test_an_answer_to_another_question_is_refused(world, state):
    question, _ = asked(world)
    with pytest.raises(PermissionDenied, match="another question"):
        answered(world, question, state=state)
    assert world.token_endpoints.asked == []


def test_only_who_asked_may_bring_the_answer(world):
    question, _ = asked(world)
    with pytest.raises(PermissionDenied, match="another question"):
        answered(world, replace(question, actor="mallory"))
    with pytest.raises(PermissionDenied):
        take_consent(world, BOB, question, {"state": question.state, "code": "c"})
    with pytest.raises(PermissionDenied):
        ask_consent(world, BOB, KEY, REDIRECT)


def test_an_answer_that_comes_too_late_is_refused(world):
    question, _ = asked(world)
    with pytest.raises(InvalidInput, match="too late"):
        answered(world, replace(question, ends_us=world.clock.now_us() - 1))


def test_a_credential_that_was_changed_meanwhile_gets_no_tokens_of_the_one_before(world):
    question, _ = asked(world)
    saved(world, clientId="another")
    with pytest.raises(WrongState, match="changed meanwhile"):
        answered(world, question)


@pytest.mark.parametrize(
    ("issuer", "told", "fits"),
    [
        ("https://login.example", "https://login.example", True),
        ("https://login.example", "https://evil.example", False),
        ("https://login.example", "", False),
        ("", "https://login.example/tenant", True),
        ("", "https://evil.example", False),
        ("", "http://[", False),
        ("", "", True),
    ],
)
def test_the_answer_must_come_from_the_server_that_was_asked(world, issuer, told, fits):
    question, _ = asked(world, issuer=issuer)
    if fits:
        answered(world, question, iss=told)
    else:
        with pytest.raises(PermissionDenied, match="the answer"):
            answered(world, question, iss=told)
    assert len(world.token_endpoints.asked) == fits


def test_a_refusal_is_told_and_leaves_the_credential_as_it_was(world):
    question, _ = asked(world)
    with pytest.raises(InvalidInput, match="access_denied not today"):
        answered(world, question, error="access_denied", error_description="not today")
    with pytest.raises(InvalidInput, match="no code"):
        answered(world, question, code="")
    world.token_endpoints.answers[:] = [StepFailure("the server gave no token")]
    with pytest.raises(StepFailure):
        take_consent(world, ALICE, question, {"state": question.state, "code": "c"})
    assert show_credential(world, ALICE, KEY).consent == "needed"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"authUrl": ""}, "authUrl is no address"),
        ({"authUrl": "javascript:alert(1)"}, "authUrl is no address"),
        ({"authUrl": "https://login.example/#part"}, "authUrl is no address"),
        ({"authUrl": "http://login.example/"}, "without TLS"),
        ({"authQueryParameters": "redirect_uri=https://evil.example"}, "redirect_uri is set here"),
        ({"authUrl": "https://login.example/?state=fixed"}, "state is set here"),
        ({"grantType": "clientCredentials"}, "asks nobody for consent"),
    ],
)
def test_what_makes_no_safe_question_is_refused(world, values, told):
    with pytest.raises(InvalidInput, match=told):
        asked(world, **values)


def test_tokens_of_another_kind_are_refused(world):
    question, _ = asked(world)
    world.token_endpoints.answers.append({**TOKENS, "token_type": "mac"})
    with pytest.raises(InvalidInput, match="must be a bearer"):
        take_consent(world, ALICE, question, {"state": question.state, "code": "c"})
