"""Tests of flow.stop."""

from __future__ import annotations

import pytest

from engine.base.errors import ErrorInfo, InvalidInput, StepFailure
from engine.testing.step_bench import StepBench, items_of


def test_it_fails_with_message_code_and_details_and_is_not_retried():
    bench = StepBench("flow.stop", {"message": "no address", "code": "e1", "details": {"order": 7}})
    with pytest.raises(StepFailure, match="no address") as caught:
        bench.run(items_of({}))
    info = ErrorInfo.of(caught.value)
    assert (info.code, info.retryable) == ("step_failed", False)
    assert info.details == {"code": "e1", "details": {"order": 7}}


def test_it_needs_no_parameters():
    with pytest.raises(StepFailure, match="stopped"):
        StepBench("flow.stop").run(items_of({}))


def test_an_empty_message_is_refused():
    with pytest.raises(InvalidInput):
        StepBench("flow.stop", {"message": ""}).run(items_of({}))
