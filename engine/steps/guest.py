"""Asking the JavaScript guest about values: what only its regular expressions or dates can tell.

A pattern or a format that people wrote is never run by the node itself: the guest's fuel, memory
and deadline hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from engine.base.errors import StepFailure
from engine.base.limits import GUEST_ROWS_MAX
from engine.ports.sandbox import Determinism, ExpressionBatch, SandboxLimits
from engine.ports.step_catalogue import StepContext

MATCHES = """{{ ((given, slash) => {
  const found = given.slash ? given.pattern.match(slash) : null;
  const pattern = found ? new RegExp(found[1], found[2]) : new RegExp(given.pattern);
  return pattern.test(given.text);
})($json, new RegExp('^/(.*?)/([gimusy]*)$')) }}"""
"""Whether ``text`` has a match of ``pattern``, which may be written ``/pattern/flags`` if ``slash``."""


def ask(context: StepContext, expression: str, rows: Iterable[dict[str, Any]]) -> list[Any]:
    """The expression's value for each row, which it sees as ``$json``.

    Raises :class:`StepFailure` for a row that has none, :class:`SandboxViolation` at a limit.
    """
    values: list[Any] = []
    given = iter(rows)
    while chunk := list(islice(given, GUEST_ROWS_MAX)):
        values += _asked(context, expression, chunk)
    return values


def _asked(context: StepContext, expression: str, rows: Sequence[dict[str, Any]]) -> list[Any]:
    items = [{"json": row} for row in rows]
    moment = Determinism(context.now_us, context.seed, context.timezone)
    answer = context.sandbox.evaluate(ExpressionBatch([expression], items, moment), guest_limits(context))
    if answer.faults:
        raise StepFailure(answer.faults[0].message, row=answer.faults[0].row)
    return [row[0] for row in answer.values]


def guest_limits(context: StepContext) -> SandboxLimits:
    """What one call of the guest may use on behalf of a step."""
    limits = context.limits
    return SandboxLimits(
        memory_bytes=limits.sandbox_memory_bytes_max,
        deadline_ms=min(limits.sandbox_deadline_ms, context.timeout_ms),
        input_bytes=limits.step_output_bytes_max,
        output_bytes=limits.step_output_bytes_max,
    )
