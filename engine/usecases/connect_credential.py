"""A person's consent for a credential of OAuth 2: the question at the server, and what comes back of it.

Authorization code (RFC 6749, section 4.1), always with a proof of possession (PKCE, RFC 7636), and with a
look at who answers (RFC 9207). Whoever asks keeps the :class:`Question` where only the same session finds it.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from engine.base.errors import InvalidInput, PermissionDenied, Problem, WrongState
from engine.base.limits import CONSENT_ANSWER_CHARACTERS_MAX, CONSENT_SECONDS_MAX
from engine.execution.credentials import missing, read_values
from engine.ports.access_store import Principal
from engine.ports.credentials import CredentialKey, CredentialRecord
from engine.ports.references import fetched
from engine.ports.tokens import TokenRequest, token_state
from engine.usecases.manage_credentials import RESOURCE
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.world import World

RESERVED = frozenset(
    {"client_id", "code_challenge", "code_challenge_method", "redirect_uri", "request", "request_uri"}
    | {"response_mode", "response_type", "state"}
)
"""Parameters that nobody adds to the question."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that is open. ``revision`` is the credential's; ``ends_us`` is when it is too late."""

    type: str
    name: str
    revision: int
    actor: str
    redirect: str
    ends_us: int
    state: str = field(repr=False)
    verifier: str = field(repr=False)

    @property
    def key(self) -> CredentialKey:
        """What consent is asked for."""
        return CredentialKey(self.type, self.name)


def ask_consent(world: World, actor: Principal, key: CredentialKey, redirect: str) -> tuple[Question, str]:
    """The question, and the address where the person answers it, who then comes back to ``redirect``.

    Raises :class:`InvalidInput` for a credential that is not filled in or asks for no consent.
    """
    require(world, actor, "admin", RESOURCE)
    record, given = _filled(world, actor, key)
    if record.given:
        raise WrongState(f"{key} is given by a file, where no token can be kept; put a refreshToken there")
    _check_address(given.authUrl, "authUrl", record)
    question = Question(
        *key,
        revision=record.revision,
        actor=actor.id,
        redirect=redirect,
        ends_us=world.clock.now_us() + CONSENT_SECONDS_MAX * 1_000_000,
        state=_text(world.entropy.bytes(32)),
        verifier=_text(world.entropy.bytes(32)),
    )
    return question, _address(given, question)


def take_consent(world: World, actor: Principal, question: Question, answer: Mapping[str, str]) -> None:
    """Exchange the code that came back for tokens, and seal them with the credential.

    ``answer`` holds the parameters of the request to ``redirect``. The caller has forgotten the question
    before, so that no answer counts twice. Raises :class:`PermissionDenied` for an answer to another
    question, :class:`InvalidInput` for a refusal, and what :meth:`TokenEndpoints.ask` raises.
    """
    require(world, actor, "admin", RESOURCE)
    if actor.id != question.actor or not hmac.compare_digest(answer.get("state", ""), question.state):
        raise PermissionDenied("this is the answer to another question; connect again")
    if world.clock.now_us() > question.ends_us:
        raise InvalidInput(f"the answer came too late: connect again within {CONSENT_SECONDS_MAX} seconds")
    record, given = _filled(world, actor, question.key)
    if record.revision != question.revision:
        raise WrongState(f"the credential {question.key} was changed meanwhile; connect again")
    _check_issuer(given, answer)
    request = _exchange(given, question, _code(answer))
    _check_address(request.url, "accessTokenUrl", record)
    tokens = world.token_endpoints.ask(actor.subnet, request)
    if str(tokens.get("token_type", "bearer")).lower() != "bearer":
        raise InvalidInput("the server gave a token of a kind that is not known here; it must be a bearer")
    state = token_state(tokens, world.clock.now_us() / 1e6)
    if not world.credentials.keep_state(actor.subnet, question.key, state, record.revision):
        raise WrongState(f"the credential {question.key} was changed meanwhile; connect again")
    remember_done(world, actor, "change", "credential.connect", f"{question.type}/{question.name}")


def _filled(world: World, actor: Principal, key: CredentialKey) -> tuple[CredentialRecord, Any]:
    record, contents = (
        world.credentials.record(actor.subnet, key),
        world.credentials.contents(actor.subnet, key),
    )
    if record is None or contents is None:
        raise missing(key, placeholder=record is not None)
    kind = world.catalogue.credential_type(key.type)
    given = read_values(kind, fetched(world.references, actor.subnet, contents.values)[0], key)
    if kind.consents is None or not kind.consents(given):
        raise InvalidInput(f"the credential {key} asks nobody for consent")
    return record, given


def _check_address(text: str, where: str, record: CredentialRecord) -> None:
    try:
        parts = urlsplit(text)
        wrong = parts.scheme not in ("https", "http") or not parts.hostname or bool(parts.fragment)
    except ValueError:
        wrong = True
    if wrong:
        hint = "write it as in https://host.example/path"
        raise InvalidInput(f"{where} is no address", [Problem(f"values.{where}", "is no address", hint=hint)])
    if parts.scheme == "http" and not record.plain_http:
        raise InvalidInput(f"{where} is without TLS: mend it, or let the credential travel without TLS")


def _address(given: Any, question: Question) -> str:
    """Where the question is asked; raises :class:`InvalidInput` for parameters that nobody adds."""
    parts, added = urlsplit(given.authUrl), parse_qsl(given.authQueryParameters, keep_blank_values=True)
    own = parse_qsl(parts.query, keep_blank_values=True)
    taken = RESERVED & {name for name, _ in (*own, *added)}
    if taken:
        where = "values.authQueryParameters"
        raise InvalidInput(f"{', '.join(sorted(taken))} is set here", [Problem(where, "must not set it")])
    digest = hashlib.sha256(question.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": given.clientId,
        "redirect_uri": question.redirect,
        "scope": given.scope,
        "audience": given.audience,
        "state": question.state,
        "code_challenge": _text(digest),
        "code_challenge_method": "S256",
    }
    pairs = [*own, *added, *((name, value) for name, value in asked.items() if value)]
    address: str = urlunsplit(parts._replace(query=urlencode(pairs)))
    return address


def _check_issuer(given: Any, answer: Mapping[str, str]) -> None:
    """Another server's answer is refused (RFC 9207). Where the credential names no issuer, one that answers
    must be at the place that was asked."""
    told = answer.get("iss", "")
    if given.issuer and told != given.issuer:
        raise PermissionDenied(f"the answer does not come from {given.issuer}")
    if told and not given.issuer and _origin(told) != _origin(given.authUrl):
        raise PermissionDenied(
            "the answer comes from another server than was asked; if it is the right one, fill in issuer"
        )


def _origin(text: str) -> tuple[str, str]:
    try:
        parts = urlsplit(text)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.lower()


def _code(answer: Mapping[str, str]) -> str:
    if answer.get("error"):
        told = " ".join(filter(None, (answer["error"], answer.get("error_description"))))[:300]
        raise InvalidInput(f"the server gave no consent: {told if told.isprintable() else 'no reason'}")
    code = answer.get("code", "")
    if not 0 < len(code) <= CONSENT_ANSWER_CHARACTERS_MAX:
        raise InvalidInput("the answer holds no code; connect again")
    return code


def _exchange(given: Any, question: Question, code: str) -> TokenRequest:
    """RFC 6749, section 4.1.3, and RFC 7636, section 4.5."""
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": question.redirect,
        "code_verifier": question.verifier,
    }
    in_body = given.authentication == "body"
    return TokenRequest(given.accessTokenUrl, given.clientId, given.clientSecret, fields, in_body)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
