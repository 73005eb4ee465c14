"""What any page may show of governance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from designer.access import principal_of
from engine.api import Principal, QflowError
from governance.models import Notification
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


@register.simple_tag(takes_context=True)
def unread_notes(context: Mapping[str, Any]) -> int | None:
    """How many notifications whoever looks at the page has not read; None where the subnet has no DAO that
    this person may look at."""
    who = _viewer(context)
    if who is None or not who.may("flows:read") or governing_dao(context) is None:
        return None
    return Notification.objects.filter(person__identity=who.identity, listed=True, read_us=None).count()


def _viewer(context: Mapping[str, Any]) -> Principal | None:
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return None
    try:
        known: Principal | None = getattr(request, "principal", None)
        return known or principal_of(request)
    except QflowError:
        return None
