"""Links by which a person joins a subnet, or sets a new password: each works once, until its time.

The link holds 32 random bytes; stored is their SHA-256. It counts only as long as whoever made it may.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model, login, password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from designer.first_run import BACKEND, NameForm, PasswordForm
from designer.makers import digest, maker_of, new_secret
from designer.models import Invitation, Person
from engine.api import (
    NewGrant,
    PermissionDenied,
    Principal,
    WrongState,
    add_grant,
    change_person,
    register_person,
    world,
)

LASTS_US = 72 * 3_600_000_000


class Gone(Exception):
    """The link was used, ran out, or counts no more."""


def make(
    actor: Principal,
    expires_us: int | None,
    *,
    scopes: list[str] | None = None,
    role: str = "",
    user: Any = None,
    forget_factors: bool = False,
) -> tuple[Invitation, str]:
    """A link: to join with these scopes and role, or for a user to set a new password. Gives its secret."""
    public, secret, stored = new_secret()
    made = Invitation.objects.create(
        public=public,
        digest=stored,
        subnet=actor.subnet,
        made_by=actor.identity,
        user=user,
        scopes=" ".join(scopes or []),
        role=role,
        forget_factors=forget_factors,
        expires_us=expires_us or world().clock.now_us() + LASTS_US,
    )
    return made, secret


def open_ones(subnet: str) -> list[Invitation]:
    """Those that can still be used, oldest first."""
    now_us = world().clock.now_us()
    found = Invitation.objects.filter(subnet=subnet, used_us=None, expires_us__gt=now_us)
    return list(found.select_related("user").order_by("pk"))


@never_cache
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """The page behind a link."""
    invitation = _found(secret)
    form_of = PasswordForm if invitation.user_id else NameForm
    form = form_of(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                user = _used(invitation, form.cleaned_data)
        except (IntegrityError, WrongState):
            form.add_error("username", ValidationError("Somebody has this name; choose another one."))
        except (Gone, PermissionDenied):
            raise Http404("the link was used") from None
        else:
            return _signed_in(request, user, invitation)
    return render(request, "designer/join.html", {"form": form, "invitation": invitation})


def _signed_in(request: HttpRequest, user: Any, invitation: Invitation) -> HttpResponse:
    """Whoever joins is signed in; a new password goes by the door, where a second factor is asked for."""
    if invitation.user_id:
        return redirect("account_login")
    login(request, user, backend=BACKEND)
    return redirect("designer:keys")


def _found(secret: str) -> Invitation:
    found = Invitation.objects.select_related("user").filter(digest=digest(secret)).first()
    if found is None or found.used_us is not None or found.expires_us <= world().clock.now_us():
        raise Http404("this link was used, or its time is over")
    return found


def _used(invitation: Invitation, given: dict[str, str]) -> Any:
    """Carry the invitation out, once; raises :class:`Gone`."""
    now_us = world().clock.now_us()
    unused = Invitation.objects.filter(pk=invitation.pk, used_us=None, expires_us__gt=now_us)
    if unused.update(used_us=now_us) != 1:
        raise Gone
    maker = _maker(invitation)
    if invitation.user_id:
        return _new_password(maker, invitation, given["password"])
    return _new_person(maker, invitation, given["username"], given["password"])


def _maker(invitation: Invitation) -> Principal:
    """Who made the link, who must still be an administrator of that subnet."""
    maker = maker_of(invitation.made_by, invitation.subnet)
    if maker is None or not maker.may("admin"):
        raise Gone
    return maker


def _new_person(maker: Principal, invitation: Invitation, name: str, password: str) -> Any:
    user = get_user_model().objects.create_user(name, password=password)
    identity = register_person(world(), invitation.subnet, name)
    Person.objects.create(user=user, identity=identity.id, scopes=invitation.scopes)
    if invitation.role:
        add_grant(world(), maker, NewGrant(who=f"person:{identity.id}", role=invitation.role))
    change_person(world(), maker, "join", identity.id, {"invitation": invitation.public})
    return user


def _new_password(maker: Principal, invitation: Invitation, password: str) -> Any:
    user = invitation.user
    password_validation.validate_password(password, user)
    user.set_password(password)  # ends every session of the user, whose cookies carry a mark of the old one
    user.save(update_fields=["password"])
    if invitation.forget_factors:
        Authenticator.objects.filter(user=user).delete()
    change_person(world(), maker, "new_password", user.person.identity, {"invitation": invitation.public})
    return user
