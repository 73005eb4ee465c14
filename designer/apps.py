"""The browser's pages as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class DesignerConfig(AppConfig):
    """Pages, and the persons who sign in to them."""

    name = "designer"
    default_auto_field = "django.db.models.BigAutoField"
