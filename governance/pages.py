"""The DAO's home, its members, and founding it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from designer.access import local_redirect, page
from engine.api import InvalidInput, PermissionDenied, Principal, Problem, list_persons, world
from governance import desk, shown, wording
from governance.domain.charter import Rules, usual_charter
from governance.domain.members import Member
from governance.domain.state import Dao
from governance.domain.words import Risk, Role, Topic

MEMBERS_SHOWN, MEMBERS_A_PAGE = 20, 100
CHOSEN_FROM_MAX = 200
"""Among more members whom to delegate to is written, not chosen."""

_SECOND_US = 1_000_000
_TIMES = ("reviewSeconds", "votingSeconds", "timelockSeconds")
_NUMBERS = ("quorum", "support", "reviewers")


@require_safe
@page
def home(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The DAO of the person's subnet; how to found one where there is none."""
    if not desk.list_daos(world(), actor):
        return render(request, "governance/found.html", _founding(actor))
    context = desk.look(world(), actor, lambda dao: _home(dao, actor))
    context["people"] = _strangers(actor, context)
    return render(request, "governance/home.html", context)


def _home(dao: Dao, actor: Principal) -> dict[str, Any]:
    return {
        "dao": shown.dao(dao),
        "me": dao.members.get(actor.identity),
        "invited": actor.identity in dao.invitations,
        "rules": wording.rules(dao.charter),
        "members": [_member(dao, one) for one in islice(dao.members.values(), MEMBERS_SHOWN)],
        "takers": _takers(dao, actor),
        "invitations": shown.invitations(dao),
        "known": {*dao.members, *dao.invitations},
        "open": shown.proposals(dao, "open")[:20],
        "topics": [("*", "everything"), *((str(one), str(one)) for one in Topic)],
        "by_invitation": dao.charter.admission == "invitation",
    }


def _takers(dao: Dao, actor: Principal) -> list[Member]:
    """Whom the person may let vote, to choose from; none where they are too many for that."""
    if len(dao.members) > CHOSEN_FROM_MAX:
        return []
    return [one for one in dao.members.values() if one.identity != actor.identity]


def _member(dao: Dao, member: Member) -> dict[str, Any]:
    one = shown.member(dao, member)
    given = [{**each, "name": wording.name_of(dao, each["to"])} for each in one["delegations"]]
    return {**one, "delegations": given}


@require_safe
@page
def members(request: HttpRequest, actor: Principal) -> HttpResponse:
    """All members, searched by name, a page at a time."""
    search, start = request.GET.get("search", "").strip(), request.GET.get("from", "0")
    first = int(start) if start.isdecimal() and len(start) < 7 else 0

    def view(dao: Dao) -> dict[str, Any]:
        wanted = search.casefold()
        found = [one for one in dao.members.values() if wanted in one.name.casefold()]
        rows = [_member(dao, one) for one in found[first : first + MEMBERS_A_PAGE]]
        following = first + MEMBERS_A_PAGE
        more = following if following < len(found) else 0
        return {"dao": shown.dao(dao), "members": rows, "found": len(found), "following": more}

    context = desk.look(world(), actor, view) | {"search": search, "me": actor}
    return render(request, "governance/members.html", context)


def _strangers(actor: Principal, context: Mapping[str, Any]) -> list[Any]:
    """Persons of the subnet who are no members, for its administrators, who see them all."""
    try:
        everybody = list_persons(world(), actor)
    except PermissionDenied:
        return []
    return [one for one in everybody if one.id not in context["known"]]


def _founding(actor: Principal) -> dict[str, Any]:
    try:
        people = list_persons(world(), actor)
    except PermissionDenied:
        return {"may": False}
    rules = Rules()
    rows = [(str(risk), _row(rules.of(risk).model_dump(by_alias=True))) for risk in Risk]
    roles = [str(role) for role in Role if role is not Role.MEMBER]
    return {"may": True, "people": people, "rows": rows, "roles": roles, "me": actor}


def _row(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {**rule, **{name: wording.short_length(rule[name]) for name in _TIMES}}


@require_POST
@page
def found(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Found the DAO of the subnet."""
    names = {one.id: one.name or one.id for one in list_persons(world(), actor)}
    chosen = [one for one in request.POST.getlist("founders") if one in names]
    founders = [
        {"identity": one, "name": names[one], "roles": request.POST.getlist(f"roles-{one}")} for one in chosen
    ]
    usual = usual_charter(sum(Role.REVIEWER in one["roles"] for one in founders)).rules
    charter = {
        "text": request.POST.get("text", ""),
        "admission": request.POST.get("admission", "vote"),
        "rules": {str(risk): _rule(request.POST, str(risk), usual.of(risk).reviewers) for risk in Risk},
    }
    desk.found_dao(world(), actor, desk.NewDao(request.POST.get("name", ""), charter, founders))
    return local_redirect("governance:home")


def _rule(form: Mapping[str, str], risk: str, reviewers: int) -> dict[str, Any]:
    """The rule that a row of the form says; without a number of reviews, so many."""
    read: dict[str, Any] = {"mode": form.get(f"{risk}-mode", "vote")}
    asked = {name: form.get(f"{risk}-{name}", "").strip() for name in _NUMBERS}
    asked["reviewers"] = asked["reviewers"] or str(reviewers)
    read |= {name: _number(text, f"{risk}-{name}") for name, text in asked.items()}
    read |= {name: wording.seconds_of(form.get(f"{risk}-{name}", ""), f"{risk}-{name}") for name in _TIMES}
    read["secret"] = f"{risk}-secret" in form
    return {**read, "extensionSeconds": min(read["votingSeconds"] // 4, 86_400)}


def _number(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidInput("the number is not valid", [Problem(field, "a whole number")])
    return int(text)


@require_POST
@page
def invite(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Invite a person of the subnet."""
    until_us = world().clock.now_us() + 14 * 86_400 * _SECOND_US
    desk.invite(world(), actor, request.POST.get("identity", ""), request.POST.get("name", ""), until_us)
    return local_redirect("governance:home")


@require_POST
@page
def join(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Accept an invitation."""
    desk.join(world(), actor)
    return local_redirect("governance:home")


@require_POST
@page
def leave(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Be a member no more."""
    desk.leave(world(), actor)
    return local_redirect("governance:home")


@require_POST
@page
def delegate(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Let another member vote for a while, or take that back."""
    seconds = wording.seconds_of(request.POST.get("length") or "90d", "length")
    until_us = world().clock.now_us() + seconds * _SECOND_US
    named = request.POST.get("taker", "").strip()
    taker = desk.look(world(), actor, lambda dao: _taker(dao, named))
    desk.delegate(world(), actor, taker, request.POST.get("topic", Topic.TEMPLATES), until_us)
    return local_redirect("governance:home")


def _taker(dao: Dao, named: str) -> str:
    """The identity of a member by it or by the name; raises :class:`InvalidInput` for none or several."""
    if not named or named in dao.members:
        return named
    found = [one.identity for one in dao.members.values() if one.name.casefold() == named.casefold()]
    if len(found) != 1:
        told = (
            "no member has this name" if not found else "several members have this name: write the identity"
        )
        raise InvalidInput("the member is not known", [Problem("taker", told)])
    return found[0]
