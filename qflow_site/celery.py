"""The Celery application: the bell between the processes of a node.

A message says "look at this execution" and nothing else. The journal is the truth, so messages may
be lost or doubled, results are ignored, and JSON is all that is understood.
"""

from __future__ import annotations

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import import_modules, setup_logging
from kombu import Queue

from engine.settings import EngineSettings, current
from engine.settings.logs import logging_config

EMBEDDED_TRANSPORT = "engine.dispatch.embedded_transport:Transport"
QUEUE = "qflow"
PRIORITIES = 10
"""Lanes 0 (first) to 9 (last), as in a flow's settings."""


def transport_options(settings: EngineSettings) -> dict[str, object]:
    """What the broker needs to keep priorities and to give lost messages back."""
    if settings.broker_url.startswith(("redis", "rediss")):
        return {
            "priority_steps": list(range(PRIORITIES)),
            "queue_order_strategy": "priority",
            "visibility_timeout": 60,  # seconds; a slice of an execution is far shorter
            "socket_keepalive": True,
        }
    if settings.broker_url.startswith("amqp"):
        return {"confirm_publish": True}
    return {}


def make_app(settings: EngineSettings) -> Celery:
    """A Celery application for these settings."""
    # without Celery's Django fixup, which runs all of Django's checks at every start and closes
    # database connections after every task; engine.tasks sees to connections after a fork
    app = Celery("qflow", set_as_current=True, fixups=[])
    app.conf.update(
        broker_url="embedded://localhost" if settings.embedded else settings.broker_url,
        broker_transport=EMBEDDED_TRANSPORT if settings.embedded else None,
        broker_transport_options=transport_options(settings),
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
        broker_pool_limit=10,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_acks_late=not settings.embedded,
        task_reject_on_worker_lost=True,
        task_default_queue=QUEUE,
        task_queues=[Queue(QUEUE, queue_arguments={"x-max-priority": PRIORITIES - 1})],
        task_default_priority=5,
        task_publish_retry=False,  # the sweep finds what a lost ring leaves behind
        worker_redirect_stdouts=False,
        # a ring in this process is cheap, and one that waits for another's end would wait in vain
        worker_prefetch_multiplier=0 if settings.embedded else 1,
        worker_send_task_events=False,
        worker_enable_remote_control=True,
        # a child goes on without its broker: the journal, not the message, says what is done
        worker_cancel_long_running_tasks_on_connection_loss=False,
        imports=["engine.tasks"],
        timezone="UTC",
        enable_utc=True,
    )
    return app


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qflow_site.settings")
app = make_app(current())
app.set_default()  # threads that did not make it find it too


@import_modules.connect(sender=app)
def _setup_django(**_: Any) -> None:
    """Before a worker imports the tasks; a node has set Django up already."""
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


@setup_logging.connect
def _setup_logging(**_: Any) -> None:
    """Workers log as nodes do."""
    settings = current()
    logging.config.dictConfig(logging_config(settings.log_level, settings.log_format))
