"""The contract of grants, roles and consents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.base.errors import UnknownObject, WrongState
from engine.ports.permissions import Consent, Grant, Role, first_grant
from engine.storage.access import DjangoAccessStore
from engine.storage.permissions import DjangoPermissionStore
from engine.testing.memory_permissions import MemoryPermissions, OpenPermissions

GRANT = Grant(
    id="grt_1",
    subnet="alpha",
    who="bob",
    actions=("step.run", "flow.start"),
    resource="flows/orders",
    scopes=("flows:read",),
    role="operator",
    purpose="billing",
    granted_by="alice",
    granted_us=5,
    expires_us=100,
)
ROLE = Role("alpha", "operator", ("execution.control",), ("executions:read",), "keeps flows going", 5)
CONSENT = Consent("cst_1", "alpha", "customer-7", "billing", "flows/orders", "alice", 5, 100)


@pytest.fixture
def store(alias: str | None) -> Any:
    """A permission store."""
    return MemoryPermissions() if alias is None else DjangoPermissionStore(alias)


def moves(store: Any, change: Any) -> bool:
    before = store.revision("alpha")
    change()
    return bool(store.revision("alpha") > before)


class TestGrants:
    """Grants are given, revoked and renewed."""

    def test_a_grant_is_read_back_as_it_was(self, store: Any) -> None:
        assert moves(store, lambda: store.add_grant(GRANT))
        store.add_grant(replace(GRANT, id="grt_2", subnet="beta"))
        assert list(store.grants("alpha")) == [GRANT]

    def test_a_grant_is_revoked_once_and_stays_on_record(self, store: Any) -> None:
        store.add_grant(GRANT)
        ended = replace(GRANT, revoked_us=50, revoked_by="alice")
        assert moves(store, lambda: store.revoke_grant("alpha", "grt_1", "alice", 50))
        assert store.revoke_grant("alpha", "grt_1", "bob", 60) == ended
        assert list(store.grants("alpha")) == [ended]

    def test_a_grant_is_renewed_unless_it_was_revoked(self, store: Any) -> None:
        store.add_grant(GRANT)
        assert moves(store, lambda: store.renew_grant("alpha", "grt_1", 200))
        assert store.renew_grant("alpha", "grt_1", None) == replace(GRANT, expires_us=None)
        store.revoke_grant("alpha", "grt_1", "alice", 50)
        with pytest.raises(WrongState, match="revoked"):
            store.renew_grant("alpha", "grt_1", 300)

    def test_a_grant_of_another_subnet_does_not_exist(self, store: Any) -> None:
        store.add_grant(GRANT)
        for act in (
            lambda: store.revoke_grant("beta", "grt_1", "charlie", 50),
            lambda: store.renew_grant("beta", "grt_1", None),
        ):
            with pytest.raises(UnknownObject):
                act()
        assert list(store.grants("alpha")) == [GRANT]


class TestRoles:
    """Roles are made, changed and deleted."""

    def test_a_role_is_made_and_changed(self, store: Any) -> None:
        assert moves(store, lambda: store.put_role(ROLE))
        store.put_role(replace(ROLE, subnet="beta"))
        changed = replace(ROLE, actions=(), updated_us=6)
        assert moves(store, lambda: store.put_role(changed))
        assert list(store.roles("alpha")) == [changed]

    def test_a_role_is_deleted_once(self, store: Any) -> None:
        store.put_role(ROLE)
        assert moves(store, lambda: store.delete_role("alpha", "operator"))
        with pytest.raises(UnknownObject):
            store.delete_role("alpha", "operator")


class TestConsents:
    """Consents are given, withdrawn and renewed."""

    def test_a_consent_is_read_back_as_it_was(self, store: Any) -> None:
        assert moves(store, lambda: store.add_consent(CONSENT))
        assert list(store.consents("alpha")) == [CONSENT]
        assert list(store.consents("beta")) == []

    def test_a_consent_is_withdrawn_once(self, store: Any) -> None:
        store.add_consent(CONSENT)
        ended = replace(CONSENT, withdrawn_us=50, withdrawn_by="alice")
        assert moves(store, lambda: store.withdraw_consent("alpha", "cst_1", "alice", 50))
        assert store.withdraw_consent("alpha", "cst_1", "bob", 60) == ended

    def test_a_consent_is_renewed_unless_it_was_withdrawn(self, store: Any) -> None:
        store.add_consent(CONSENT)
        assert store.renew_consent("alpha", "cst_1", 200) == replace(CONSENT, expires_us=200)
        store.withdraw_consent("alpha", "cst_1", "alice", 50)
        with pytest.raises(WrongState, match="withdrawn"):
            store.renew_consent("alpha", "cst_1", 300)
        with pytest.raises(UnknownObject):
            store.renew_consent("beta", "cst_1", 300)


def test_a_new_subnet_has_its_first_grant(alias: str | None) -> None:
    if alias is None:
        assert list(OpenPermissions().grants("alpha")) == [first_grant("alpha", 0)]
        return
    DjangoAccessStore(alias).create_subnet("alpha", "Alpha", 7)
    assert list(DjangoPermissionStore(alias).grants("alpha")) == [first_grant("alpha", 7)]


def test_a_person_is_forgotten_in_consents_that_ended(store: Any) -> None:
    ended = replace(CONSENT, id="cst_2", withdrawn_us=50, withdrawn_by="alice")
    others = [
        CONSENT,
        replace(ended, id="cst_3", person="customer-8"),
        replace(ended, id="cst_4", subnet="beta"),
    ]
    for consent in (ended, *others):
        store.add_consent(consent)
    assert moves(store, lambda: store.forget_person("alpha", "customer-7", "subject:1"))
    assert store.forget_person("alpha", "customer-7", "subject:2") == 0
    assert [one.person for one in store.consents("alpha")] == ["customer-7", "subject:1", "customer-8"]
    assert [one.person for one in store.consents("beta")] == ["customer-7"]
