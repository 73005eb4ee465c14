"""The node's own identity, and the roles under it: what signs journals, and what signs tokens.

The node's key signs key events only. What it does all day is signed by roles, which it delegates for a
while and can withdraw: a stolen role key is worth little for long.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.base.errors import NodeFailure, StaleRevision
from engine.ports.clock import Entropy
from engine.ports.identities import IdentityRecord
from engine.ports.signer import Signer
from engine.usecases.held_identities import Wanted, current, delegate_held, make_held
from engine.usecases.identity_book import RETIRED_KEPT_US, IdentityBook

JOURNAL_SCOPE = "journal:sign"
TOKEN_SCOPE = "tokens:sign"  # noqa: S105

ROLES: Mapping[str, str] = {"journal": JOURNAL_SCOPE, "tokens": TOKEN_SCOPE}
"""The roles of a node, and the scope each is delegated."""

NODE_SUBNET = ""
"""Identities of the node belong to no subnet: every subnet may read their logs."""

DAY_US = 86_400 * 1_000_000
DELEGATED_US = 90 * DAY_US
RENEWED_BEFORE_US = 30 * DAY_US
SKEW_US = 300 * 1_000_000
"""How far the clocks of a node's machines may differ when its identity is made."""


def label_of(node: str, role: str = "") -> str:
    """What the identity of a node, or of one of its roles, is called in the store."""
    return f"{role or 'node'}:{node}"


def ensure_node_identity(book: IdentityBook, entropy: Entropy, node: str) -> IdentityRecord:
    """The node's identity with its roles, made at the first start; processes that start together make it
    once. Delegations that end soon are renewed."""
    above = _ensure(book, entropy, Wanted(NODE_SUBNET, "node", node, label_of(node)))
    for role, scope in ROLES.items():
        wanted = Wanted(NODE_SUBNET, "role", f"{node} {role}", label_of(node, role), above.id)
        _ensure_delegated(book, above, _ensure(book, entropy, wanted), scope)
    return book.store.record(above.id)


def _ensure(book: IdentityBook, entropy: Entropy, wanted: Wanted) -> IdentityRecord:
    found = book.store.labelled(wanted.label)
    if found is None:
        earlier = Wanted(
            wanted.subnet,
            wanted.subject,
            wanted.name,
            wanted.label,
            wanted.delegator,
            since_us=book.clock.now_us() - SKEW_US,
        )
        found = make_held(book, entropy, earlier) or book.store.labelled(wanted.label)
    assert found is not None, "it was there, or made"
    return found


def _ensure_delegated(book: IdentityBook, above: IdentityRecord, role: IdentityRecord, scope: str) -> None:
    now_us = book.clock.now_us()
    state = current(book, above.id)
    given = state.delegation_at(role.id, now_us)
    if given is not None and given.until is not None and given.until - now_us > RENEWED_BEFORE_US:
        return
    since_us = max(now_us - SKEW_US, state.since)
    try:
        delegate_held(book, above.id, role.id, [scope], now_us + DELEGATED_US, since_us)
    except StaleRevision:  # another process was first
        return


def tend_node_identity(book: IdentityBook, entropy: Entropy, node: str) -> None:
    """Renew what ends soon, and erase private keys that were rotated out."""
    ensure_node_identity(book, entropy, node)
    for role in ("", *ROLES):
        record = book.store.labelled(label_of(node, role))
        if record is not None:
            book.store.forget_keys(record.id, book.clock.now_us() - RETIRED_KEPT_US)


class RoleSigning:
    """:class:`engine.ports.signer.Signing` for one role of the node."""

    def __init__(self, book: IdentityBook, node: str, role: str = "journal") -> None:
        self._book, self._label = book, label_of(node, role)
        self._identity = ""

    def __call__(self, at_us: int | None = None) -> Signer:
        """The signer for what is dated ``at_us``. Where the clock was set back before the identity began,
        its first key signs: work goes on, and whoever checks sees that the date is wrong."""
        state = self._book.state(self.identity)
        at_us = self._book.clock.now_us() if at_us is None else at_us
        return self._book.signer(self.identity, max(at_us, state.periods[0].since))

    @property
    def identity(self) -> str:
        """The role's identity; raises :class:`NodeFailure` before it was made."""
        if not self._identity:
            found = self._book.store.labelled(self._label)
            if found is None:
                raise NodeFailure(
                    f"the node has no identity {self._label!r} yet; it is made at the next start"
                )
            self._identity = found.id
        return self._identity
