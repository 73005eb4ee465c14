"""Whom a WebSocket of a page stands for: its session, on a page of this site only."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host

from designer.access import principal_of
from engine.api import PermissionDenied, Principal, Unauthenticated


def person_of(scope: Mapping[str, Any]) -> Principal:
    """The principal of the session whose cookie came along.

    Raises :class:`PermissionDenied` for pages of other sites, whose WebSockets carry the cookie too, and
    :class:`Unauthenticated` without a session.
    """
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if not _same_site(headers.get(b"origin", ""), headers.get(b"host", "")):
        raise PermissionDenied("only pages of this node may listen with a session")
    request = HttpRequest()
    key = parse_cookie(headers.get(b"cookie", "")).get(settings.SESSION_COOKIE_NAME)
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    request.user = get_user(request)
    if not request.user.is_authenticated:
        raise Unauthenticated("you are signed out; sign in again")
    return principal_of(request)


def _same_site(origin: str, host: str) -> bool:
    """Whether the page's origin is this site; browsers always send one, and pages cannot change it."""
    name, _ = split_domain_port(host)
    if not name or not validate_host(name, settings.ALLOWED_HOSTS):
        return False
    told = urlsplit(origin)
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    return told.scheme in ("http", "https") and told.netloc.lower() == host.lower()
