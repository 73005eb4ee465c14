"""Verify an execution: check its bundle as a stranger would."""

from __future__ import annotations

from engine.audit.verifier.check import Report, verify
from engine.ports.access_store import Principal
from engine.usecases.export_execution import bundle_of
from engine.usecases.permission import own_execution
from engine.usecases.world import World


def verify_execution(world: World, actor: Principal, execution: str, identity: str | None = None) -> Report:
    """What the execution's journal proves; ``identity``: who must have signed it.

    Raises :class:`engine.audit.verifier.bundle.Refused` or :class:`CorruptData`, which name the first
    entry that is not as it was written.
    """
    header = own_execution(world, actor, execution, "executions:read")
    return verify(bundle_of(world, header), world.signatures.verify, identity)
