"""The set-up page: the first person becomes the administrator of the personal subnet."""

from __future__ import annotations

import hmac
from typing import Any

from django import forms
from django.contrib.auth import get_user_model, login, password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from designer.models import Person
from engine.api import PERSONAL, WrongState, register_person, setup_code, world

BACKEND = "django.contrib.auth.backends.ModelBackend"


class PasswordForm(forms.Form):
    """A new password."""

    password = forms.CharField(
        label="Password", max_length=4096, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean_password(self) -> str:
        """By the site's rules."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password)
        return password


class NameForm(PasswordForm):
    """Name and password of a person."""

    username = forms.CharField(label="Name", max_length=100, strip=True)
    field_order = ("username", "password")

    def clean_username(self) -> str:
        """Printable, since it is shown everywhere."""
        name: str = self.cleaned_data["username"]
        if not name.isprintable():
            raise ValidationError("The name holds characters that cannot be shown.")
        return name


class SetUpForm(NameForm):
    """The first person, and the code where the node asks for it."""

    code = forms.CharField(label="Set-up code", max_length=100, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if setup_code() is None:
            del self.fields["code"]

    def clean_code(self) -> str:
        """The code that ``qflow up`` printed."""
        wanted, given = setup_code() or "", self.cleaned_data["code"].strip()
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            raise ValidationError("This is not the code that qflow up printed on the node.")
        return given


def is_open() -> bool:
    """Whether nobody has set the node up yet."""
    return not Person.objects.exists()


def set_up(request: HttpRequest) -> HttpResponse:
    """The page; gone once there is a person."""
    if not is_open():
        return redirect("designer:home")
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = _first(form.cleaned_data["username"], form.cleaned_data["password"])
        except (IntegrityError, WrongState):
            return redirect("designer:home")  # somebody else was first
        login(request, user, backend=BACKEND)
        return redirect("designer:home")
    return render(request, "designer/set_up.html", {"form": form})


def _first(name: str, password: str) -> Any:
    """All or nothing: user, identity, membership."""
    with transaction.atomic():
        user = get_user_model().objects.create_user(name, password=password)
        world().access.ensure_personal_subnet(world().clock.now_us())
        identity = register_person(world(), PERSONAL, name)
        Person.objects.create(user=user, identity=identity.id, scopes="admin", founder=True)
        return user
