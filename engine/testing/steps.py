"""A small catalogue of step types for tests of the engine's core."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from engine.base.errors import UnknownObject
from engine.ports.credentials import CredentialType
from engine.ports.step_catalogue import (
    Effect,
    Manifest,
    Signal,
    StepContext,
    StepResult,
    StepType,
    TriggerType,
)


class Note(BaseModel):
    """The fields of the one type of credentials."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    user: str = ""
    word: str = Field(repr=False, min_length=1)


NOTE = CredentialType("note", "Note", Note, hosted=True)


class AnyParameters(BaseModel):
    """Takes whatever it is given."""

    model_config = ConfigDict(extra="allow")


def make_type(
    name: str,
    run: Callable[[StepContext], StepResult],
    *,
    effect: Effect = Effect.PURE,
    outputs: tuple[str, ...] = ("main",),
    inputs: tuple[str, ...] = ("main",),
    resume: Callable[[StepContext, Signal], StepResult] | None = None,
) -> StepType:
    """A step type from functions."""
    manifest = Manifest(name, name, name, "test", effect, AnyParameters, inputs, outputs)

    class Made(StepType):
        def run(self, context: StepContext) -> StepResult:
            return run(context)

        def resume(self, context: StepContext, signal: Signal) -> StepResult:
            if resume is None:
                return super().resume(context, signal)
            return resume(context, signal)

    Made.manifest = manifest
    return Made()


def pass_on(context: StepContext) -> StepResult:
    """What comes in goes out."""
    return StepResult({"main": context.items})


class PlainTrigger(TriggerType):
    """A trigger that starts by hand."""

    manifest: ClassVar[Manifest] = Manifest(
        "trigger.manual", "Manual", "Starts by hand", "trigger", Effect.PURE, AnyParameters, (), trigger=True
    )


class DictCatalogue:
    """Implements the step catalogue over a dict."""

    def __init__(self, types: Iterable[StepType]) -> None:
        self._types: Mapping[str, StepType] = {kind.manifest.type: kind for kind in types}

    def get(self, type_name: str) -> StepType:
        """The step type, or :class:`UnknownObject`."""
        if type_name not in self._types:
            raise UnknownObject(f"there is no step type {type_name!r}")
        return self._types[type_name]

    def names(self) -> Iterable[str]:
        """All names."""
        return self._types.keys()

    def help(self, type_name: str) -> str:
        """None here."""
        return ""

    def resolve_alias(self, name: str) -> str | None:
        """No aliases here."""
        return name if name in self._types else None

    def credential_type(self, name: str) -> CredentialType:
        """One type of credentials, a name and a secret value."""
        if name != NOTE.name:
            raise UnknownObject(f"there is no type of credentials {name!r}")
        return NOTE

    def credential_types(self) -> Iterable[CredentialType]:
        """That one."""
        return (NOTE,)


def number(context: StepContext, field: str = "n") -> Any:
    """A number of the first item."""
    return context.items[0]["json"].get(field, 0) if context.items else 0


def plus_one(context: StepContext) -> StepResult:
    """Adds one to ``n`` of every item."""
    items = [{"json": {**item["json"], "n": item["json"].get("n", 0) + 1}} for item in context.items]
    return StepResult({"main": items})
