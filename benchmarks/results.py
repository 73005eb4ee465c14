"""What a benchmark gives: samples boiled down to one line, and the limits it must keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.stats import median, percentile


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound for one metric (``value``, ``p50`` or ``p99``), in the result's unit."""

    metric: str
    bound: float
    at_least: bool = False  # else the metric must stay below the bound

    def kept_by(self, measured: float) -> bool:
        """Whether a measured number keeps it."""
        return measured >= self.bound if self.at_least else measured < self.bound

    def __str__(self) -> str:
        return f"{self.metric} {'>=' if self.at_least else '<'} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Result:
    """One line: ``value`` stands for the benchmark; ``n`` is how many samples are behind it.

    ``wrong`` says what makes the run invalid whatever its numbers are: lost work, errors.
    """

    name: str
    unit: str
    value: float
    n: int
    p50: float | None = None
    p99: float | None = None
    limits: tuple[Limit, ...] = ()
    wrong: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        """Whether nothing went wrong and every limit is kept."""
        return not self.wrong and all(limit.kept_by(self.metric(limit.metric)) for limit in self.limits)

    def metric(self, name: str) -> float:
        """A metric by its name; raises :class:`ValueError` where this result has no such metric."""
        found = {"value": self.value, "p50": self.p50, "p99": self.p99}.get(name)
        if found is None:
            raise ValueError(f"{self.name} has no {name}")
        return found

    def as_json(self) -> dict[str, Any]:
        """The line for machines; what is empty is left out."""
        line: dict[str, Any] = {"name": self.name, "unit": self.unit, "value": rounded(self.value)}
        line |= {"p50": rounded(self.p50), "p99": rounded(self.p99), "n": self.n}
        if self.limits:
            line["limit"] = [asdict(limit) for limit in self.limits]
            line["kept"] = self.kept
        if self.wrong:
            line["wrong"] = self.wrong
        return line | {key: rounded(value) for key, value in self.extra.items()}


FIELDS = ("name", "unit", "value", "p50", "p99", "n", "limit", "kept", "wrong")


def from_json(line: Mapping[str, Any]) -> Result:
    """Read what :meth:`Result.as_json` wrote."""
    limits = tuple(Limit(**limit) for limit in line.get("limit", ()))
    extra = {key: value for key, value in line.items() if key not in FIELDS}
    return Result(
        name=line["name"],
        unit=line["unit"],
        value=line["value"],
        n=line["n"],
        p50=line["p50"],
        p99=line["p99"],
        limits=limits,
        wrong=line.get("wrong", ""),
        extra=extra,
    )


def of_samples(
    name: str,
    unit: str,
    samples: Sequence[float],
    limits: Sequence[Limit] = (),
    wrong: str = "",
    **extra: Any,
) -> Result:
    """The median of samples, with their percentiles."""
    p50, p99 = percentile(samples, 0.5), percentile(samples, 0.99)
    return Result(name, unit, median(samples), len(samples), p50, p99, tuple(limits), wrong, extra)


def rounded(value: Any) -> Any:
    """A float to four significant digits, or three places; anything else as it is."""
    if not isinstance(value, float):
        return value
    return round(value, 3) if abs(value) < 10 else float(f"{value:.4g}") if abs(value) < 1e4 else round(value)


HEADINGS = ("benchmark", "value", "unit", "p50", "p99", "n", "limit", "kept")
WIDTHS = (24, 10, 12, 9, 9, 7, 24, 4)


def heading() -> str:
    """The first row of the table for people."""
    return _row(HEADINGS)


def row(result: Result) -> str:
    """A row of that table; remarks stand behind it."""
    limits = ", ".join(str(limit) for limit in result.limits)
    kept = ("yes" if result.kept else "NO") if result.limits or result.wrong else ""
    numbers = [_number(value) for value in (result.value, result.p50, result.p99)]
    cells = (result.name, numbers[0], result.unit, *numbers[1:], str(result.n), limits, kept)
    remarks = [f"{key}={rounded(value)}" for key, value in result.extra.items()]
    return "  ".join([_row(cells), *([f"WRONG: {result.wrong}"] if result.wrong else []), *remarks]).rstrip()


def _row(cells: Sequence[str]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True))


def _number(value: float | None) -> str:
    return "" if value is None else f"{rounded(float(value)):g}"
