"""The persons of a subnet: inviting them, what they may do, new passwords, switching off and removing."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from designer import invitations
from designer.access import local_redirect, page
from designer.models import Invitation, Person
from designer.times import ahead, time_of
from engine.api import (
    BESIDE_ROLES,
    MEMBER_ROLES,
    SCOPES,
    IdentityRecord,
    InvalidInput,
    Principal,
    Problem,
    UnknownObject,
    WrongState,
    change_person,
    give_role,
    list_persons,
    list_roles,
    one_person,
    remove_person,
    role_of,
    scopes_of,
    switch_off_person,
    world,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of the list."""

    record: IdentityRecord
    person: Person

    @property
    def me(self) -> str:
        """The actor that permissions name."""
        return f"person:{self.record.id}"

    @property
    def scopes(self) -> list[str]:
        """What the person may do at most."""
        return self.person.scopes.split()

    @property
    def role(self) -> str:
        """Viewer, runner, editor or admin; empty where the scopes are chosen one by one."""
        return role_of(self.scopes)


@page
def overview(request: HttpRequest, actor: Principal) -> HttpResponse:
    """All persons and open invitations, and a form for one more."""
    return render(request, "designer/people.html", _shown(actor))


@require_POST
@never_cache
@page
def invite(request: HttpRequest, actor: Principal) -> HttpResponse:
    """A link for one more person; it is on this answer and nowhere else."""
    list_persons(world(), actor)
    form = request.POST
    scopes = _scopes(request)
    role = form.get("role", "").strip()
    if role and role not in {one.name for one in list_roles(world(), actor)}:
        raise InvalidInput(f"there is no role {role!r}", [Problem("role", "a role of the subnet")])
    made, secret = invitations.make(actor, ahead(form.get("hours", "")), scopes=scopes, role=role)
    change_person(world(), actor, "invite", made.public, {"scopes": scopes, "role": role})
    return _with_link(
        request, actor, secret, "Send this link to the person. It is shown this once, and works once:"
    )


@require_POST
@page
def take_back(request: HttpRequest, actor: Principal, invitation: str) -> HttpResponse:
    """The link of an invitation works no more."""
    list_persons(world(), actor)
    Invitation.objects.filter(public=invitation, subnet=actor.subnet).delete()
    change_person(world(), actor, "take_back", invitation, {})
    return local_redirect("designer:people")


@require_POST
@never_cache
@page
def reset(request: HttpRequest, actor: Principal, identity: str) -> HttpResponse:
    """A link to a new password."""
    person = _other(actor, identity)
    forget = request.POST.get("forget_factors") == "on"
    made, secret = invitations.make(
        actor, ahead(request.POST.get("hours", "")), user=person.user, forget_factors=forget
    )
    change_person(world(), actor, "reset", identity, {"invitation": made.public, "forget_factors": forget})
    told = f"Send this link to {person.user.get_username()}. It is shown this once, and works once:"
    return _with_link(request, actor, secret, told)


@require_POST
@page
def give(request: HttpRequest, actor: Principal, identity: str) -> HttpResponse:
    """Another role."""
    person = _other(actor, identity)
    role, beside = request.POST.get("member_role", ""), request.POST.getlist("beside")
    scopes = give_role(world(), actor, identity, role, beside)
    Person.objects.filter(pk=person.pk).update(scopes=" ".join(scopes))
    return local_redirect("designer:people")


@require_POST
@page
def allow(request: HttpRequest, actor: Principal, identity: str) -> HttpResponse:
    """Other scopes."""
    person, scopes = _other(actor, identity), _scopes(request)
    Person.objects.filter(pk=person.pk).update(scopes=" ".join(scopes))
    change_person(world(), actor, "scopes", identity, {"scopes": scopes})
    return local_redirect("designer:people")


@require_POST
@page
def switch(request: HttpRequest, actor: Principal, identity: str) -> HttpResponse:
    """Off: signed out everywhere, all tokens revoked. On: may sign in again."""
    person, on = _other(actor, identity), request.POST.get("state") == "on"
    get_user_model().objects.filter(pk=person.user_id).update(is_active=on)
    if on:
        change_person(world(), actor, "switch_on", identity, {})
    else:
        switch_off_person(world(), actor, identity)
    return local_redirect("designer:people")


@require_POST
@page
def remove(request: HttpRequest, actor: Principal, identity: str) -> HttpResponse:
    """Ends the person's identity where the node can, and with it tokens and sessions."""
    person = _other(actor, identity)
    remove_person(world(), actor, identity)
    person.user.delete()
    return local_redirect("designer:people")


def _other(actor: Principal, identity: str) -> Person:
    """A person of the subnet, but not oneself, so that an administrator is left."""
    record = one_person(world(), actor, identity)
    if record.id == actor.identity:
        raise WrongState("another administrator must do this to you")
    person = Person.objects.select_related("user").filter(identity=record.id).first()
    if person is None:
        raise UnknownObject(f"nobody signs in as {identity!r}", identity=identity)
    return person


def _scopes(request: HttpRequest) -> list[str]:
    """Those of the role that the form names, or those it lists one by one."""
    role = request.POST.get("member_role", "")
    if role:
        return scopes_of(role, request.POST.getlist("beside"))
    scopes = request.POST.getlist("scopes")
    if not scopes or set(scopes) - set(SCOPES):
        problem = Problem("scopes", f"one or more of {', '.join(SCOPES)}")
        raise InvalidInput("the scopes are not valid", [problem])
    return scopes


def _with_link(request: HttpRequest, actor: Principal, secret: str, told: str) -> HttpResponse:
    link = request.build_absolute_uri(f"/join/{secret}")
    return render(request, "designer/people.html", {**_shown(actor), "link": link, "told": told})


def _shown(actor: Principal) -> dict[str, object]:
    records = {one.id: one for one in list_persons(world(), actor)}
    persons = Person.objects.select_related("user").filter(identity__in=records).order_by("user__username")
    return {
        "me": actor,
        "people": [Shown(records[one.identity], one) for one in persons],
        "invitations": [(one, time_of(one.expires_us)) for one in invitations.open_ones(actor.subnet)],
        "roles": list_roles(world(), actor),
        "member_roles": list(MEMBER_ROLES),
        "beside": BESIDE_ROLES,
        "scopes": SCOPES,
    }
