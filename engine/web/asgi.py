"""The engine's doors as ASGI applications."""

from __future__ import annotations

from engine.web.front import FrontDoor
from engine.web.handler import ApiHandler
from engine.web.messages import Application
from engine.web.routing import application as _streams
from engine.web.sockets import PatientSockets
from engine.web.webhooks import WebhookDoor


def http_application(site: Application) -> Application:
    """All of HTTP: webhooks and API here, everything else to ``site``."""
    return FrontDoor(WebhookDoor(), ApiHandler(), site)


def websocket_application() -> Application:
    """All of WebSocket."""
    return PatientSockets(_streams)
