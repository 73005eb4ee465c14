"""Where data names a person: by what names they go, and which values of an execution are one of them."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from engine.base.errors import ContentErased, CorruptData, UnknownObject
from engine.base.limits import SUBJECT_FINDINGS_MAX
from engine.base.ordered import unpack
from engine.journal.facts import shown
from engine.ports.journal_store import ExecutionQuery, Header
from engine.usecases.keep_blocks import codec_name, names_in, with_named
from engine.usecases.persons import ACTOR_PREFIX
from engine.usecases.world import World

PAGE = 200

DATA = frozenset({"body", "headers", "items", "memory", "payload", "pins", "variables"})
"""The fields of facts, at any depth, below which there is data of people; the rest is the engine's."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A value that names the person: where it stands, and the map it stands in."""

    path: str  # as 3.items.items[0].json.email; the first part is the entry's sequence, or a block's CID
    within: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A person, and the end of the path at which a flow declares that it names persons."""

    subject: str
    declared: str

    def is_met(self, value: Any, path: str) -> bool:
        """Texts name the person wherever they stand, numbers only where the flow says so."""
        if isinstance(value, str):
            return value == self.subject
        counts = isinstance(value, int) and not isinstance(value, bool)
        return counts and bool(self.declared) and path.endswith(self.declared) and str(value) == self.subject


def names_of(world: World, subnet: str, subject: str) -> frozenset[str]:
    """What a person is called in a subnet: an identity also acts as a person who signed in, and by tokens."""
    identity = subject.removeprefix(ACTOR_PREFIX)
    tokens = {token.id for token in world.access.tokens(subnet) if token.identity == identity}
    return frozenset({subject, identity, ACTOR_PREFIX + identity, *tokens})


def names_of_actor(world: World, actor: str) -> frozenset[str]:
    """What somebody who acted is called, whatever they acted by."""
    token = world.access.token(actor)
    behind = {token.identity} if token is not None and token.identity else set()
    return frozenset({actor, actor.removeprefix(ACTOR_PREFIX), *behind})


def pseudonym(world: World, subject: str) -> str:
    """What the audit trail calls a person: only this node can tell that it stands for them."""
    return "subject:" + hmac.digest(world.secret, b"data subject\x00" + subject.encode(), sha256).hex()[:24]


def mentions(world: World, header: Header, subject: str) -> list[Mention]:
    """The values of an execution's contents that are the person's id, as a whole: items, variables, answers,
    outputs, also in blocks. At most :data:`SUBJECT_FINDINGS_MAX`; none where the contents were erased."""
    found: list[Mention] = []
    wanted = _Wanted(subject, _declared(world, header))
    for place, value in _contents(world, header):
        for mention in _named(value, wanted, place, place.startswith("b"), {}):
            found.append(mention)
            if len(found) >= SUBJECT_FINDINGS_MAX:
                return found
    return found


def headers(world: World, subnet: str) -> Iterator[Header]:
    """All executions of a subnet, newest first."""
    before: str | None = None
    while page := world.journal.list(ExecutionQuery(subnet, before=before, limit=PAGE)):
        yield from page
        before = page[-1].id


def _contents(world: World, header: Header) -> Iterator[tuple[str, Any]]:
    try:
        _, entries = world.journal.load(header.id)
    except ContentErased:
        return
    known, named = set(world.blocks.cids(header.subnet)), set[str]()
    for entry in entries:
        value = shown(entry.fact)
        named |= names_in(value, known)
        yield str(entry.sequence), value
    for cid in sorted(with_named(world, header.subnet, named - {header.version}, known)):
        yield cid, _block(world, header.subnet, cid)


def _declared(world: World, header: Header) -> str:
    """Where the flow's ``policy.consent`` says that its items name persons."""
    try:
        consent = world.flows.version(header.subnet, header.version).policy.get("consent")
    except UnknownObject:
        return ""
    field = consent.get("person") if isinstance(consent, Mapping) else None
    return f".json.{field}" if isinstance(field, str) and field else ""


def _block(world: World, subnet: str, cid: str) -> Any:
    """What a block of items holds; files are not looked into."""
    try:
        return unpack(world.blocks.get(subnet, cid)) if codec_name(cid) else None
    except (UnknownObject, CorruptData):
        return None


def _named(
    value: Any, wanted: _Wanted, path: str, is_data: bool, within: Mapping[str, Any]
) -> Iterator[Mention]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            below = is_data or _begins_data(key, inner)
            yield from _named(inner, wanted, f"{path}.{key}", below, value)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _named(inner, wanted, f"{path}[{index}]", is_data, within)
    elif is_data and wanted.is_met(value, path):
        yield Mention(path, within)


def _begins_data(key: str, value: Any) -> bool:
    """``items`` of a port are a list; a map of that name only describes them."""
    return key in DATA and (key != "items" or isinstance(value, list))
