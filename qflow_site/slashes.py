"""Addresses with a slash too many or too few at their end lead to the page that was meant."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve

from engine.web import pages


def not_found(request: HttpRequest, exception: Any) -> HttpResponse:
    """Lead to the same address with or without a slash at its end where there is a page; else 404. Forms are
    not sent on."""
    other = _other(request.path_info)
    asks = request.method in ("GET", "HEAD") and isinstance(exception, Resolver404)
    if not asks or other.startswith("//") or not _is_page(other):
        return pages.not_found(request, exception)
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"{quote(other)}?{query}" if query else quote(other))


def _other(path: str) -> str:
    return path[:-1] if path.endswith("/") else f"{path}/"


def _is_page(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
