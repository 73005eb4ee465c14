"""Credentials that nodes name: an export holds their names and types, never their secrets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from n8n_import.words import Node

FIELDS: dict[str, tuple[str, ...]] = {
    "ftp": ("host", "port", "username", "password"),
    "httpBasicAuth": ("user", "password"),
    "httpDigestAuth": ("user", "password"),
    "httpHeaderAuth": ("name", "value"),
    "httpBearerAuth": ("token",),
    "httpQueryAuth": ("name", "value"),
    "httpCustomAuth": ("json",),
    "imap": ("user", "password", "host", "port", "secure"),
    "jwtAuth": ("keyType", "secret", "privateKey", "publicKey", "algorithm"),
    "oAuth1Api": ("consumerKey", "consumerSecret", "requestTokenUrl", "accessTokenUrl", "authUrl"),
    "oAuth2Api": ("clientId", "clientSecret", "accessTokenUrl", "authUrl", "scope"),
    "crypto": ("hmacSecret", "signPrivateKey"),
    "sftp": ("host", "port", "username", "password", "privateKey", "passphrase"),
    "smtp": ("user", "password", "host", "port", "secure"),
    "sshPassword": ("host", "port", "username", "password"),
    "httpSslAuth": ("ca", "cert", "key", "passphrase"),
    "sshPrivateKey": ("host", "port", "username", "privateKey", "passphrase"),
    "totpApi": ("secret", "label"),
}
"""What a type needs, for types whose nodes are understood; of others only the name is known."""


def placeholders(nodes: Iterable[Node]) -> list[dict[str, Any]]:
    """What has to be filled in: ``{"name", "type", "fields", "nodes"}``, each credential once."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for node in nodes:
        for kind, name in named(node):
            fields = list(FIELDS.get(kind, ()))
            one = found.setdefault((kind, name), {"name": name, "type": kind, "fields": fields, "nodes": []})
            one["nodes"].append(node.name)
    return list(found.values())


NAME_CHARACTERS_MAX = 128

HTTP = {
    "basicAuth": "httpBasicAuth",
    "bearerAuth": "httpBearerAuth",
    "customAuth": "httpCustomAuth",
    "digestAuth": "httpDigestAuth",
    "headerAuth": "httpHeaderAuth",
    "queryAuth": "httpQueryAuth",
    "oAuth1": "oAuth1Api",
    "oAuth2": "oAuth2Api",
}
"""How older nodes name the ways to sign in, and the types of their credentials."""


def reference(node: Node, kind: str) -> dict[str, str]:
    """What a step says of the node's credential of a type; where none is chosen, one named like the node."""
    return {"type": kind, "name": plain_name(dict(named(node)).get(kind, node.name))}


def request_reference(kind: str, name: str) -> tuple[dict[str, str], bool]:
    """What a request says of a credential, and whether its type is known here: one of a service becomes a
    custom credential (or OAuth 2) of a name that tells the service."""
    if kind in HTTP.values():
        return {"type": kind, "name": plain_name(name)}, True
    general = "oAuth2Api" if kind.endswith("OAuth2Api") else "httpCustomAuth"
    return {"type": general, "name": plain_name(f"{name} ({kind})")}, False


def plain_name(name: str) -> str:
    """The name as credentials may have it."""
    plain = "".join(one for one in name.replace("{{", "").lstrip("$ ") if one.isprintable()).strip()
    return plain[:NAME_CHARACTERS_MAX] or "unnamed"


def named(node: Node) -> list[tuple[str, str]]:
    """Type and name of each credential of a node; older exports give the name alone."""
    given = node.raw.get("credentials")
    pairs = given.items() if isinstance(given, dict) else ()
    return [(str(kind), _name(value)) for kind, value in pairs]


def _name(value: Any) -> str:
    name = value.get("name") if isinstance(value, dict) else value
    return name if isinstance(name, str) and name else "unnamed"


def told(kind: str, name: str) -> str:
    """The sentence of the report."""
    fields = FIELDS.get(kind)
    wanted = f": {', '.join(fields)}" if fields else ""
    return f"the credential {name!r} ({kind}) has to be filled in{wanted}"
