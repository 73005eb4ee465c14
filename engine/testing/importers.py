"""A stand-in for readers of other systems' workflows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.base.errors import InvalidInput
from engine.base.limits import Limits
from engine.flow.canonical import from_canonical, to_canonical
from engine.flow.model import Flow
from engine.ports.importer import Ask, Exported, Imported
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
            flows = [from_canonical(one) for one in (value if isinstance(value, list) else [value])]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InvalidInput(f"{name} holds no flow: {error}") from error
        return [Imported(flow, len(flow.steps), len(flow.steps)) for flow in flows]

    def write(self, flow: Flow, catalogue: StepCatalogue) -> Exported:
        """The canonical form."""
        return Exported(to_canonical(flow))

    def pages(self, ask: Ask) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """What the instance gives at ``flows``."""
        yield from (("workflow", flow) for flow in ask("flows", {}))
