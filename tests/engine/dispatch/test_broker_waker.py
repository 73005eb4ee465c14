"""Ringing through a real broker that comes and goes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import celery
import pytest
import redis

from engine.dispatch import broker_waker
from engine.dispatch.broker_waker import AWAY_S, BrokerWaker
from tests.services.redis import RedisServer

pytestmark = pytest.mark.services

AT_ONCE_S = 1.5  # less than an attempt to connect takes, and patience for a busy machine


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    running = RedisServer()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def missed() -> list[str]:
    return []


@pytest.fixture
def waker(server: RedisServer, missed: list[str]) -> BrokerWaker:
    app = celery.Celery("test", broker=server.url(), set_as_current=False)
    app.conf.update(task_default_queue="q", broker_connection_timeout=2)
    with redis.Redis.from_url(server.url()) as client:
        client.flushall()
    return BrokerWaker(app, missed.append)


def waiting(server: RedisServer) -> int:
    with redis.Redis.from_url(server.url()) as client:
        return sum(int(client.llen(key)) for key in client.keys("q*"))  # one for each priority


def rung(waker: BrokerWaker, execution: str) -> None:
    began = time.monotonic()
    waker.ring(execution)
    assert time.monotonic() - began < AT_ONCE_S, "whoever rings must not wait for the broker"


def test_rings_reach_the_queue(waker: BrokerWaker, server: RedisServer, missed: list[str]) -> None:
    for number in range(20):
        rung(waker, f"exe_{number}")
    assert waker.flush(10)
    assert (waiting(server), missed) == (20, [])


def test_rings_that_cannot_be_sent_are_told_and_the_next_ones_are_sent_again(
    waker: BrokerWaker, server: RedisServer, missed: list[str]
) -> None:
    rung(waker, "exe_1")
    assert waker.flush(10)
    server.crash()
    rung(waker, "exe_2")
    rung(waker, "exe_3")
    assert waker.flush(10)
    assert missed == ["exe_2", "exe_3"]
    server.start()
    time.sleep(AWAY_S)  # a broker that was away is left alone for so long
    rung(waker, "exe_4")
    assert waker.flush(10)
    assert (waiting(server), missed) == (1, ["exe_2", "exe_3"])


def test_a_broker_that_was_restarted_in_between_loses_no_ring(
    waker: BrokerWaker, server: RedisServer, missed: list[str]
) -> None:
    rung(waker, "exe_1")
    assert waker.flush(10)
    server.crash()
    server.start()
    rung(waker, "exe_2")
    assert waker.flush(10)
    assert (waiting(server), missed) == (1, [])


def test_a_broker_that_hangs_keeps_nobody_waiting(
    waker: BrokerWaker, server: RedisServer, missed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(broker_waker._OPTIONS, "socket_timeout", 0.3)
    rung(waker, "exe_1")
    assert waker.flush(10)
    process = server._server._process
    assert process is not None
    os.killpg(process.pid, signal.SIGSTOP)
    try:
        rung(waker, "exe_2")
        rung(waker, "exe_3")
        assert waker.flush(10)
    finally:
        os.killpg(process.pid, signal.SIGCONT)
    assert missed == ["exe_2", "exe_3"]
