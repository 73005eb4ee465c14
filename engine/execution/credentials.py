"""Credentials for the attempts of steps: found, checked, recorded, and taken out of what comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from engine.base.errors import CapabilityDenied, InvalidInput, Problem, QflowError
from engine.base.ids import ulid
from engine.base.redaction import Redactor
from engine.flow.credentials import credentials_in
from engine.flow.model import Step
from engine.ports.capabilities import CapabilityStore, CapabilityUse, Credentials, Holder
from engine.ports.clock import Clock, Entropy
from engine.ports.credentials import (
    Credential,
    CredentialKey,
    CredentialRecord,
    CredentialStore,
    CredentialType,
    Values,
)
from engine.ports.references import References, fetched, is_reference
from engine.ports.step_catalogue import StepResult

OPERATION = "credential"
"""What uses of credentials are called in the audit."""


class CredentialDesk:
    """:class:`engine.ports.credentials.Credentials` of a node."""

    def __init__(
        self,
        store: CredentialStore,
        types: Callable[[str], CredentialType],
        audit: CapabilityStore,
        clock: Clock,
        entropy: Entropy,
        references: References,
    ) -> None:
        self._store, self._types, self._audit = store, types, audit
        self._clock, self._entropy, self._references = clock, entropy, references

    def use(self, holder: Holder, step_type: str, key: CredentialKey) -> Credential:
        """See :meth:`Credentials.use`. Every use is recorded before the values are handed out."""
        record = self._store.record(holder.subnet, key)
        contents = self._store.contents(holder.subnet, key)
        if record is None or contents is None:
            self._record(holder, key, "missing")
            raise missing(key, placeholder=record is not None)
        self._check_scope(holder, key, f"steps of type {step_type!r}", step_type, record.steps)
        self._check_scope(holder, key, f"the flow {holder.flow!r}", holder.flow, record.flows)
        self._record(holder, key, "")
        given, named = fetched(self._references, holder.subnet, contents.values)
        values = read_values(self._types(key.type), given, key)
        return Credential(
            key,
            values,
            record.hosts,
            record.plain_http,
            dict(contents.state),
            self._keeper(holder.subnet, record),
            named,
        )

    def _check_scope(
        self, holder: Holder, key: CredentialKey, what: str, name: str, allowed: Sequence[str]
    ) -> None:
        """A scope without names is open; a use that is out of scope is recorded as denied."""
        if not allowed or name in allowed:
            return
        self._record(holder, key, "out-of-scope")
        raise CapabilityDenied(
            f"the credential {key} is not for {what}; its scope names: {', '.join(allowed)}",
            operation=OPERATION,
            reason="out-of-scope",
        )

    def _keeper(self, subnet: str, record: CredentialRecord) -> Callable[[Values], bool]:
        return lambda state: self._store.keep_state(subnet, record.key, state, record.revision)

    def _record(self, holder: Holder, key: CredentialKey, refused: str) -> None:
        now_us = self._clock.now_us()
        use = CapabilityUse(
            id=ulid("use", now_us, self._entropy.bytes(10)),
            subnet=holder.subnet,
            execution=holder.execution,
            step=holder.step,
            run=holder.run,
            attempt=holder.attempt,
            token="",
            operation=OPERATION,
            arguments={"type": key.type, "name": key.name},
            allowed=not refused,
            reason=refused,
            at_us=now_us,
        )
        self._audit.record(use)


def missing(key: CredentialKey, *, placeholder: bool = True) -> InvalidInput:
    """The error for a credential that nobody filled in."""
    state = "is not filled in yet" if placeholder else "does not exist"
    remedy = f"qflow credential set {key.type} '{key.name}'"
    return InvalidInput(f"the credential {key} {state}; fill it in, in the browser or with: {remedy}")


def check_values(kind: CredentialType, values: Values, key: CredentialKey) -> None:
    """As :func:`read_values`, but for values that are references: what those name is not looked at."""
    named = {name for name, value in values.items() if is_reference(value)}
    try:
        read_values(kind, values, key)
    except InvalidInput as error:
        rest = [one for one in error.problems if one.path.removeprefix("values.") not in named]
        if rest or not named:
            raise


def read_values(kind: CredentialType, values: Values, key: CredentialKey) -> Any:
    """The values as the type's model; raises :class:`InvalidInput` that names fields and never values."""
    try:
        found = kind.model.model_validate(dict(values))
        if kind.check is not None:
            kind.check(found)
    except ValidationError as error:
        wrong = [(".".join(map(str, one["loc"])), one["msg"]) for one in error.errors(include_input=False)]
        text = "; ".join(f"{place or 'it'}: {told}" for place, told in wrong)
        problems = [Problem(f"values.{place}" if place else "values", told) for place, told in wrong]
        raise InvalidInput(f"the credential {key} is not right: {text}", problems) from None
    except ValueError as error:
        raise InvalidInput(f"the credential {key} is not right: {error}") from None
    return found


class Pocket:
    """The credentials that one attempt took out, and what must not come back of them."""

    def __init__(self, source: Credentials | None, holder: Callable[[], Holder], step: Step) -> None:
        self._source, self._holder, self._step = source, holder, step
        self._taken: dict[CredentialKey, Credential] = {}
        self._hidden: set[str] = set()

    def take(self, type: str, name: str) -> Credential:
        """See :attr:`StepContext.credential`."""
        key = CredentialKey(type, name)
        if key not in self._taken:
            if tuple(key) not in credentials_in(self._step.parameters):
                raise CapabilityDenied(
                    f"step {self._step.id!r} does not name the credential {key}; "
                    "write it out in its parameters",
                    operation=OPERATION,
                    reason="not-granted",
                )
            if self._source is None:
                raise missing(key, placeholder=False)
            self._taken[key] = self._watched(self._source.use(self._holder(), self._step.type, key))
        return self._taken[key]

    def _watched(self, found: Credential) -> Credential:
        """What is kept from now on must not come back either."""
        self._hidden |= set(found.secrets())

        def keep(state: Values) -> bool:
            self._hidden |= set(replace(found, state=state).secrets())
            return found.keep(state)

        return replace(found, keep=keep)

    def cleared(self, result: StepResult) -> StepResult:
        """The result without values of credentials."""
        if not self._hidden:
            return result
        value, answer = Redactor(self._hidden).value, result.answer
        return replace(
            result,
            outputs={port: value(list(items)) for port, items in result.outputs.items()},
            memory=value(result.memory),
            logs=value(result.logs),
            custom=value(dict(result.custom)),
            answer=answer and replace(answer, headers=value(answer.headers), body=value(answer.body)),
        )

    def clear(self, error: Exception) -> None:
        """Take values of credentials out of an error, and out of those it came from."""
        redactor, seen = Redactor(self._hidden), set()
        found: BaseException | None = error if self._hidden else None
        while found is not None and id(found) not in seen:
            seen.add(id(found))
            if isinstance(found, QflowError):
                redactor.clear(found)
            else:
                found.args = tuple(redactor.value(list(found.args)))
            found = found.__cause__ or found.__context__
