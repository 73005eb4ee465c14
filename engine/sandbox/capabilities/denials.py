"""Why a use is denied, in words that name token, step, what was asked, and the policy that would allow it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import orjson

from engine.base.errors import CapabilityDenied
from engine.base.limits import CAPABILITY_SHOWN_MAX, TOKEN_REFUSALS_MAX
from engine.ports.capabilities import Holder
from engine.ports.grants import Capability
from engine.ports.policy import Policy
from engine.sandbox.capabilities.asks import Ask, plain_form
from engine.sandbox.capabilities.live import LiveToken
from engine.sandbox.capabilities.meets import Granted, meet


class Reason(StrEnum):
    """Why; the audit keeps it."""

    FORGED = "forged"
    ENDED = "ended"
    REVOKED = "revoked"
    OTHER_HOLDER = "other-holder"
    EXPIRED = "expired"
    USED_UP = "used-up"
    ATTENUATED = "attenuated"
    NOT_GRANTED = "not-granted"
    WITHDRAWN = "withdrawn"
    OUT_OF_SCOPE = "out-of-scope"
    UNFIT = "unfit"
    EGRESS = "egress"


_WORDS = {
    Reason.FORGED: "is no token of this node: its signature does not hold",
    Reason.ENDED: "is worth nothing any more: the attempt it was for has ended, or runs elsewhere",
    Reason.REVOKED: "was revoked",
    Reason.OTHER_HOLDER: "is for another attempt of a step",
    Reason.EXPIRED: "has expired",
    Reason.USED_UP: "is used up",
    Reason.ATTENUATED: "was narrowed after it was minted and does not",
    Reason.NOT_GRANTED: "does not",
    Reason.WITHDRAWN: f"was withdrawn after {TOKEN_REFUSALS_MAX} refused uses",
}


def denied(reason: Reason, ask: Ask, holder: Holder, live: LiveToken | None) -> CapabilityDenied:
    """The error for a denied use."""
    id = live.id if live is not None else ""
    name = f"capability token {id}" if id else "what was shown as capability token"
    words = _WORDS[reason]
    asked = f"allow {ask.shown()}" if reason in (Reason.NOT_GRANTED, Reason.ATTENUATED) else ""
    message = f"{name} of step {holder.step!r} {words} {asked}".rstrip()
    if not asked:
        message += f"; refused: {ask.shown()}"
    if live is not None and reason is Reason.NOT_GRANTED:
        message += f"; it allows {_listed(live.granted)}; {remedy(live.policy, ask)}"
    if live is not None and reason is Reason.USED_UP:
        message += (
            "; raise usesMax in the step's parameter capabilities and under capabilities in the policy "
        )
        message += f"of subnet {live.policy.subnet!r}"
    return CapabilityDenied(
        message,
        token=id,
        operation=ask.operation,
        arguments=ask.arguments(),
        reason=str(reason),
        policy={"subnet": live.policy.subnet, "revision": live.policy.revision} if live else {},
    )


def remedy(policy: Policy, ask: Ask) -> str:
    """Which rule of the policy allows it, or would."""
    try:
        form = orjson.dumps(plain_form(ask.capability())).decode()
    except ValueError:
        return "no capability can allow it: it is not spelled as one may be"
    places = [place for place, ceiling in enumerate(policy.capabilities) if _allows(ceiling, ask)]
    where = f"the policy of subnet {policy.subnet!r} (revision {policy.revision})"
    if places:
        return (
            f"{where} allows it by capabilities[{places[0]}]: add {form} to the step's parameter capabilities"
        )
    if policy.ceilings:
        return f"{where} holds code to what was approved for it: propose it anew with {form}"
    return f"to allow it, add {form} to capabilities in {where} and in the step's parameters"


def _allows(ceiling: Capability, ask: Ask) -> bool:
    found = meet(ask.capability(), ceiling)
    size = getattr(found, "bytes_max", None)
    return found is not None and (size is None or size >= ask.size)


def _listed(granted: Sequence[Granted]) -> str:
    if not granted:
        return "nothing"
    shown = [orjson.dumps(plain_form(one.capability)).decode() for one in granted[:CAPABILITY_SHOWN_MAX]]
    rest = len(granted) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")
