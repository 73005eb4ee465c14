"""A policy port over a dict."""

from __future__ import annotations

from engine.base.errors import UnknownObject
from engine.ports.policy import PERSONAL, Policy


class FixedPolicies:
    """Gives the policies it was made with; the personal subnet has the default one."""

    def __init__(self, *policies: Policy) -> None:
        self.policies = {PERSONAL: Policy(PERSONAL)} | {policy.subnet: policy for policy in policies}

    def of(self, subnet: str) -> Policy:
        """The policy of a subnet, or :class:`UnknownObject`."""
        if subnet not in self.policies:
            raise UnknownObject(f"there is no subnet {subnet!r}")
        return self.policies[subnet]

    def renew(self, subnet: str) -> None:
        """Nothing is kept beside the dict."""
