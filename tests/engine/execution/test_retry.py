"""What happens after a failed attempt."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import ErrorInfo
from engine.execution.retry import decide_retry
from engine.flow.model import ANY_ERROR, RetryPolicy, Step

FLAKY = ErrorInfo("network_error", "network_failure", "gone", retryable=True)
BROKEN = ErrorInfo("validation_error", "invalid_input", "wrong", retryable=False)


def decide(error: ErrorInfo, attempt: int, **step: Any) -> str:
    return decide_retry(Step("s", "t", **step), error, attempt, 0, key="k").action


def test_a_retryable_error_is_retried_until_the_attempts_are_used() -> None:
    policy = RetryPolicy(attempts=3)
    assert [decide(FLAKY, n, retry=policy) for n in (1, 2, 3)] == ["retry", "retry", "stop"]


def test_without_a_policy_nothing_is_retried() -> None:
    assert decide(FLAKY, 1) == "stop"


def test_an_error_that_is_not_retryable_is_never_retried() -> None:
    assert decide(BROKEN, 1, retry=RetryPolicy(attempts=9)) == "stop"


def test_only_the_named_error_types_are_retried() -> None:
    assert decide(FLAKY, 1, retry=RetryPolicy(attempts=9, retry_on=("timeout_error",))) == "stop"


@pytest.mark.parametrize("on_error", ["stop", "continue", "failure"])
def test_after_the_last_attempt_the_step_says_what_happens(on_error: Any) -> None:
    assert decide(FLAKY, 2, retry=RetryPolicy(attempts=2), on_error=on_error) == on_error


@given(
    attempt=st.integers(1, 30),
    delay=st.integers(0, 10_000),
    factor=st.floats(1, 5),
    jitter=st.floats(0, 1),
    cap=st.integers(1, 100_000),
)
def test_delays_stay_below_the_cap_and_follow_from_the_key(
    attempt: int, delay: int, factor: float, jitter: float, cap: int
) -> None:
    policy = RetryPolicy(40, delay, factor, cap, jitter)
    step = Step("s", "t", retry=policy)
    first = decide_retry(step, FLAKY, attempt, 0, key="k")
    assert first == decide_retry(step, FLAKY, attempt, 0, key="k")
    assert first.at_us is not None
    assert 0 <= first.at_us <= cap * 1000


def test_backoff_doubles_without_jitter() -> None:
    step = Step("s", "t", retry=RetryPolicy(9, 100, 2.0, 10_000, 0.0))
    times = [decide_retry(step, FLAKY, n, 0, key="k").at_us for n in (1, 2, 3, 4)]
    assert times == [100_000, 200_000, 400_000, 800_000]


def test_retry_after_of_the_other_side_is_kept() -> None:
    step = Step("s", "t", retry=RetryPolicy(9, 100, 2.0, 60_000, 0.0))
    asked = ErrorInfo("resource_exhausted", "limit", "slow down", True, details={"retry_after_ms": 7_000})
    assert decide_retry(step, asked, 1, 0, key="k").at_us == 7_000_000


def test_a_star_retries_every_error():
    retry = RetryPolicy(attempts=2, retry_on=(ANY_ERROR,))
    assert decide(BROKEN, 1, retry=retry) == "retry"
    assert decide(BROKEN, 2, retry=retry) == "stop"
