"""Attenuation: anyone who has a token can make one that allows less, without asking who minted it."""

from __future__ import annotations

from collections.abc import Sequence

from biscuit_auth import (
    Biscuit,
    BiscuitBlockError,
    BiscuitValidationError,
    BlockBuilder,
)

from engine.base.errors import InvalidInput, ResourceExhausted
from engine.base.limits import CAPABILITY_TOKEN_CHARACTERS_MAX, TOKEN_BLOCKS_MAX
from engine.ports.grants import Capability
from engine.sandbox.capabilities.keys import VerifyingKeys
from engine.sandbox.capabilities.vocabulary import bounds_checks, narrowing


def attenuate(
    token: str,
    keys: VerifyingKeys,
    capabilities: Sequence[Capability] | None = None,
    *,
    uses_max: int | None = None,
    expires_us: int | None = None,
) -> str:
    """The token with one more block, which allows at most ``capabilities`` (None: what the token allows),
    so many uses in all, and nothing from a time on.

    What the block names beyond the token is not granted by it. Raises :class:`InvalidInput` for what is
    no token, :class:`ResourceExhausted` for one with too many blocks.
    """
    biscuit = parsed(token, keys)
    block = biscuit.block_count()
    if block >= TOKEN_BLOCKS_MAX:
        raise ResourceExhausted(f"a capability token has at most {TOKEN_BLOCKS_MAX} blocks")
    builder = BlockBuilder("")
    if capabilities is not None:
        builder.add_check(narrowing(capabilities, block))
    for check in bounds_checks(block, uses_max, expires_us).values():
        builder.add_check(check)
    try:
        return str(biscuit.append(builder).to_base64())
    except BiscuitBlockError as error:
        raise InvalidInput("the attenuation cannot be put into the token") from error


def parsed(token: str, keys: VerifyingKeys) -> Biscuit:
    """The token, its signatures checked; raises :class:`InvalidInput`."""
    if not 0 < len(token) <= CAPABILITY_TOKEN_CHARACTERS_MAX:
        raise InvalidInput("this is no capability token")
    try:
        biscuit = Biscuit.from_base64(token, keys.public)
    except (BiscuitValidationError, ValueError) as error:
        raise InvalidInput("this is no capability token of this node") from error
    if biscuit.block_count() > TOKEN_BLOCKS_MAX:
        raise InvalidInput(f"a capability token has at most {TOKEN_BLOCKS_MAX} blocks")
    return biscuit
