"""What is known of a step before it runs, worked out once per flow version."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from engine.base.canonical import RAW, cid_of_bytes
from engine.base.limits import BINDINGS_MAX
from engine.execution.references import Part, part_of
from engine.flow.credentials import credentials_in
from engine.flow.model import Step
from engine.flow.plan import Plan
from engine.flow.references import references, scanned, strings
from engine.ports.parameters import validated
from engine.ports.step_catalogue import Effect, StepCatalogue, StepType


@dataclass(frozen=True, slots=True)
class Binding:
    """A step with its type. ``fixed``: its parameters, validated, if they hold neither references nor
    expressions; ``templates``: the strings with expressions; ``code`` names what runs, for the receipt.
    """

    step: Step
    kind: StepType
    effect: Effect
    roots: frozenset[str]
    fixed: Any
    code: str
    templates: tuple[str, ...] = ()
    foretells: bool = False  # may be asked for together with steps behind it
    made: Part | None = None  # makes the parameters; None where nothing in them is to be replaced


def codes_in(kind: StepType, step: Step) -> list[tuple[str, str]]:
    """What a step of this type runs as its parameters write it out: code with its CID, and the CID of a
    module without."""
    found, code, module = [], kind.code_in(step.parameters), step.parameters.get("module")
    if code:
        found.append((code, cid_of_bytes(code.encode("utf-8", "surrogatepass"), RAW)))
    if isinstance(module, str) and module:
        found.append(("", module))
    return found


class Bindings:
    """A bounded cache; the version CID in the key makes entries valid for ever."""

    def __init__(self, catalogue: StepCatalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[tuple[str, str], Binding] = {}
        self._lock = threading.Lock()

    def get(self, plan: Plan, step_id: str) -> Binding:
        """The binding; raises :class:`UnknownObject` for an unknown type and
        :class:`InvalidInput` for wrong parameters."""
        key = (plan.version, step_id)
        binding = self._known.get(key)
        if binding is None:
            binding = self._bind(plan.step(step_id))
            with self._lock:
                if len(self._known) >= BINDINGS_MAX:
                    self._known.clear()
                self._known[key] = binding
        return binding

    def effect(self, plan: Plan, step_id: str) -> Effect:
        """The effect of a step; pure where it cannot be bound, since it will fail at once."""
        try:
            return self.get(plan, step_id).effect
        except Exception:
            return Effect.PURE

    def remembers(self, plan: Plan, step_id: str) -> bool:
        """Whether runs of the step must go one after the other."""
        try:
            return self.get(plan, step_id).kind.manifest.remembers
        except Exception:
            return False

    def passes_on(self, plan: Plan, step_id: str) -> bool:
        """Whether a step that fails gives its input where the flow goes on."""
        try:
            return self.get(plan, step_id).kind.manifest.passes_on
        except Exception:
            return False

    def _bind(self, step: Step) -> Binding:
        kind = self._catalogue.get(step.type)
        given = scanned(step.parameters)
        roots = frozenset(reference.name for reference in references(given))
        templates = tuple(dict.fromkeys(text for _, text in strings(given) if "{{" in text))
        fixed = None
        if not roots and not templates:
            fixed = validated(kind.manifest.parameters, step.parameters, step.id)
        effect = Effect.PURE if step.disabled else kind.effect(step.parameters)
        if effect is Effect.PURE and not step.disabled and credentials_in(step.parameters):
            effect = Effect.READ  # what it gives depends on more than its input
        code = f"{step.type}@{kind.manifest.version}"
        foretells = effect is Effect.PURE and not roots and type(kind).ahead is not StepType.ahead
        made = part_of(step.parameters, frozenset(templates).__contains__)
        return Binding(step, kind, effect, roots, fixed, code, templates, foretells, made)
