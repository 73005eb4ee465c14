"""Conditions as people write them, and whether they hold; shared by the steps that branch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import Field, model_validator

from engine.base.errors import StepFailure
from engine.ports.step_catalogue import StepContext
from engine.steps.base import Parameters
from engine.steps.conversions import BothWrong, NotConvertible, converted
from engine.steps.guest import ask
from engine.steps.operators import NotComparable, holds, kind
from engine.steps.typed import Question, folded, script_holds, script_text, typed_holds
from engine.steps.typed_words import DATES, PATTERNS, UNARY, Operator, ValueType
from engine.steps.values import text_of

VALUE = "What is looked at, usually a reference such as $json.status."
OPERATOR = "How value is compared. Operators that ask about value alone, such as isEmpty, need no compareTo."
COMPARE_TO = "What value is compared with."
TYPE = (
    "The type that both sides must have. Without one the values themselves say what they are; script "
    "compares as JavaScript does and refuses nothing. Empty text is no number, but 0 as a numeral; truth is "
    "a boolean for which any text but the empty one is true."
)
FOLD = "Whether letter case does not count; only where a type is given."


class Condition(Parameters):
    """``value operator compareTo``."""

    value: Any = Field(None, description=VALUE)
    operator: Operator = Field("equals", description=OPERATOR)
    compareTo: Any = Field(None, description=COMPARE_TO)
    type: ValueType | None = Field(None, description=TYPE)
    ignoreCase: bool = Field(False, description=FOLD)

    @model_validator(mode="after")
    def _complete(self) -> Condition:
        """An operator that compares has something to compare with."""
        if self.operator not in UNARY and "compareTo" not in self.model_fields_set:
            raise ValueError(f"{self.operator} needs compareTo")
        return self


Asked = tuple[Condition, Any]
"""A condition, and the value it looks at."""

_ANSWER = """{{ (({ kind, text, extra }, slash) => {
  if (kind === "matches") {
    const found = extra.match(slash);
    try {
      return (found ? new RegExp(found[1], found[2]) : new RegExp(extra)).test(text);
    } catch (error) {
      return { error: error.message };
    }
  }
  if (kind === "moment") {
    const at = new Date(extra === "number" ? Number(text) : text).getTime();
    return Number.isNaN(at) ? null : at;
  }
  const written = text.trim();
  for (const read of ["fromISO", "fromHTTP", "fromRFC2822", "fromSQL"]) {
    const found = DateTime[read](written, { setZone: true });
    if (found.isValid) return found.toMillis();
  }
  const at = Date.parse(written);
  return Number.isNaN(at) ? null : at;
})($json, /^\\/(.*?)\\/([gimusy]*)$/) }}"""
"""Answers one question; dates are read in all the ways in which they are commonly written."""


class Verdicts:
    """Answers conditions; all questions for the guest are put to it in one call."""

    def __init__(self, context: StepContext, conditions: Iterable[Asked], loose: bool) -> None:
        self._loose = loose
        questions = dict.fromkeys(
            question for condition, value in conditions for question in _questions(condition, value, loose)
        )
        self._answers = Answered()
        if questions:
            rows = ({"kind": kind, "text": text, "extra": extra} for kind, text, extra in questions)
            self._answers.update(zip(questions, ask(context, _ANSWER, rows), strict=True))

    def met(self, condition: Condition, value: Any, where: str, short: str) -> bool:
        """Whether the condition holds for a value; raises :class:`StepFailure` naming the place, in
        full or, for typed conditions, in brackets."""
        try:
            if condition.type is None:
                return self._plain(condition, value)
            return self._typed(condition, value)
        except NotComparable as error:
            raise StepFailure(f"{where}: {error}", place=where) from error
        except NotConvertible as error:
            at = "" if isinstance(error, BothWrong) else f" [{short}]"
            raise StepFailure(f"{error}{at}", place=where) from error

    def _plain(self, condition: Condition, value: Any) -> bool:
        name, other = condition.operator, condition.compareTo
        if name in PATTERNS or name in DATES:
            wanted = "string" if name in PATTERNS else "dateTime"
            return typed_holds(name, wanted, value, other, not self._loose, False, self._answers)
        return holds(name, value, other, self._loose)

    def _typed(self, condition: Condition, value: Any) -> bool:
        name, other = condition.operator, condition.compareTo
        if condition.type == "script":
            return script_holds(name, value, other, self._answers)
        strict, fold = not self._loose, condition.ignoreCase
        return typed_holds(name, str(condition.type), value, other, strict, fold, self._answers)


class Answered(dict[Question, Any]):
    """Answers, of which a faulty one is an error when it is looked up."""

    def __missing__(self, question: Question) -> Any:
        raise NotConvertible(f"{question[0]} of {question[1][:80]!r} was not asked")

    def __getitem__(self, question: Question) -> Any:
        found = super().__getitem__(question)
        if isinstance(found, dict):
            raise NotConvertible(f"the pattern {question[2][:80]!r} is not valid: {found['error']}")
        return found


def _questions(condition: Condition, value: Any, loose: bool) -> Iterator[Question]:
    """What the guest must be asked before the condition can be answered."""
    name, other = condition.operator, condition.compareTo
    if condition.type == "script":
        yield from _script_questions(name, value, other)
    elif name in PATTERNS:
        try:
            text, pattern = (converted(side, "string", not loose) for side in (value, other))
        except NotConvertible:
            return
        text = folded(text) if condition.ignoreCase else text
        yield ("matches", text or "", text_of(pattern))
    elif condition.type == "dateTime" or (condition.type is None and name in DATES):
        for side in (value, other):
            if side is not None:
                yield ("date", text_of(side), "")


def _script_questions(name: str, value: Any, other: Any) -> Iterator[Question]:
    if name in PATTERNS:
        yield ("matches", script_text(value), script_text(other))
    elif name in DATES:
        for side in (value, other):
            if side is not None and side != "":
                yield ("moment", text_of(side), "number" if kind(side) == "number" else "")
