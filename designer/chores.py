"""What the keeper of a node does for the pages' own tables."""

from __future__ import annotations

from designer.comments import forget_comments
from designer.models import Comment, Favourite, Invitation, ShareLink
from engine.api import UnknownObject, World

EVERY_US = 60_000_000
OF_SUBNETS = (Comment, Favourite, Invitation, ShareLink)


class Forgetting:
    """Erases what is kept of subnets and said of flows that are no more, once a minute."""

    def __init__(self) -> None:
        self._next_us = 0

    def __call__(self, world: World) -> None:
        """Called with every sweep."""
        now_us = world.clock.now_us()
        if now_us < self._next_us:
            return
        self._next_us = now_us + EVERY_US
        known = [subnet.id for subnet in world.access.subnets()]
        for table in OF_SUBNETS:
            table.objects.exclude(subnet__in=known).delete()
        for subnet, flow in Comment.objects.values_list("subnet", "flow").distinct():
            if not _is_there(world, subnet, flow):
                forget_comments(subnet, flow)


def _is_there(world: World, subnet: str, flow: str) -> bool:
    try:
        world.flows.record(subnet, flow)
    except UnknownObject:
        return False
    return True


forget = Forgetting()
