"""Where a credential may be sent."""

from __future__ import annotations

from engine.base.errors import CapabilityDenied, EgressDenied
from engine.ports.credentials import Credential
from engine.validation.egress_entries import Entry, parse_entry
from engine.validation.egress_names import normalise_host


def check_destination(credential: Credential, scheme: str, host: str, port: int) -> None:
    """Let the values of a credential go to this host, or raise :class:`CapabilityDenied`.

    The scope says by name where they may go; it is compared with the name as it was asked for, never
    with what it resolves to.
    """
    if not any(_names(parse_entry(text), host, port) for text in credential.hosts):
        known = ", ".join(credential.hosts) or "no host"
        raise CapabilityDenied(
            f"the credential {credential.key} may not be sent to {host}:{port}: its scope names {known}; "
            f"add {host} to its hosts if it is meant to go there",
            operation="credential",
            reason="out-of-scope",
        )
    if scheme != "https" and not credential.plain_http:
        raise CapabilityDenied(
            f"the credential {credential.key} does not travel over plain {scheme}; use https, or set "
            "plainHttp in its scope",
            operation="credential",
            reason="out-of-scope",
        )


def _names(entry: Entry, host: str, port: int) -> bool:
    try:
        name = normalise_host(host)
    except EgressDenied:
        return False
    if name.address is not None:
        return entry.holds(name.address, port) or (entry.suffix == "." and entry.port in (None, port))
    return entry.names(name.name, port)
