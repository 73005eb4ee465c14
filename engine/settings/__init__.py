"""The settings of a node: one frozen value, read from defaults, a YAML file, the environment and options."""

from __future__ import annotations

from engine.settings.loading import configure, current, load
from engine.settings.values import EMBEDDED, MEMORY, EngineSettings

__all__ = ["EMBEDDED", "MEMORY", "EngineSettings", "configure", "current", "load"]
