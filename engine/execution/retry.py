"""What to do with a failed attempt: a pure decision."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from engine.base.errors import ErrorInfo
from engine.flow.model import ANY_ERROR, RetryPolicy, Step

NO_RETRY = RetryPolicy()


@dataclass(frozen=True, slots=True)
class RetryDecision:
    """``action``: retry (``at_us``), stop, continue or failure."""

    action: str
    at_us: int | None = None


def decide_retry(step: Step, error: ErrorInfo, attempt: int, now_us: int, *, key: str) -> RetryDecision:
    """Retry while the policy allows it, then do what the step's ``on_error`` says.

    The jitter is a function of the idempotency key and the attempt, so a replay decides the same.
    A ``retry_after_ms`` in the error's details (an HTTP Retry-After) lengthens the delay.
    """
    policy = step.retry or NO_RETRY
    if attempt < policy.attempts and _may_mend(policy, error):
        wait_ms = max(_delay_ms(policy, attempt, key), int(error.details.get("retry_after_ms") or 0))
        return RetryDecision("retry", now_us + min(wait_ms, policy.delay_max_ms) * 1000)
    return RetryDecision(step.on_error)


def _may_mend(policy: RetryPolicy, error: ErrorInfo) -> bool:
    return ANY_ERROR in policy.retry_on or (error.retryable and error.type in policy.retry_on)


def _delay_ms(policy: RetryPolicy, attempt: int, key: str) -> int:
    """Exponential backoff with even jitter, capped.

    Source: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    """
    delay = min(policy.delay_ms * policy.factor ** (attempt - 1), policy.delay_max_ms)
    drawn = hashlib.sha256(f"{key}:{attempt}".encode()).digest()
    share = int.from_bytes(drawn[:8], "big") / 2**64
    return int(delay * (1 + policy.jitter * (2 * share - 1)))
