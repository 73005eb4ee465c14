"""``qflow worker``: a production worker, which is Celery with good options."""

from __future__ import annotations

import argparse
import os
import socket
import sys

from engine.base.errors import InvalidInput
from engine.cli.boot import load_settings, refuse_remote
from engine.cli.frame import Command
from engine.settings import EngineSettings


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--broker", metavar="URL", help="broker of the bell (QFLOW_BROKER_URL)")
    parser.add_argument("--workers", metavar="N", help="processes (QFLOW_WORKERS)")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    settings = load_settings(args)
    if settings.embedded:
        raise InvalidInput(
            "the embedded broker lives in the node's own process, so another process cannot hear it; "
            "set QFLOW_BROKER_URL (or --broker) to a redis:// or amqp:// URL for node and workers"
        )
    os.environ.update(worker_environment(settings, args.config))
    os.execv(sys.executable, worker_command(settings))  # noqa: S606


def worker_environment(settings: EngineSettings, config: str | None = None) -> dict[str, str]:
    """What the worker's process must find set; its name differs from that of a node beside it."""
    environment = {
        "DJANGO_SETTINGS_MODULE": "qflow_site.settings",
        "QFLOW_DATA_DIR": str(settings.data_dir),
        "QFLOW_BROKER_URL": settings.broker_url,
        "QFLOW_NODE_ID": settings.node or f"{socket.gethostname().split('.')[0]}-worker-{os.getpid()}",
        "QFLOW_LOG_LEVEL": settings.log_level,
        "QFLOW_LOG_FORMAT": settings.log_format,
    }
    if config:
        environment["QFLOW_CONFIG"] = config
    if "QFLOW_BROKER_URL_FILE" in os.environ:
        del environment["QFLOW_BROKER_URL"]
    return environment


def worker_command(settings: EngineSettings) -> list[str]:
    """Celery's command line: prefork, one message at a time, no chatter between workers."""
    options = ["--pool=prefork", f"--concurrency={max(1, settings.workers)}", "--queues=qflow"]
    options += ["--without-gossip", "--without-mingle", "-O", "fair", f"--loglevel={settings.log_level}"]
    return [sys.executable, "-m", "celery", "-A", "qflow_site", "worker", *options]


COMMANDS = {"worker": Command(_configure, _run)}
