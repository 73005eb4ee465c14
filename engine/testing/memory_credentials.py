"""Credentials in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.base.canonical import decode
from engine.base.errors import InvalidInput
from engine.base.limits import CREDENTIALS_MAX
from engine.ports.capabilities import Holder
from engine.ports.credentials import Contents, Credential, CredentialKey, CredentialRecord, Values
from engine.ports.tokens import TokenRequest
from engine.steps.credential_types import credential_type
from engine.storage.credentials import check_room, packed


class MemoryCredentials:
    """A :class:`CredentialStore` for tests and simulation."""

    def __init__(self, most: int = CREDENTIALS_MAX) -> None:
        self._records: dict[tuple[str, CredentialKey], CredentialRecord] = {}
        self._contents: dict[tuple[str, CredentialKey], bytes] = {}
        self._most = most

    def records(self, subnet: str) -> Sequence[CredentialRecord]:
        """By type and name."""
        found = (record for (owner, _), record in self._records.items() if owner == subnet)
        return sorted(found, key=lambda record: record.key)

    def record(self, subnet: str, key: CredentialKey) -> CredentialRecord | None:
        """One of them."""
        return self._records.get((subnet, key))

    def contents(self, subnet: str, key: CredentialKey) -> Contents | None:
        """Its values."""
        found = self._contents.get((subnet, key))
        return None if found is None else Contents(*decode(found))

    def put(self, record: CredentialRecord, values: Values | None) -> CredentialRecord:
        """Store it."""
        place = (record.subnet, record.key)
        others = [key for owner, key in self._records if owner == record.subnet and key != record.key]
        check_room(len(others), self._most)
        if values is not None:
            self._contents[place] = packed(values, {})
        old = self._records.get(place)
        self._records[place] = replace(
            record,
            filled=place in self._contents,
            revision=1 if old is None else old.revision + 1,
            created_us=record.created_us if old is None else old.created_us,
        )
        return self._records[place]

    def keep_state(self, subnet: str, key: CredentialKey, state: Values, revision: int) -> bool:
        """Replace the state."""
        record, contents = self.record(subnet, key), self.contents(subnet, key)
        if record is None or contents is None or record.revision != revision:
            return False
        self._contents[(subnet, key)] = packed(contents.values, state)
        return True

    def delete(self, subnet: str, key: CredentialKey) -> bool:
        """Forget it."""
        self._contents.pop((subnet, key), None)
        return self._records.pop((subnet, key), None) is not None


class ScriptedTokenEndpoints:
    """A :class:`TokenEndpoints` that gives prepared answers in turn; an exception is raised."""

    def __init__(self, *answers: Mapping[str, Any] | Exception) -> None:
        self.answers, self.asked = list(answers), list[tuple[str, TokenRequest]]()

    def ask(self, subnet: str, request: TokenRequest) -> Mapping[str, Any]:
        """The next answer."""
        self.asked.append((subnet, request))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class ScriptedCredentialCalls:
    """A :class:`CredentialCalls` that gives prepared statuses in turn; an exception is raised."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers, self.asked = list(answers), list[tuple[str, Credential, str]]()

    def status(self, subnet: str, held: Credential, address: str, now_us: int) -> int:
        """The next answer."""
        self.asked.append((subnet, held, address))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class GivenReferences:
    """A :class:`References` that knows these values, and allows what it knows."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = dict(values or {})

    def check(self, subnet: str, text: str) -> None:
        """Only what is known is allowed."""
        if text not in self.values:
            raise InvalidInput(f"{text} is not allowed")

    def fetch(self, subnet: str, text: str) -> str:
        """The value."""
        self.check(subnet, text)
        return self.values[text]


class GivenCredentials:
    """A :class:`Credentials` for tests of steps: values by type and name, open to every step."""

    def __init__(self, *given: tuple[str, str, Mapping[str, Any]], hosts: tuple[str, ...] = ("*",)) -> None:
        self._given = {CredentialKey(kind, name): dict(values) for kind, name, values in given}
        self._hosts = hosts
        self.states: dict[CredentialKey, Values] = {}

    def use(self, holder: Holder, step_type: str, key: CredentialKey) -> Credential:
        """The credential, over plain http, too."""
        values = credential_type(key.type).model.model_validate(self._given[key])
        return Credential(key, values, self._hosts, True, self.states.get(key, {}), self._keeper(key))

    def __call__(self, type: str, name: str) -> Credential:
        """As :attr:`StepContext.credential`."""
        return self.use(Holder("personal", "flow", "exe_bench", "step"), "", CredentialKey(type, name))

    def _keeper(self, key: CredentialKey) -> Any:
        def keep(state: Values) -> bool:
            self.states[key] = dict(state)
            return True

        return keep
