"""Search the audit trail, and export what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.audit.forms import FORMS, Document, rendered
from engine.audit.report import events_table
from engine.base.errors import InvalidInput
from engine.base.limits import AUDIT_EXPORT_EVENTS_MAX
from engine.ports.access_store import Principal
from engine.ports.audit_trail import AuditEvent, AuditQuery
from engine.usecases.permission import require
from engine.usecases.remember import remember
from engine.usecases.world import World


def search_audit(world: World, actor: Principal, query: AuditQuery) -> Sequence[AuditEvent]:
    """A page of the events of the actor's subnet, newest first."""
    require(world, actor, "system:read")
    limit = max(1, min(query.limit, world.limits.page_size_max))
    return world.audit.search(replace(query, subnet=actor.subnet, limit=limit))


def export_audit(world: World, actor: Principal, query: AuditQuery, form: str = "json") -> str:
    """Events of the actor's subnet as ``json``, ``csv`` or ``xml``, newest first, and at most
    :data:`AUDIT_EXPORT_EVENTS_MAX`; the export is remembered."""
    require(world, actor, "system:read")
    known_form(form)
    found = list(all_events(world, replace(query, subnet=actor.subnet), AUDIT_EXPORT_EVENTS_MAX))
    remember(world, actor, "data", "audit.export", f"{len(found)} events as {form}")
    return rendered(Document("audit trail", {"subnet": actor.subnet}, [events_table("events", found)]), form)


def known_form(form: str) -> None:
    """Raise :class:`InvalidInput` for a form that there is not."""
    if form not in FORMS:
        raise InvalidInput(f"there is no form {form!r}; choose {', '.join(FORMS)}")


def all_events(world: World, query: AuditQuery, at_most: int) -> Iterator[AuditEvent]:
    """The events of all pages, newest first."""
    left, size = at_most, world.limits.page_size_max
    while left > 0:
        page = world.audit.search(replace(query, limit=min(size, left)))
        yield from page
        if len(page) < min(size, left):
            return
        left -= len(page)
        query = replace(query, before=(page[-1].at_us, page[-1].id))
