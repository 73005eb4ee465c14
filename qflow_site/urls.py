"""The paths of the site."""

from __future__ import annotations

from allauth.account import views
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path


def closed(request: HttpRequest) -> HttpResponse:
    """Nobody signs up, and nothing goes by e-mail: people are invited, and get links from administrators."""
    raise Http404("there is no such page")


ACCOUNT = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", closed, name="account_signup"),  # django-allauth asks for the names of these two
    path("email/", closed, name="account_email"),
]

urlpatterns = [
    path("", include("engine.web.urls")),
    path("account/", include(ACCOUNT)),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("governance/", include("governance.urls")),
    path("", include("designer.urls")),
]

handler400 = "engine.web.pages.bad_request"
handler403 = "engine.web.pages.forbidden"
handler404 = "qflow_site.slashes.not_found"
handler500 = "engine.web.pages.failed"
