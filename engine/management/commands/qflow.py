"""``python manage.py qflow ...``: the same as ``qflow ...``."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):  # type: ignore[misc]
    """Hands over to the command line in a fresh process, since its options choose the settings."""

    help = "The command line of Qflow."
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Become ``qflow`` with the rest of the words."""
        os.execv(sys.executable, [sys.executable, "-m", "engine.cli", *argv[2:]])  # noqa: S606

    def handle(self, *args: Any, **options: Any) -> None:
        """For ``call_command``: run in this process."""
        from engine.cli.main import main

        sys.exit(main(list(args)))
