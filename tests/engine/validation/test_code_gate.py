"""The gate for code: what each policy lets through, and what it says to the rest."""

from __future__ import annotations

import pytest

from engine.base.canonical import RAW, cid_of_bytes
from engine.base.errors import PolicyViolation, Quarantined
from engine.ports.policy import Policy
from engine.validation.code_gate import check_code

CODE = cid_of_bytes(b"return []", RAW)
OTHER = cid_of_bytes(b"return [1]", RAW)


def test_a_policy_for_any_code_lets_every_code_through():
    check_code(CODE, Policy("acme"))


def test_a_policy_without_code_lets_none_through_not_even_approved_code():
    with pytest.raises(PolicyViolation, match=f"allows no code; the step's code is {CODE}") as caught:
        check_code(CODE, Policy("acme", code="none", approved=frozenset({CODE})))
    assert caught.value.details == {"code_cid": CODE}


def test_a_policy_for_approved_code_lets_through_what_it_lists_and_nothing_else():
    policy = Policy("acme", code="approved-only", approved=frozenset({CODE}))
    check_code(CODE, policy)
    with pytest.raises(PolicyViolation, match=f"module {OTHER} is not approved"):
        check_code(OTHER, policy, "module")


@pytest.mark.parametrize("code", ["any", "approved-only"])
def test_code_in_quarantine_is_refused_even_where_it_is_approved(code):
    policy = Policy("acme", code=code, approved=frozenset({CODE}), quarantined=frozenset({CODE}))
    with pytest.raises(Quarantined, match="in quarantine in subnet 'acme'") as caught:
        check_code(CODE, policy)
    assert caught.value.code == "quarantined"
    check_code(CODE, Policy("acme", quarantined=frozenset({OTHER})))
