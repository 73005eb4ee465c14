"""A node with two subnets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.faults.node import NodeProcess
from tests.isolation.tenants import ATTACKER, CANARY, SCOPES, VICTIM, Tenant, furnish, tenant


@dataclass
class Walls:
    """The node, the victim with its ids, and the attackers by what they may do in their own subnet."""

    node: NodeProcess
    victim: Tenant
    ids: dict[str, str]
    attackers: dict[str, Tenant]

    @property
    def attacker(self) -> Tenant:
        """The one with most rights."""
        return self.attackers["every scope"]


@pytest.fixture(scope="session")
def walls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walls]:
    folder = tmp_path_factory.mktemp("walls")
    secrets = folder / "secrets.json"
    held = {"value": f"{CANARY}-secret", "hosts": ["127.0.0.1"], "subnets": [VICTIM], "plainHttp": True}
    secrets.write_text(json.dumps({"secrets": {CANARY: held}}))
    node = NodeProcess(folder, QFLOW_SECRETS_FILE=str(secrets), CANARY_OF_THE_NODE=CANARY)
    node.start()
    with ExitStack() as stack:
        stack.callback(node.stop)
        yield _furnished(node, stack)


def _furnished(node: NodeProcess, stack: ExitStack) -> Walls:
    for subnet in (VICTIM, ATTACKER):
        node.qflow("subnet", "create", subnet)
    victim = tenant(node, VICTIM, "admin")
    attackers = {
        "a member": tenant(node, ATTACKER, "flows:read,executions:read"),
        "an admin": tenant(node, ATTACKER, "admin"),
        "every scope": tenant(node, ATTACKER, SCOPES),
    }
    for one in (victim, *attackers.values()):
        stack.enter_context(one.client)
    return Walls(node, victim, furnish(victim), attackers)
