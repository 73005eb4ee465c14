"""The paths of the API, the health probes and the measures."""

from __future__ import annotations

from django.urls import path

from engine.web import probes
from engine.web.rest.api import api

urlpatterns = [
    path("api/v1/openapi.json", probes.openapi),
    path("api/v1/", api.urls),
    path("health/live", probes.live),
    path("health/ready", probes.ready),
    path("health/startup", probes.startup),
    path("metrics", probes.metrics),
]
