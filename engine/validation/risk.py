"""The risk of what comes from outside: rules that add up, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SCORE_MAX = 100
DEPTH_LOOKED_AT = 100


@dataclass(frozen=True, slots=True)
class Assessment:
    """``score`` from 0 (nothing remarkable) to 100, and why."""

    score: int = 0
    reasons: tuple[str, ...] = ()
    refused: bool = False
    remarkable: bool = False


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which score on an event is refused, and from which it is told of."""

    refuse: int = 80
    tell: int = 40


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of an event when it arrives. Unknown (None) adds nothing."""

    signed: bool | None = None  # by a key or secret that the subnet knows
    authenticated: bool = False  # with a token of the subnet
    new_source: bool = False  # never seen before from this address or principal
    rate_ratio: float = 1.0  # present rate over the usual one of this source
    size_ratio: float = 1.0  # size over the usual one of this door
    failed_checks: int = 0  # of this source lately
    age_s: float = 0.0  # since it was made, as it says itself
    depth: int = 0  # levels of nesting in its data

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> Circumstances:
        """Those in an operation's metadata, whole under ``circumstances`` or by their names."""
        whole = metadata.get("circumstances")
        if isinstance(whole, cls):
            return whole
        return cls(**{name: metadata[name] for name in cls.__dataclass_fields__ if name in metadata})


def assess(known: Circumstances, thresholds: Thresholds) -> Assessment:
    """Add up what speaks against an event. A single circumstance never refuses it, save a false
    signature or a source most of whose checks fail."""
    found = [(points, reason) for points, reason in _rules(known) if points > 0]
    score = min(SCORE_MAX, sum(points for points, _ in found))
    reasons = tuple(reason for _, reason in sorted(found, key=lambda each: -each[0]))
    return Assessment(score, reasons, score >= thresholds.refuse, score >= thresholds.tell)


def _rules(known: Circumstances) -> list[tuple[int, str]]:
    rate, size = known.rate_ratio, known.size_ratio
    return [
        (100 if known.signed is False else 0, "its signature is false"),
        (0 if known.signed or known.authenticated else 10, "nothing proves where it comes from"),
        (10 if known.new_source else 0, "its source was never seen before"),
        (_steps(rate, 5, 20, 100), f"its source sends {rate:.0f} times as often as usual"),
        (_steps(size, 10, 50, 500), f"it is {size:.0f} times as large as usual"),
        (min(80, 8 * known.failed_checks), f"{known.failed_checks} checks of its source failed lately"),
        (20 if known.age_s > 300 else 0, f"it was made {known.age_s:.0f} s ago"),
        (20 if known.age_s < -60 else 0, "it was made in the future"),
        (20 if known.depth > 50 else 0, f"its data is nested {known.depth} levels deep"),
    ]


def _steps(ratio: float, low: float, middle: float, high: float) -> int:
    """0, 15, 30 or 45 points."""
    return 15 * sum(ratio >= bound for bound in (low, middle, high))


def depth_of(data: Any) -> int:
    """Levels of nesting; data deeper than :data:`DEPTH_LOOKED_AT` counts as that deep."""
    level, depth = [data], 0
    while level and depth < DEPTH_LOOKED_AT:
        level, depth = [inner for value in level for inner in _inside(value)], depth + 1
    return depth


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()
