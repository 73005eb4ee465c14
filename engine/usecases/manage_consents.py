"""Consents of data subjects: persons who agree that data about them is used for a purpose."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.errors import InvalidInput, Problem
from engine.base.limits import GRANT_TEXT_CHARACTERS_MAX
from engine.ports.access_store import Principal
from engine.ports.permissions import REVOKED_EVENT, Consent
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.renewals import renewed
from engine.usecases.world import World


def list_consents(world: World, actor: Principal) -> Sequence[Consent]:
    """All consents of the actor's subnet, those that ended too, oldest first."""
    require(world, actor, "system:read", "permissions", "permission.read")
    return world.trust.permissions.consents(actor.subnet)


def record_consent(
    world: World,
    actor: Principal,
    person: str,
    purpose: str,
    resource: str = "*",
    expires_us: int | None = None,
) -> Consent:
    """Record that a person agrees; raises :class:`InvalidInput`."""
    require(world, actor, "admin", "permissions", "permission.consent")
    now_us = world.trust.now_us()
    _check({"person": person, "purpose": purpose, "resource": resource}, expires_us, now_us)
    consent = Consent(
        id=world.new_id("cst"),
        subnet=actor.subnet,
        person=person,
        purpose=purpose,
        resource=resource,
        recorded_by=actor.id,
        given_us=now_us,
        expires_us=expires_us,
    )
    world.trust.permissions.add_consent(consent)
    _remember(world, actor, "consent.record", consent)
    renewed(world, actor.subnet, {"consent": consent.id})
    return consent


def withdraw_consent(world: World, actor: Principal, consent: str) -> Consent:
    """The person agrees no more: what uses the data halts before its next step."""
    require(world, actor, "admin", "permissions", "permission.consent")
    ended = world.trust.permissions.withdraw_consent(actor.subnet, consent, actor.id, world.trust.now_us())
    world.trust.books.forget()
    _remember(world, actor, "consent.withdraw", ended)
    world.notifier.event(actor.subnet, REVOKED_EVENT, {"consent": ended.id, "by": actor.id})
    return ended


def renew_consent(world: World, actor: Principal, consent: str, expires_us: int | None) -> Consent:
    """Give a consent a new end (None: none); what was paused since it ran out goes on."""
    require(world, actor, "admin", "permissions", "permission.consent")
    _check({}, expires_us, world.trust.now_us())
    lengthened = world.trust.permissions.renew_consent(actor.subnet, consent, expires_us)
    _remember(world, actor, "consent.renew", lengthened)
    renewed(world, actor.subnet, {"consent": lengthened.id})
    return lengthened


def _remember(world: World, actor: Principal, action: str, consent: Consent) -> None:
    """Without the person: the consent's record names them, and can be erased alone."""
    details = {"purpose": consent.purpose, "on": consent.resource, "expires_us": consent.expires_us}
    remember_done(world, actor, "change", action, consent.id, details=details)


def _check(texts: dict[str, str], expires_us: int | None, now_us: int) -> None:
    limit = GRANT_TEXT_CHARACTERS_MAX
    problems = [
        Problem(name, f"1 to {limit} characters, no control characters")
        for name, text in texts.items()
        if not 0 < len(text) <= limit or not text.isprintable()
    ]
    if expires_us is not None and expires_us <= now_us:
        problems.append(Problem("expires", "it must lie ahead"))
    if problems:
        raise InvalidInput("the consent is not valid", problems)
