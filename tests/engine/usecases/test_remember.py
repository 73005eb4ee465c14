"""What is remembered of changes, and what becomes of an act whose record cannot be written."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from engine.base.errors import NodeFailure, UnknownObject
from engine.ports.access_store import Principal
from engine.ports.audit_trail import AuditEvent, AuditQuery
from engine.ports.permissions import Role
from engine.testing.world import ALICE, CHARLIE
from engine.usecases.archive_flow import archive_flow
from engine.usecases.change_access import revoke_token, save_policy
from engine.usecases.create_flow import create_flow
from engine.usecases.manage_consents import record_consent, renew_consent, withdraw_consent
from engine.usecases.manage_grants import (
    NewGrant,
    add_grant,
    delete_role,
    put_role,
    renew_grant,
    revoke_grant,
)
from engine.usecases.search_audit import export_audit
from engine.usecases.update_flow import update_flow
from engine.usecases.world import World
from tests.engine.usecases.flows import ALICE as MAKER
from tests.engine.usecases.flows import definition, make_world

ADMIN = Principal("root", "Root", "personal", frozenset({"admin"}))


def changes(world: World, subnet: str = "personal") -> list[AuditEvent]:
    """Oldest first."""
    return list(world.audit.search(AuditQuery(subnet, category="change")))[::-1]


def away(*_: Any) -> None:
    raise NodeFailure("the disk is full")


def test_grants_and_roles_are_remembered_when_given_and_when_ended(world: World) -> None:
    put_role(world, ADMIN, Role("personal", "reader", actions=("flow.read",)))
    grant = add_grant(world, ADMIN, NewGrant("bob", role="reader"))
    renew_grant(world, ADMIN, grant.id, None)
    revoke_grant(world, ADMIN, grant.id)
    delete_role(world, ADMIN, "reader")
    found = changes(world)
    assert [event.action for event in found] == [
        "role.put", "grant.add", "grant.renew", "grant.revoke", "role.delete",
    ]  # fmt: skip
    assert (found[1].actor, found[1].resource, found[1].details["who"]) == ("root", grant.id, "bob")
    assert changes(world, CHARLIE.subnet) == []


def test_consents_are_remembered_without_the_person(world: World) -> None:
    consent = record_consent(world, ADMIN, "jane@example.org", "billing")
    renew_consent(world, ADMIN, consent.id, None)
    withdraw_consent(world, ADMIN, consent.id)
    found = changes(world)
    assert [event.action for event in found] == ["consent.record", "consent.renew", "consent.withdraw"]
    assert {event.resource for event in found} == {consent.id}
    assert "jane" not in str(found)


def test_a_saved_policy_is_remembered_by_the_parts_that_changed(world: World) -> None:
    world.access.ensure_personal_subnet(0)
    revision, document = world.access.policy_document("personal")
    save_policy(world, ADMIN, {**document, "stepTypesDenied": ["http.request"]}, revision)
    event = changes(world)[-1]
    assert (event.action, event.resource) == ("policy.save", "personal")
    assert event.details == {"revision": revision + 1, "changed": ["stepTypesDenied"]}


def test_flows_are_remembered_when_they_are_stored_and_changed() -> None:
    world = make_world()
    record = create_flow(world, MAKER, definition("f"))
    update_flow(world, MAKER, "f", definition("f", name="F"), record.revision)
    archive_flow(world, MAKER, "f")
    found = changes(world)
    assert {event.action for event in found} == {"flow.create", "flow.update", "flow.archive"}
    assert {event.resource for event in found} == {"f"}
    assert record.revision in {event.details.get("version") for event in found}


def test_nobody_revokes_a_token_of_another_subnet(world: World) -> None:
    with pytest.raises(UnknownObject):
        revoke_token(world, CHARLIE, "tok_of_personal")
    assert changes(world, CHARLIE.subnet) == []


def test_an_act_that_is_done_does_not_fail_with_its_record_and_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(world.audit, "record", away)
    with caplog.at_level(logging.ERROR, "qflow.audit"):
        grant = add_grant(world, ADMIN, NewGrant("bob", scopes=("flows:read",)))
    assert grant in world.trust.permissions.grants("personal")
    [line] = [record.getMessage() for record in caplog.records if record.name == "qflow.audit"]
    told = json.loads(line[line.index("{") :])
    assert (told["action"], told["resource"], told["actor"]) == ("grant.add", grant.id, "root")
    assert "the disk is full" in line


def test_nothing_is_handed_out_without_its_record(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.audit, "record", away)
    with pytest.raises(NodeFailure):
        export_audit(world, ALICE, AuditQuery(""))
