"""The gates of code and flows: what users wrote passes here before it is loaded or started."""

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
    _check_revoked(cid, policy, what)
    if policy.code == "none":
        message = f"the policy of subnet {policy.subnet!r} allows no code; {what} is {cid}"
        raise PolicyViolation(message, code_cid=cid)
    if policy.code == "approved-only" and cid not in policy.approved:
        message = (
            f"the policy of subnet {policy.subnet!r} runs only approved code, and {what} {cid} is not"
            " approved; ask its members to approve it"
        )
        raise PolicyViolation(message, code_cid=cid)


def check_flow(version: str, node: str, policy: Policy) -> None:
    """Let a flow version start, or go on with its next step, on a node; raises :class:`PolicyViolation`."""
    what = "the flow version"
    if policy.nodes and node not in policy.nodes:
        allowed = ", ".join(policy.nodes)
        raise PolicyViolation(
            f"the policy of subnet {policy.subnet!r} runs on other nodes: {allowed}", node=node
        )
    _check_revoked(version, policy, what)
    if policy.flows == "approved-only" and version not in policy.approved:
        message = (
            f"the policy of subnet {policy.subnet!r} runs only approved flows, and version {version} is not"
            " approved; ask its members to approve it"
        )
        raise PolicyViolation(message, code_cid=version)


def _check_revoked(cid: str, policy: Policy, what: str) -> None:
    if cid in policy.revoked:
        message = f"{what} {cid} was revoked or stopped by the members of subnet {policy.subnet!r}"
        raise PolicyViolation(message, code_cid=cid, revoked=True)
    if policy.expired:
        message = f"the signed policy of subnet {policy.subnet!r} has expired; its validators must renew it"
        raise PolicyViolation(message, code_cid=cid, expired=True)
