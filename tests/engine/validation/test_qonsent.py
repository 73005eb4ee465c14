"""Qonsent: laws of grants, and attacks on caches, clocks and walls between subnets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.limits import TRUST_RECHECK_US
from engine.ports.permissions import Consent, Role
from engine.validation.book import Book, Outcome, resource_matches
from engine.validation.operation import Finding
from engine.validation.step_gate import StepKey
from tests.engine.validation.rig import FIRST_US, Rig, grant, step

HOUR_US = 3_600_000_000


def test_nothing_is_allowed_that_nobody_granted():
    assert Rig().code() == "permission_not_granted"


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({}, True),
        ({"who": "*"}, True),
        ({"who": "alice"}, False),
        ({"subnet": "beta"}, False),
        ({"actions": ("step.*",)}, True),
        ({"actions": ("*",)}, True),
        ({"actions": ("step",)}, False),
        ({"actions": ("step.ru",)}, False),
        ({"actions": (), "scopes": ("executions:write",)}, True),
        ({"actions": (), "scopes": ("executions:read",)}, False),
        ({"actions": (), "scopes": ("no-such-scope",)}, False),
        ({"actions": (), "role": "operator"}, True),
        ({"actions": (), "role": "nobody"}, False),
        ({"resource": "*"}, True),
        ({"resource": "flows/*/steps/pay"}, True),
        ({"resource": "flows/orders/steps/pay"}, True),
        ({"resource": "flows/orders/steps/pa"}, False),
        ({"resource": "flows/orders/steps/pay/more"}, False),
        ({"resource": "flows/order"}, False),
        ({"purpose": "billing"}, False),
    ],
)
def test_a_grant_covers_what_it_says_and_no_more(changes, allowed):
    rig = Rig(grant(**changes))
    rig.permissions.put_role(Role("alpha", "operator", ("step.run",)))
    assert rig.asked().valid is allowed


def test_the_grant_revoked_last_is_named():
    rig = Rig(grant("grt_2", revoked_us=9), grant("grt_3", who="*", revoked_us=5))
    found = rig.asked().finding
    assert found is not None
    assert found.details == {"grant": "grt_2"}


def test_a_grant_for_a_purpose_is_good_for_that_purpose():
    rig = Rig(grant(purpose="billing"))
    assert rig.asked(purpose="billing").valid
    assert not rig.asked(purpose="advertising").valid


def test_what_a_flow_requires_beside_must_be_granted_too():
    rig = Rig(grant())
    assert rig.code(permissions=("email.send",)) == "permission_not_granted"
    rig.permissions.add_grant(grant("grt_2", actions=("email.send",)))
    rig.trust.books.forget()
    assert rig.asked(permissions=("email.send",)).valid


def test_a_token_bounds_what_its_holder_was_granted():
    rig = Rig(grant(actions=("*",)))
    assert rig.code(scopes=frozenset({"flows:read"})) == "scope_missing"
    assert rig.asked(scopes=frozenset({"executions:write"})).valid
    assert Rig().code(scopes=frozenset({"admin"})) == "permission_not_granted"


def test_a_subnet_cannot_lock_its_administrators_out_of_its_grants():
    manage = {"action": "permission.grant", "resource": "permissions"}
    assert Rig().asked(**manage, scopes=frozenset({"admin"})).valid
    assert Rig().code(**manage, scopes=frozenset({"executions:write"})) == "scope_missing"


class TestConsent:
    """Persons whose data it is about must agree."""

    def consent(self, **changes) -> Consent:
        given = {"id": "cst_1", "subnet": "alpha", "person": "ann", "purpose": "billing"}
        return Consent(**(given | changes))

    def ask(self, rig: Rig, *persons: str, purpose: str = "billing") -> str:
        return rig.code(purpose=purpose, data_subjects=persons)

    def test_each_person_is_asked_for_each_purpose(self):
        rig = Rig(grant())
        rig.permissions.add_consent(self.consent())
        assert self.ask(rig, "ann") == ""
        assert self.ask(rig, "ann", purpose="advertising") == "consent_missing"
        assert self.ask(rig, "ann", "ben") == "consent_missing"
        assert self.ask(rig, "") == "consent_missing"

    def test_a_withdrawn_consent_ends_and_an_expired_one_waits(self):
        rig = Rig(grant())
        rig.permissions.add_consent(self.consent(expires_us=FIRST_US + 10))
        assert self.ask(rig, "ann") == ""
        rig.pass_time(10)
        assert self.ask(rig, "ann") == "consent_expired"
        rig.permissions.renew_consent("alpha", "cst_1", None)
        rig.trust.books.forget()
        assert self.ask(rig, "ann") == ""
        rig.permissions.withdraw_consent("alpha", "cst_1", "ann", rig.wall_us)
        rig.trust.books.forget()
        assert self.ask(rig, "ann") == "consent_missing"


# --- attacks ----------------------------------------------------------------------------------------


def enter(rig: Rig, *, acts: bool = False) -> Finding | None:
    key = StepKey("alpha", "bob", "orders", "bafyV", "pay")
    return rig.trust.gate.enter(key, "exe_1", lambda: step(acts=acts), acts=acts)


def test_a_remembered_answer_is_not_asked_for_twice():
    rig = Rig(grant())
    for _ in range(10):
        assert enter(rig) is None
    assert (rig.trust.gate.hits, rig.trust.gate.misses) == (9, 1)


def test_a_remembered_answer_falls_when_this_process_revokes():
    rig = Rig(grant())
    assert enter(rig) is None
    rig.permissions.revoke_grant("alpha", "grt_1", "alice", rig.wall_us)
    rig.trust.books.forget()
    found = enter(rig)
    assert found is not None
    assert found.code == "permission_revoked"


def test_a_step_that_acts_sees_at_once_what_another_process_revoked():
    rig = Rig(grant())
    assert enter(rig, acts=True) is None
    rig.permissions.revoke_grant("alpha", "grt_1", "alice", rig.wall_us)
    assert enter(rig, acts=True) is not None


def test_a_pure_step_sees_it_within_the_recheck_time():
    rig = Rig(grant())
    assert enter(rig) is None
    rig.permissions.revoke_grant("alpha", "grt_1", "alice", rig.wall_us)
    rig.pass_time(TRUST_RECHECK_US)
    assert enter(rig) is not None


def test_a_remembered_answer_ends_with_the_grant_to_the_microsecond():
    rig = Rig(grant(expires_us=FIRST_US + 1_000))
    rig.pass_time(999)
    assert enter(rig) is None
    rig.pass_time(1)
    found = enter(rig)
    assert found is not None
    assert (found.code, found.waits) == ("permission_expired", True)


def test_setting_the_clock_back_revives_nothing():
    rig = Rig(grant(expires_us=FIRST_US + HOUR_US))
    rig.pass_time(HOUR_US)
    assert rig.code() == "permission_expired"
    rig.wall_us -= 2 * HOUR_US
    assert rig.code() == "permission_expired"
    rig.monotonic_us += 10
    assert rig.code() == "permission_expired"


def test_setting_the_clock_back_lengthens_nothing():
    rig = Rig(grant(expires_us=FIRST_US + HOUR_US))
    assert enter(rig) is None
    rig.wall_us -= 10 * HOUR_US
    rig.monotonic_us += HOUR_US
    assert enter(rig) is not None


def test_a_denial_is_never_remembered():
    rig = Rig()
    assert enter(rig) is not None
    rig.permissions.add_grant(grant())
    rig.trust.books.forget()
    assert enter(rig) is None


def test_an_answer_is_for_one_actor_subnet_version_and_step_only():
    rig = Rig(grant())
    assert enter(rig) is None
    for changed in ({"actor": "eve"}, {"subnet": "beta"}):
        key = StepKey("alpha", "bob", "orders", "bafyV", "pay")._replace(**changed)
        operation = step(**changed)
        assert rig.trust.gate.enter(key, "exe_1", lambda: operation, acts=False) is not None  # noqa: B023


# --- laws -------------------------------------------------------------------------------------------

names = st.sampled_from(["a", "b", "*"])
grants = st.builds(
    lambda number, who, action, resource, expires, revoked: grant(
        f"grt_{number}",
        who=who,
        actions=(action,),
        resource="/".join(resource) or "*",
        expires_us=expires,
        revoked_us=revoked,
    ),
    st.integers(0, 10**6),
    names,
    st.sampled_from(["x.y", "x.*", "*", "z"]),
    st.lists(names, max_size=3),
    st.none() | st.integers(0, 20),
    st.none() | st.integers(0, 20),
)
asked = st.tuples(
    st.sampled_from(["a", "b"]),
    st.sampled_from(["x.y", "x.z", "z"]),
    st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=3).map("/".join),
    st.integers(0, 20),
)


def decide(held, question):
    who, action, resource, now_us = question
    return Book(held).granted(who, action, resource, "", now_us)


@given(st.lists(grants, max_size=5), grants, asked)
def test_a_further_grant_never_forbids_anything(held, more, question):
    if decide(held, question).outcome is Outcome.ALLOWED:
        assert decide([*held, more], question).outcome is Outcome.ALLOWED


@given(st.lists(grants, max_size=5), asked)
def test_the_order_of_grants_changes_nothing(held, question):
    assert decide(held, question).outcome == decide(held[::-1], question).outcome


@given(st.lists(grants, max_size=5), asked)
def test_an_allowed_answer_holds_until_it_says_and_not_longer(held, question):
    decision = decide(held, question)
    if decision.outcome is not Outcome.ALLOWED or decision.until_us is None:
        return
    *what, _ = question
    assert decide(held, (*what, decision.until_us - 1)).outcome is Outcome.ALLOWED
    assert decide(held, (*what, decision.until_us)).outcome is not Outcome.ALLOWED


@given(st.lists(names, max_size=4), st.lists(st.sampled_from(["a", "b"]), max_size=4))
def test_what_covers_a_resource_covers_all_below_it(pattern, path):
    if resource_matches(tuple(pattern), tuple(path)):
        assert resource_matches(tuple(pattern), (*path, "below"))
