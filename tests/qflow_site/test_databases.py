"""Databases, live channel and broker follow the URLs of the settings."""

from __future__ import annotations

import sqlite3

import pytest

from engine.settings import load
from qflow_site.celery import make_app
from qflow_site.databases import channel_layers, databases


def test_sqlite_is_in_the_data_directory_and_durable_as_told(tmp_path):
    settings = load({"QFLOW_DATA_DIR": str(tmp_path), "QFLOW_SQLITE_SYNCHRONOUS": "FULL"})
    database = databases(settings)["default"]
    assert database["NAME"] == str(tmp_path / "qflow.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    connection = sqlite3.connect(database["NAME"])
    connection.executescript(database["OPTIONS"]["init_command"])
    found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    connection.close()
    assert found == ["wal", 2]


def test_a_data_directory_may_have_any_name(tmp_path):
    strange = tmp_path / "a b#c?d%20e"
    assert databases(load({"QFLOW_DATA_DIR": str(strange)}))["default"]["NAME"] == str(
        strange / "qflow.sqlite3"
    )


@pytest.mark.parametrize(("url", "name"), [("sqlite:////a/b.db", "/a/b.db"), ("sqlite:///b.db", "b.db")])
def test_a_sqlite_url_is_absolute_with_four_slashes(url, name):
    assert databases(load({"QFLOW_DATABASE_URL": url}))["default"]["NAME"] == name


def test_a_postgresql_url_becomes_its_parts():
    settings = load({"QFLOW_DATABASE_URL": "postgresql://q%40low:p%2Fw@db:5433/flows?sslmode=require"})
    database = databases(settings)["default"]
    assert database["USER"] == "q@low"
    assert database["PASSWORD"] == "p/w"
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db", "5433", "flows")
    assert database["OPTIONS"] == {"sslmode": "require"}
    assert database["CONN_MAX_AGE"] is None


def test_the_live_channel_is_in_memory_or_on_redis():
    assert "InMemory" in channel_layers(load({}))["default"]["BACKEND"]
    layer = channel_layers(load({"QFLOW_REDIS_URL": "redis://r:6379/1"}))["default"]
    assert layer["CONFIG"]["hosts"] == ["redis://r:6379/1"]


@pytest.mark.parametrize("broker", ["embedded://", "redis://r:6379/0", "amqp://guest@r//"])
def test_rings_are_json_may_be_lost_and_are_never_waited_for(broker):
    conf = make_app(load({"QFLOW_BROKER_URL": broker})).conf
    assert (conf.task_serializer, conf.accept_content) == ("json", ["json"])
    assert (conf.task_ignore_result, conf.task_reject_on_worker_lost) == (True, True)
    assert conf.task_acks_late is not broker.startswith("embedded")
    assert conf.task_publish_retry is False
    assert conf.broker_url.startswith(broker)


def test_redis_gives_a_message_back_long_after_a_worker_may_still_hold_it():
    from engine.wiring import RING_WAIT_S

    conf = make_app(load({"QFLOW_BROKER_URL": "redis://r"})).conf
    assert conf.broker_transport_options["visibility_timeout"] > RING_WAIT_S
