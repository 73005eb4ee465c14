"""Views that need no token: health probes, Prometheus' measures, the OpenAPI document."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from engine.usecases.world import World
from engine.web.deps import get_world
from engine.web.health import CHECKS, STARTUP, UNHEALTHY, checks_of, overall
from engine.web.jsontext import write_json
from engine.web.pool import pool
from engine.web.rest.api import openapi_document
from engine.web.system import uptime_s

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


async def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return _get(request) or _json({"status": "healthy", "uptimeSeconds": uptime_s()})


async def ready(request: HttpRequest) -> HttpResponse:
    """The node can take work."""
    return _get(request) or await _checked(tuple(CHECKS))


async def startup(request: HttpRequest) -> HttpResponse:
    """The node has what it needs to begin."""
    return _get(request) or await _checked(STARTUP)


async def metrics(request: HttpRequest) -> HttpResponse:
    """All measures, in Prometheus' text format."""
    return _get(request) or HttpResponse(await pool().run(_text, get_world()), content_type=METRICS_TYPE)


async def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    return _get(request) or HttpResponse(openapi_document(), content_type="application/json")


def _get(request: HttpRequest) -> HttpResponse | None:
    return None if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "HEAD"])


def _text(world: World) -> bytes:
    world.metrics.gauge("executions_held", len(world.worker.live()))
    return world.metrics.text()


async def _checked(names: tuple[str, ...]) -> HttpResponse:
    checks = await pool().run(checks_of, get_world(), names)
    status = overall(checks)
    return _json({"status": status, "checks": checks}, 503 if status == UNHEALTHY else 200)


def _json(value: object, status: int = 200) -> HttpResponse:
    response = HttpResponse(write_json(value), content_type="application/json", status=status)
    response["Cache-Control"] = "no-store"
    return response
