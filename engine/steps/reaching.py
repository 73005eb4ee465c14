"""What steps share whose code may reach the world: the capabilities they ask for, and the host."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from engine.base.errors import CapabilityDenied
from engine.ports.grants import Capability, HttpCapability, KvCapability, SecretCapability
from engine.ports.parameters import validated
from engine.ports.sandbox import HostCalls
from engine.ports.step_catalogue import Effect, StepContext
from engine.steps.base import Parameters

CAPABILITIES_MAX = 64
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing on the other side (RFC 9110 section 9.2.1)."""


class ReachingParameters(Parameters):
    """What the code of a step may ask its host for."""

    capabilities: list[Capability] = Field(
        default_factory=list,
        max_length=CAPABILITIES_MAX,
        description="What the code may reach, as far as the policy of the subnet allows it: see"
        " [capabilities.md](capabilities.md). Without, nothing.",
    )


class _Asked(ReachingParameters, extra="ignore"):
    """The capabilities alone; as they are written, so that no item decides what is asked for."""


_WORDS: TypeAdapter[list[Capability]] = TypeAdapter(list[Capability])


def effect_of(parameters: Mapping[str, Any]) -> Effect:
    """Pure without capabilities; reading if all they allow is to read."""
    asked = parameters.get("capabilities")
    if not asked:
        return Effect.PURE
    try:
        capabilities = _WORDS.validate_python(asked)
    except ValidationError:
        return Effect.WRITE  # the run will say what is wrong
    return Effect.READ if all(_reads(one) for one in capabilities) else Effect.WRITE


def _reads(capability: Capability) -> bool:
    if isinstance(capability, HttpCapability):
        return set(capability.methods) <= _READING
    if isinstance(capability, KvCapability):
        return set(capability.actions) <= {"get", "list"}
    return isinstance(capability, SecretCapability)  # goes along with a request, which is asked for, too


@contextmanager
def host_of(context: StepContext, codes: Collection[str]) -> Iterator[HostCalls | None]:
    """The host with what the step asks for and code with these CIDs may have, closed when the body ends;
    None where it asks for nothing."""
    asked: Sequence[Capability] = ()
    if context.step.parameters.get("capabilities"):
        asked = validated(_Asked, context.step.parameters, context.step.id).capabilities
    if not asked:
        yield None
        return
    if context.open_host is None:
        raise CapabilityDenied("this node gives no capabilities to steps")
    host = context.open_host(asked, codes)
    try:
        yield host
    finally:
        host.close()
