"""My identity and its keys; the subnet's API tokens."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from designer.access import local_redirect, page
from designer.times import ahead
from engine.api import SCOPES, Principal, create_token, list_tokens, person_keys, revoke_token, world


@page
def overview(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Identity, keys and tokens."""
    return render(request, "designer/keys.html", _shown(actor))


@require_POST
@never_cache
@page
def create(request: HttpRequest, actor: Principal) -> HttpResponse:
    """A new token; its text is on this answer and nowhere else."""
    form = request.POST
    name, scopes = form.get("name", "").strip(), form.getlist("scopes")
    record, text = create_token(world(), actor, name, scopes, ahead(form.get("hours", "")))
    return render(request, "designer/keys.html", {**_shown(actor), "made": record, "text": text})


@require_POST
@page
def revoke(request: HttpRequest, actor: Principal, token: str) -> HttpResponse:
    """From now on the token stands for nobody."""
    revoke_token(world(), actor, token)
    return local_redirect("designer:keys")


def _shown(actor: Principal) -> dict[str, object]:
    tokens = list_tokens(world(), actor)
    return {"me": actor, "keys": person_keys(world(), actor), "tokens": tokens, "scopes": SCOPES}
