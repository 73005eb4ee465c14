"""The engine as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class EngineConfig(AppConfig):
    """Tables live in engine.storage.tables; engine.models re-exports them for Django."""

    name = "engine"
    default_auto_field = "django.db.models.BigAutoField"
