"""Celery's entry: a ring means "look at this execution"."""

from __future__ import annotations

import secrets
from typing import Any

from celery import shared_task
from celery.signals import (
    celeryd_after_setup,
    celeryd_init,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutting_down,
)

from engine.dispatch.celery_waker import RING
from engine.dispatch.house_bell import HouseBell

_house: HouseBell | None = None  # of a worker with forked children


@shared_task(name=RING, ignore_result=True)
def ring(execution: str) -> None:
    """Look at an execution; nothing is lost if this is doubled or never comes."""
    from engine.wiring import answer_ring

    answer_ring(execution)


@celeryd_init.connect
def _named(instance: Any, **_: Any) -> None:
    """Workers on one machine, or in containers that are all called alike, need names of their own."""
    from engine.settings import current

    instance.hostname = f"{current().node_id}-{secrets.token_hex(4)}@{instance.hostname.partition('@')[2]}"


@celeryd_after_setup.connect
def _before_forking(**_: Any) -> None:
    global _house
    from engine.wiring import preload

    preload()
    _house = HouseBell()


@worker_process_init.connect
def _forked(**_: Any) -> None:
    from engine.wiring import answer_house_ring, forget, stop_worker

    forget()
    if _house is not None:
        _house.listen(answer_house_ring, stop_worker)


@worker_ready.connect
def _ready(**_: Any) -> None:
    """A worker's parent keeps house; a node that lives with its worker keeps its own."""
    from engine.settings import current
    from engine.wiring import start_keeper

    if not current().embedded:
        assert _house is not None
        start_keeper(_house.ring)


@worker_shutting_down.connect
def _shutting_down(**_: Any) -> None:
    """The parent of a worker was told to end: its children give their executions back."""
    if _house is not None:
        _house.close()
    _ending()


@worker_process_shutdown.connect
def _ending(**_: Any) -> None:
    from engine.settings import current
    from engine.wiring import stop_worker

    if not current().embedded:
        stop_worker()
