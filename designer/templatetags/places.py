"""``{% place "designer:flows" "workflow" "Flows" %}``: a link of the main navigation, marked where one is."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

register = template.Library()


@register.inclusion_tag("designer/place.html", takes_context=True)
def place(context: dict[str, Any], view: str, icon: str, label: str) -> dict[str, str]:
    """The link to a page with its icon; ``aria-current`` is set on it and on the pages below it."""
    address = reverse(view)
    here = context["request"].path
    below = here.startswith(f"{address.rstrip('/')}/")
    current = "page" if here == address else "true" if below else ""
    return {"address": address, "icon": icon, "label": label, "current": current}
