"""Connecting a credential of OAuth 2: to the server where the person agrees, and back.

A question that is open lies sealed in the session that asked, under the digest of its state, and is forgotten
before its answer is looked at: another session, a forged state and a code that comes twice find nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from designer.access import answer, page
from designer.requests import part, sent
from engine.api import (
    CREDENTIALS,
    NODE,
    PermissionDenied,
    Principal,
    QflowError,
    bound_to,
    world,
)
from engine.api.credentials import (
    CredentialKey,
    Question,
    ask_consent,
    take_consent,
)

OPEN = "credential_questions"
OPEN_MAX = 5
"""How many questions of one session are open at a time; the oldest are forgotten."""

_PLACE = bound_to("credential question")


@require_POST
@answer
def connect(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The address of the server where the person is asked; the page goes there."""
    given = sent(request)
    key = CredentialKey(part(given, "type", str), part(given, "name", str))
    question, address = ask_consent(world(), actor, key, redirect_of(request))
    _keep(request, question)
    return JsonResponse({"url": address})


@require_GET
@never_cache
@page
def connected(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Where the person comes back to. Goes on to the page of the credential, and nowhere else."""
    question = _taken(request, request.GET.get("state", ""))
    if question is None:
        raise PermissionDenied(
            "this browser did not ask for that, or the answer was used before; connect the credential again"
        )
    try:
        take_consent(world(), actor, question, {name: request.GET[name] for name in request.GET})
    except QflowError as error:
        messages.error(request, f"{question.name} is not connected: {error.message}")
    else:
        messages.success(request, f"{question.name} is connected.")
    return redirect(address_of(question.key))


def redirect_of(request: HttpRequest) -> str:
    """Where people come back to, at the address by which this browser reaches the node."""
    return request.build_absolute_uri(reverse("designer:credential-connected"))


def address_of(key: CredentialKey) -> str:
    """The page of a credential."""
    return f"{reverse('designer:credential')}?{urlencode({'type': key.type, 'name': key.name})}"


def _keep(request: HttpRequest, question: Question) -> None:
    sealed = world().cipher.seal(NODE, CREDENTIALS, json.dumps(asdict(question)).encode(), _PLACE)
    found = {**request.session.get(OPEN, {}), _digest(question.state): sealed.hex()}
    request.session[OPEN] = dict(list(found.items())[-OPEN_MAX:])


def _taken(request: HttpRequest, state: str) -> Question | None:
    """The question with that state, which from now on is not open."""
    found = dict(request.session.get(OPEN, {}))
    sealed = found.pop(_digest(state), None)
    if sealed is None:
        return None
    request.session[OPEN] = found
    request.session.save()
    return Question(**json.loads(world().cipher.open(NODE, CREDENTIALS, bytes.fromhex(sealed), _PLACE)))


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
