"""Values that nobody changes, made by the million: frozen for the type checker, cheap at run time.

A frozen dataclass sets each field by a call of ``object.__setattr__``, which makes one with fifteen fields
four times as slow to build as a plain one; the engine builds some twenty of them for every step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def record(cls: type[T]) -> type[T]: ...
@overload
def record(*, kw_only: bool) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True)
def record(cls: type[T] | None = None, *, kw_only: bool = False) -> type[T] | Callable[[type[T]], type[T]]:
    """A dataclass with slots and a hash, which only the type checker keeps from being changed."""
    made = dataclass(slots=True, unsafe_hash=True, kw_only=kw_only)
    return made if cls is None else made(cls)
