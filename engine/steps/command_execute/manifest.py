"""What command.execute is and which parameters it has."""

from __future__ import annotations

from pydantic import Field

from engine.base.limits import (
    COMMAND_ARGUMENTS_MAX,
    COMMAND_CHARACTERS_MAX,
    COMMAND_MEMORY_BYTES_MAX,
    COMMAND_OUTPUT_BYTES_MAX,
)
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class CommandParameters(Parameters):
    """Parameters of command.execute."""

    path: str = Field(
        min_length=1,
        max_length=4_096,
        description="The program, by the very path that the policy names: /usr/bin/date.",
    )
    arguments: list[str] = Field(
        default_factory=list,
        max_length=COMMAND_ARGUMENTS_MAX,
        description="Its arguments, as they are; no shell.",
    )
    input: str = Field(
        "", max_length=COMMAND_CHARACTERS_MAX, description="What it reads from its standard input."
    )
    once: bool = Field(False, description="Whether it runs once, for the first item alone.")
    neverError: bool = Field(False, description="Take exit codes other than 0 for results.")
    outputMax: int = Field(
        1024 * 1024, ge=1, le=COMMAND_OUTPUT_BYTES_MAX, description="Bytes that it may write, at most."
    )
    memoryMax: int = Field(
        512 * 1024 * 1024,
        ge=16 * 1024 * 1024,
        le=COMMAND_MEMORY_BYTES_MAX,
        description="Bytes of memory of each of its processes, at most.",
    )


MANIFEST = Manifest(
    type="command.execute",
    label="Execute command",
    summary="Runs a program of the node's machine, where the subnet's policy names it.",
    group="flow",
    effect=Effect.WRITE,
    parameters=CommandParameters,
    icon="square-terminal",
)
