"""Bearer tokens as Biscuits (https://doc.biscuitsec.org): signed facts that a holder can only narrow.

The first block says ``token``, ``identity``, ``subnet`` and a ``scope`` for each thing allowed. A holder who
appends a block with checks over ``use`` (the scope asked for) and ``time`` gives on less, offline.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from biscuit_auth import (
    AuthorizationError,
    AuthorizerBuilder,
    Biscuit,
    BiscuitBuilder,
    BiscuitValidationError,
    BlockBuilder,
    Check,
    DataLogError,
    Fact,
    Policy,
    PrivateKey,
    PublicKey,
    Rule,
)

from engine.base.errors import InvalidInput
from engine.base.limits import DATALOG_FACTS_MAX, TOKEN_BLOCKS_MAX, TOKEN_CHARACTERS_MAX
from engine.ports.token_mint import Claims, Reading

PREFIX = "qfb_"
"""What a token begins with, so that people and scanners know it."""

DATALOG_TIME = timedelta(seconds=2)
"""How long one evaluation may take; it takes microseconds, but the machine may be busy."""

_SECOND_US = 1_000_000
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_ALLOW = Policy('allow if use($use), scope($scope), $use == $scope || $scope == "admin" || $scope == "*"')
_SAID = Rule("said($token, $identity, $subnet) <- token($token), identity($identity), subnet($subnet)")
_SCOPES = Rule("said($scope) <- scope($scope)")


class BiscuitMint:
    """:class:`engine.ports.token_mint.TokenMint`."""

    def mint(self, seed: bytes, claims: Claims) -> str:
        """A Biscuit of one block."""
        private = PrivateKey(f"ed25519-private/{seed.hex()}")
        builder = BiscuitBuilder()
        for name in ("token", "identity", "subnet"):
            builder.add_fact(Fact(f"{name}({{value}})", {"value": getattr(claims, name)}))
        for scope in sorted(set(claims.scopes)):
            builder.add_fact(Fact("scope({value})", {"value": scope}))
        if claims.expires_us is not None:
            builder.add_check(_before(claims.expires_us))
        return PREFIX + str(builder.build(private).to_base64())

    def read(self, text: str, publics: Sequence[bytes], asked: Sequence[str], now_us: int) -> Reading | None:
        """See :meth:`TokenMint.read`. The Datalog is asked once for each scope."""
        biscuit = _parsed(text, publics)
        if biscuit is None:
            return None
        allowed = frozenset(scope for scope in asked if _allows(biscuit, scope, now_us))
        return Reading(_claims(biscuit, now_us), allowed, _next_change_us(biscuit, now_us))

    def narrowed(
        self, text: str, publics: Sequence[bytes], scopes: Sequence[str] | None, expires_us: int | None
    ) -> str:
        """See :meth:`TokenMint.narrowed`."""
        biscuit = _parsed(text, publics)
        if biscuit is None:
            raise InvalidInput("this is no token of this node; it may be cut off, or signed by another key")
        if biscuit.block_count() >= TOKEN_BLOCKS_MAX:
            raise InvalidInput(f"a token has at most {TOKEN_BLOCKS_MAX} blocks")
        block = BlockBuilder("")
        if scopes is not None:
            block.add_check(Check("check if use($use), {scopes}.contains($use)", {"scopes": set(scopes)}))
        if expires_us is not None:
            block.add_check(_before(expires_us))
        narrowed = PREFIX + str(biscuit.append(block).to_base64())
        if len(narrowed) > TOKEN_CHARACTERS_MAX:
            raise InvalidInput(f"the token would have more than {TOKEN_CHARACTERS_MAX} characters")
        return narrowed


def _parsed(text: str, publics: Sequence[bytes]) -> Biscuit | None:
    """The token, its signatures checked by one of the keys."""
    if not text.startswith(PREFIX) or len(text) > TOKEN_CHARACTERS_MAX:
        return None
    for public in publics:
        try:
            biscuit = Biscuit.from_base64(text.removeprefix(PREFIX), _always(public))
        except (BiscuitValidationError, ValueError):
            continue
        return biscuit if biscuit.block_count() <= TOKEN_BLOCKS_MAX else None
    return None


def _always(public: bytes) -> Callable[[int | None], PublicKey]:
    key = PublicKey(f"ed25519/{public.hex()}")
    return lambda key_id: key


def _allows(biscuit: Biscuit, scope: str, now_us: int) -> bool:
    builder = _asking(now_us)
    builder.add_fact(Fact("use({value})", {"value": scope}))
    builder.add_policy(_ALLOW)
    try:
        builder.build(biscuit).authorize()
    except (AuthorizationError, DataLogError):
        return False
    return True


def _claims(biscuit: Biscuit, now_us: int) -> Claims:
    """What the first block says: facts of later blocks are not seen by rules of the authorizer."""
    authorizer = _asking(now_us).build(biscuit)
    token, identity, subnet = authorizer.query(_SAID)[0].terms
    scopes = tuple(sorted(fact.terms[0] for fact in authorizer.query(_SCOPES)))
    return Claims(token, identity, subnet, scopes)


def _asking(now_us: int) -> AuthorizerBuilder:
    builder = AuthorizerBuilder()
    limits = builder.limits()  # type: ignore[attr-defined]  # its stubs lack them
    limits.max_time, limits.max_facts = DATALOG_TIME, DATALOG_FACTS_MAX
    builder.set_limits(limits)  # type: ignore[attr-defined]
    builder.add_fact(Fact("time({now})", {"now": datetime.fromtimestamp(now_us // _SECOND_US, UTC)}))
    return builder


def _before(expires_us: int) -> Check:
    moment = datetime.fromtimestamp(-(-expires_us // _SECOND_US), UTC)
    return Check("check if time($time), $time < {moment}", {"moment": moment})


def _next_change_us(biscuit: Biscuit, now_us: int) -> int | None:
    """When the answer may change: at a date that a block names; Datalog cannot make new dates."""
    sources = [biscuit.block_source(block) for block in range(biscuit.block_count())]
    dates = [datetime.fromisoformat(date) for source in sources for date in _DATE.findall(source)]
    later = [int(date.timestamp()) * _SECOND_US for date in dates]
    return min((at for at in later if at > now_us), default=None)
