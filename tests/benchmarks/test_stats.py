"""Percentiles and medians are what they are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.stats import median, percentile

SAMPLES = st.lists(st.floats(-1e9, 1e9), min_size=1)


def test_the_99th_percentile_of_a_hundred_samples_is_the_99th() -> None:
    assert percentile([float(n) for n in range(100, 0, -1)], 0.99) == 99.0


def test_the_99th_percentile_of_few_samples_is_the_largest() -> None:
    assert percentile([1.0, 5.0, 3.0], 0.99) == 5.0


def test_the_median_of_an_even_number_lies_between_both_middle_ones() -> None:
    assert median([4.0, 1.0, 3.0, 2.0]) == 2.5


@given(SAMPLES, st.floats(0, 1))
def test_at_least_the_share_of_samples_does_not_exceed_a_percentile(
    samples: list[float], share: float
) -> None:
    found = percentile(samples, share)
    assert found in samples
    assert sum(sample <= found for sample in samples) >= share * len(samples) - 1e-9


@given(SAMPLES)
def test_as_many_samples_lie_above_the_median_as_below(samples: list[float]) -> None:
    middle = median(samples)
    assert abs(sum(s < middle for s in samples) - sum(s > middle for s in samples)) < len(samples)
    assert min(samples) <= middle <= max(samples)


@pytest.mark.parametrize("helper", [median, lambda samples: percentile(samples, 0.5)])
def test_nothing_measured_is_an_error_and_not_a_zero(helper: object) -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        helper([])  # type: ignore[operator]


def test_a_share_beyond_one_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        percentile([1.0], 99)
