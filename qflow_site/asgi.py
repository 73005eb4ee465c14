"""The ASGI application of a node: HTTP through the engine's front door, WebSocket through Channels."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qflow_site.settings")

from django.core.asgi import get_asgi_application

site = get_asgi_application()  # sets Django up, which the imports below need

from channels.routing import ProtocolTypeRouter  # noqa: E402

from designer.sessions import person_of  # noqa: E402
from engine.web.asgi import http_application, websocket_application  # noqa: E402

application = ProtocolTypeRouter(
    {"http": http_application(site), "websocket": websocket_application(person_of)}
)
