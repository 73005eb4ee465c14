"""How data.totp runs: RFC 6238, on the truncation of RFC 4226."""

from __future__ import annotations

import base64
import hmac

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.data_totp.manifest import MANIFEST, TotpParameters
from engine.steps.item_errors import each_item


class TotpStep(StepType):
    """Gives one item for each that comes in, with the code and how long it holds."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Work out the code of this moment for every item."""

        def work(item: Item, index: int) -> list[Item]:
            given: TotpParameters = context.parameters(index)
            held = context.credential(given.credential.type, given.credential.name)
            now_s = context.now_us // 1_000_000
            code = totp(held.values.secret, now_s // given.periodS, given.algorithm, given.digits)
            period_us = given.periodS * 1_000_000
            left_s = (period_us - context.now_us % period_us) // 1_000_000
            json = {"token": code, "secondsRemaining": left_s}
            return [{"json": json, "pairedItem": {"item": index}}]

        return StepResult({MAIN: each_item(context, work)})


def totp(secret: str, counter: int, algorithm: str, digits: int) -> str:
    """The code of a base32 secret for a counter (RFC 4226, section 5.3)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, counter.to_bytes(8, "big"), algorithm.lower().replace("-", "_"))
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)
