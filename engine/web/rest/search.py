"""REST: search (Qindex)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from engine.base.limits import SEARCH_TEXT_MAX
from engine.ports.search_index import Indexed, SearchPage
from engine.usecases.search import search
from engine.web.rest import models as m
from engine.web.rest.calls import call
from engine.web.rest.execution_views import time_of

router = Router(tags=["search"])

Json = dict[str, Any]
Kind = Literal["template", "flow", "version", "block", "execution"]
SearchText = Annotated[str, Field(max_length=SEARCH_TEXT_MAX, pattern=r"^[^\x00]*$")]


@router.get("/search", response=m.SearchAnswer)
async def search_subnet(
    request: HttpRequest,
    q: SearchText = "",
    kind: Kind | None = None,
    limit: int = Query(20, ge=1, le=250),
    after: m.Name | None = None,
) -> Json:
    """What the words and filters of ``q`` find in the token's subnet.

    ``after`` is the ``next`` of the page before.
    """
    kinds = (kind,) if kind else ()
    return page_of(await call(request, search, q, kinds=kinds, limit=limit, after=after or ""))


def page_of(page: SearchPage) -> Json:
    """A ``SearchAnswer``."""
    return {"hits": [_hit(each) for each in page.hits], "next": page.next or None}


def _hit(entry: Indexed) -> Json:
    return {
        "kind": entry.kind,
        "id": entry.id,
        "title": entry.title,
        "flowId": entry.flow or None,
        "tags": list(entry.tags),
        "category": entry.category,
        "archived": entry.archived,
        "attributes": dict(entry.attributes),
        "at": time_of(entry.at_us),
    }
