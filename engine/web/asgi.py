"""The engine's doors as ASGI applications."""

from __future__ import annotations

from engine.web.front import FrontDoor
from engine.web.handler import ApiHandler
from engine.web.live import Who, nobody
from engine.web.live_routes import live_application
from engine.web.messages import Application, Receive, Scope, Send
from engine.web.routing import application as _streams
from engine.web.sockets import PatientSockets
from engine.web.webhooks import WebhookDoor


def http_application(site: Application) -> Application:
    """All of HTTP: webhooks and API here, everything else to ``site``."""
    return FrontDoor(WebhookDoor(), ApiHandler(), site)


def websocket_application(who: Who = nobody) -> Application:
    """All of WebSocket; ``who`` says whom the session of a page stands for."""
    live = live_application(who)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        pages = scope["path"].startswith("/live/")
        await (live if pages else _streams)(scope, receive, send)

    return PatientSockets(serve)
