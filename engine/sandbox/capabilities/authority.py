"""Mints capability tokens, and judges every use of one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from biscuit_auth import AuthorizationError, Biscuit, BiscuitBuilder

from engine.base.errors import CapabilityDenied, InvalidInput
from engine.base.ids import ulid
from engine.base.limits import CAPABILITY_GRANTS_MAX, CAPABILITY_LIFETIME_US_MAX, CAPABILITY_SIZES_MAX
from engine.ports.capabilities import Holder
from engine.ports.clock import Entropy
from engine.ports.grants import Capability
from engine.ports.policy import Policy
from engine.sandbox.capabilities.asks import Ask
from engine.sandbox.capabilities.attenuation import parsed
from engine.sandbox.capabilities.audit import Audit
from engine.sandbox.capabilities.denials import Reason, denied
from engine.sandbox.capabilities.keys import NodeKeys
from engine.sandbox.capabilities.live import LiveToken, LiveTokens
from engine.sandbox.capabilities.meets import Granted, grants_of
from engine.sandbox.capabilities.revocations import Revocations
from engine.sandbox.capabilities.vocabulary import (
    Bounds,
    asking,
    budget_fact,
    counted,
    grant_fact,
    holder_check,
    matches,
    size_fact,
)

_SIZES = re.compile(r"\$b <= (\d{1,16})\b")


@dataclass(frozen=True, slots=True)
class Token:
    """A fresh token; ``text`` is a bearer secret."""

    id: str
    text: str = field(repr=False)
    granted: tuple[Granted, ...]
    expires_us: int


@dataclass(frozen=True, slots=True)
class Grant:
    """One allowed use: ``bytes_max`` bounds the answer, and what is sent with it."""

    token: str
    number: int
    bytes_max: int
    expires_us: int


class CapabilityAuthority:
    """One per process: its counts and live tokens are in memory, and are the only ones there are."""

    def __init__(self, keys: NodeKeys, audit: Audit, revocations: Revocations, entropy: Entropy) -> None:
        self.keys, self.audit, self.revocations = keys, audit, revocations
        self._entropy = entropy
        self.live = LiveTokens()

    def mint(
        self,
        policy: Policy,
        holder: Holder,
        requested: Sequence[Capability],
        now_us: int,
        lifetime_us: int | None = None,
    ) -> Token:
        """A token for one attempt: what is requested, as far as the policy's ceilings allow it.

        It expires with the attempt's time limit. Raises :class:`InvalidInput` for hosts that cannot be
        read and for too many grants.
        """
        if holder.subnet != policy.subnet:
            raise InvalidInput(f"a policy of subnet {policy.subnet!r} grants nothing in {holder.subnet!r}")
        granted = grants_of(requested, policy.capabilities)
        if len(granted) > CAPABILITY_GRANTS_MAX:
            raise InvalidInput(
                f"the step asks for {len(granted)} grants; a token has at most {CAPABILITY_GRANTS_MAX}"
            )
        lifetime = policy.limits.step_timeout_ms * 1000 if lifetime_us is None else lifetime_us
        until_us = now_us + min(lifetime, CAPABILITY_LIFETIME_US_MAX)
        id = ulid("cap", now_us, self._entropy.bytes(10))
        bounds = Bounds(policy.limits.response_body_bytes_max, until_us, now_us)
        biscuit = self._built(id, holder, policy, granted, bounds)
        root = biscuit.revocation_ids[0]
        self.live.add(LiveToken(id, root, holder, policy, granted, until_us), now_us)
        return Token(id, biscuit.to_base64(), tuple(granted), until_us)

    def _built(
        self, id: str, holder: Holder, policy: Policy, granted: Sequence[Granted], bounds: Bounds
    ) -> Biscuit:
        builder = BiscuitBuilder("token({id});", {"id": id})
        builder.set_root_key_id(self.keys.key_id)
        builder.add_check(holder_check(holder))
        for place in sorted({one.ceiling for one in granted}):
            builder.add_fact(budget_fact(place, policy.capabilities[place]))
        for number, one in enumerate(granted):
            builder.add_fact(grant_fact(number, one, bounds))
        return builder.build(self.keys.private)

    def retire(self, holder: Holder) -> None:
        """The attempt is over: its token and all attenuations of it are worth nothing any more."""
        self.live.retire(holder)

    def authorise(self, token: str, holder: Holder, ask: Ask, now_us: int) -> Grant:
        """Allow one use and count it; raises :class:`CapabilityDenied`. Either way it is on record."""
        live: LiveToken | None = None
        try:
            biscuit, live = self._known(token)
            grant = self._judged(biscuit, live, holder, ask, now_us)
        except _Refused as refused:
            raise self._deny(refused.reason, ask, holder, live, now_us) from None
        self.audit.record(
            holder, live.id, ask.operation, ask.arguments(), f"grant {grant.number}", now_us, allowed=True
        )
        return grant

    def refuse(self, holder: Holder, ask: Ask, reason: Reason, now_us: int) -> None:
        """Put on record that something behind the token refused a use."""
        live = self.live.of(holder)
        id = live.id if live is not None else ""
        self._count_refusal(live)
        self.audit.record(holder, id, ask.operation, ask.arguments(), reason, now_us, allowed=False)

    def _known(self, token: str) -> tuple[Biscuit, LiveToken]:
        try:
            biscuit = parsed(token, self.keys)
        except InvalidInput:
            raise _Refused(Reason.FORGED) from None
        live = self.live.find(biscuit.revocation_ids[0])
        if live is None:
            raise _Refused(Reason.ENDED)
        return biscuit, live

    def _judged(self, biscuit: Biscuit, live: LiveToken, holder: Holder, ask: Ask, now_us: int) -> Grant:
        if live.holder != holder:
            raise _Refused(Reason.OTHER_HOLDER)
        if live.withdrawn:
            raise _Refused(Reason.WITHDRAWN)
        blocks = biscuit.revocation_ids
        if self.revocations.any_of(holder.subnet, (live.id, *blocks)):
            raise _Refused(Reason.REVOKED)
        if now_us >= live.expires_us:
            raise _Refused(Reason.EXPIRED)
        with live.lock:
            judge = _Judge(biscuit, live, ask, now_us)
            grant = judge.first_that_fits()
            if grant is None:
                raise _Refused(judge.reason())
            live.count(grant.number, judge.ceiling, blocks)
            return grant

    def _deny(
        self, reason: Reason, ask: Ask, holder: Holder, live: LiveToken | None, now_us: int
    ) -> CapabilityDenied:
        """The error; on record, unless the record is full of this token's refusals."""
        mine = self.live.of(holder)
        if not self._count_refusal(mine):
            id = live.id if live is not None and live.holder.subnet == holder.subnet else ""
            self.audit.record(holder, id, ask.operation, ask.arguments(), reason, now_us, allowed=False)
        # whoever shows a token of another step learns nothing of that step
        return denied(reason, ask, holder, live if live is mine else None)

    @staticmethod
    def _count_refusal(mine: LiveToken | None) -> bool:
        """Whether the holder's token had been withdrawn before this refusal."""
        if mine is None:
            return False
        with mine.lock:
            withdrawn = mine.withdrawn
            mine.refusals += 1
            return withdrawn


class _Refused(Exception):
    """Carries the reason to where the use is put on record."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class _Judge:
    """Asks the token's Datalog, for the largest size it allows first."""

    def __init__(self, biscuit: Biscuit, live: LiveToken, ask: Ask, now_us: int) -> None:
        self._biscuit, self._live, self._ask, self._now_us = biscuit, live, ask, now_us
        self._facts = list(ask.facts())
        self.ceiling = 0

    def first_that_fits(self, *, fresh: bool = False, now_us: int | None = None) -> Grant | None:
        """The grant to use; ``fresh``: as if nothing had been used yet."""
        for size in self._sizes():
            found = self._matching(size, fresh, self._now_us if now_us is None else now_us)
            if found:
                number, self.ceiling, until_us = found[0]
                return Grant(self._live.id, number, size, until_us)
        return None

    def reason(self) -> Reason:
        """Why nothing fits."""
        if self.first_that_fits(fresh=True) is not None:
            return Reason.USED_UP
        if self.first_that_fits(fresh=True, now_us=0) is not None:
            return Reason.EXPIRED
        narrowed = self._biscuit.block_count() > 1
        if narrowed and self._matching(self._ask.size, True, self._now_us, checked=False):
            return Reason.ATTENUATED  # only checks of later blocks failed
        return Reason.NOT_GRANTED

    def _sizes(self) -> list[int]:
        """Sizes at which the token's answer may change, largest first; last the one that is asked."""
        least = self._ask.size
        texts = [self._biscuit.block_source(block) for block in range(1, self._biscuit.block_count())]
        limits = {int(found) for text in texts for found in _SIZES.findall(text)}
        limits |= {getattr(one.capability, "bytes_max", None) or 0 for one in self._live.granted}
        limits.add(self._live.policy.limits.response_body_bytes_max)
        return [
            *sorted((size for size in limits if size > least), reverse=True)[:CAPABILITY_SIZES_MAX],
            least,
        ]

    def _matching(
        self, size: int, fresh: bool, now_us: int, *, checked: bool = True
    ) -> list[tuple[int, int, int]]:
        live = self._live
        builder = asking(self._ask.operation, self._facts, live.holder, now_us)
        builder.add_fact(size_fact(size))
        for number in range(len(live.granted)):
            builder.add_fact(counted("used", number, 0 if fresh else live.used[number]))
        for place in {one.ceiling for one in live.granted}:
            builder.add_fact(counted("spent", place, 0 if fresh else live.spent[place]))
        for block, id in enumerate(self._biscuit.revocation_ids):
            builder.add_fact(counted("through", block, 0 if fresh else live.through[id]))
        authorizer = builder.build(self._biscuit)
        try:
            if checked:
                authorizer.authorize()
            found = [fact.terms for fact in authorizer.query(matches(self._ask.operation))]
        except AuthorizationError:
            return []
        return sorted((int(number), int(ceiling), int(until)) for number, ceiling, until in found)
