"""How form.page runs: it parks with its page, and goes on with the answers."""

from __future__ import annotations

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Signal, StepContext, StepResult, StepType, WaitSignal
from engine.steps.form_page.manifest import MANIFEST, FormPageParameters


class FormPageStep(StepType):
    """One page for all its items, by the parameters of the first."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Park until the page is sent; an ending is remembered, and shown when nothing else waits."""
        given: FormPageParameters = context.parameters()
        if given.show == "ending":
            memory = {"ending": given.ending.model_dump()}
            return StepResult({MAIN: context.items}, memory=memory)
        until_us = None if given.timeoutMs is None else context.now_us + given.timeoutMs * 1000
        form = given.model_dump(include={"title", "description", "fields", "button"})
        return StepResult(wait=WaitSignal("webhook", until_us, prompt={"form": form}))

    def resume(self, context: StepContext, signal: Signal) -> StepResult:
        """The answers as the one item; the input items where none came in time."""
        if signal.kind == "timeout":
            return StepResult({MAIN: context.items})
        json = dict(signal.payload)
        files = json.pop("binary", None)
        return StepResult({MAIN: [{"json": json, "binary": files} if files else {"json": json}]})
