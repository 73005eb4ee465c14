"""Rate limits: a burst, then the steady rate, per key."""

from __future__ import annotations

import pytest

from engine.base.errors import ResourceExhausted
from engine.web.rate import RateLimit


def taken(limit: RateLimit, key: str, now_us: int, tries: int) -> int:
    count = 0
    for _ in range(tries):
        try:
            limit.take(key, now_us)
            count += 1
        except ResourceExhausted:
            pass
    return count


def test_a_clock_that_is_set_back_shuts_nobody_out():
    limit = RateLimit(60)
    limit.take("ann", 10**12)
    limit.take("ann", 0)


def test_a_burst_is_allowed_and_then_the_steady_rate():
    limit = RateLimit(60)
    assert taken(limit, "a", 0, 20) == 10
    assert taken(limit, "a", 3_000_000, 20) == 3


def test_callers_do_not_share_a_bucket():
    limit = RateLimit(60)
    taken(limit, "a", 0, 20)
    assert taken(limit, "b", 0, 5) == 5


def test_the_refusal_tells_how_long_to_wait():
    limit = RateLimit(6)
    limit.take("a", 0)
    with pytest.raises(ResourceExhausted) as refused:
        limit.take("a", 0)
    assert 10 <= refused.value.details["retry_after_s"] <= 11
    limit.take("a", 11_000_000)


def test_the_number_of_buckets_is_bounded():
    limit = RateLimit(60, buckets_max=10)
    for number in range(100):
        limit.take(str(number), 0)
    assert len(limit._buckets) == 10


def test_a_clock_that_stands_still_gives_nothing_back():
    limit = RateLimit(60)
    assert taken(limit, "a", 5, 100) == 10
