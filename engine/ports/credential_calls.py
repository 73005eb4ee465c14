"""The socket for trying a credential at a service, outside of any step."""

from __future__ import annotations

from typing import Protocol

from engine.ports.credentials import Credential


class CredentialCalls(Protocol):
    """Asks addresses with credentials, where a subnet's egress policy and the credential's scope let it."""

    def status(self, subnet: str, held: Credential, address: str, now_us: int) -> int:
        """The status of a GET; the answer's body is dropped, and redirects are not followed. Raises
        :class:`InvalidInput` for what is no address or no credential for requests, :class:`CapabilityDenied`,
        :class:`EgressDenied`, :class:`NetworkFailure`, :class:`TimedOut` and :class:`StepFailure`."""
