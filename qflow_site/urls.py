"""The paths of the site."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("engine.web.urls")),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("", include("designer.urls")),
]

handler400 = "engine.web.pages.bad_request"
handler403 = "engine.web.pages.forbidden"
handler404 = "engine.web.pages.not_found"
handler500 = "engine.web.pages.failed"
