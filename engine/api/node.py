"""The Python door to how the node and the actor's subnet are set up."""

from __future__ import annotations

from engine.base.limits import UNLIMITED
from engine.ports.access_store import Principal
from engine.settings.view import SettingView
from engine.usecases.manage_subnets import must_keep_the_node
from engine.usecases.subnet_limits import SubnetLimits, lower_limits, subnet_limits
from engine.usecases.world import World

__all__ = [
    "UNLIMITED",
    "SettingView",
    "SubnetLimits",
    "limit_meanings",
    "lower_limits",
    "node_settings",
    "subnet_limits",
]


def limit_meanings() -> dict[str, str]:
    """What each limit bounds, by name, where more is to be said than the name does."""
    from engine.settings import documentation

    return documentation.limit_meanings()


def node_settings(world: World, actor: Principal) -> tuple[list[SettingView], list[SettingView]]:
    """The node's settings and its limits, without secrets; for who keeps the node."""
    from engine.settings import current
    from engine.settings.view import setting_views

    must_keep_the_node(world, actor)
    return setting_views(current())
