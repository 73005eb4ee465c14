"""What votes approved for one piece of code: the ceilings that hold for what runs in an attempt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.base.errors import InvalidInput
from engine.base.limits import CAPABILITY_GRANTS_MAX
from engine.ports.grants import Capability
from engine.ports.policy import Policy
from engine.sandbox.capabilities.meets import meet

Ceilings = tuple[Capability, ...]


def held(policy: Policy, pieces: Sequence[Sequence[str]]) -> Policy:
    """The policy with the ceilings of what runs.

    Each piece of code is given by the CIDs that it may be approved under: its own first, then that of the
    flow version that names it. Where several pieces share one host, it gives what all of them may have.
    Raises :class:`InvalidInput` where that is too much to work out.
    """
    if not policy.ceilings:
        return policy
    each = [_of(policy, piece) for piece in pieces]
    common: Ceilings = each[0] if each else ()
    for other in each[1:]:
        common = common if other == common else _common(common, other)
    return replace(policy, capabilities=common)


def _of(policy: Policy, piece: Sequence[str]) -> Ceilings:
    """What was approved for the code, and with the flow; the common ceilings, for code nobody voted on."""
    own = policy.ceilings.get(piece[0], policy.capabilities)
    others = (policy.ceilings.get(cid, ()) for cid in piece[1:])
    return tuple(dict.fromkeys((*own, *(one for ceilings in others for one in ceilings))))


def _common(first: Ceilings, second: Ceilings) -> Ceilings:
    both = [found for one in first for other in second if (found := meet(one, other)) is not None]
    common = tuple(dict.fromkeys(both))
    if len(common) > CAPABILITY_GRANTS_MAX:
        raise InvalidInput(
            f"what the step's modules may reach together are more than {CAPABILITY_GRANTS_MAX} capabilities;"
            " call them in steps of their own"
        )
    return common
