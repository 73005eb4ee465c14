"""Slashes at the end of addresses, on the site's own paths."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import Resolver404

from qflow_site.slashes import not_found
from tests.isolation.sweep import pages

PLAIN = sorted({f"/{page}" for page in pages() if "<" not in page} - {"/", "/governance/"})
WITH_SLASH = ("/governance", "/account/login", "/account/2fa", "/account/2fa/webauthn/add")
ASTRAY = (
    "/nowhere", "/nowhere/", "/..//flows/", "/flows//", "//flows", "///flows/",
    "//evil.example/", "///evil.example/", "/\\evil.example/",
)  # fmt: skip


def asked(path: str, method: str = "GET") -> Any:
    """The answer to somebody who has not signed in."""
    return Client(raise_request_exception=False).generic(method, path)


def test_every_page_is_found_with_a_slash_too_many() -> None:
    assert {"/flows", "/executions", "/governance/templates", "/node/settings"} <= set(PLAIN)
    for page in PLAIN:
        answer = asked(f"{page}/")
        assert (answer.status_code, answer.headers.get("Location")) == (302, page)


@pytest.mark.parametrize("page", WITH_SLASH)
def test_pages_whose_address_ends_in_a_slash_are_found_without_it(page: str) -> None:
    assert asked(page).headers["Location"] == f"{page}/"


def test_what_was_asked_for_goes_along() -> None:
    assert asked("/flows/?text=a%20b&state=draft").headers["Location"] == "/flows?text=a%20b&state=draft"
    assert asked("/flows/gr%C3%B6%C3%9Fe/edit/").headers["Location"] == "/flows/gr%C3%B6%C3%9Fe/edit"


@pytest.mark.parametrize("path", ASTRAY)
def test_nothing_leads_where_there_is_no_page_or_to_another_site(path: str) -> None:
    request = RequestFactory().get("/")
    request.path_info = path
    answer = not_found(request, Resolver404())
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_forms_are_not_sent_on() -> None:
    assert asked("/flows/new/", "POST").status_code == 404
