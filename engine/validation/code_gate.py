"""The one gate that code of users passes before it is loaded: code of steps and modules alike."""

from __future__ import annotations

from engine.base.errors import PolicyViolation, Quarantined
from engine.ports.policy import Policy


def check_code(cid: str, policy: Policy, what: str = "the step's code") -> None:
    """Let code with this CID be loaded, or say why the subnet does not.

    Raises :class:`PolicyViolation` for what the policy does not allow, and :class:`Quarantined` for what
    crossed its limits too often; approval does not end a quarantine. Expressions do not come here: they
    are part of a flow, see only its data and reach nothing.
    """
    if cid in policy.quarantined:
        message = (
            f"{what} {cid} crossed the limits of the sandbox too often and is in quarantine in subnet"
            f" {policy.subnet!r}; mend it, or let an administrator lift the quarantine"
        )
        raise Quarantined(message, code_cid=cid)
    if policy.code == "none":
        message = f"the policy of subnet {policy.subnet!r} allows no code; {what} is {cid}"
        raise PolicyViolation(message, code_cid=cid)
    if policy.code == "approved-only" and cid not in policy.approved:
        message = (
            f"the policy of subnet {policy.subnet!r} runs only approved code, and {what} {cid} is not"
            " approved; ask its members to approve it"
        )
        raise PolicyViolation(message, code_cid=cid)
