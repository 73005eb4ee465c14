"""How mail.send runs: a mail for each item, on a connection of its own."""

from __future__ import annotations

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.connecting import line
from engine.steps.item_errors import each_item
from engine.steps.mail_send.manifest import MANIFEST, MailSendParameters
from engine.steps.mail_send.message import Letter
from engine.steps.mail_send.sending import send
from engine.steps.servers import filled


class MailSendStep(StepType):
    """Gives what the server said of each mail."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`EgressDenied`, :class:`NetworkFailure`, and :class:`StepFailure` for a refusal."""

        def work(item: Item, index: int) -> list[Item]:
            given: MailSendParameters = context.parameters(index)
            server = filled(context, given.server, ("smtp",))
            letter = Letter(context, given, item, index)
            with line(context, server.host) as wire:
                return [{"json": send(wire, server, letter)}]

        return StepResult({MAIN: each_item(context, work)})
