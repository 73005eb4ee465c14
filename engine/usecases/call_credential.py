"""Try a credential at its service: one GET at an address that somebody names, of which the status is told."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from engine.base.errors import InvalidInput, QflowError
from engine.base.limits import URL_CHARACTERS_MAX
from engine.base.redaction import Redactor
from engine.execution.credentials import read_values
from engine.ports.access_store import Principal
from engine.ports.credentials import Credential, CredentialKey, Values
from engine.ports.references import fetched
from engine.usecases.manage_credentials import RESOURCE, try_credential
from engine.usecases.permission import require
from engine.usecases.remember import remember
from engine.usecases.world import World


@dataclass(frozen=True, slots=True)
class CredentialVerdict:
    """What a service answered: its status, and what that says of the credential."""

    status: int

    @property
    def ok(self) -> bool:
        """Whether the service took the credential, as far as a status tells."""
        return self.status < 400

    @property
    def words(self) -> str:
        """The verdict for people."""
        if self.ok:
            return f"the service answered {self.status}"
        if self.status in (401, 403):
            return f"the service refuses the credential: it answered {self.status}"
        return f"the service answered {self.status}, which neither takes nor refuses the credential"


def call_credential(world: World, actor: Principal, key: CredentialKey, address: str) -> CredentialVerdict:
    """Ask an address with a credential, under its scope, the egress policy and the guards of steps.

    Only administrators may, since the secret goes out. Redirects are not followed; no body is read to
    anybody. Raises what :func:`try_credential` and :meth:`CredentialCalls.status` raise, without a secret.
    """
    require(world, actor, "admin", RESOURCE)
    try_credential(world, actor, key)
    if not world.catalogue.credential_type(key.type).hosted:
        raise InvalidInput(f"the credential {key} is not for requests over HTTP; leave the address out")
    if len(address) > URL_CHARACTERS_MAX:
        raise InvalidInput(f"the test address has more than {URL_CHARACTERS_MAX} characters")
    held = _held(world, actor.subnet, key)
    remember(world, actor, "data", "credential.call", f"{key.type}/{key.name}", details=_place(address))
    try:
        return CredentialVerdict(
            world.credential_calls.status(actor.subnet, held, address, world.clock.now_us())
        )
    except QflowError as error:
        Redactor(held.secrets()).clear(error)
        raise


def _held(world: World, subnet: str, key: CredentialKey) -> Credential:
    record, contents = world.credentials.record(subnet, key), world.credentials.contents(subnet, key)
    assert record is not None  # it was tried just now
    assert contents is not None
    given, named = fetched(world.references, subnet, contents.values)
    values = read_values(world.catalogue.credential_type(key.type), given, key)

    def keep(state: Values) -> bool:
        return world.credentials.keep_state(subnet, key, state, record.revision)

    return Credential(key, values, record.hosts, record.plain_http, dict(contents.state), keep, named)


def _place(address: str) -> dict[str, str]:
    """The host alone, as queries may hold secrets."""
    try:
        return {"host": urlsplit(address).hostname or ""}
    except ValueError:
        return {"host": ""}
