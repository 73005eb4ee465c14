"""Django's request handling for the API, without what an API does not need.

Django's own ASGI handler makes a thread per request for its signals and synchronous middleware.
Here a request has no middleware and no signals: asynchronous views call the engine's pool.
"""

from __future__ import annotations

from io import BytesIO

from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import ResolverMatch, get_resolver, set_script_prefix

from engine.web.deps import get_world
from engine.web.messages import (
    ClientGone,
    RawHeaders,
    Receive,
    Reply,
    Scope,
    Send,
    problem_reply,
    read_body,
    send_reply,
)
from engine.web.problems import ProblemDocument, problem_of, refuse

URLCONF = "engine.web.urls"
OTHER = "(none)"
"""The route of requests that no path serves."""


class ApiHandler:
    """The ASGI application of the API, its health checks and metrics."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; every error becomes a problem document."""
        world, route = get_world(), [OTHER]
        began_us = world.clock.monotonic_us()
        try:
            reply = await _answer(scope, receive, route)
        except ClientGone:
            return
        except Exception as error:
            reply = problem_reply(problem_of(error), str(scope["path"]))
        took_s = (world.clock.monotonic_us() - began_us) / 1e6
        world.metrics.observe("http_request_seconds", took_s, route=route[0])
        world.metrics.count("http_requests", status=f"{reply.status // 100}xx")
        await send_reply(send, reply, without_body=scope["method"] == "HEAD")


async def _answer(scope: Scope, receive: Receive, route: list[str]) -> Reply:
    """The answer; ``route`` gets the pattern of the path, for the measures."""
    body = await read_body(scope, receive, get_world().limits.request_body_bytes_max)
    request = _request(scope, body)
    match = _resolve(request)
    route[0] = match.route
    response = await match.func(request, *match.args, **match.kwargs)
    if response.status_code >= 400 and "json" not in response.headers.get("Content-Type", ""):
        return problem_reply(_plain_refusal(response), request.path)
    headers: RawHeaders = [(k.lower().encode(), v.encode("latin-1")) for k, v in response.items()]
    return Reply(response.status_code, headers, bytes(response.content))


def _request(scope: Scope, body: bytes) -> ASGIRequest:
    set_script_prefix(scope.get("root_path") or "/")
    if "\x00" in scope["path"] or b"%00" in scope.get("query_string", b""):
        raise refuse(400, "bad_path", "the path or query holds a NUL character")
    try:
        return ASGIRequest(scope, BytesIO(body))
    except UnicodeDecodeError as error:
        raise refuse(400, "bad_path", "the query string is not UTF-8") from error


def _resolve(request: HttpRequest) -> ResolverMatch:
    try:
        return get_resolver(URLCONF).resolve(request.path_info)
    except Http404 as error:
        hint = "GET /api/v1/openapi.json lists what there is"
        raise refuse(404, "not_found", f"there is nothing at {request.path}; {hint}") from error


def _plain_refusal(response: HttpResponse) -> ProblemDocument:
    """The document for a refusal of the framework: an unknown method, mostly."""
    allow = response.headers.get("Allow")
    headers = {"Allow": ", ".join(sorted(allow.split(", ")))} if allow else {}
    code = "method_not_allowed" if response.status_code == 405 else "refused"
    detail = f"this method is not allowed here; allowed: {headers['Allow']}" if allow else "refused"
    return ProblemDocument(response.status_code, code, "validation_error", detail, (), {}, headers)
