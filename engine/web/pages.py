"""What the site answers where nothing else does: problem documents, for whoever comes without HTML."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from engine.web.problems import CONTENT_TYPE, problem_of, refuse


def _answer(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    document = refuse(status, code, detail).document
    return HttpResponse(document.body(request.path), status=status, content_type=CONTENT_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400"""
    return _answer(request, 400, "bad_request", "the request cannot be understood")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403"""
    return _answer(request, 403, "permission_denied", "this is not allowed")


def not_found(request: HttpRequest, exception: Any) -> HttpResponse:
    """404"""
    return _answer(request, 404, "not_found", f"there is nothing at {request.path}")


def failed(request: HttpRequest) -> HttpResponse:
    """500; Django has logged the error."""
    document = problem_of(RuntimeError("a view of the site failed"))
    return HttpResponse(document.body(request.path), status=500, content_type=CONTENT_TYPE)
