"""The servers for tests themselves: they start, forget or keep as told, and leave nothing behind."""

from __future__ import annotations

import amqp
import pytest
import redis

from tests.services.processes import listens
from tests.services.rabbitmq import RabbitServer
from tests.services.redis import RedisServer

pytestmark = pytest.mark.services


def test_redis_forgets_in_a_crash_and_leaves_nothing():
    server = RedisServer()
    server.start()
    try:
        with redis.Redis.from_url(server.url()) as client:
            client.set("a", "b")
        server.crash()
        server.start()
        with redis.Redis.from_url(server.url()) as client:
            assert client.get("a") is None
    finally:
        server.stop()
    assert not listens(server.port)


def test_rabbitmq_takes_messages_and_leaves_nothing():
    server = RabbitServer()
    server.start()
    try:
        with amqp.Connection(f"127.0.0.1:{server.port}") as connection:
            channel = connection.channel()
            channel.queue_declare("q", auto_delete=False)
            channel.basic_publish(amqp.Message("hello"), routing_key="q")
            assert channel.basic_get("q", no_ack=True).body == "hello"
    finally:
        server.stop()
    assert not listens(server.port)
