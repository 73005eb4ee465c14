"""Sharing a flow gives a right to that flow, for a while, to one person; and nothing beside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, UnknownObject
from engine.ports.access_store import Principal
from engine.ports.journal_store import ExecutionQuery
from engine.ports.policy import PERSONAL
from engine.usecases.create_flow import create_flow
from engine.usecases.delete_flow import delete_flow
from engine.usecases.get_flow import get_flow
from engine.usecases.inspect_execution import get_execution, list_executions
from engine.usecases.list_flows import list_flows
from engine.usecases.manage_grants import NewGrant, add_grant
from engine.usecases.member_roles import BESIDE_ROLES, MEMBER_ROLES, give_role, role_of, scopes_of
from engine.usecases.persons import act_as_person, change_person, register_person
from engine.usecases.publish_flow import publish_flow
from engine.usecases.share_flow import FlowShare, end_share, share_flow, shared_with, shares_of
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.world import World

HOUR_US = 3_600_000_000


def person(world: World, name: str, role: str = "", subnet: str = PERSONAL) -> Principal:
    scopes = MEMBER_ROLES[role] if role else ()
    return act_as_person(world, register_person(world, subnet, name).id, scopes)


@pytest.fixture
def editor(world: World, publish: Any) -> Principal:
    """Who has the published flows ``mine`` and ``other``."""
    world.access.ensure_personal_subnet(1)
    publish("mine", {"a": "t.add"})
    publish("other", {"a": "t.add"})
    return person(world, "edith", "editor")


@pytest.fixture
def guest(world: World, editor: Principal) -> Principal:
    """Somebody without any role."""
    return person(world, "gus")


def share(world: World, by: Principal, to: Principal, right: str = "view", **changes: Any) -> Any:
    given = {"flow": "mine", "identity": to.identity, "right": right, "share": "lnk"} | changes
    return share_flow(world, by, FlowShare(**given))


def start(world: World, actor: Principal, flow: str = "mine") -> str:
    return start_execution(world, actor, StartRequest(flow, wait="rest")).execution


def test_without_a_share_there_is_nothing(world, editor, guest):
    with pytest.raises(PermissionDenied):
        get_flow(world, guest, "mine")
    assert shared_with(world, guest) == []


def test_who_may_view_sees_the_flow_and_its_executions_and_no_more(world, editor, guest):
    execution = start(world, editor)
    other = start(world, editor, "other")
    share(world, editor, guest)
    assert get_flow(world, guest, "mine").record.id == "mine"
    assert get_execution(world, guest, execution).id == execution
    listed = list_executions(world, guest, ExecutionQuery(PERSONAL, flow="mine"))
    assert [one.id for one in listed] == [execution]
    assert [one.id for one in shared_with(world, guest)] == ["mine"]
    for denied in (
        lambda: start(world, guest),
        lambda: publish_flow(world, guest, "mine"),
        lambda: get_flow(world, guest, "other"),
        lambda: get_execution(world, guest, other),
        lambda: list_executions(world, guest, ExecutionQuery(PERSONAL)),
        lambda: list_flows(world, guest),
        lambda: create_flow(world, guest, {"id": "new", "steps": [{"id": "a", "type": "t.add"}]}),
    ):
        with pytest.raises(PermissionDenied):
            denied()


def test_who_may_run_starts_it_and_who_may_edit_changes_it(world, editor, guest):
    share(world, editor, guest, "run")
    assert get_execution(world, guest, start(world, guest)).actor == guest.id
    with pytest.raises(PermissionDenied):
        publish_flow(world, guest, "mine")
    share(world, editor, guest, "edit", share="lnk2")
    assert publish_flow(world, guest, "mine").published
    with pytest.raises(PermissionDenied):
        start(world, guest, "other")


def test_it_ends_with_its_time(world, editor, guest):
    now_us = world.trust.now_us()
    grant = share(world, editor, guest, expires_us=now_us + HOUR_US)
    get_flow(world, guest, "mine")
    world.trust.permissions.renew_grant(PERSONAL, grant.id, now_us)
    world.trust.books.forget()
    with pytest.raises(PermissionDenied):
        get_flow(world, guest, "mine")
    assert shared_with(world, guest) == list(shares_of(world, editor, "mine")) == []


def test_taking_a_link_back_ends_what_came_by_it_and_by_no_other(world, editor, guest):
    share(world, editor, guest)
    other = person(world, "olga")
    share(world, editor, other, share="second")
    assert end_share(world, editor, "mine", "lnk") == 1
    with pytest.raises(PermissionDenied):
        get_flow(world, guest, "mine")
    get_flow(world, other, "mine")
    assert end_share(world, editor, "other", "second") == 0, "a link of another flow"


def test_it_does_not_outlive_the_flow(world, editor, guest):
    share(world, editor, guest)
    delete_flow(world, editor, "mine")
    create_flow(world, editor, {"id": "mine", "steps": [{"id": "a", "type": "t.add"}]})
    with pytest.raises(PermissionDenied):
        get_flow(world, guest, "mine")


def test_the_same_link_twice_gives_one_grant(world, editor, guest):
    assert share(world, editor, guest) == share(world, editor, guest)
    assert len(shares_of(world, editor, "mine")) == 1


@pytest.mark.parametrize("role", ["", "viewer", "runner"])
def test_who_may_not_write_flows_shares_none(world, editor, guest, role):
    with pytest.raises(PermissionDenied):
        share(world, person(world, f"one {role}", role), guest)


def test_what_came_by_a_link_is_not_handed_on(world, editor, guest):
    share(world, editor, guest, "edit")
    with pytest.raises(PermissionDenied):
        share(world, guest, person(world, "hugo"), "view", share="mine too")
    with pytest.raises(PermissionDenied):
        end_share(world, guest, "mine", "lnk")


def test_nobody_gives_what_they_have_not(world, editor, guest):
    writer = replace(editor, scopes=frozenset({"flows:write"}))
    with pytest.raises(PermissionDenied):
        share(world, writer, guest, "run")
    with pytest.raises(InvalidInput):
        share(world, editor, guest, "admin")
    with pytest.raises(UnknownObject):
        share(world, editor, guest, flow="nowhere")


def test_nobody_of_another_subnet_gets_anything(world, editor):
    world.access.create_subnet("far", "Far", 1)
    eve = person(world, "eve", "admin", "far")
    with pytest.raises(UnknownObject):
        share(world, editor, eve)
    with pytest.raises(UnknownObject):
        share(world, eve, eve)
    assert shared_with(world, replace(eve, subnet=PERSONAL)) == []


def test_it_opens_no_door_to_permissions_or_persons(world, editor, guest):
    share(world, editor, guest, "edit")
    for denied in (
        lambda: add_grant(world, guest, NewGrant(guest.id, ("*",))),
        lambda: change_person(world, guest, "role", guest.identity, {}),
        lambda: give_role(world, guest, editor.identity, "viewer"),
    ):
        with pytest.raises(PermissionDenied):
            denied()


def test_a_forged_share_of_everything_gives_no_permission_over_permissions(world, editor, guest):
    grant = share(world, editor, guest)
    world.trust.permissions.add_grant(replace(grant, id="grt_forged", actions=("*",), resource="*"))
    world.trust.books.forget()
    with pytest.raises(PermissionDenied):
        add_grant(world, guest, NewGrant(guest.id, ("*",)))


def test_it_widens_no_token(world, editor, guest):
    share(world, editor, guest, "edit")
    token = Principal("tok_1", "t", PERSONAL, frozenset({"flows:read"}), guest.identity)
    with pytest.raises(PermissionDenied):
        publish_flow(world, token, "mine")


class TestRoles:
    """What the roles of persons are, and who gives them."""

    def test_each_role_may_what_the_one_before_may(self):
        viewer, runner, editor = (set(MEMBER_ROLES[one]) for one in ("viewer", "runner", "editor"))
        assert viewer < runner < editor
        assert "admin" not in editor

    @pytest.mark.parametrize("role", MEMBER_ROLES)
    def test_a_role_is_known_by_its_scopes(self, role):
        assert role_of(scopes_of(role)) == role_of(scopes_of(role, BESIDE_ROLES)) == role

    def test_scopes_of_one_s_own_are_no_role(self):
        assert role_of(["flows:write"]) == role_of([]) == ""

    @pytest.mark.parametrize(("role", "beside"), [("owner", ()), ("", ()), ("viewer", ("admin",))])
    def test_there_is_no_way_to_more(self, role, beside):
        with pytest.raises(InvalidInput):
            scopes_of(role, beside)

    @pytest.mark.parametrize("role", ["viewer", "runner", "editor"])
    def test_only_an_administrator_gives_roles(self, world, editor, guest, role):
        with pytest.raises(PermissionDenied):
            give_role(world, person(world, f"a {role}", role), guest.identity, "admin")

    def test_an_administrator_gives_none_to_a_person_of_another_subnet(self, world, editor):
        world.access.create_subnet("far", "Far", 1)
        eve = person(world, "eve", "viewer", "far")
        with pytest.raises(UnknownObject):
            give_role(world, person(world, "root", "admin"), eve.identity, "admin")

    def test_it_is_remembered(self, world, editor, guest):
        root = person(world, "root", "admin")
        assert give_role(world, root, guest.identity, "runner", ["dao:vote"]) == [
            "flows:read", "executions:read", "executions:write", "dao:vote",
        ]  # fmt: skip
