"""The error tree."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

from engine.base import errors
from engine.base.errors import ErrorInfo, InvalidInput, Problem, QflowError, StepCancelled, StepFailure


def tree(cls: type[QflowError] = QflowError) -> Iterator[type[QflowError]]:
    yield cls
    for child in cls.__subclasses__():
        yield from tree(child)


def own() -> list[type[QflowError]]:
    return [cls for cls in dict.fromkeys(tree()) if cls.__module__ == errors.__name__]


def test_codes_are_unique_and_every_error_is_documented() -> None:
    codes = [cls.code for cls in own()]
    assert len(codes) == len(set(codes))
    assert all((cls.__doc__ or "").strip() for cls in own())


def test_every_error_stands_in_the_drawn_tree() -> None:
    drawing = errors.__doc__ or ""
    assert [cls.__name__ for cls in own() if cls.__name__ not in drawing] == []


@pytest.mark.parametrize("cls", own())
def test_errors_survive_pickling(cls: type[QflowError]) -> None:
    error = pickle.loads(pickle.dumps(cls("what happened", where="here")))
    assert type(error) is cls
    assert (error.message, error.details) == ("what happened", {"where": "here"})


def test_a_cancelled_step_is_not_caught_by_except_exception() -> None:
    assert not issubclass(StepCancelled, Exception)


def test_all_problems_are_told_with_path_and_line() -> None:
    error = InvalidInput(
        "2 problems", [Problem("a.b", "missing", line=3), Problem("c", "wrong", hint="try d")]
    )
    assert str(error) == "2 problems\n  a.b (line 3): missing\n  c: wrong (try d)"


def test_error_info_is_read_back() -> None:
    info = ErrorInfo.of(StepFailure("no", retryable=True, status=500), "fetch")
    assert ErrorInfo.from_json(info.as_json()) == info


def test_a_foreign_exception_becomes_an_internal_error() -> None:
    info = ErrorInfo.of(ZeroDivisionError("division by zero"))
    assert (info.type, info.code, info.retryable) == ("execution_error", "internal_error", False)
