"""Records: equal and hashed by their fields, with slots, and copied with changes."""

from __future__ import annotations

from dataclasses import field, replace

import pytest

from engine.base.record import record


@record
class Point:
    """A place."""

    x: int
    y: int = 0
    names: tuple[str, ...] = field(default=(), compare=False)


@record(kw_only=True)
class Named:
    """A name."""

    name: str


def test_records_are_equal_and_hash_by_their_fields():
    assert Point(1, 2) == Point(1, 2, ("a",)) != Point(2, 1)
    assert len({Point(1, 2), Point(1, 2), Point(1)}) == 2


def test_a_copy_may_differ():
    assert replace(Point(1, 2), y=3) == Point(1, 3)


def test_there_is_no_room_for_other_attributes():
    with pytest.raises(AttributeError):
        Point(1).z = 1  # type: ignore[attr-defined]


def test_fields_may_be_given_by_name_only():
    with pytest.raises(TypeError):
        Named("a")  # type: ignore[misc]
    assert Named(name="a").name == "a"
