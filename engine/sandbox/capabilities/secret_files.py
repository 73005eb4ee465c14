"""Secrets from a file or a mounted directory, read again when it changes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from engine.base.errors import InvalidInput
from engine.base.limits import SECRET_CHARACTERS_MIN, SECRETS_FILE_BYTES_MAX
from engine.ports.capabilities import Secret
from engine.ports.policy import PERSONAL
from engine.sandbox.capabilities.hosts import read_pattern

_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"


class _Form(BaseModel):
    """One secret as the file holds it."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, hide_input_in_errors=True)
    value: Annotated[str, Field(min_length=SECRET_CHARACTERS_MIN, max_length=16_384)]
    hosts: tuple[str, ...] = ()
    subnets: Annotated[tuple[str, ...], Field(min_length=1)] = (PERSONAL,)
    plain_http: bool = False


class _File(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)
    secrets: dict[Annotated[str, Field(pattern=_NAME)], _Form]


class SecretFiles:
    """:class:`engine.ports.capabilities.SecretSource` over one path; without a path there are none.

    A file holds ``{"secrets": {NAME: {"value", "hosts", "subnets"?, "plainHttp"?}}}``. A directory
    holds one file a secret, ``NAME.json`` with the inner form, or, as secrets are mounted elsewhere,
    ``NAME`` with the bare value beside ``NAME.scope.json`` with the rest.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stamp: object = None
        self._secrets: tuple[Secret, ...] = ()
        self._lock = threading.Lock()

    def of(self, subnet: str) -> Mapping[str, Secret]:
        """See :meth:`SecretSource.of`; raises :class:`InvalidInput` without any value in it."""
        if self._path is None:
            return {}
        with self._lock:
            stamp = _stamp(self._path)
            if stamp != self._stamp:
                self._secrets, self._stamp = _read(self._path), stamp
            found = self._secrets
        return {secret.name: secret for secret in found if subnet in secret.subnets}


def _stamp(path: Path) -> object:
    """What changes with the files; mounted directories are replaced through symbolic links."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    try:
        return [(str(file), (stat := file.stat()).st_mtime_ns, stat.st_size, stat.st_ino) for file in files]
    except OSError as error:
        raise InvalidInput(f"the secrets at {str(path)!r} cannot be read: {error.strerror}") from error


def _read(path: Path) -> tuple[Secret, ...]:
    if path.is_dir():
        return tuple(_of_directory(path))
    try:
        held = _File.model_validate_json(_text(path))
    except ValidationError as error:
        raise _wrong(path, error) from None
    return tuple(_secret(name, form, path) for name, form in held.secrets.items())


def _of_directory(folder: Path) -> list[Secret]:
    found = []
    for file in sorted(folder.iterdir()):
        scope = folder / f"{file.name}.scope.json"
        if file.name.startswith(".") or not file.is_file() or file.name.endswith(".scope.json"):
            continue
        try:
            if file.suffix == ".json":
                name, form = file.stem, _Form.model_validate_json(_text(file))
            elif scope.is_file():
                name, form = file.name, _with_value(_text(scope), _text(file).rstrip("\r\n"))
            else:
                raise InvalidInput(f"the secret {file.name!r} has no scope; write {scope.name} beside it")
        except ValidationError as error:
            raise _wrong(file, error) from None
        found.append(_secret(name, form, file))
    return found


class _Scope(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)
    hosts: tuple[str, ...]
    subnets: tuple[str, ...] = (PERSONAL,)
    plain_http: bool = False


def _with_value(scope: str, value: str) -> _Form:
    given = _Scope.model_validate_json(scope)
    return _Form.model_validate({"value": value, **given.model_dump(by_alias=True)})


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > SECRETS_FILE_BYTES_MAX:
            raise InvalidInput(
                f"the secrets file {str(path)!r} is larger than {SECRETS_FILE_BYTES_MAX} bytes"
            )
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InvalidInput(f"the secrets file {str(path)!r} cannot be read as text") from None


def _secret(name: str, form: _Form, path: Path) -> Secret:
    if any(ord(character) < 32 or ord(character) == 127 for character in form.value):
        raise InvalidInput(f"the secret {name!r} in {str(path)!r} holds a control character")
    hosts = tuple(str(read_pattern(host)) for host in form.hosts)
    return Secret(name, form.value, hosts, form.subnets, form.plain_http)


def _wrong(path: Path, error: ValidationError) -> InvalidInput:
    """What is wrong and where, and nothing of what stands there."""
    places = [".".join(map(str, found["loc"])) for found in error.errors(include_input=False)]
    kinds = [found["type"] for found in error.errors(include_input=False)]
    said = ", ".join(f"{place or 'the file'}: {kind}" for place, kind in zip(places, kinds, strict=True))
    return InvalidInput(f"the secrets file {str(path)!r} is not valid ({said})")
