"""What parameters of steps that log in to a server have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import ConfigDict, Field

from engine.base.errors import InvalidInput
from engine.ports.step_catalogue import StepContext
from engine.steps.base import CredentialRef, Parameters, credential_field


def server_credential(*kinds: str) -> Any:
    """The parameter ``credential`` of a server that takes these types."""
    told = "A stored credential that names the server, user and password; instead of them here."
    return credential_field(told, kinds)


class Server(Parameters):
    """Base of servers; values never show up in error messages, since they may be secret."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    credential: CredentialRef | None = None
    host: str = Field("", max_length=253, description="Its name or address.")
    user: str = Field("", max_length=1_000, description="User name.")
    password: str = Field("", max_length=10_000, repr=False, description="Password.")


Given = TypeVar("Given", bound=Server)


def filled(context: StepContext, server: Given, kinds: Sequence[str]) -> Given:
    """The server with what its credential holds. The credential alone says which host it is for, so that no
    flow sends it elsewhere. Raises :class:`InvalidInput` where there is no host, or another one."""
    if server.credential is None:
        if not server.host:
            raise InvalidInput("server.host is missing; name a credential, or write host, user and password")
        return server
    wanted = server.credential
    if wanted.type not in kinds:
        raise InvalidInput(
            f"server.credential is of type {wanted.type!r}; this step takes: {', '.join(kinds)}"
        )
    held = context.credential(wanted.type, wanted.name).values
    if server.host not in ("", held.host):
        raise InvalidInput("server.host is another host than the credential's; leave it out")
    found = {name: value for name, value in _told(held).items() if name in type(server).model_fields}
    return server.model_copy(update=found)


def _told(held: Any) -> dict[str, Any]:
    """A credential's fields in the words of servers."""
    names = ("host", "port", "user", "password", "privateKey", "passphrase")
    found = {name: getattr(held, name) for name in names if hasattr(held, name)}
    if hasattr(held, "username"):
        found["user"] = held.username
    if hasattr(held, "secure"):
        plain = "offered" if hasattr(held, "disableStartTls") and not held.disableStartTls else "none"
        found["security"] = "tls" if held.secure else plain
    if getattr(held, "allowUnauthorizedCerts", False):
        found["verify"] = False
    if getattr(held, "hostName", ""):
        found["greeting"] = held.hostName
    return found
