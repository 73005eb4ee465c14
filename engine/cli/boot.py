"""Booting: settings from the options, Django, the tables, and the world of a local data directory."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from engine.base.errors import InvalidInput, UnknownObject
from engine.cli.output import note
from engine.ports.access_store import Principal
from engine.settings import EngineSettings, configure

if TYPE_CHECKING:
    from engine.usecases.world import World

OPTION_FIELDS = {
    "data_dir": "data_dir",
    "config": "config",
    "host": "host",
    "port": "port",
    "broker": "broker_url",
    "workers": "workers",
    "processes": "processes",
    "log_level": "log_level",
    "log_format": "log_format",
}
"""Options of the command line -> fields of the settings."""


def load_settings(args: argparse.Namespace, **more: str | None) -> EngineSettings:
    """The settings in force with the command's options; warnings go to stderr."""
    given = {field: getattr(args, option, None) for option, field in OPTION_FIELDS.items()}
    settings = configure({**given, **more})
    for warning in settings.warnings:
        note(f"warning: {warning}")
    return settings


def load_quiet_settings(args: argparse.Namespace, **more: str | None) -> EngineSettings:
    """The same for commands that end by themselves: unless told otherwise they log only warnings."""
    silent = args.log_level is None and "QFLOW_LOG_LEVEL" not in os.environ
    return load_settings(args, **({"log_level": "WARNING"} if silent else {}), **more)


def setup_django(settings: EngineSettings) -> None:
    """Set Django and the Celery application up; the data directory exists afterwards."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"cannot use the data directory {settings.data_dir}: {error.strerror}") from error
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qflow_site.settings")
    import django
    from django.conf import settings as django_settings
    from django.utils.module_loading import import_string

    django.setup()
    import_string(django_settings.CELERY_APPLICATION)  # becomes Celery's current application


def open_world(args: argparse.Namespace) -> World:
    """The world of the local data directory, for commands that end by themselves."""
    settings = load_quiet_settings(args)
    setup_django(settings)
    from engine.cli.tables import ensure_tables

    ensure_tables(settings)
    from engine.usecases.token_desk import owner_of
    from engine.wiring import world

    made = world()
    made.access.ensure_personal_subnet(made.clock.now_us())
    if args.subnet not in {subnet.id for subnet in made.access.subnets()}:
        raise UnknownObject(f"there is no subnet {args.subnet!r}; see: qflow dao-subnets")
    args.identity_of_owner = owner_of(made.identities, made.entropy, args.subnet)
    return made


def local_actor(args: argparse.Namespace) -> Principal:
    """Whoever can read and write the data directory may do everything in it, as the owner of the subnet."""
    identity = getattr(args, "identity_of_owner", "")
    return Principal("local", "local", args.subnet, frozenset({"admin"}), identity)


def refuse_remote(args: argparse.Namespace) -> None:
    """Raise where a command that needs the data directory is called with ``--url``."""
    if args.url:
        raise InvalidInput("this command works on a data directory only; leave --url out")
