"""Secrets for guests: used by name in a request, and never seen."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.base.errors import CapabilityDenied, InvalidInput
from engine.base.limits import REQUEST_SECRETS_MAX
from engine.ports.capabilities import Holder, Secret, SecretSource
from engine.ports.clock import Clock
from engine.ports.parameters import problems_of
from engine.sandbox.capabilities.addresses import Target
from engine.sandbox.capabilities.asks import SecretAsk
from engine.sandbox.capabilities.authority import CapabilityAuthority
from engine.sandbox.capabilities.denials import Reason
from engine.sandbox.capabilities.hosts import matching
from engine.sandbox.capabilities.http_requests import OF_THE_HOST, check_header, read_request
from engine.sandbox.capabilities.http_shim import HttpShim, Injected

_HOLE = "{}"


class SecretUse(BaseModel):
    """Where one secret goes: into a header, or a query parameter. ``format`` holds ``{}`` once, for the
    value; ``user`` makes it a password of HTTP Basic."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    header: Annotated[str, Field(max_length=128)] | None = None
    query: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    format: Annotated[str, Field(max_length=256)] = _HOLE
    user: Annotated[str, Field(max_length=256)] | None = None


class _Uses(BaseModel):
    secrets: Annotated[list[SecretUse], Field(min_length=1, max_length=REQUEST_SECRETS_MAX)]


class SecretShim:
    """Requests with secrets in them, for one attempt."""

    def __init__(
        self,
        authority: CapabilityAuthority,
        holder: Holder,
        http: HttpShim,
        secrets: SecretSource,
        clock: Clock,
    ) -> None:
        self._authority, self._holder, self._http = authority, holder, http
        self._secrets, self._clock = secrets, clock

    def call(self, token: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """A request as for :meth:`HttpShim.call`, and ``secrets``: a list of :class:`SecretUse`.

        Needs a grant for the request and one for each secret at its host; the secret's own scope must
        name the host, too. Raises what :meth:`HttpShim.call` raises.
        """
        uses = _read(request.get("secrets"))
        rest = read_request({name: value for name, value in request.items() if name != "secrets"})
        target = self._http.target(rest.url)
        headers, query = [], []
        for use in uses:
            text = _worded(use, self._allowed(token, use, target))
            if use.header is not None:
                headers.append((use.header, text))
            else:
                query.append((str(use.query), text))
        return self._http.exchange(token, rest, Injected(tuple(headers), tuple(query)))

    def _allowed(self, token: str, use: SecretUse, target: Target) -> Secret:
        """The secret, if the token and its own scope let it go to this address."""
        ask = SecretAsk(use.name, target.host, target.port)
        self._authority.authorise(token, self._holder, ask, self._clock.now_us())
        secret = self._secrets.of(self._holder.subnet).get(use.name)
        if secret is None:
            raise self._refused(ask, f"there is no secret {use.name!r} in subnet {self._holder.subnet!r}")
        if not set(matching(target.host, target.port)) & set(secret.hosts):
            raise self._refused(
                ask,
                f"the scope of secret {use.name!r} does not name {target.host}; it names: "
                f"{', '.join(secret.hosts)}",
            )
        if target.scheme != "https" and not secret.plain_http:
            raise self._refused(
                ask,
                f"secret {use.name!r} does not travel over plain http; use https, "
                "or set plainHttp in its scope",
            )
        return secret

    def _refused(self, ask: SecretAsk, message: str) -> CapabilityDenied:
        self._authority.refuse(self._holder, ask, Reason.OUT_OF_SCOPE, self._clock.now_us())
        return CapabilityDenied(message, operation="secret", arguments=ask.arguments(), reason="out-of-scope")


def _read(given: Any) -> list[SecretUse]:
    try:
        uses = _Uses.model_validate({"secrets": given}).secrets
    except ValidationError as error:
        raise InvalidInput("secrets is no list of uses", problems_of(error, _Uses, "request")) from None
    for use in uses:
        _check(use)
    return uses


def _check(use: SecretUse) -> None:
    """Before anything is put together: a format must not smuggle in a header of its own."""
    if (use.header is None) == (use.query is None):
        raise InvalidInput(f"secret {use.name!r}: name either a header or a query parameter")
    if use.format.count(_HOLE) != 1:
        raise InvalidInput(f"secret {use.name!r}: format holds {{}} exactly once")
    if use.user is not None and (use.header is None or ":" in use.user):
        raise InvalidInput(f"secret {use.name!r}: user is for a header, and holds no colon (RFC 7617)")
    check_header(use.header or "x", f"{use.format}{use.user or ''}{use.query or ''}")
    if (use.header or "").lower() in OF_THE_HOST:
        raise InvalidInput(f"secret {use.name!r}: the header {use.header} cannot hold one")


def _worded(use: SecretUse, secret: Secret) -> str:
    value = secret.value
    if use.user is not None:
        value = base64.b64encode(f"{use.user}:{value}".encode()).decode("ascii")
        return use.format.replace(_HOLE, value) if use.format != _HOLE else f"Basic {value}"
    return use.format.replace(_HOLE, value)
