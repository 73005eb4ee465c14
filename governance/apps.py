"""Governance as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """DAOs, their logs, and what their members see and do."""

    name = "governance"
    default_auto_field = "django.db.models.BigAutoField"
