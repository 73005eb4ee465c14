"""What ssh.command is and which parameters it has."""

from __future__ import annotations

from pydantic import Field

from engine.base.limits import COMMAND_CHARACTERS_MAX, COMMAND_OUTPUT_BYTES_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.ssh_login import SshServer


class SshCommandParameters(Parameters):
    """Parameters of ssh.command."""

    server: SshServer = Field(description="The machine.")
    command: str = Field(
        min_length=1,
        max_length=COMMAND_CHARACTERS_MAX,
        description="What the user's shell there carries out.",
    )
    folder: str = Field(
        "", max_length=4_096, description="The folder in which it is carried out; else the user's own."
    )
    outputMax: int = Field(
        1024 * 1024, ge=1, le=COMMAND_OUTPUT_BYTES_MAX, description="Bytes of output that are read, at most."
    )
    neverError: bool = Field(True, description="Take exit codes other than 0 for results.")


MANIFEST = Manifest(
    type="ssh.command",
    label="SSH command",
    summary="Runs a command on another machine for each item.",
    group="network",
    effect=Effect.WRITE,
    parameters=SshCommandParameters,
    icon="terminal",
)
