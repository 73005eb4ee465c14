"""``qflow up``: a whole node in the foreground."""

from __future__ import annotations

import argparse
import os
import shlex
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from engine.base.errors import NodeFailure
from engine.cli.boot import load_settings, refuse_remote, setup_django
from engine.cli.frame import OK, Command
from engine.settings import EngineSettings

if TYPE_CHECKING:
    from engine.wiring import Node

STOP_WITHIN_S = 3.0
"""How long steps in flight may take to land when the node stops; what does not is run again."""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address to listen on (QFLOW_HOST; default 127.0.0.1)")
    parser.add_argument("--port", help="port to listen on (QFLOW_PORT; default 8080; 0: any)")
    parser.add_argument("--broker", metavar="URL", help="broker of the bell (QFLOW_BROKER_URL)")
    parser.add_argument("--workers", metavar="N", help="worker threads (QFLOW_WORKERS)")
    parser.add_argument(
        "--processes", metavar="N", help="further processes that drive executions (QFLOW_PROCESSES)"
    )
    parser.add_argument("--no-workers", action="store_true", help="only web: leave the work to qflow worker")
    parser.add_argument("--no-samples", action="store_true", help="do not publish the sample flows")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    settings = load_settings(args)
    if settings.port == 0:  # chosen now, since addresses that the node hands out carry it
        settings = load_settings(args, port=str(_free_port(settings.host)))
    os.environ.setdefault("AUTOBAHN_USE_NVX", "0")  # its C part is compiled anew at each start
    import daphne.server  # noqa: F401  installs the reactor; must come before anything else of Twisted

    setup_django(settings)
    from engine.cli.node_lock import node_lock
    from engine.cli.tables import ensure_tables

    with node_lock(settings.data_dir, _local_url(settings)) as lock:
        ensure_tables(settings)
        _serve(args, settings, lock.close)
    return OK


def _serve(args: argparse.Namespace, settings: EngineSettings, unlock: Callable[[], None]) -> None:
    from django.conf import settings as django_settings
    from django.utils.module_loading import import_string

    from engine.cli.samples import publish_samples
    from engine.cli.server import NodeServer
    from engine.crewing import fork_crew
    from engine.wiring import start_node

    application = import_string(django_settings.ASGI_APPLICATION)
    crew = None if args.no_workers else fork_crew(settings.processes, [unlock])
    node = start_node(workers=not args.no_workers, crew=crew)
    samples = [] if args.no_samples else publish_samples(node.world, settings.data_dir)
    server = NodeServer(
        application,
        settings.host,
        settings.port,
        on_ready=_announcer(args, settings, samples),
        before_stop=lambda: _stop(node),
    )
    server.run()
    if server.failure:
        _stop(node)
        raise NodeFailure(f"cannot listen on {settings.host}:{settings.port}: {server.failure}")
    print("stopped", flush=True)


def _own_name() -> str:
    """How this program was called, so that a hint can be copied."""
    called = Path(sys.argv[0])
    if called.name != "qflow":
        return "qflow"
    return min(str(called), os.path.relpath(called), key=len)


def _local_url(settings: EngineSettings) -> str:
    """Where commands on this machine reach the node, whatever its public URL."""
    return replace(settings, public_url="").base_url


def _warm_up() -> None:
    """Get ready what the first REST request and the first expression need."""
    from django.urls import get_resolver

    from engine.wiring import world

    len(get_resolver().url_patterns)
    world().sandbox.warm_up()


def _free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _stop(node: Node) -> None:
    from django.db import connections

    node.stop(STOP_WITHIN_S)
    connections.close_all()


def _announcer(args: argparse.Namespace, settings: EngineSettings, samples: list[str]) -> Callable[[], None]:
    from django.contrib.auth import get_user_model

    nobody_signed_up = not get_user_model().objects.exists()

    def announce() -> None:
        print(
            f"Qflow runs at {settings.base_url}  (data in {settings.data_dir}; Ctrl-C stops it)", flush=True
        )
        if samples:
            where = f" --data-dir {shlex.quote(args.data_dir)}" if args.data_dir else ""
            print(f"  try:    curl '{settings.base_url}/webhook/hello?name=Ada'")
            print(f"  token:  {_own_name()} token create{where} --name me", flush=True)
        if settings.setup_code is not None and nobody_signed_up:
            print(
                f"  set-up: {settings.base_url}/set-up asks for this code: {settings.setup_code}", flush=True
            )

        Thread(target=_warm_up, name="qflow-warm-up", daemon=True).start()

    return announce


COMMANDS = {"up": Command(_configure, _run)}
