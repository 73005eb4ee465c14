"""Flows are signed by whoever saves or publishes them."""

from __future__ import annotations

from engine.ports.access_store import Principal
from engine.ports.flow_store import FlowSignature
from engine.usecases.vouchers import flow_statement
from engine.usecases.world import World


def sign_flow(world: World, actor: Principal, version: str) -> FlowSignature | None:
    """Sign a version in the name of the actor; None where the node does not hold the actor's key."""
    if not actor.identity or not world.identities.store.record(actor.identity).held:
        return None
    at_us = world.clock.now_us()
    signer = world.identities.signer(actor.identity, at_us)
    signature = signer.sign(flow_statement(actor.subnet, version, at_us))
    made = FlowSignature(version, signer.identity, signer.key, at_us, signature)
    world.flows.sign(actor.subnet, made)
    return made
