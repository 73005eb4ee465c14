"""Credentials that a file gives, read again when it changes, in front of those that are stored."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from engine.base.errors import InvalidInput, WrongState
from engine.base.limits import (
    CREDENTIAL_HOSTS_MAX,
    CREDENTIAL_NAME_CHARACTERS_MAX,
    SECRETS_FILE_BYTES_MAX,
)
from engine.ports.credentials import Contents, CredentialKey, CredentialRecord, CredentialStore, Values
from engine.ports.policy import PERSONAL

_Text = Annotated[str, Field(min_length=1, max_length=CREDENTIAL_NAME_CHARACTERS_MAX)]


class _Form(BaseModel):
    """One credential as the file holds it."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, hide_input_in_errors=True)
    type: _Text
    name: _Text
    values: dict[str, Any]
    hosts: Annotated[tuple[str, ...], Field(max_length=CREDENTIAL_HOSTS_MAX)] = ()
    steps: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    plain_http: bool = False
    subnets: Annotated[tuple[str, ...], Field(min_length=1)] = (PERSONAL,)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    credentials: list[_Form]


class GivenFirst:
    """:class:`engine.ports.credentials.CredentialStore`: a file that may be read only, before a store.

    The file holds ``{"credentials": [{"type", "name", "values", "hosts"?, "steps"?, "flows"?,
    "plainHttp"?, "subnets"?}]}``. What it gives cannot be changed or deleted here.
    """

    def __init__(self, path: Path, stored: CredentialStore) -> None:
        self._path, self._stored = path, stored
        self._stamp: object = None
        self._forms: dict[tuple[str, CredentialKey], _Form] = {}
        self._lock = threading.Lock()

    def records(self, subnet: str) -> Sequence[CredentialRecord]:
        """Those of both, each once."""
        found = {record.key: record for record in self._stored.records(subnet)}
        found |= {
            key: _record(subnet, form) for (owner, key), form in self._given().items() if owner == subnet
        }
        return [found[key] for key in sorted(found)]

    def record(self, subnet: str, key: CredentialKey) -> CredentialRecord | None:
        """See :meth:`CredentialStore.record`."""
        form = self._given().get((subnet, key))
        return self._stored.record(subnet, key) if form is None else _record(subnet, form)

    def contents(self, subnet: str, key: CredentialKey) -> Contents | None:
        """See :meth:`CredentialStore.contents`."""
        form = self._given().get((subnet, key))
        return self._stored.contents(subnet, key) if form is None else Contents(form.values, {})

    def put(self, record: CredentialRecord, values: Values | None) -> CredentialRecord:
        """See :meth:`CredentialStore.put`; raises :class:`WrongState` for what the file gives."""
        self._check(record.subnet, record.key)
        return self._stored.put(record, values)

    def keep_state(self, subnet: str, key: CredentialKey, state: Values, revision: int) -> bool:
        """See :meth:`CredentialStore.keep_state`; nothing is kept for what the file gives."""
        if (subnet, key) in self._given():
            return False
        return self._stored.keep_state(subnet, key, state, revision)

    def delete(self, subnet: str, key: CredentialKey) -> bool:
        """See :meth:`CredentialStore.delete`; raises :class:`WrongState` for what the file gives."""
        self._check(subnet, key)
        return self._stored.delete(subnet, key)

    def _check(self, subnet: str, key: CredentialKey) -> None:
        if (subnet, key) in self._given():
            raise WrongState(
                f"the credential {key} is given by the file of QFLOW_CREDENTIALS_FILE; change it there"
            )

    def _given(self) -> dict[tuple[str, CredentialKey], _Form]:
        with self._lock:
            try:
                stat = self._path.stat()
                stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
                if stamp != self._stamp:
                    self._forms, self._stamp = _read(self._path, stat.st_size), stamp
            except (OSError, UnicodeDecodeError):
                raise InvalidInput(
                    f"the credentials file {str(self._path)!r} cannot be read as text"
                ) from None
            return self._forms


def _read(path: Path, size: int) -> dict[tuple[str, CredentialKey], _Form]:
    """What the file holds, by subnet and key. Errors never hold a value."""
    if size > SECRETS_FILE_BYTES_MAX:
        raise InvalidInput(
            f"the credentials file {str(path)!r} is larger than {SECRETS_FILE_BYTES_MAX} bytes"
        )
    try:
        forms = _File.model_validate_json(path.read_text(encoding="utf-8")).credentials
    except ValidationError as error:
        places = [
            f"{'.'.join(map(str, found['loc'])) or 'the file'}: {found['type']}"
            for found in error.errors(include_input=False)
        ]
        raise InvalidInput(f"the credentials file {str(path)!r} is not valid ({', '.join(places)})") from None
    return {(subnet, CredentialKey(form.type, form.name)): form for form in forms for subnet in form.subnets}


def _record(subnet: str, form: _Form) -> CredentialRecord:
    return CredentialRecord(
        subnet,
        form.type,
        form.name,
        form.hosts,
        form.steps,
        form.plain_http,
        filled=True,
        revision=1,
        flows=form.flows,
        given=True,
    )
