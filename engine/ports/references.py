"""The socket for references: texts in a credential that say where a value lies, to be fetched at each use.

::

    vault://MOUNT/PATH#FIELD    a field of a secret in HashiCorp Vault (KV version 2)
    file://NAME                 a file that the node's operator lays out
    env://NAME                  an environment variable of the node
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from engine.base.errors import InvalidInput

SCHEMES = ("vault://", "file://", "env://")


class References(Protocol):
    """Fetches what references name, where the node's operator allows it; nothing is allowed by itself."""

    def check(self, subnet: str, text: str) -> None:
        """Raises :class:`InvalidInput` for a reference that is malformed or not allowed; asks no server."""

    def fetch(self, subnet: str, text: str) -> str:
        """The value. Raises :class:`InvalidInput` as above and where there is none, :class:`NetworkFailure`
        where the server does not answer."""


class NoReferences:
    """A node that allows none."""

    def check(self, subnet: str, text: str) -> None:
        """Always refuses."""
        scheme = text.partition("://")[0]
        raise InvalidInput(f"this node takes no references to {scheme}://; its operator can allow them")

    def fetch(self, subnet: str, text: str) -> str:
        """Always refuses."""
        self.check(subnet, text)
        return ""


def is_reference(value: Any) -> bool:
    """Whether a value of a credential says where the value lies."""
    return isinstance(value, str) and value.startswith(SCHEMES)


def fetched(
    references: References, subnet: str, values: Mapping[str, Any]
) -> tuple[dict[str, Any], frozenset[str]]:
    """The values with every reference replaced by what it names, and what was fetched."""
    found = {name: references.fetch(subnet, value) for name, value in values.items() if is_reference(value)}
    return {**values, **found}, frozenset(found.values())
