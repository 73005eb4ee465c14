"""How data.xml runs: text becomes an object, or an object text."""

from __future__ import annotations

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.data_xml.manifest import MANIFEST, XmlParameters
from engine.steps.data_xml.reading import read_xml
from engine.steps.data_xml.writing import write_xml
from engine.steps.item_errors import each_item


class XmlStep(StepType):
    """Gives one item for each that comes in."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for text that is no XML, and for names that XML does not have."""

        def work(item: Item, index: int) -> list[Item]:
            given: XmlParameters = context.parameters(index)
            if given.operation == "write":
                source = item["json"] if given.source is None else given.source
                return [{"json": {given.into or "data": write_xml(source, given)}}]
            found = read_xml(given.source, given)
            return [{"json": {given.into: found} if given.into else found}]

        return StepResult({MAIN: each_item(context, work)})
