"""What is recorded of a person, all of it for them (GDPR Art. 15, 20), and its erasure (Art. 17).

A person is named by the id of an identity or by the key that their consents carry. Their data lies in the
contents of executions, in consents, and, where they work with the node themselves, in the audit trail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.base.errors import InvalidInput, UnknownObject, WrongState
from engine.base.limits import AUDIT_REPORT_EVENTS_MAX, GRANT_TEXT_CHARACTERS_MAX
from engine.ports.access_store import Principal
from engine.ports.audit_trail import AuditEvent, AuditQuery
from engine.ports.identities import IdentityRecord
from engine.ports.journal_store import Header
from engine.ports.permissions import Consent
from engine.ports.validation_log import ValidationQuery, ValidationRecord
from engine.usecases.keys import erase_contents
from engine.usecases.manage_holds import hold_on, holding
from engine.usecases.permission import require
from engine.usecases.persons import ACTOR_PREFIX
from engine.usecases.remember import remember, remember_done
from engine.usecases.search_audit import all_events
from engine.usecases.subject_data import PAGE, Mention, headers, mentions, names_of, pseudonym
from engine.usecases.world import World

Json = dict[str, Any]

NOT_SEARCHED = (
    "files, and texts that hold the person's id only as a part",
    "values that flows keep, variables, credentials and flow definitions: their owners know what they wrote",
    "logs and backups outside the database",
)
"""Where nobody looks for a person; whoever answers for the data does."""

KEPT_EVENTS = "the audit trail shows who acted here; it is kept as evidence until its retention ends"
KEPT_DENIALS = "checks that were refused for want of their consent name them until the audit retention ends"
KEPT_LOG = "its key log proves who signed what; end it with qflow identity revoke"
KEPT_PROOFS = (
    "hashes, times and signatures of erased executions: they prove that nothing was changed, and no more"
)


def export_subject(world: World, actor: Principal, subject: str) -> Json:
    """Everything that is recorded of a person in the actor's subnet; that it was handed out is remembered.

    ``{"subject", "consents", "executions": [{"id", "flow", "status", "found": [{"path", "data"}]}],
    "identity", "tokens", "grants", "events", "denials", "notSearched"}``.
    """
    require(world, actor, "admin", "subjects", "subject.export")
    _must_be_a_name(subject)
    names = names_of(world, actor.subnet, subject)
    found: Json = {
        "subject": subject,
        "subnet": actor.subnet,
        "madeUs": world.clock.now_us(),
        "consents": [_fields(consent) for consent in _consents(world, actor, subject)],
        "executions": [_shown(header, places) for header, places in _executions(world, actor, subject)],
        "identity": _fields(_identity(world, actor, subject)),
        "tokens": [_fields(token) for token in world.access.tokens(actor.subnet) if token.id in names],
        "grants": [
            _fields(grant) for grant in world.trust.permissions.grants(actor.subnet) if grant.who in names
        ],
        "events": [_fields(event) for event in _events(world, actor, names)],
        "denials": [_fields(record) for record in _denials(world, actor, subject)],
        "notSearched": list(NOT_SEARCHED),
    }
    counts = {name: len(found[name]) for name in ("consents", "executions", "events")}
    remember(world, actor, "data", "subject.export", pseudonym(world, subject), details=counts)
    return found


def erase_subject(world: World, actor: Principal, subject: str, *, dry_run: bool = False) -> Json:
    """Erase the contents of every execution that names a person, and their name from consents, which are
    withdrawn; hashes and proofs stay. With ``dry_run`` only tell what would become of what.

    ``{"subject", "dryRun", "erased": [{"kind", "id"}], "kept": [{"kind", "id", "why"}], "notSearched"}``,
    ``subject`` being a pseudonym. Raises :class:`WrongState` where a hold names the person.
    """
    require(world, actor, "admin", "subjects", "subject.erase")
    _must_be_a_name(subject)
    names = names_of(world, actor.subnet, subject)
    hold = hold_on(world, actor.subnet, names)
    if hold is not None:
        raise WrongState(
            f"the hold {hold.id} ({hold.reason}) keeps what is recorded of this person; release it first: "
            f"qflow audit hold release {hold.id}",
            hold=hold.id,
        )
    erased, kept = _erase_executions(world, actor, subject, dry_run)
    erased += _erase_consents(world, actor, subject, dry_run)
    kept += _remaining(world, actor, subject, names, any(one["kind"] == "execution" for one in erased))
    alias = pseudonym(world, subject)
    if not dry_run:
        counts = {"erased": len(erased), "kept": len(kept)}
        remember_done(world, actor, "data", "subject.erase", alias, details=counts)
    told = {"subject": alias, "dryRun": dry_run, "atUs": world.clock.now_us()}
    return {**told, "erased": erased, "kept": kept, "notSearched": list(NOT_SEARCHED)}


def _erase_executions(
    world: World, actor: Principal, subject: str, dry_run: bool
) -> tuple[list[Json], list[Json]]:
    erased, kept = list[Json](), list[Json]()
    for header, _ in _executions(world, actor, subject):
        one = {"kind": "execution", "id": header.id}
        why = _why_kept(world, header)
        if why:
            kept.append({**one, "why": why})
            continue
        if not dry_run:
            erase_contents(world, header)
            remember_done(world, actor, "data", "execution.shred", header.flow, execution=header.id)
        erased.append(one)
    return erased, kept


def _why_kept(world: World, header: Header) -> str:
    if not header.status.ended:
        return f"it is {header.status}; abort it, and erase again"
    hold = holding(world, header)
    return f"the hold {hold.id} keeps it: {hold.reason}" if hold is not None else ""


def _erase_consents(world: World, actor: Principal, subject: str, dry_run: bool) -> list[Json]:
    consents = _consents(world, actor, subject)
    if consents and not dry_run:
        store = world.trust.permissions
        for consent in consents:
            store.withdraw_consent(actor.subnet, consent.id, actor.id, world.clock.now_us())
        store.forget_person(actor.subnet, subject, pseudonym(world, subject))
        world.trust.books.forget()
    return [{"kind": "consent", "id": consent.id} for consent in consents]


def _remaining(
    world: World, actor: Principal, subject: str, names: frozenset[str], proofs: bool
) -> list[Json]:
    """What stays of the person, and why."""
    kept = [{"kind": "proofs", "id": "", "why": KEPT_PROOFS}] if proofs else []
    identity = _identity(world, actor, subject)
    if identity is not None:
        kept.append({"kind": "identity", "id": identity.id, "why": KEPT_LOG})
    if any(_events(world, actor, names)):
        kept.append({"kind": "events", "id": "", "why": KEPT_EVENTS})
    if any(_denials(world, actor, subject)):
        kept.append({"kind": "denials", "id": "", "why": KEPT_DENIALS})
    return kept


def _executions(world: World, actor: Principal, subject: str) -> Iterator[tuple[Header, list[Mention]]]:
    for header in list(headers(world, actor.subnet)):
        if places := mentions(world, header, subject):
            yield header, places


def _consents(world: World, actor: Principal, subject: str) -> list[Consent]:
    return [one for one in world.trust.permissions.consents(actor.subnet) if one.person == subject]


def _identity(world: World, actor: Principal, subject: str) -> IdentityRecord | None:
    """The identity, where it is one of the actor's subnet."""
    try:
        record = world.identities.store.record(subject.removeprefix(ACTOR_PREFIX))
    except UnknownObject:
        return None
    return record if record.subnet == actor.subnet else None


def _events(world: World, actor: Principal, names: frozenset[str]) -> Iterator[AuditEvent]:
    """What the person did, and what was done to them."""
    asked = AuditQuery(actor.subnet)
    for name in sorted(names):
        for query in (replace(asked, actor=name), replace(asked, resource=name)):
            yield from all_events(world, query, AUDIT_REPORT_EVENTS_MAX)


def _denials(world: World, actor: Principal, subject: str) -> Iterator[ValidationRecord]:
    """Refused checks whose findings name the person."""
    query = ValidationQuery(actor.subnet, passed=False, limit=PAGE)
    while page := world.trust.log.records(query):
        yield from (one for one in page if f"data of {subject} " in str(one.finding))
        query = replace(query, before=page[-1].id)


def _shown(header: Header, places: list[Mention]) -> Json:
    found = [{"path": place.path, "data": dict(place.within)} for place in places]
    return {"id": header.id, "flow": header.flow, "status": str(header.status), "found": found}


def _fields(record: Any) -> Json | None:
    """A record with its fields, as JSON."""
    if record is None:
        return None
    shown = {name: getattr(record, name) for name in record.__dataclass_fields__}
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in shown.items()}


def _must_be_a_name(subject: str) -> None:
    if not 0 < len(subject) <= GRANT_TEXT_CHARACTERS_MAX or not subject.isprintable():
        limit = GRANT_TEXT_CHARACTERS_MAX
        raise InvalidInput(f"a person is named by 1 to {limit} characters, without control characters")
