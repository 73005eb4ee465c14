"""The values that a flow keeps from execution to execution, for the attempt of a step."""

from __future__ import annotations

from typing import Any

from engine.ports.capabilities import KeyValueStore
from engine.ports.clock import Clock

_STEPS = "step:"
"""Stands before the keys of steps, which code in the sandbox does not get to see."""


class FlowValues:
    """:class:`engine.ports.step_catalogue.KeptValues` of one flow."""

    def __init__(self, store: KeyValueStore, subnet: str, flow: str, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._subnet, self._flow = subnet, flow

    def get(self, key: str) -> tuple[Any, int]:
        """See :meth:`KeptValues.get`."""
        found = self._store.get(self._subnet, self._flow, _STEPS + key)
        return (None, 0) if found is None else (found.value, found.revision)

    def put(self, key: str, value: Any, revision: int) -> None:
        """See :meth:`KeptValues.put`."""
        self._store.put(self._subnet, self._flow, _STEPS + key, value, revision, self._clock.now_us())

    def delete(self, key: str) -> None:
        """See :meth:`KeptValues.delete`."""
        self._store.delete(self._subnet, self._flow, _STEPS + key, None)
