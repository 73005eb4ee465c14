"""All types of credentials, by name. The names are those that n8n uses, so that imports need no table."""

from __future__ import annotations

from difflib import get_close_matches

from engine.base.errors import Problem, UnknownObject
from engine.ports.credentials import CredentialType
from engine.steps import credential_keys as keys
from engine.steps import credential_network as network
from engine.steps import credential_servers as servers

_TYPES = (
    CredentialType("httpBasicAuth", "Basic auth", network.UserPassword, hosted=True),
    CredentialType("httpDigestAuth", "Digest auth", network.UserPassword, hosted=True),
    CredentialType("httpHeaderAuth", "Header auth", network.NameValue, hosted=True),
    CredentialType("httpQueryAuth", "Query auth", network.NameValue, hosted=True),
    CredentialType("httpBearerAuth", "Bearer auth", network.Token, hosted=True),
    CredentialType("httpCustomAuth", "Custom auth", network.Custom, hosted=True),
    CredentialType("httpSslAuth", "Client certificate", network.Certificates, hosted=True),
    CredentialType("oAuth1Api", "OAuth 1", network.OAuth1, hosted=True),
    CredentialType(
        "oAuth2Api", "OAuth 2", network.OAuth2, hosted=True, consents=lambda given: given.asks_consent
    ),
    CredentialType("jwtAuth", "JWT", keys.JwtKeys),
    CredentialType("crypto", "Crypto", keys.CryptoKeys),
    CredentialType("totpApi", "One-time codes", keys.TotpKey),
    CredentialType("smtp", "SMTP", servers.Smtp),
    CredentialType("imap", "IMAP", servers.Imap),
    CredentialType("ftp", "FTP", servers.Ftp),
    CredentialType("sftp", "SFTP", servers.Sftp),
    CredentialType("sshPassword", "SSH with a password", servers.SshPassword),
    CredentialType("sshPrivateKey", "SSH with a private key", servers.SshKey),
)

CREDENTIAL_TYPES = {found.name: found for found in _TYPES}


def credential_type(name: str) -> CredentialType:
    """The type of that name; raises :class:`UnknownObject` naming the nearest known one."""
    found = CREDENTIAL_TYPES.get(name)
    if found is not None:
        return found
    near = get_close_matches(name, CREDENTIAL_TYPES, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"known types: {', '.join(CREDENTIAL_TYPES)}"
    message = f"there is no type of credentials {name!r}; {hint}"
    raise UnknownObject(message, [Problem("type", message, "unknown_credential_type", hint=hint)])
