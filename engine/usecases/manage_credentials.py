"""The credentials of a subnet: listing, filling in, trying and deleting them. Values never come back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.base.errors import InvalidInput, Problem, UnknownObject
from engine.base.limits import CREDENTIAL_HOSTS_MAX, CREDENTIAL_NAME_CHARACTERS_MAX
from engine.execution.credentials import check_values, missing, read_values
from engine.flow.credentials import credentials_in
from engine.flow.model import Flow
from engine.ports.access_store import Principal
from engine.ports.credentials import CredentialKey, CredentialRecord, CredentialType, Values
from engine.ports.flow_store import FlowRecord
from engine.ports.references import fetched, is_reference
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.world import World
from engine.validation.egress_entries import parse_entry

RESOURCE = "credentials"


@dataclass(frozen=True, slots=True)
class CredentialUsage:
    """A step of a flow's newest version that names a credential."""

    flow: str
    flow_name: str
    step: str


@dataclass(frozen=True, slots=True)
class CredentialView:
    """A credential with the steps that name it; ``known`` is False where no step understands its type.
    ``consent`` of a person is "needed", "given", or "" where none is asked."""

    record: CredentialRecord
    usage: tuple[CredentialUsage, ...]
    known: bool = True
    consent: str = ""


@dataclass(frozen=True, slots=True)
class CredentialDraft:
    """What changing a credential starts with: the fields that are not secret, and which secrets are there."""

    view: CredentialView
    shown: Values
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CredentialScope:
    """Where a credential may be sent, and for which step types and flows."""

    hosts: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    plain_http: bool = False
    flows: tuple[str, ...] = ()


def list_credential_types(world: World, actor: Principal) -> list[CredentialType]:
    """The types that steps of this node understand."""
    require(world, actor, "flows:read", RESOURCE)
    return list(world.catalogue.credential_types())


def list_credentials(world: World, actor: Principal, *, usage: bool = True) -> list[CredentialView]:
    """All credentials of the actor's subnet, by type and name; with where they are used, for which all flows
    are looked through, unless ``usage`` is False."""
    require(world, actor, "flows:read", RESOURCE)
    return _views(world, world.credentials.records(actor.subnet), usage)


def show_credential(
    world: World, actor: Principal, key: CredentialKey, *, usage: bool = True
) -> CredentialView:
    """One of them; raises :class:`UnknownObject`."""
    require(world, actor, "flows:read", RESOURCE)
    record = world.credentials.record(actor.subnet, key)
    if record is None:
        raise _unknown(key)
    return _views(world, [record], usage)[0]


def draft_credential(world: World, actor: Principal, key: CredentialKey) -> CredentialDraft:
    """What whoever may change a credential sees of it: never a secret. Raises :class:`UnknownObject`."""
    require(world, actor, "admin", RESOURCE)
    view = show_credential(world, actor, key, usage=False)
    contents = world.credentials.contents(actor.subnet, key)
    if contents is None or not view.known:
        return CredentialDraft(view, {}, ())
    values = contents.values
    secret = _secret_names(world.catalogue.credential_type(key.type))
    shown = {name: value for name, value in values.items() if name not in secret or is_reference(value)}
    kept = tuple(name for name in secret if values.get(name) and not is_reference(values[name]))
    return CredentialDraft(view, shown, kept)


def save_credential(
    world: World,
    actor: Principal,
    key: CredentialKey,
    values: Values | None,
    scope: CredentialScope | None = None,
) -> CredentialRecord:
    """Store a credential, new or changed. Left out: values and scope stay as they are.

    Secret fields that are left out of ``values`` stay as they are, too, unless something changes that says
    where they go: who changes that must know them. Raises :class:`InvalidInput`.
    """
    require(world, actor, "admin", RESOURCE)
    kind, old = world.catalogue.credential_type(key.type), world.credentials.record(actor.subnet, key)
    if scope is None:
        scope = CredentialScope() if old is None else _scope_of(old)
    _check(key, kind, scope)
    widened = old is not None and _is_wider(scope, _scope_of(old))
    if values is not None:
        values = _completed(world, actor.subnet, key, kind, values, widened)
        _check_references(world, actor.subnet, values)
        check_values(kind, values, key)
    elif widened and old is not None and old.filled:
        raise _must_be_given(key, kind.secret_fields())
    now_us = world.clock.now_us()
    record = CredentialRecord(
        actor.subnet,
        *key,
        hosts=scope.hosts,
        steps=scope.steps,
        plain_http=scope.plain_http,
        flows=scope.flows,
        created_us=now_us,
        updated_us=now_us,
        updated_by=actor.id,
    )
    saved = world.credentials.put(record, values)
    details = {"filled": values is not None, "hosts": list(scope.hosts)}
    remember_done(world, actor, "change", "credential.save", f"{key.type}/{key.name}", details=details)
    return saved


def delete_credential(world: World, actor: Principal, key: CredentialKey) -> None:
    """Forget a credential; raises :class:`UnknownObject`. Steps that name it fail from then on."""
    require(world, actor, "admin", RESOURCE)
    if not world.credentials.delete(actor.subnet, key):
        raise _unknown(key)
    remember_done(world, actor, "change", "credential.delete", f"{key.type}/{key.name}")


def try_credential(world: World, actor: Principal, key: CredentialKey) -> None:
    """Look whether a credential is filled in and right in itself: keys can be read, addresses are some.
    Only servers that references name are asked. Raises :class:`InvalidInput` that says what is wrong,
    :class:`UnknownObject` where there is none."""
    require(world, actor, "flows:read", RESOURCE)
    record = world.credentials.record(actor.subnet, key)
    contents = world.credentials.contents(actor.subnet, key)
    if record is None:
        raise _unknown(key)
    if contents is None:
        raise missing(key)
    kind = world.catalogue.credential_type(key.type)
    read_values(kind, fetched(world.references, actor.subnet, contents.values)[0], key)
    _check(key, kind, _scope_of(record))
    if _consent(world, record, kind) == "needed":
        raise InvalidInput(f"the credential {key} is not connected yet: nobody gave consent for it")


def ensure_placeholders(world: World, actor: Principal, keys: Iterable[CredentialKey]) -> None:
    """Make known what a flow names and nobody has filled in. The caller has the permission."""
    now_us = world.clock.now_us()
    for key in dict.fromkeys(keys):
        if world.credentials.record(actor.subnet, key) is None:
            record = CredentialRecord(
                actor.subnet, *key, created_us=now_us, updated_us=now_us, updated_by=actor.id
            )
            world.credentials.put(record, None)


def keys_of(flow: Flow) -> list[CredentialKey]:
    """The credentials that a flow's steps name."""
    return [CredentialKey(*found) for step in flow.steps for found in credentials_in(step.parameters)]


def _views(world: World, records: Sequence[CredentialRecord], usage: bool) -> list[CredentialView]:
    used = _usage(world, records[0].subnet) if usage and records else {}
    known = {kind.name: kind for kind in world.catalogue.credential_types()}
    return [
        CredentialView(
            record,
            tuple(used.get(record.key, ())),
            record.type in known,
            _consent(world, record, known.get(record.type)),
        )
        for record in records
    ]


def _consent(world: World, record: CredentialRecord, kind: CredentialType | None) -> str:
    """Whether a person's consent is needed, or given."""
    if kind is None or kind.consents is None or not record.filled:
        return ""
    contents = world.credentials.contents(record.subnet, record.key)
    if contents is None:
        return ""
    try:
        given = read_values(kind, contents.values, record.key)  # as written: listing fetches nothing
    except InvalidInput:
        return ""
    if not kind.consents(given):
        return ""
    return "given" if contents.state.get("access_token") or given.refreshToken else "needed"


def _usage(world: World, subnet: str) -> Mapping[CredentialKey, Sequence[CredentialUsage]]:
    """Where credentials are named, in the newest versions of all flows."""
    found: dict[CredentialKey, list[CredentialUsage]] = {}
    for record in _flows(world, subnet):
        flow = world.flows.version(subnet, record.revision)
        for step in flow.steps:
            for named in credentials_in(step.parameters):
                usage = CredentialUsage(flow.id, flow.name, step.title)
                found.setdefault(CredentialKey(*named), []).append(usage)
    return found


def _flows(world: World, subnet: str) -> Iterator[FlowRecord]:
    size, after = world.limits.page_size_max, None
    while True:
        page = world.flows.list(subnet, limit=size, after=after)
        yield from page
        if len(page) < size:
            return
        after = page[-1].id


def _completed(
    world: World, subnet: str, key: CredentialKey, kind: CredentialType, values: Values, widened: bool
) -> dict[str, Any]:
    """The values, with secrets that were left out as they were."""
    contents = world.credentials.contents(subnet, key)
    if contents is None:
        return dict(values)
    secret = _secret_names(kind)
    kept = {name: value for name, value in contents.values.items() if name in secret and name not in values}
    before = {name: value for name, value in contents.values.items() if name not in secret}
    after = {name: value for name, value in values.items() if name not in secret}
    if any(kept.values()) and (widened or after != before):
        raise _must_be_given(key, sorted(kept))
    return {**kept, **values}


def _check_references(world: World, subnet: str, values: Values) -> None:
    """Raises :class:`InvalidInput` where a value is a reference that this node does not take."""
    problems = []
    for name, value in values.items():
        try:
            if is_reference(value):
                world.references.check(subnet, value)
        except InvalidInput as error:
            problems.append(Problem(f"values.{name}", error.message))
    if problems:
        raise InvalidInput("a reference is not right", problems)


def _secret_names(kind: CredentialType) -> list[str]:
    """The secret fields as values name them."""
    return [kind.model.model_fields[name].alias or name for name in kind.secret_fields()]


def _is_wider(new: CredentialScope, old: CredentialScope) -> bool:
    hosts, plain = set(new.hosts) - set(old.hosts), new.plain_http and not old.plain_http
    return bool(hosts) or plain or _opens(new.steps, old.steps) or _opens(new.flows, old.flows)


def _opens(new: Sequence[str], old: Sequence[str]) -> bool:
    """Whether a list names something new; an empty one names all."""
    return bool(old) and (not new or bool(set(new) - set(old)))


def _must_be_given(key: CredentialKey, fields: Iterable[str]) -> InvalidInput:
    return InvalidInput(
        f"this changes where the credential {key} may go; give its secrets anew: {', '.join(fields)}"
    )


def _check(key: CredentialKey, kind: CredentialType, scope: CredentialScope) -> None:
    problems = []
    if not _is_name(key.name):
        most = CREDENTIAL_NAME_CHARACTERS_MAX
        problems.append(Problem("name", f"1 to {most} printable characters, no {{{{ and no $ at its begin"))
    for place in ("hosts", "steps", "flows"):
        problems += _list_problems(place, getattr(scope, place))
    if kind.hosted and not scope.hosts:
        hint = "name the hosts it may be sent to, as in api.example.com or *.example.com; * is any"
        problems.append(Problem("hosts", "there must be at least one", hint=hint))
    for index, host in enumerate(scope.hosts):
        try:
            parse_entry(host)
        except InvalidInput as error:
            problems.append(Problem(f"hosts[{index}]", error.message))
    if problems:
        raise InvalidInput(f"the credential {key} is not right", problems)


def _list_problems(place: str, words: Sequence[str]) -> list[Problem]:
    found = []
    if len(words) > CREDENTIAL_HOSTS_MAX:
        found.append(Problem(place, f"at most {CREDENTIAL_HOSTS_MAX}"))
    if any(not word or word.split() != [word] for word in words):
        found.append(Problem(place, "words without spaces"))
    return found


def _is_name(name: str) -> bool:
    fits = 0 < len(name) <= CREDENTIAL_NAME_CHARACTERS_MAX and name.isprintable()
    return fits and "{{" not in name and not name.startswith("$")


def _scope_of(record: CredentialRecord) -> CredentialScope:
    return CredentialScope(record.hosts, record.steps, record.plain_http, record.flows)


def _unknown(key: CredentialKey) -> UnknownObject:
    return UnknownObject(f"there is no credential {key}")
