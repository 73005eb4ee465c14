"""A Celery worker on threads of this process, for a node that needs no broker."""

from __future__ import annotations

import logging
import threading

from celery import Celery
from celery.worker import WorkController

from engine.dispatch.embedded_transport import wake

log = logging.getLogger("qflow.celery")


class EmbeddedWorker:
    """Hears the rings of the embedded transport; its tasks return at once, the engine's own
    threads do the work."""

    def __init__(self, app: Celery, threads: int = 1) -> None:
        self._controller = WorkController(
            app=app,
            pool_cls="threads",
            concurrency=threads,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            quiet=True,
            loglevel="WARNING",
        )
        self._thread = threading.Thread(target=self._run, name="qflow-bell", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def _run(self) -> None:
        try:
            self._controller.start()
        except Exception:
            log.exception("the embedded worker stopped; the sweep goes on without it")

    @property
    def alive(self) -> bool:
        """Whether it listens, for health."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop(in_sighandler=False)
        wake()
        self._thread.join(3)
