"""Bearer tokens: issued for an identity, checked with every request, revoked at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from engine.base.errors import PermissionDenied, Unauthenticated, UnknownObject
from engine.base.ids import ulid
from engine.base.limits import TOKENS_KNOWN_MAX
from engine.keylog.trust import NotTrusted, check_authority
from engine.ports.access_store import AccessStore, Principal, TokenRecord
from engine.ports.clock import Entropy
from engine.ports.token_mint import Claims, Reading, TokenMint
from engine.usecases.held_identities import Wanted, make_held
from engine.usecases.identity_book import IdentityBook
from engine.usecases.node_identity import NODE_SUBNET, RoleSigning, ensure_node_identity

SCOPES = (
    "flows:read",
    "flows:write",
    "executions:read",
    "executions:write",
    "system:read",
    "dao:vote",
    "admin",
)
"""What tokens can allow; ``admin`` is all of it."""

EVERYTHING = frozenset({"admin", "*"})
FORMER_PREFIX = "qf_"


@dataclass(frozen=True, slots=True)
class _Known:
    """An answer, good at one revision of tokens and identities, and until a time."""

    revision: int
    principal: Principal | None
    until_us: int | None


class TokenDesk:
    """Issues and checks tokens. What was checked once is answered from memory as long as no token and no
    identity changed; that is asked of the store every time, so a revocation counts at once everywhere."""

    def __init__(
        self, access: AccessStore, book: IdentityBook, mint: TokenMint, entropy: Entropy, node: str
    ) -> None:
        self._access, self._book, self._mint, self._entropy = access, book, mint, entropy
        self._node = node
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def issue(
        self,
        name: str,
        subnet: str,
        scopes: Sequence[str],
        expires_us: int | None,
        identity: str = "",
        *,
        proven: bool = False,
    ) -> tuple[TokenRecord, str]:
        """A token for an identity (empty: the owner of the subnet) and its text, which is not stored.

        Raises :class:`UnknownObject` without such a subnet or identity, and :class:`PermissionDenied` for an
        identity whose keys the node does not hold, unless it has ``proven`` that it has its key.
        """
        self._access.subnet(subnet)
        identity = identity or owner_of(self._book, self._entropy, subnet)
        record = self._book.store.record(identity)
        if record.subnet != subnet:
            raise UnknownObject(f"there is no identity {identity!r}", identity=identity)
        if not (record.held or proven):
            raise PermissionDenied(f"the owner of identity {identity} must ask for it with its own key")
        now_us = self._book.clock.now_us()
        id = ulid("tok", now_us, self._entropy.bytes(10))
        claims = Claims(id, identity, subnet, tuple(scopes), expires_us)
        text = self._mint.mint(self._seed(now_us), claims)
        made = TokenRecord(id, name, subnet, tuple(scopes), now_us, expires_us, False, identity)
        self._access.add_token(made)
        return made, text

    def authenticate(self, text: str, now_us: int) -> Principal | None:
        """Whom a token stands for; None where it is unknown, expired, revoked or altered."""
        place, revision = sha256(text.encode("utf-8", "replace")).digest(), self._access.tokens_revision()
        known = self._known.get(place)
        if known is None or known.revision != revision or _ended(known.until_us, now_us):
            known = self._judged(text, revision, now_us)
            self._keep(place, known)
        return known.principal

    def narrowed(self, text: str, scopes: Sequence[str] | None, expires_us: int | None) -> str:
        """The token with less, made without changing anything here."""
        return self._mint.narrowed(text, self.publics(), scopes, expires_us)

    def publics(self) -> list[bytes]:
        """The keys that sign tokens on this database, and those that did, newest first."""
        periods = [
            period
            for record in self._book.store.records(NODE_SUBNET)
            if record.label.startswith("tokens:")
            for period in self._book.state(record.id).periods
        ]
        return [period.key for period in sorted(periods, key=lambda period: -period.since)]

    def _seed(self, now_us: int) -> bytes:
        ensure_node_identity(self._book, self._entropy, self._node)
        return self._book.seed(RoleSigning(self._book, self._node, "tokens").identity, now_us)

    def _keep(self, place: bytes, known: _Known) -> None:
        with self._lock:
            self._known[place] = known
            self._known.move_to_end(place)
            while len(self._known) > TOKENS_KNOWN_MAX:
                self._known.popitem(last=False)

    def _judged(self, text: str, revision: int, now_us: int) -> _Known:
        self._book.refresh()
        asked = self._mint.read(text, self.publics(), (), now_us)
        record = self._access.token(asked.claims.token) if asked else None
        if asked is None or record is None or record.revoked or _ended(record.expires_us, now_us):
            return _Known(revision, None, None)
        if (record.identity, record.subnet) != (asked.claims.identity, asked.claims.subnet):
            return _Known(revision, None, None)
        return self._principal(text, record, revision, now_us)

    def _principal(self, text: str, record: TokenRecord, revision: int, now_us: int) -> _Known:
        wanted = {*record.scopes, *SCOPES} if EVERYTHING & set(record.scopes) else set(record.scopes)
        reading = self._mint.read(text, self.publics(), sorted(wanted), now_us)
        assert reading is not None, "it was read before"
        scopes, until_us = self._delegated(record.identity, reading, now_us)
        ends = [at for at in (until_us, reading.until_us, record.expires_us) if at is not None]
        principal = Principal(record.id, record.name, record.subnet, scopes, record.identity)
        return _Known(revision, principal if scopes else None, min(ends, default=None))

    def _delegated(self, identity: str, reading: Reading, now_us: int) -> tuple[frozenset[str], int | None]:
        """Those scopes that the identity itself has now, and until when that is sure."""
        states, kept, ends = self._book.states(identity), set(), []
        if any(state.revoked_since is not None for state in states.values()):
            return frozenset(), None  # for tokens it counts at once, whenever it takes force
        for scope in reading.scopes:
            for given in (scope, *sorted(EVERYTHING - {scope})):
                try:
                    _, until_us = check_authority(states, identity, now_us, given)
                except NotTrusted:
                    continue
                kept.add(scope)
                ends += [] if until_us is None else [until_us]
                break
        return frozenset(kept), min(ends, default=None)


def owner_of(book: IdentityBook, entropy: Entropy, subnet: str) -> str:
    """The identity that owns a subnet on this node, with keys that the node holds; made where missing."""
    label = f"owner:{subnet}"
    found = book.store.labelled(label)
    if found is None:
        wanted = Wanted(subnet, "person", f"owner of {subnet}", label)
        found = make_held(book, entropy, wanted) or book.store.labelled(label)
    assert found is not None, "it was there, or made"
    return found.id


def check_form(text: str) -> None:
    """Raise :class:`Unauthenticated` with the way out for a token of the kind there was before."""
    if text.startswith(FORMER_PREFIX):
        raise Unauthenticated(
            "this token is of a kind that is no longer valid; make a new one with: qflow token create"
        )


def _ended(at_us: int | None, now_us: int) -> bool:
    return at_us is not None and at_us <= now_us
