"""Votes in the browser: its scripts ask for a ballot, sign it, and send it back. JSON; bytes are base64."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from designer.access import answer
from designer.keys import bytes_of
from designer.requests import part, sent
from engine.api import Principal, world
from governance import desk
from governance.domain.asking import proposal as proposal_of
from governance.domain.ballot import Ballot, SignedBallot, choice_of


@require_POST
@never_cache
@answer
def prepare(request: HttpRequest, actor: Principal, proposal: str) -> JsonResponse:
    """The fields of a ballot for a choice. The page makes the bytes itself, and signs its own."""
    choice = choice_of(part(_given(request, actor, proposal), "choice", list))
    return JsonResponse(_fields(desk.prepare_ballot(world(), actor, proposal, choice)))


def _given(request: HttpRequest, actor: Principal, proposal: str) -> dict[str, Any]:
    """What was sent about a proposal of the person's DAO; raises :class:`UnknownObject` for another one."""
    desk.look(world(), actor, lambda dao: proposal_of(dao, proposal))
    return sent(request)


def _fields(ballot: Ballot) -> dict[str, Any]:
    return {
        "dao": ballot.dao,
        "proposal": ballot.proposal,
        "voter": ballot.voter,
        "choice": [list(pair) for pair in ballot.choice],
        "weight": ballot.weight,
        "nonce": ballot.nonce,
        "expires": ballot.expires_us,
    }


@require_POST
@answer
def cast(request: HttpRequest, actor: Principal, proposal: str) -> JsonResponse:
    """Cast a ballot that a key in the browser signed."""
    given = _given(request, actor, proposal)
    dao, cid = desk.look(world(), actor, lambda state: (state.id, proposal_of(state, proposal).cid))
    ballot = Ballot(
        dao,
        cid,
        part(given, "voter", str),
        choice_of(part(given, "choice", list)),
        part(given, "weight", int),
        part(given, "nonce", str),
        part(given, "expires", int),
    )
    signature = bytes_of(part(given, "signature", str), "signature")
    signed = SignedBallot(ballot, part(given, "identity", str), part(given, "key", str), signature)
    desk.cast(world(), actor, proposal, signed)
    return JsonResponse({})


@require_POST
@answer
def vote_held(request: HttpRequest, actor: Principal, proposal: str) -> JsonResponse:
    """Vote with the key that the node holds for the person."""
    choice = choice_of(part(_given(request, actor, proposal), "choice", list))
    desk.vote_held(world(), actor, proposal, choice)
    return JsonResponse({})


@require_POST
@answer
def open_sealed(request: HttpRequest, actor: Principal, proposal: str) -> JsonResponse:
    """Open the person's secret ballot."""
    given = _given(request, actor, proposal)
    choice, salt = choice_of(part(given, "choice", list)), bytes_of(part(given, "salt", str), "salt")
    desk.reveal(world(), actor, proposal, actor.identity, choice, salt)
    return JsonResponse({})
