"""How data.crypto runs: with Python's own digests, and the system's randomness."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import string
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Effect, Item, StepContext, StepResult, StepType
from engine.steps.conversions import as_text
from engine.steps.data_crypto.manifest import MANIFEST, CryptoParameters
from engine.steps.item_errors import each_item
from engine.steps.paths import with_field

_LETTERS = string.ascii_letters + string.digits


class CryptoStep(StepType):
    """Gives one item for each that comes in, with the result in a field."""

    manifest = MANIFEST

    def effect(self, parameters: Mapping[str, Any]) -> Effect:
        """Randomness comes from outside: what was drawn is recorded, and not drawn again."""
        return Effect.PURE if parameters.get("operation", "hash") in ("hash", "hmac") else Effect.READ

    def run(self, context: StepContext) -> StepResult:
        """Work out or draw a text for every item."""

        def work(item: Item, index: int) -> list[Item]:
            given: CryptoParameters = context.parameters(index)
            json = with_field(item["json"], given.into, _result(given))
            return [{**item, "json": json, "pairedItem": {"item": index}}]

        return StepResult({MAIN: each_item(context, work)})


def _result(given: CryptoParameters) -> str:
    if given.operation == "generate":
        return _drawn(given.kind, given.length)
    data = as_text("" if given.value is None else given.value).encode("utf-8", "replace")
    name = given.algorithm.lower().replace("-", "_")
    if given.operation == "hmac":
        digest = hmac.new(given.secret.encode("utf-8", "replace"), data, name).digest()
    else:
        digest = hashlib.new(name, data, usedforsecurity=False).digest()
    return digest.hex() if given.encoding == "hex" else base64.b64encode(digest).decode()


def _drawn(kind: str, length: int) -> str:
    """Text that nobody can guess, from the operating system's generator."""
    if kind == "uuid":
        return str(UUID(bytes=secrets.token_bytes(16), version=4))
    if kind == "ascii":
        return "".join(secrets.choice(_LETTERS) for _ in range(length))
    text = (
        secrets.token_hex(length) if kind == "hex" else base64.b64encode(secrets.token_bytes(length)).decode()
    )
    return text[:length]
