"""Capability tokens: what one attempt of a step may reach, and the shims that stand behind them."""

from __future__ import annotations

from engine.sandbox.capabilities.attenuation import attenuate
from engine.sandbox.capabilities.authority import CapabilityAuthority, Grant, Token
from engine.sandbox.capabilities.host import CapabilityHost, OpenHost, Reach
from engine.sandbox.capabilities.keys import NodeKeys, VerifyingKeys, fresh_key
from engine.sandbox.capabilities.secret_files import SecretFiles

__all__ = [
    "CapabilityAuthority",
    "CapabilityHost",
    "Grant",
    "NodeKeys",
    "OpenHost",
    "Reach",
    "SecretFiles",
    "Token",
    "VerifyingKeys",
    "attenuate",
    "fresh_key",
]
