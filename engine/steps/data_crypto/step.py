"""How data.crypto runs: with Python's own digests, and the system's randomness."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import string
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from engine.base.errors import InvalidInput
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Effect, Item, StepContext, StepResult, StepType
from engine.steps.conversions import as_text
from engine.steps.data_crypto.manifest import MANIFEST, CryptoParameters
from engine.steps.data_crypto.signing import signature
from engine.steps.files import file_entry
from engine.steps.item_errors import each_item
from engine.steps.paths import with_field

_PIECE_BYTES = 256 * 1024
_LETTERS = string.ascii_letters + string.digits


class CryptoStep(StepType):
    """Gives one item for each that comes in, with the result in a field."""

    manifest = MANIFEST

    def effect(self, parameters: Mapping[str, Any]) -> Effect:
        """Randomness comes from outside: what was drawn is recorded, and not drawn again. So are signatures,
        since those of elliptic curves draw, too."""
        return Effect.PURE if parameters.get("operation", "hash") in ("hash", "hmac") else Effect.READ

    def run(self, context: StepContext) -> StepResult:
        """Work out or draw a text for every item."""

        def work(item: Item, index: int) -> list[Item]:
            given: CryptoParameters = context.parameters(index)
            json = with_field(item["json"], given.into, _result(given, context, item), given.dots)
            kept = item if given.keepFiles else {key: item[key] for key in item if key != "binary"}
            return [{**kept, "json": json, "pairedItem": {"item": index}}]

        return StepResult({MAIN: each_item(context, work)})


def _result(given: CryptoParameters, context: StepContext, item: Item) -> str:
    if given.operation == "generate":
        return _drawn(given.kind, given.length)
    if given.operation == "sign":
        return _written(signature(_data(given), given.algorithm, _key(given, context)), given.encoding)
    name = given.algorithm.lower().replace("-", "_")
    if given.operation == "hmac":
        digest: Any = hmac.new(_key(given, context).encode("utf-8", "replace"), digestmod=name)
    else:
        digest = hashlib.new(name, usedforsecurity=False)
    for chunk in _chunks(given, context, item):
        digest.update(chunk)
    return _written(digest.digest(), given.encoding)


def _key(given: CryptoParameters, context: StepContext) -> str:
    """The secret or private key; raises :class:`InvalidInput` where the credential lacks it."""
    written = given.secret if given.operation == "hmac" else given.privateKey
    if given.credential is None:
        return written or ""
    held = context.credential(given.credential.type, given.credential.name)
    field = "hmacSecret" if given.operation == "hmac" else "signPrivateKey"
    found = getattr(held.values, field, "")
    if not found:
        raise InvalidInput(f"the credential {held.key} has no {field}; fill it in")
    return str(found)


def _chunks(given: CryptoParameters, context: StepContext, item: Item) -> Iterator[bytes]:
    """What is digested: the text, or a file piece by piece."""
    if not given.file:
        yield _data(given)
        return
    with context.binaries.open(file_entry(item, given.file)) as stream:
        while chunk := stream.read(_PIECE_BYTES):
            yield chunk


def _data(given: CryptoParameters) -> bytes:
    return as_text("" if given.value is None else given.value).encode("utf-8", "replace")


def _written(data: bytes, encoding: str) -> str:
    return data.hex() if encoding == "hex" else base64.b64encode(data).decode()


def _drawn(kind: str, length: int) -> str:
    """Text that nobody can guess, from the operating system's generator."""
    if kind == "uuid":
        return str(UUID(bytes=secrets.token_bytes(16), version=4))
    if kind == "hex":
        return secrets.token_hex(length)[:length]
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
