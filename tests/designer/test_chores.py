"""What is forgotten of flows and subnets that are no more."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from designer.chores import EVERY_US, Forgetting
from designer.models import Comment, Invitation, ShareLink
from engine.api import UnknownObject

pytestmark = pytest.mark.django_db


def comment(id: str, subnet: str, flow: str) -> None:
    Comment.objects.create(id=id, subnet=subnet, flow=flow, step="", author="person:a", at_us=1, text=b"x")


def a_world(now_us: int, **flows: set[str]) -> Any:
    """A world with these flows of these subnets."""

    def record(subnet: str, flow: str) -> str:
        if flow not in flows[subnet]:
            raise UnknownObject("gone")
        return flow

    return SimpleNamespace(
        clock=SimpleNamespace(now_us=lambda: now_us),
        access=SimpleNamespace(subnets=lambda: [SimpleNamespace(id=id) for id in flows]),
        flows=SimpleNamespace(record=record),
    )


def left() -> list[str]:
    return sorted(Comment.objects.values_list("id", flat=True))


def test_comments_of_deleted_subnets_and_flows_are_erased():
    for id, subnet, flow in (("1", "a", "f"), ("2", "a", "gone"), ("3", "ended", "f")):
        comment(id, subnet, flow)
    Forgetting()(a_world(EVERY_US, a={"f"}, b=set()))
    assert left() == ["1"]


def test_invitations_and_links_of_deleted_subnets_are_erased():
    for subnet in ("a", "ended"):
        common = {
            "public": subnet,
            "digest": subnet,
            "subnet": subnet,
            "made_by": "person:a",
            "expires_us": 9,
        }
        Invitation.objects.create(**common, scopes="", role="", forget_factors=False)
        ShareLink.objects.create(**common, flow="f", right="view", made_us=1)
    Forgetting()(a_world(EVERY_US, a={"f"}))
    for table in (Invitation, ShareLink):
        assert list(table.objects.values_list("subnet", flat=True)) == ["a"]


def test_the_tables_are_looked_through_once_a_minute():
    forget = Forgetting()
    forget(a_world(EVERY_US, a={"f"}))
    comment("1", "ended", "f")
    forget(a_world(2 * EVERY_US - 1, a={"f"}))
    assert left() == ["1"]
    forget(a_world(2 * EVERY_US, a={"f"}))
    assert left() == []
