"""The socket for servers that give access tokens (RFC 6749, section 3.2), and what is kept of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

TOKEN_MARGIN_SECONDS = 30.0  # a token is given up this long before it ends
TOKEN_SECONDS = 300.0  # where the server does not say how long it lasts


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What a client asks at a token endpoint. ``in_body``: id and secret go into the form, else into a basic
    Authorization header."""

    url: str
    client: str
    secret: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)
    in_body: bool = False


class TokenEndpoints(Protocol):
    """Asks token endpoints, where the egress policy of a subnet lets it."""

    def ask(self, subnet: str, request: TokenRequest) -> Mapping[str, Any]:
        """The answer, which holds an ``access_token``. Raises :class:`StepFailure` where the server gives
        none, :class:`EgressDenied`, :class:`NetworkFailure` and :class:`TimedOut`."""


def lifetime(answer: Mapping[str, Any]) -> float:
    """How many seconds a token lasts."""
    lasts = answer.get("expires_in")
    return float(lasts) if isinstance(lasts, int | float) else TOKEN_SECONDS


def token_state(answer: Mapping[str, Any], now_s: float, refresh: str = "") -> dict[str, Any]:
    """What a credential keeps of an answer: the token, until when it is used (seconds since 1970), and what
    refreshes it, which stays as it was where the server gives no new one."""
    until = int(now_s + lifetime(answer) - TOKEN_MARGIN_SECONDS)
    kept = {"access_token": answer["access_token"], "until": until}
    newest = answer.get("refresh_token") or refresh
    return {**kept, "refresh_token": newest} if newest else kept
