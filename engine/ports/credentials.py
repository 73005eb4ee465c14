"""The sockets for credentials: what is known of them, where they lie, and how a step gets one.

A credential has a type, whose fields the step catalogue names, and a name; both together are its key in a
subnet. Its values are stored sealed and never given back; a step that names it gets them for one attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from pydantic import BaseModel

from engine.base.limits import REDACTED_CHARACTERS_MIN

Values = Mapping[str, Any]


class CredentialKey(NamedTuple):
    """What a flow says of a credential."""

    type: str
    name: str

    def __str__(self) -> str:
        return f"{self.name!r} ({self.type})"


@dataclass(frozen=True, slots=True)
class CredentialType:
    """A kind of credential. Fields of ``model`` with ``repr=False`` are secret. ``hosted``: its values are
    sent to hosts that a flow names, so that a scope must name them, too. ``check`` looks closer at valid
    values and raises :class:`ValueError`, without a value in its text; ``consents`` says whether valid values
    ask for a person's consent at a server (OAuth 2)."""

    name: str
    label: str
    model: type[BaseModel]
    hosted: bool = False
    check: Callable[[Any], None] | None = None
    consents: Callable[[Any], bool] | None = None

    def secret_fields(self) -> tuple[str, ...]:
        """The fields that nobody may see."""
        return tuple(name for name, found in self.model.model_fields.items() if not found.repr)


@dataclass(frozen=True, slots=True)
class CredentialRecord:
    """What may be told of a credential. ``hosts`` are entries as in an egress policy; ``steps`` are the step
    types that may use it, all that can where there are none; ``plain_http`` lets it travel without TLS;
    ``flows`` are the flows that may use it, all where there are none. ``filled`` is False for a placeholder;
    ``given`` says that it comes from outside and cannot be changed here; ``revision`` counts changes."""

    subnet: str
    type: str
    name: str
    hosts: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    plain_http: bool = False
    filled: bool = False
    revision: int = 0
    created_us: int = 0
    updated_us: int = 0
    updated_by: str = ""
    flows: tuple[str, ...] = ()
    given: bool = False

    @property
    def key(self) -> CredentialKey:
        """Type and name."""
        return CredentialKey(self.type, self.name)


class Contents(NamedTuple):
    """What is sealed: the values as they were filled in, and what was fetched with them, such as tokens."""

    values: Values
    state: Values


class CredentialStore(Protocol):
    """Where credentials lie."""

    def records(self, subnet: str) -> Sequence[CredentialRecord]:
        """All of a subnet, by type and name."""

    def record(self, subnet: str, key: CredentialKey) -> CredentialRecord | None: ...
    def contents(self, subnet: str, key: CredentialKey) -> Contents | None:
        """What is sealed; None where there is no such credential, or only a placeholder."""

    def put(self, record: CredentialRecord, values: Values | None) -> CredentialRecord:
        """Store it, with a new revision. Without values those that are there stay; new values forget the
        state. Who created it and when stays as it was."""

    def keep_state(self, subnet: str, key: CredentialKey, state: Values, revision: int) -> bool:
        """Replace the state; False where the credential is no longer at this revision."""

    def delete(self, subnet: str, key: CredentialKey) -> bool:
        """Forget it, overwriting its bytes; False where it was not there."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential in the hands of one attempt; ``values`` are an instance of the type's model."""

    key: CredentialKey
    values: Any = field(repr=False)
    hosts: tuple[str, ...] = ()
    plain_http: bool = False
    state: Values = field(default_factory=dict, repr=False)
    keep: Callable[[Values], bool] = lambda state: False
    """Replaces the state, for later attempts."""

    fetched: frozenset[str] = field(default=frozenset(), repr=False)
    """What references in it named; secret whatever the field."""

    def secrets(self) -> tuple[str, ...]:
        """Texts that must not show up anywhere: secret fields that are long enough to be found, and
        everything that was fetched or lies in the state."""
        fields = type(self.values).model_fields
        given = [getattr(self.values, name) for name, found in fields.items() if not found.repr]
        texts = _texts([*given, *self.fetched, dict(self.state)])
        return tuple(text for text in texts if len(text) >= REDACTED_CHARACTERS_MIN)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
