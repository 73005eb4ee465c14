"""The host of a node, as it is put together from the settings."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from engine import assembly, wiring
from engine.execution.cancellation import CancelToken
from engine.ports.capabilities import Surroundings, UseQuery
from engine.ports.grants import HttpCapability, KvCapability, SecretCapability
from engine.ports.policy import PERSONAL, Policy
from engine.settings.loading import load
from engine.storage.capability_uses import DjangoCapabilityStore
from engine.storage.flow_values import DjangoFlowValues
from engine.testing.clock import FakeClock
from engine.testing.step_bench import ClosedCircuits
from engine.testing.steps import DictCatalogue
from engine.testing.world import fake_world
from tests.engine.sandbox.capabilities.bench import HOLDER, LOOPBACK
from tests.servers.http_server import HttpServer


def test_a_node_keeps_its_key_to_itself_and_reaches_the_world(
    tmp_path: Path, sqlite_database: str, django_db_blocker: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {"secrets": {"key": {"value": "s3cret-value", "hosts": ["127.0.0.1"], "plainHttp": True}}}
    (tmp_path / "secrets.json").write_text(json.dumps(secrets))
    settings = load(
        {"QFLOW_DATA_DIR": str(tmp_path / "node"), "QFLOW_SECRETS_FILE": str(tmp_path / "secrets.json")}
    )
    store = DjangoCapabilityStore(sqlite_database)
    monkeypatch.setattr(assembly, "DjangoCapabilityStore", lambda **_: store)
    monkeypatch.setattr(assembly, "DjangoFlowValues", lambda **_: DjangoFlowValues(sqlite_database))
    world = fake_world(DictCatalogue([]), FakeClock())
    parts = (world.notifier, world.clock, world.entropy, world.cipher)
    host = wiring.capability_host(settings, *parts)
    kept = tmp_path / "node" / "capability-key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    again = wiring.capability_host(settings, *parts)
    assert again.authority.keys.key_id == host.authority.keys.key_id

    ceilings = (HttpCapability(host="127.0.0.1"), SecretCapability(name="key"), KvCapability())
    policy = Policy(PERSONAL, egress=LOOPBACK, capabilities=ceilings)
    around = Surroundings(HOLDER, policy, ClosedCircuits(), CancelToken(), 5_000)
    use = {"name": "key", "header": "X-Key"}
    with django_db_blocker.unblock(), HttpServer() as server, host.open(around, ceilings) as opened:  # type: ignore[attr-defined]
        answer = opened.call("secret", {"url": server.at("/echo"), "secrets": [use]})
        assert opened.call("kv", {"action": "set", "key": "k", "value": 1}) == {"revision": 1}
        uses = store.uses(UseQuery(PERSONAL))
    assert json.loads(answer["body"])["headers"]["x-key"] == "***"
    assert server.seen[0].headers["X-Key"] == "s3cret-value"
    assert [(one.operation, one.allowed) for one in uses] == [("kv", True), ("http", True), ("secret", True)]
