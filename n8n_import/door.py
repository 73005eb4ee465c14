"""The importer as the engine's port wants it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.api import Ask, Exported, Flow, Imported, Limits, StepCatalogue
from n8n_import.assembling import assembled
from n8n_import.exporting import exported
from n8n_import.pulling import pulled
from n8n_import.reading import is_n8n, read_workflows


class N8nImporter:
    """:class:`engine.api.Importer` for n8n."""

    def reads(self, data: bytes, limits: Limits) -> bool:
        """Whether the bytes hold n8n workflows."""
        return is_n8n(data, limits)

    def read(self, data: bytes, name: str, catalogue: StepCatalogue, limits: Limits) -> Sequence[Imported]:
        """Every workflow of an export; raises :class:`InvalidInput` where there is none."""
        found = []
        workflows = read_workflows(data, name, limits)
        default_id = name if len(workflows) == 1 else ""  # without ids, each has its own name
        for workflow in workflows:
            result = assembled(workflow, catalogue, limits, default_id, workflows)
            issues = [issue.as_json() for issue in result.issues]
            found.append(Imported(result.flow, result.nodes, result.runnable, issues, workflow.active))
        return found

    def write(self, flow: Flow, catalogue: StepCatalogue) -> Exported:
        """The workflow it came from, with what was changed since where n8n has words for it."""
        document, issues = exported(flow, catalogue)
        return Exported(document, [issue.as_json() for issue in issues])

    def pages(self, ask: Ask) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Everything that a running n8n gives through its public API."""
        return pulled(ask)
