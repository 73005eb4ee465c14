"""Verify an execution: export it and check the bundle as a stranger would."""

from __future__ import annotations

from engine.audit.verifier.check import Report, verify
from engine.ports.access_store import Principal
from engine.usecases.export_execution import export_execution
from engine.usecases.world import World


def verify_execution(world: World, actor: Principal, execution: str, identity: str | None = None) -> Report:
    """What the execution's journal proves; ``identity``: who must have signed it.

    Raises :class:`engine.audit.verifier.bundle.Refused` or :class:`CorruptData`, which name the first
    entry that is not as it was written.
    """
    return verify(export_execution(world, actor, execution), world.signatures.verify, identity)
