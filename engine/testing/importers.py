"""A stand-in for readers of other systems' workflows."""

from __future__ import annotations

import json
from typing import Any

from engine.base.errors import InvalidInput
from engine.base.limits import Limits
from engine.flow.canonical import from_canonical, to_canonical
from engine.flow.model import Flow
from engine.ports.importer import Imported
from engine.ports.step_catalogue import StepCatalogue


class PlainImporter:
    """Reads flows in their canonical form, as JSON: one, or a list of them."""

    def reads(self, data: bytes, limits: Limits) -> bool:
        """Whether it is JSON with a canonical form's mark."""
        return b'"form"' in data

    def read(self, data: bytes, name: str, catalogue: StepCatalogue, limits: Limits) -> list[Imported]:
        """Every flow, with nothing to say of any."""
        try:
            value = json.loads(data)
        except ValueError as error:
            raise InvalidInput(f"{name} is not JSON: {error}") from error
        flows = [from_canonical(one) for one in (value if isinstance(value, list) else [value])]
        return [Imported(flow, len(flow.steps), len(flow.steps)) for flow in flows]

    def write(self, flow: Flow) -> dict[str, Any]:
        """The canonical form."""
        return to_canonical(flow)
