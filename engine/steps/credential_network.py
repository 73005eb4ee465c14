"""Credentials that travel with HTTP requests."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from engine.steps.credential_fields import Fields, hidden, shown
from engine.steps.json_text import parsed_json


class UserPassword(Fields):
    """A user name and a password."""

    user: str = shown("User name.")
    password: str = hidden("Password.")


class NameValue(Fields):
    """A header or query parameter with a secret value."""

    name: str = Field(min_length=1, max_length=256, description="Name of the header or parameter.")
    value: str = hidden("The secret.")


class Token(Fields):
    """A token in the Authorization header (RFC 6750)."""

    token: str = hidden("The token, without the word Bearer.")


class Custom(Fields):
    """Headers, query parameters and fields of the body, as JSON."""

    json_: str | dict[str, Any] = Field(
        alias="json",
        repr=False,
        description='JSON as in {"headers": {...}, "qs": {...}, "body": {...}}; each part may be left out.',
        json_schema_extra={"writeOnly": True, "lines": True},
    )

    @field_validator("json_")
    @classmethod
    def _parts(cls, value: Any) -> dict[str, Any]:
        """An object of objects."""
        parts = parsed_json(value) if isinstance(value, str) else value
        if not isinstance(parts, dict) or set(parts) - {"headers", "qs", "body"}:
            raise ValueError("json must be an object with headers, qs and body, or some of them")
        if not all(isinstance(part, dict) for part in parts.values()):
            raise ValueError("headers, qs and body must be objects")
        return parts


class Certificates(Fields):
    """A client's certificate (TLS)."""

    ca: str = shown("Certificates of the authorities to trust, as PEM; empty: the public ones.", lines=True)
    cert: str = shown("The client's certificate chain, as PEM.", lines=True)
    key: str = hidden("The client's private key, as PEM.", lines=True)
    passphrase: str = hidden("Passphrase of the private key, where it has one.")


class OAuth1(Fields):
    """A client and its token (RFC 5849)."""

    consumerKey: str = shown("The client's key.")
    consumerSecret: str = hidden("The client's secret.")
    token: str = shown("The access token.")
    tokenSecret: str = hidden("The access token's secret.")
    signatureMethod: Literal["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512"] = Field(
        "HMAC-SHA1", description="How requests are signed."
    )
    realm: str = shown("The realm, where the server wants one.")


_CONSENT: Any = {"when": {"grantType": ["authorizationCode", "pkce"]}}


class OAuth2(Fields):
    """A client, and where it gets its tokens (RFC 6749)."""

    grantType: Literal["clientCredentials", "authorizationCode", "pkce"] = Field(
        "clientCredentials",
        description="How tokens are got; pkce is authorizationCode with a proof (RFC 7636).",
    )
    clientId: str = shown("The client's id.")
    clientSecret: str = hidden("The client's secret.")
    accessTokenUrl: str = Field(min_length=1, max_length=8_192, description="Where tokens are fetched.")
    authUrl: str = shown("Where people give their consent; for authorizationCode and pkce.", **_CONSENT)
    scope: str = shown("Scopes to ask for, separated by spaces.")
    audience: str = shown("Audience to ask for, where the server wants one.")
    authQueryParameters: str = shown(
        "More query parameters for authUrl, as in access_type=offline.", **_CONSENT
    )
    authentication: Literal["header", "body"] = Field(
        "header", description="Where id and secret go: a basic Authorization header, or the form."
    )
    refreshToken: str = hidden("A refresh token got elsewhere, where there is one already.")
    issuer: str = shown(
        "The server's own name for itself, which its answers must carry (RFC 9207). Empty: an answer that "
        "carries one must come from where authUrl points.",
        **_CONSENT,
    )

    @property
    def asks_consent(self) -> bool:
        """Whether a person has to agree at authUrl before there is a token."""
        return self.grantType != "clientCredentials"
