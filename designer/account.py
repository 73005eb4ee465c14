"""My identity and its keys; the subnet's API tokens."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from designer.access import local_redirect, page
from designer.keys import bytes_of
from designer.times import ahead, time_of
from engine.api import (
    SCOPES,
    KeyEvent,
    Principal,
    Proof,
    create_token,
    list_tokens,
    multikey,
    person_keys,
    revoke_token,
    rotate_identity,
    world,
)


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
    record, text = create_token(world(), actor, name, scopes, ahead(form.get("hours", "")), _proof(form))
    return render(request, "designer/keys.html", {**_shown(actor), "made": record, "text": text})


@require_POST
@page
def rotate(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Bring the next key of an identity into force whose keys the node holds."""
    rotate_identity(world(), actor, actor.identity)
    return local_redirect("designer:keys")


@require_POST
@page
def revoke(request: HttpRequest, actor: Principal, token: str) -> HttpResponse:
    """From now on the token stands for nobody."""
    revoke_token(world(), actor, token)
    return local_redirect("designer:keys")


def _shown(actor: Principal) -> dict[str, object]:
    keys, may_admin = person_keys(world(), actor), actor.may("admin")
    return {
        "me": actor,
        "keys": keys,
        "events": [_event(event) for event in keys.events],
        "tokens": list_tokens(world(), actor) if may_admin else [],
        "may_admin": may_admin,
        "scopes": SCOPES,
    }


def _event(event: KeyEvent) -> dict[str, object]:
    """A line of the key log."""
    body = event.body
    by = body.get("by") or body.get("key")
    return {
        "kind": event.kind,
        "at": time_of(event.since),
        "by": multikey(by) if by else "",
        "sub": body.get("sub", ""),
        "cid": event.cid,
    }


def _proof(form: QueryDict) -> Proof | None:
    """What a browser signed that holds the person's key."""
    identity = form.get("proof_identity", "")
    if not identity:
        return None
    challenge, signature = (bytes_of(form.get(name, ""), name) for name in ("challenge", "signature"))
    return Proof(identity, challenge, signature)
