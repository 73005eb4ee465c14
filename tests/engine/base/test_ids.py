"""Identifiers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.base.ids import derived, idempotency_key, ulid


@given(st.integers(0, 2**40), st.integers(1, 2**40), st.binary(min_size=10, max_size=10))
def test_later_ids_sort_after_earlier_ones(at_ms: int, later_ms: int, randomness: bytes) -> None:
    assert ulid("exe", at_ms * 1000, randomness) < ulid("exe", (at_ms + later_ms) * 1000, randomness)


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_derived_ids_follow_from_their_parts(parts: list[str]) -> None:
    assert derived("x", *parts) == derived("x", *parts)
    assert derived("x", *parts) != derived("x", *parts, "more")


def test_the_idempotency_key_differs_by_execution_step_and_run() -> None:
    keys = {idempotency_key(e, s, r) for e in ("a", "b") for s in ("x", "y") for r in (0, 1)}
    assert len(keys) == 8
