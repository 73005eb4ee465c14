"""The WebSocket paths."""

from __future__ import annotations

from channels.routing import URLRouter
from django.urls import re_path

from engine.web.consumers import ExecutionStream, MetricsStream, NoStream, SubnetStream

application = URLRouter(
    [
        re_path(r"^ws/executions/(?P<execution>[^/]{1,128})/?$", ExecutionStream.as_asgi()),
        re_path(r"^ws/system/metrics/?$", MetricsStream.as_asgi()),
        re_path(r"^ws/dao/(?P<subnet>[^/]{1,128})/events/?$", SubnetStream.as_asgi()),
        re_path(r"", NoStream.as_asgi()),
    ]
)
