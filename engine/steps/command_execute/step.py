"""How command.execute runs: the policy is asked, then the program runs for each item."""

from __future__ import annotations

from engine.base.errors import InvalidInput, PolicyViolation, StepFailure
from engine.flow.model import MAIN
from engine.ports.policy import Policy
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.command_execute.manifest import MANIFEST, CommandParameters
from engine.steps.command_execute.process import Bounds, Ended, carried_out
from engine.steps.item_errors import each_item


class CommandStep(StepType):
    """Gives ``{"exitCode", "stdout", "stderr"}`` for each item, or for the first."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`PolicyViolation` for a program that the policy does not name, :class:`TimedOut`,
        :class:`PayloadTooLarge`, and :class:`StepFailure` for an exit code other than 0."""

        def work(_: Item, index: int) -> list[Item]:
            given: CommandParameters = context.parameters(index)
            if given.once and index:
                return []
            return [{"json": _run(context, given)}]

        return StepResult({MAIN: each_item(context, work)})


def _run(context: StepContext, given: CommandParameters) -> Item:
    _allowed(context.policy, given.path)
    if any("\0" in text for text in (given.path, *given.arguments)):
        raise InvalidInput("arguments hold a character (NUL) that no program can be given")
    context.cancellation.check()
    bounds = Bounds(context.timeout_ms / 1000, given.outputMax, given.memoryMax)
    ended = carried_out([given.path, *given.arguments], given.input, bounds, context.cancellation)
    if ended.code and not given.neverError:
        raise StepFailure(_told(given.path, ended), exitCode=ended.code)
    return {"exitCode": ended.code, "stdout": ended.stdout.rstrip("\n"), "stderr": ended.stderr.rstrip("\n")}


def _allowed(policy: Policy, path: str) -> None:
    """The very path must stand in the policy: no name to be looked for, no other way to the same file."""
    if path in policy.commands and path.startswith("/"):
        return
    named = ", ".join(policy.commands) or "none"
    raise PolicyViolation(
        f"the policy of subnet {policy.subnet!r} does not name {path[:200]!r}; it names: {named}; "
        "to allow it, add its whole path to commands in the policy"
    )


def _told(path: str, ended: Ended) -> str:
    how = f"signal {-ended.code}" if ended.code < 0 else f"exit code {ended.code}"
    return f"Command failed: {path} ended with {how}\n{ended.stderr[:1_000]}".rstrip()
