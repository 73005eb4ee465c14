"""How mail.send runs: a mail for each item, on a connection of its own."""

from __future__ import annotations

from engine.base.errors import InvalidInput
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.connecting import line
from engine.steps.item_errors import each_item
from engine.steps.mail_send.manifest import MANIFEST, MailSendParameters
from engine.steps.mail_send.message import Letter
from engine.steps.mail_send.sending import send


class MailSendStep(StepType):
    """Gives what the server said of each mail."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`EgressDenied`, :class:`NetworkFailure`, and :class:`StepFailure` for a refusal."""

        def work(item: Item, index: int) -> list[Item]:
            given: MailSendParameters = context.parameters(index)
            if not given.server.host:
                raise InvalidInput("server.host is missing")
            letter = Letter(context, given, item, index)
            with line(context, given.server.host) as wire:
                return [{"json": send(wire, given.server, letter)}]

        return StepResult({MAIN: each_item(context, work)})
