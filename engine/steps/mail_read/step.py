"""How mail.read runs: the mails that fit become items, and are marked as seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Effect, Item, StepContext, StepResult, StepType
from engine.steps.connecting import line
from engine.steps.mail_read.mailbox import mailbox
from engine.steps.mail_read.manifest import MANIFEST, MailReadParameters
from engine.steps.mail_read.reading import item_of
from engine.steps.provenance import from_item
from engine.steps.servers import filled


class MailReadStep(StepType):
    """Reads once for all items that come in, with the parameters of the first."""

    manifest = MANIFEST

    def effect(self, parameters: Mapping[str, Any]) -> Effect:
        """Marking changes the mailbox."""
        return Effect.READ if parameters.get("markSeen") is False else Effect.WRITE

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`EgressDenied`, :class:`NetworkFailure`, and :class:`StepFailure` for a refusal."""
        given: MailReadParameters = context.parameters(0)
        server = filled(context, given.server, ("imap",))
        items: list[Item] = []
        with (
            line(context, server.host) as wire,
            mailbox(wire, server, given.folder, writable=given.markSeen) as box,
        ):
            numbers = box.found(given.search, given.max)
            for number in numbers:
                context.cancellation.check()
                data, flags = box.mail(number)
                items.append(from_item(item_of(context, given, int(number), flags, data), 0))
            if given.markSeen:
                box.mark_seen(numbers)
        return StepResult({MAIN: items})
