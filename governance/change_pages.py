"""Changes of members, policy, limits and budget by forms: filled in, told as a difference in words, and only
then proposed. Nothing of it needs a script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from designer.access import page
from engine.api import InvalidInput, PermissionDenied, Principal, QflowError, list_persons, world
from engine.api.governing import person_of
from governance import change_forms as forms
from governance import desk, evidence
from governance.change_words import Change, change_in_words, label_of
from governance.domain.asking import member as member_in
from governance.domain.asking import proposal as proposal_of
from governance.domain.limits import NAME_CHARACTERS_MAX
from governance.domain.state import Dao
from governance.domain.words import Kind, Role

FOUND_MAX = 50
"""Persons that a search shows."""

PAGE_OF = {
    Kind.MEMBERSHIP: "change-members",
    Kind.POLICY: "change-policy",
    Kind.LIMITS: "change-limits",
    Kind.BUDGET: "change-budget",
}
"""The page with the form of each kind that has one."""

_SAID = ("title", "text", "revises")
Given = dict[str, Any]


def form_of(kind: str, change: Mapping[str, Any]) -> str:
    """The name of the page whose form can hold a change of a kind; empty where none can."""
    return PAGE_OF.get(Kind(kind), "") if forms.holds(kind, change, world()) else ""


# --- what is under way ------------------------------------------------------------------------------


def _given(request: HttpRequest, dao: Dao, kind: Kind) -> Given:
    """The change that the form begins with, and what was said of it: that of a proposal that is to be changed
    (``?revises=``), or of the page before, which leads back."""
    if request.method == "POST":
        said = {name: request.POST.get(name, "") for name in _SAID}
        return {**said, "change": _change(kind, request.POST.get("change", "{}"))}
    revises = request.GET.get("revises", "")
    if not revises:
        return {"change": {}}
    content = proposal_of(dao, revises).content
    said = {"title": content["title"], "text": content["text"], "revises": revises}
    change = dict(content["change"])
    return {**said, "change": change if form_of(content["kind"], change) == PAGE_OF[kind] else {}}


def _change(kind: Kind, text: str) -> dict[str, Any]:
    """What a page before says, where the form can hold it."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) and value and form_of(kind, value) else {}


def _typed(request: HttpRequest) -> QueryDict | None:
    """What was filled in, where the form itself was sent."""
    return request.POST if request.method == "POST" and "back" not in request.POST else None


def _member(actor: Principal) -> None:
    """Raise :class:`PermissionDenied` for who cannot propose anything."""
    desk.look(world(), actor, lambda dao: member_in(dao, actor.identity))


def _told(
    request: HttpRequest, kind: Kind, given: Given, change: Mapping[str, Any], dao: Dao
) -> HttpResponse:
    """The page that tells what a change makes different, and proposes it."""
    changes = change_in_words(dao, kind, change)
    if not changes:
        raise InvalidInput("nothing is changed")
    context = {
        "dao": dao,
        "kind": str(kind),
        "changes": changes,
        "change": json.dumps(change, ensure_ascii=False),
        "title": given.get("title") or _title(kind, changes),
        "text": given.get("text", ""),
        "revises": given.get("revises", ""),
        "form": f"governance:{PAGE_OF[kind]}",
    }
    return render(request, "governance/change_told.html", context)


_TITLES = {Kind.POLICY: "Change the policy", Kind.LIMITS: "Change limits", Kind.BUDGET: "Change the budget"}


def _title(kind: Kind, changes: list[Change]) -> str:
    """What the proposal is called, unless its author says otherwise."""
    first = changes[0][1]
    told = first[:1].upper() + first[1:]
    many = len(changes) > 1
    title = f"{_TITLES[kind]}: {first}" if kind in _TITLES else told
    return (title if len(title) <= NAME_CHARACTERS_MAX and not many else _TITLES.get(kind, told))[
        :NAME_CHARACTERS_MAX
    ]


def _again(error: InvalidInput, context: Mapping[str, Any]) -> dict[str, Any]:
    """The form with what is wrong of it, by field."""
    problems = {one.path: {"label": _label(one.path), "text": one.message} for one in error.problems}
    return {**context, "error": error.message, "problems": problems}


_LABELS = {
    "allow": "Allowed",
    "deny": "Denied",
    "code": "Code",
    "flows": "Flows",
    "anomalies": "An execution that is unusual",
    "name": "Name",
    "weight": "Weight",
    "roles": "Roles",
}


def _label(field: str) -> str:
    return _LABELS.get(field) or label_of(field)[0]


# --- policy, limits, budget -------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@page
def policy(request: HttpRequest, actor: Principal) -> HttpResponse:
    """What may run and where steps may connect to."""
    _member(actor)

    def view(dao: Dao) -> HttpResponse:
        given, typed = _given(request, dao, Kind.POLICY), _typed(request)

        def context() -> dict[str, Any]:
            return {**given, "dao": dao, **forms.policy_fields(world(), dao, given["change"], typed)}

        if typed is None:
            return render(request, "governance/change_policy.html", context())
        try:
            return _told(request, Kind.POLICY, given, forms.policy_change(dao, typed), dao)
        except InvalidInput as error:
            return render(request, "governance/change_policy.html", _again(error, context()), status=422)

    return desk.look(world(), actor, view)


@require_http_methods(["GET", "HEAD", "POST"])
@page
def limits(request: HttpRequest, actor: Principal) -> HttpResponse:
    """What executions may use up."""
    return _numbers(request, actor, Kind.LIMITS)


@require_http_methods(["GET", "HEAD", "POST"])
@page
def budget(request: HttpRequest, actor: Principal) -> HttpResponse:
    """What all of them may use on a day."""
    return _numbers(request, actor, Kind.BUDGET)


def _numbers(request: HttpRequest, actor: Principal, kind: Kind) -> HttpResponse:
    _member(actor)
    used = evidence.budget(world(), actor) if kind is Kind.BUDGET else {}

    def view(dao: Dao) -> HttpResponse:
        given, typed = _given(request, dao, kind), _typed(request)

        def context() -> dict[str, Any]:
            return {**given, "dao": dao, **_number_fields(kind, dao, given["change"], typed, used)}

        if typed is None:
            return render(request, "governance/change_numbers.html", context())
        try:
            read = forms.limits_change(world(), dao, typed) if kind is Kind.LIMITS else None
            change = forms.budget_change(dao, typed) if read is None else read
            return _told(request, kind, given, change, dao)
        except InvalidInput as error:
            return render(request, "governance/change_numbers.html", _again(error, context()), status=422)

    return desk.look(world(), actor, view)


def _number_fields(
    kind: Kind, dao: Dao, change: Mapping[str, Any], typed: QueryDict | None, used: Mapping[str, Any]
) -> dict[str, Any]:
    if kind is Kind.BUDGET:
        return {"kind": "budget", "first": forms.budget_fields(dao, change, typed, used)}
    fields = forms.limit_fields(world(), dao, change, typed)
    usual = len(forms.USUAL_LIMITS)
    return {"kind": "limits", "first": fields[:usual], "rest": fields[usual:]}


# --- members ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@page
def members(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Somebody is searched for, and then taken in, changed or removed."""
    _member(actor)
    identity = request.POST.get("identity") or request.GET.get("identity", "")

    def view(dao: Dao) -> HttpResponse:
        given, typed = _given(request, dao, Kind.MEMBERSHIP), _typed(request)
        change = given["change"]
        who = identity or str(change.get("remove") or (change.get("add") or {}).get("identity", ""))
        if not who:
            return render(request, "governance/change_members.html", _search(request, actor, dao))
        context = {**given, "dao": dao, **_person(actor, dao, who, change, typed)}
        if typed is None:
            return render(request, "governance/change_member.html", context)
        try:
            return _told(request, Kind.MEMBERSHIP, given, forms.member_change(dao, who, typed), dao)
        except InvalidInput as error:
            return render(request, "governance/change_member.html", _again(error, context), status=422)

    return desk.look(world(), actor, view)


def _person(
    actor: Principal, dao: Dao, identity: str, change: Mapping[str, Any], typed: QueryDict | None
) -> dict[str, Any]:
    """The form of one person; raises :class:`UnknownObject` for who is neither a member nor of the subnet."""
    known = dao.members.get(identity)
    name = known.name if known else person_of(world(), actor, identity).name
    fields = forms.member_fields(known, name, change)
    if typed is not None:
        roles = typed.getlist("roles")
        fields |= {"name": typed.get("name", ""), "weight": typed.get("weight", "")}
        fields["roles"] = [{**one, "on": one["name"] in roles} for one in fields["roles"]]
    return {"identity": identity, "known": known, "called": name or identity, **fields}


def _search(request: HttpRequest, actor: Principal, dao: Dao) -> dict[str, Any]:
    """Members and, for administrators, persons of the subnet whose names hold a text; an identity is found by
    everybody who knows it."""
    search = request.GET.get("search", "").strip()
    wanted = search.casefold()
    found = {
        one.identity: {"name": one.name, "roles": sorted(one.roles - {Role.MEMBER}), "member": True}
        for one in dao.members.values()
        if wanted in one.name.casefold() or one.identity == search
    }
    everybody, persons = _strangers(actor, dao, search)
    for identity, name in persons.items():
        if wanted in name.casefold() or identity == search:
            found[identity] = {"name": name or identity, "roles": [], "member": False}
    rows = sorted(found.items(), key=lambda pair: (pair[1]["member"], pair[1]["name"].casefold()))
    return {
        "dao": dao,
        "search": search,
        "rows": [{"identity": id, **one} for id, one in rows[:FOUND_MAX]],
        "found": len(found),
        "everybody": everybody,
    }


def _strangers(actor: Principal, dao: Dao, search: str) -> tuple[bool, dict[str, str]]:
    """Whether all persons of the subnet were looked through, and who of it is no member, by identity."""
    try:
        persons = {one.id: one.name for one in list_persons(world(), actor)}
        return True, {id: name for id, name in persons.items() if id not in dao.members}
    except PermissionDenied:
        pass
    if not search or search in dao.members:
        return False, {}
    try:
        one = person_of(world(), actor, search)
    except QflowError:
        return False, {}
    return False, {one.id: one.name}
