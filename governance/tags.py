"""What any page may show of governance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from designer.access import principal_of
from engine.api import Principal, QflowError
from governance.store import Known, logs

register = template.Library()


@register.simple_tag(takes_context=True)
def governing_dao(context: Mapping[str, Any]) -> Known | None:
    """The DAO of the subnet of whoever looks at the page; None where there is none."""
    who = _viewer(context)
    try:
        return logs().of_subnet(who.subnet) if who else None
    except QflowError:
        return None


def _viewer(context: Mapping[str, Any]) -> Principal | None:
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return None
    try:
        return principal_of(request)
    except QflowError:
        return None
