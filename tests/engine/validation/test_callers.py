"""Passwords, headers and tokens of webhooks' callers, honest and forged."""

from __future__ import annotations

import base64
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import CallerRefused, CallRefused
from engine.validation.callers import CallerRule, check_browser, verify_caller

BASIC = CallerRule("basic", ("ann:new password", "ann:old password"))
HEADER = CallerRule("header", ("a long key",), header="X-Key")
JWT = CallerRule("jwt", ("signing key",))
NOW = 1_000_000


def basic(text):
    return {"authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def part(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def token(claims, *, head=None, key="signing key", digest="sha256"):
    signed = f"{part(head or {'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    mac = hmac.new(key.encode(), signed.encode(), digest).digest()
    return {"authorization": f"Bearer {signed}.{part(mac)}"}


def reason(rule, headers):
    with pytest.raises(CallRefused) as caught:
        verify_caller(rule, headers, NOW)
    return caught.value.details["reason"]


@pytest.mark.parametrize("password", ["new password", "old password"])
def test_every_password_in_force_is_let_in(password):
    assert verify_caller(BASIC, basic(f"ann:{password}"), NOW) is None


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({}, "missing"),
        ({"authorization": "Bearer x"}, "malformed"),
        ({"authorization": "Basic"}, "malformed"),
        ({"authorization": "Basic ***"}, "malformed"),
        (basic("ann:new password "), "mismatch"),
        (basic("ann:"), "mismatch"),
        (basic(""), "malformed"),
    ],
)
def test_other_passwords_are_refused_each_with_its_reason(headers, wanted):
    assert reason(BASIC, headers) == wanted


def test_a_header_must_hold_the_secret():
    assert verify_caller(HEADER, {"x-key": "a long key"}, NOW) is None
    assert reason(HEADER, {}) == "missing"
    assert reason(HEADER, {"x-key": "a long kez"}) == "mismatch"


def test_a_token_gives_its_claims():
    claims = {"sub": "ann", "exp": NOW + 1, "nbf": NOW}
    assert verify_caller(JWT, token(claims), NOW) == claims


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        (token({}, key="guessed"), "mismatch"),
        (token({}, head={"alg": "none"}), "mismatch"),
        (token({}, head={"alg": "HS512"}, digest="sha512"), "mismatch"),
        (token({}, head={"alg": "HS256", "crit": ["b64"]}), "mismatch"),
        (token({"exp": NOW}), "stale"),
        (token({"nbf": NOW + 1}), "stale"),
        (token({"exp": "tomorrow"}), "malformed"),
        (token({"exp": True}), "malformed"),
        (token([]), "malformed"),
        (token(b"{"), "malformed"),
        ({"authorization": f"Bearer {part({'alg': 'none'})}.{part({})}."}, "malformed"),
        ({"authorization": "Bearer a.b"}, "malformed"),
        ({"authorization": "Bearer " + "a" * 20_000 + ".b.c"}, "malformed"),
    ],
)
def test_forged_and_stale_tokens_are_refused(headers, wanted):
    assert reason(JWT, headers) == wanted


def test_clocks_may_be_off_by_the_leeway():
    rule = CallerRule("jwt", ("signing key",), leeway_s=10)
    assert verify_caller(rule, token({"exp": NOW - 9, "nbf": NOW + 10}), NOW)


@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_no_text_in_the_header_does_more_than_be_refused(text):
    for rule in (BASIC, JWT):
        for scheme in ("Basic", "Bearer"):
            with pytest.raises(CallRefused):
                verify_caller(rule, {"authorization": f"{scheme} {text}"}, NOW)


def test_pages_of_other_origins_are_refused():
    check_browser({"origin": "https://a.example"}, ["https://a.example"], ignore_bots=False)
    check_browser({}, ["https://a.example"], ignore_bots=False)
    with pytest.raises(CallerRefused):
        check_browser({"origin": "https://a.example.evil"}, ["https://a.example"], ignore_bots=False)


def test_crawlers_are_refused_where_they_are_not_wanted():
    crawler = {"user-agent": "Mozilla/5.0 (compatible; Examplebot/2.1)"}
    check_browser(crawler, [], ignore_bots=False)
    check_browser({"user-agent": "curl/8.0"}, [], ignore_bots=True)
    with pytest.raises(CallerRefused):
        check_browser(crawler, [], ignore_bots=True)
