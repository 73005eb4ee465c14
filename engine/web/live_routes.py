"""The paths below ``/live/``."""

from __future__ import annotations

from channels.routing import URLRouter
from django.urls import re_path

from engine.web.consumers import NoStream
from engine.web.live import WHO, LiveDao, LiveExecution, LiveLists, LiveMetrics, Who
from engine.web.live_flow import LiveFlow
from engine.web.messages import Application, Receive, Scope, Send


def live_application(who: Who) -> Application:
    """All below ``/live/``; ``who`` says whom the session of a connection stands for."""
    streams = URLRouter(
        [
            re_path(r"^live/executions/(?P<execution>[^/]{1,128})/?$", LiveExecution.as_asgi()),
            re_path(r"^live/executions/?$", LiveLists.as_asgi()),
            re_path(r"^live/flows/(?P<flow>[^/]{1,128})/?$", LiveFlow.as_asgi()),
            re_path(r"^live/dao/?$", LiveDao.as_asgi()),
            re_path(r"^live/system/metrics/?$", LiveMetrics.as_asgi()),
            re_path(r"", NoStream.as_asgi()),
        ]
    )

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await streams({**scope, WHO: who}, receive, send)

    return serve
