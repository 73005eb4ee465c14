"""Ceilings of capabilities in policy documents."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput
from engine.ports.grants import HttpCapability, KvCapability
from engine.storage.policies import StoredPolicies, default_document, parsed
from engine.testing.memory_access import MemoryAccess


def test_a_policy_without_ceilings_grants_nothing() -> None:
    access = MemoryAccess()
    access.create_subnet("alpha", "Alpha", 1)
    assert StoredPolicies(access).of("alpha").capabilities == ()
    assert default_document()["capabilities"] == []
    access.put_policy("alpha", {"code": "any"}, 1, 2)
    assert StoredPolicies(access).of("alpha").capabilities == ()


def test_ceilings_are_read_in_their_order() -> None:
    access = MemoryAccess()
    access.create_subnet("alpha", "Alpha", 1)
    ceilings = [
        {"operation": "http", "host": "*.example.com", "methods": ["GET"], "bytesMax": 5, "usesMax": 9},
        {"operation": "kv"},
    ]
    access.put_policy("alpha", {"capabilities": ceilings}, 1, 2)
    assert StoredPolicies(access).of("alpha").capabilities == (
        HttpCapability(host="*.example.com", methods=("GET",), bytes_max=5, uses_max=9),
        KvCapability(),
    )


@pytest.mark.parametrize(
    ("capability", "path"),
    [
        ({"operation": "files"}, "policy.capabilities.0"),
        ({"operation": "http"}, "policy.capabilities.0.http.host"),
        ({"operation": "kv", "host": "a"}, "policy.capabilities.0.kv.host"),
        ({"operation": "http", "host": "10.0.0.0/8"}, "policy.capabilities[0].host"),
        ({"operation": "http", "host": "a b"}, "policy.capabilities[0].host"),
        ({"operation": "secret", "name": "x", "host": "*x"}, "policy.capabilities[0].host"),
        ({"operation": "http", "host": "a", "path": "/../"}, "policy.capabilities.0.http.path"),
    ],
)
def test_a_wrong_ceiling_is_named(capability: dict[str, object], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parsed({"capabilities": [capability]})
    assert [problem.path for problem in caught.value.problems] == [path]
