"""The importer as the engine's port wants it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.api import Flow, Imported, InvalidInput, Limits, StepCatalogue
from n8n_import.assembling import assembled
from n8n_import.reading import is_n8n, read_workflows


class N8nImporter:
    """:class:`engine.api.Importer` for n8n."""

    def reads(self, data: bytes, limits: Limits) -> bool:
        """Whether the bytes hold n8n workflows."""
        return is_n8n(data, limits)

    def read(self, data: bytes, name: str, catalogue: StepCatalogue, limits: Limits) -> Sequence[Imported]:
        """Every workflow of an export; raises :class:`InvalidInput` where there is none."""
        found = []
        for workflow in read_workflows(data, name, limits):
            result = assembled(workflow, catalogue, limits, name)
            issues = [issue.as_json() for issue in result.issues]
            found.append(Imported(result.flow, result.nodes, result.runnable, issues, workflow.active))
        return found

    def write(self, flow: Flow) -> dict[str, Any]:
        """The workflow it came from."""
        original = flow.extra.get("n8n")
        if not isinstance(original, dict):
            raise InvalidInput(f"flow {flow.id!r} did not come from n8n, so it cannot go back there")
        return original
