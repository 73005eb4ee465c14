"""What references in credentials name: secrets of a Vault, files and variables, as the operator allows."""

from __future__ import annotations

import logging
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from engine.base.errors import InvalidInput, NetworkFailure, PayloadTooLarge
from engine.base.limits import CREDENTIAL_BYTES_MAX, VAULT_SECONDS_MAX
from engine.ports.policy import PERSONAL

logging.getLogger("httpcore").setLevel(logging.INFO)  # its debug messages hold headers

_SEGMENT = r"(?!\.{1,2}(?:/|#|\Z))[A-Za-z0-9_.-]+"
_VAULT = re.compile(rf"vault://({_SEGMENT})/({_SEGMENT}(?:/{_SEGMENT})*)#([A-Za-z0-9_.-]+)\Z")
_FILE = re.compile(rf"file://({_SEGMENT}(?:/{_SEGMENT})*)\Z")
_VARIABLE = re.compile(r"env://([A-Za-z_][A-Za-z0-9_]*)\Z")
_OWN = "QFLOW_"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_ANSWER_BYTES_MAX = 4 * CREDENTIAL_BYTES_MAX


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator allows. ``vault_paths`` are beginnings of paths, with their mount; ``{subnet}`` in
    them stands for the subnet. Files lie in ``files`` in a folder of the subnet's name; ``variables`` are for
    the personal subnet alone, names or beginnings of names that end in ``*``."""

    vault_url: str = ""
    vault_token: str = field(default="", repr=False)
    vault_ca: Path | None = None
    vault_paths: tuple[str, ...] = ()
    files: Path | None = None
    variables: tuple[str, ...] = ()


class OperatorReferences:
    """:class:`engine.ports.references.References` of a node."""

    def __init__(self, allowed: Allowed, environ: Mapping[str, str]) -> None:
        self._allowed, self._environ = allowed, environ
        if allowed.vault_url:
            _check_vault(allowed.vault_url)

    def check(self, subnet: str, text: str) -> None:
        """See :meth:`References.check`."""
        {"vault": self._vault, "file": self._file, "env": self._variable}[_scheme(text)](subnet, text)

    def fetch(self, subnet: str, text: str) -> str:
        """See :meth:`References.fetch`."""
        scheme = _scheme(text)
        if scheme == "vault":
            return self._from_vault(*self._vault(subnet, text))
        if scheme == "file":
            return _read(self._file(subnet, text), text)
        value = self._environ.get(self._variable(subnet, text))
        if value is None:
            raise InvalidInput(f"{text} is not set")
        return value

    def _vault(self, subnet: str, text: str) -> tuple[str, str, str]:
        """Mount, path and field, if they are allowed."""
        parts = _parts(_VAULT, text, "vault://MOUNT/PATH#FIELD")
        if not self._allowed.vault_url:
            raise InvalidInput("this node knows no Vault; its operator can set QFLOW_VAULT_URL")
        path = f"{parts[0]}/{parts[1]}"
        begins = [one.replace("{subnet}", subnet).strip("/") for one in self._allowed.vault_paths]
        if not any(path == one or path.startswith(f"{one}/") for one in begins):
            told = ", ".join(f"vault://{one}/..." for one in begins) or "nothing"
            raise InvalidInput(f"{text} is not for this subnet, which may name {told} (QFLOW_VAULT_PATHS)")
        return parts[0], parts[1], parts[2]

    def _file(self, subnet: str, text: str) -> Path:
        (name,) = _parts(_FILE, text, "file://NAME")
        if self._allowed.files is None:
            raise InvalidInput("this node reads no files for credentials; see QFLOW_REFERENCE_FILES")
        root = (self._allowed.files / subnet).resolve()
        path = (root / name).resolve()
        if self._allowed.files.resolve() not in root.parents or root not in path.parents:
            raise InvalidInput(f"{text} is outside the folder of this subnet")
        return path

    def _variable(self, subnet: str, text: str) -> str:
        (name,) = _parts(_VARIABLE, text, "env://NAME")
        allowed = subnet == PERSONAL and not name.startswith(_OWN) and _matches(name, self._allowed.variables)
        if not allowed:
            raise InvalidInput(f"{text} is not allowed here; see QFLOW_REFERENCE_VARIABLES")
        return name

    def _from_vault(self, mount: str, path: str, name: str) -> str:
        """``GET /v1/MOUNT/data/PATH`` (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2)."""
        shown = f"vault://{mount}/{path}#{name}"
        data = _answer(self._allowed, f"/v1/{mount}/data/{path}", shown)
        secret = data.get("data") if isinstance(data, dict) else None
        value = secret.get(name) if isinstance(secret, dict) else None
        if not isinstance(value, str):
            raise InvalidInput(f"{shown} holds no text: the secret has no such field, or was deleted")
        return value


def _answer(allowed: Allowed, path: str, shown: str) -> Any:
    """What the Vault answers under ``data``. Nothing of it, nor the token, is in an error."""
    headers = {"X-Vault-Token": allowed.vault_token, "X-Vault-Request": "true"}
    try:
        with (
            httpx.Client(
                verify=_trust(allowed.vault_ca), timeout=VAULT_SECONDS_MAX, trust_env=False
            ) as client,
            client.stream("GET", f"{allowed.vault_url}{path}", headers=headers) as answer,
        ):
            status, body = answer.status_code, _bounded(answer, shown)
    except (httpx.HTTPError, ssl.SSLError, OSError) as error:
        raise NetworkFailure(f"the Vault does not answer ({type(error).__name__}) for {shown}") from None
    if status == 404:
        raise InvalidInput(f"the Vault has no {shown}")
    if status in (400, 401, 403):
        raise InvalidInput(
            f"the Vault refuses {shown} (status {status}): look at its policy and the node's token"
        )
    if status != 200:
        raise NetworkFailure(f"the Vault answers with status {status} for {shown}")
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise NetworkFailure(f"the Vault's answer for {shown} is no JSON") from None
    return found.get("data") if isinstance(found, dict) else None


def _bounded(answer: httpx.Response, shown: str) -> bytes:
    body = b""
    for part in answer.iter_bytes():
        body += part
        if len(body) > _ANSWER_BYTES_MAX:
            raise PayloadTooLarge(f"the Vault's answer for {shown} is more than {_ANSWER_BYTES_MAX} bytes")
    return body


def _trust(authorities: Path | None) -> ssl.SSLContext | bool:
    return True if authorities is None else ssl.create_default_context(cafile=str(authorities))


def _read(path: Path, shown: str) -> str:
    """A file's text without its last line end."""
    try:
        if path.stat().st_size > CREDENTIAL_BYTES_MAX:
            raise PayloadTooLarge(f"{shown} is more than {CREDENTIAL_BYTES_MAX} bytes")
        return path.read_text(encoding="utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError):
        raise InvalidInput(f"{shown} cannot be read as text") from None


def _scheme(text: str) -> str:
    return text.partition("://")[0]


def _parts(pattern: re.Pattern[str], text: str, form: str) -> tuple[str, ...]:
    found = pattern.match(text)
    if found is None:
        raise InvalidInput(f"a reference is written {form}, in letters, digits, '_', '.', '-' and '/'")
    return found.groups()


def _matches(name: str, allowed: Sequence[str]) -> bool:
    return any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in allowed)


def _check_vault(url: str) -> None:
    """The token goes there, so nobody may listen on the way."""
    parts = urlsplit(url)
    if not parts.hostname or parts.username is not None or parts.query or parts.fragment:
        raise InvalidInput("QFLOW_VAULT_URL is written https://host:port")
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise InvalidInput("QFLOW_VAULT_URL must begin with https://, except on this machine")
