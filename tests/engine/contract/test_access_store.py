"""The contract of the access store: subnets, policies and tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.base.canonical import RAW, cid_of_bytes
from engine.base.errors import InvalidInput, PolicyViolation, StaleRevision, UnknownObject, WrongState
from engine.base.limits import Limits
from engine.ports.access_store import Subnet, TokenRecord
from engine.ports.identities import IdentityRecord
from engine.ports.policy import PERSONAL, EgressPolicy
from engine.storage.identities import DjangoIdentityStore
from engine.storage.policies import RECHECK_US, StoredPolicies, default_document
from tests.databases import in_threads

APPROVED = cid_of_bytes(b"return []", RAW)


class TestSubnets:
    """Tenants and the one that a fresh node has."""

    def test_the_personal_subnet_is_made_once(self, access: Any) -> None:
        assert access.ensure_personal_subnet(5) == Subnet(PERSONAL, "Personal", 5)
        access.put_policy(PERSONAL, {"code": "none"}, 1, 6)
        assert access.ensure_personal_subnet(9).created_us == 5
        assert access.policy_document(PERSONAL) == (2, {"code": "none"})

    def test_processes_that_start_together_make_it_once(self, access: Any) -> None:
        made = in_threads(4, access.ensure_personal_subnet)
        assert len(set(made)) == 1
        assert access.policy_document(PERSONAL)[0] == 1

    def test_subnets_are_listed_oldest_first(self, access: Any) -> None:
        access.create_subnet("beta", "Beta", 1)
        access.create_subnet("alpha", "Alpha", 2)
        assert [subnet.id for subnet in access.subnets()] == ["beta", "alpha"]
        assert access.subnet("alpha") == Subnet("alpha", "Alpha", 2)
        with pytest.raises(WrongState, match="alpha"):
            access.create_subnet("alpha", "Other", 3)

    def test_an_unknown_subnet_has_nothing(self, access: Any) -> None:
        for ask in (access.subnet, access.policy_document, StoredPolicies(access).of):
            with pytest.raises(UnknownObject, match="nowhere"):
                ask("nowhere")
        with pytest.raises(UnknownObject):
            access.add_token(issued("nowhere"))
        with pytest.raises(UnknownObject):
            access.put_policy("nowhere", {}, 1, 0)
        assert access.tokens("nowhere") == []

    def test_one_that_ends_is_still_known_and_its_tokens_are_not(self, access: Any) -> None:
        access.create_subnet("alpha", "Alpha", 1)
        access.add_token(issued("alpha"))
        before = access.tokens_revision()
        access.end_subnet("alpha", 5)
        access.end_subnet("alpha", 9)
        assert access.subnet("alpha") == Subnet("alpha", "Alpha", 1, 5)
        assert [token.revoked for token in access.tokens("alpha")] == [True]
        assert access.tokens_revision() > before

    def test_an_erased_one_is_unknown_and_its_id_is_not_given_again(self, access: Any) -> None:
        access.create_subnet("alpha", "Alpha", 1)
        access.add_token(issued("alpha"))
        access.erase_subnet("alpha", 5)
        for ask in (access.subnet, access.policy_document, StoredPolicies(access).of):
            with pytest.raises(UnknownObject, match="alpha"):
                ask("alpha")
        assert access.subnets() == []
        assert access.tokens("alpha") == []
        with pytest.raises(WrongState, match="alpha"):
            access.create_subnet("alpha", "Again", 9)


class TestPolicies:
    """Documents are checked when they are written, and replaced by revision."""

    def test_a_new_subnet_has_the_default_document(self, access: Any) -> None:
        access.create_subnet("alpha", "Alpha", 1)
        assert access.policy_document("alpha") == (1, default_document())

    def test_a_new_revision_takes_the_place_of_the_one_it_names(self, access: Any) -> None:
        access.create_subnet("alpha", "Alpha", 1)
        access.create_subnet("beta", "Beta", 1)
        assert access.put_policy("alpha", {"nodes": ["n1"]}, 1, 2) == 2
        with pytest.raises(StaleRevision) as refused:
            access.put_policy("alpha", {"nodes": ["n2"]}, 1, 3)
        assert refused.value.details["revision"] == 2
        with pytest.raises(StaleRevision):
            access.put_policy("alpha", {"nodes": ["n2"]}, 3, 3)
        assert access.policy_document("alpha") == (2, {"nodes": ["n1"]})
        assert access.policy_document("beta") == (1, default_document())

    def test_a_signed_policy_is_adopted_in_its_turn_and_governs_from_then_on(self, access: Any) -> None:
        access.create_subnet("alpha", "Alpha", 1)
        assert access.signed_policy("alpha") is None
        assert access.adopt_policy("alpha", 1, {"nodes": ["n1"]}, b"one", 2) == 2
        for version in (1, 3):
            with pytest.raises(StaleRevision):
                access.adopt_policy("alpha", version, {}, b"other", 3)
        assert access.adopt_policy("alpha", 2, {"nodes": ["n2"]}, b"two", 4) == 3
        assert access.policy_document("alpha") == (3, {"nodes": ["n2"]})
        assert access.signed_policy("alpha") == b"two"
        assert access.signed_policies("alpha") == [b"one", b"two"]
        assert access.signed_policies("alpha", 1) == [b"two"]
        with pytest.raises(PolicyViolation, match="decide on its policy"):
            access.put_policy("alpha", {}, 3, 5)
        with pytest.raises(InvalidInput):
            access.adopt_policy("alpha", 3, {"code": "all"}, b"three", 6)

    def test_of_many_who_adopt_the_same_version_one_wins(self, access: Any) -> None:
        access.create_subnet("alpha", "Alpha", 1)
        results = in_threads(4, lambda n: access.adopt_policy("alpha", 1, {}, bytes([n]), n))
        assert sum(result == 2 for result in results) == 1
        assert sum(isinstance(result, StaleRevision) for result in results) == 3

    def test_of_many_who_change_the_same_revision_one_wins(self, access: Any) -> None:
        access.create_subnet("alpha", "Alpha", 1)
        results = in_threads(4, lambda n: access.put_policy("alpha", {"nodes": [f"n{n}"]}, 1, n))
        assert sorted(map(str, results)).count("2") == 1
        assert sum(isinstance(result, StaleRevision) for result in results) == 3

    def test_a_wrong_document_is_refused_with_all_its_problems(self, access: Any) -> None:
        access.create_subnet("alpha", "Alpha", 1)
        with pytest.raises(InvalidInput) as refused:
            access.put_policy("alpha", {"cod": "any", "egress": {"allow": "all"}}, 1, 2)
        assert {problem.path for problem in refused.value.problems} == {"policy.cod", "policy.egress.allow"}
        with pytest.raises(InvalidInput, match="step_timeout_ms"):
            access.put_policy("alpha", {"limits": {"step_timeout": 1}}, 1, 2)
        with pytest.raises(InvalidInput, match="approved"):
            access.put_policy("alpha", {"approved": ["bafy"]}, 1, 2)
        assert access.policy_document("alpha")[0] == 1

    def test_the_policy_in_force_follows_the_document(self, access: Any) -> None:
        access.create_subnet("alpha", "Alpha", 1)
        policies = StoredPolicies(access, limits=Limits(step_timeout_ms=500))
        assert policies.of("alpha").limits.step_timeout_ms == 500
        assert policies.of("alpha") is policies.of("alpha"), "parsed once a revision"
        document = {
            "limits": {"step_timeout_ms": 100, "flow_steps_max": 10**9},
            "code": "approved-only",
            "approved": [APPROVED],
            "egress": {"allow": ["10.0.0.0/8"], "deny": ["*.evil"], "onlyAllowed": True},
            "filesRoot": "files",
            "environment": ["LANG"],
            "stepTypesDenied": ["http.request"],
        }
        access.put_policy("alpha", document, 1, 2)
        policy = policies.of("alpha")
        assert (policy.subnet, policy.revision, policy.document) == ("alpha", 2, document)
        assert policy.limits == Limits(step_timeout_ms=100), "a policy never raises a limit"
        assert (policy.code, policy.approved) == ("approved-only", {APPROVED})
        assert policy.egress == EgressPolicy(("10.0.0.0/8",), ("*.evil",), True, public_only=True)
        assert (policy.files_root, policy.environment) == (None, ()), "the machine's is no tenant's"
        assert policy.step_types_denied == ("http.request",)

    def test_unsigned_flows_run_in_the_personal_subnet_unless_policies_say_otherwise(
        self, access: Any
    ) -> None:
        access.ensure_personal_subnet(1)
        access.create_subnet("alpha", "Alpha", 1)
        policies = StoredPolicies(access)
        found = {subnet: policies.of(subnet).unsigned_flows for subnet in (PERSONAL, "alpha")}
        assert found == {PERSONAL: True, "alpha": False}
        for subnet, wanted in ((PERSONAL, False), ("alpha", True)):
            revision, document = access.policy_document(subnet)
            access.put_policy(subnet, {**document, "unsignedFlows": wanted}, revision, 2)
            assert policies.of(subnet).unsigned_flows is wanted

    def test_with_a_clock_a_new_policy_is_in_force_after_the_recheck(self, access: Any) -> None:
        access.create_subnet("alpha", "Alpha", 1)
        now = [0]
        policies = StoredPolicies(access, monotonic_us=lambda: now[0])
        assert policies.of("alpha").code == "any"
        access.put_policy("alpha", {"code": "none"}, 1, 2)
        now[0] = RECHECK_US - 1
        assert policies.of("alpha").code == "any"
        now[0] = RECHECK_US
        assert policies.of("alpha").code == "none"

    def test_a_new_policy_is_in_force_at_once_where_it_was_taken(self, access: Any) -> None:
        access.create_subnet("alpha", "Alpha", 1)
        policies = StoredPolicies(access, monotonic_us=lambda: 0)
        assert policies.of("alpha").code == "any"
        access.put_policy("alpha", {"code": "none"}, 1, 2)
        policies.renew("alpha")
        policies.renew("beta")
        assert policies.of("alpha").code == "none"

    def test_what_the_node_grants_is_for_the_personal_subnet_only(self, access: Any) -> None:
        access.ensure_personal_subnet(1)
        access.create_subnet("alpha", "Alpha", 1)
        policies = StoredPolicies(access, egress_allow=("127.0.0.1:8000",), files_root="data")
        assert policies.of(PERSONAL).egress.allow == ("127.0.0.1:8000",)
        assert policies.of(PERSONAL).files_root == "data"
        assert policies.of("alpha").egress.allow == ()
        assert policies.of("alpha").files_root is None


def issued(subnet: str = "alpha", number: int = 1, **more: Any) -> TokenRecord:
    """A token as it was issued."""
    scopes = ("flows:read", "flows:write")
    return replace(TokenRecord(f"tok_{number}", "ci", subnet, scopes, number, None, False, "bafy"), **more)


class TestTokens:
    """A token is known until the end of time, and whether it was revoked."""

    def test_a_token_reads_back_as_it_was_issued(self, access: Any) -> None:
        access.create_subnet("alpha", "Alpha", 1)
        records = [issued(), issued(number=2, expires_us=100, scopes=())]
        for record in records:
            access.add_token(record)
        assert [access.token("tok_1"), access.token("tok_2")] == access.tokens("alpha") == records
        assert access.token("tok_3") is None

    def test_a_revoked_token_is_still_listed(self, access: Any) -> None:
        access.create_subnet("alpha", "Alpha", 1)
        access.create_subnet("beta", "Beta", 1)
        access.add_token(issued())
        access.add_token(issued("beta", 2))
        access.revoke_token("tok_1")
        assert [(token.id, token.revoked) for token in access.tokens("alpha")] == [("tok_1", True)]
        assert access.tokens("beta") == [issued("beta", 2)]
        with pytest.raises(UnknownObject):
            access.revoke_token("tok_nowhere")

    def test_the_revision_grows_when_a_token_changes(self, access: Any) -> None:
        access.create_subnet("alpha", "Alpha", 1)
        seen = [access.tokens_revision()]
        access.add_token(issued())
        seen.append(access.tokens_revision())
        access.revoke_token("tok_1")
        seen.append(access.tokens_revision())
        assert seen == sorted(set(seen))

    def test_the_revision_grows_when_an_identity_changes(self, access: Any, alias: str | None) -> None:
        store = access.identities if alias is None else DjangoIdentityStore(alias)
        before = access.tokens_revision()
        store.create(IdentityRecord("bafy", "alpha", "person", "A", True, "", "", 1), b"event", [])
        assert access.tokens_revision() > before
