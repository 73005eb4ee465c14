"""What parameters of steps that log in to a server have in common."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from engine.steps.base import Parameters


class Server(Parameters):
    """Base of servers; values never show up in error messages, since they may be secret."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    host: str = Field("", max_length=253, description="Its name or address.")
    user: str = Field("", max_length=1_000, description="User name.")
    password: str = Field("", max_length=10_000, repr=False, description="Password.")
