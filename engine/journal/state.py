"""The state of one execution, as derived from its facts."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from engine.base.canonical import cid_of_bytes
from engine.base.ordered import pack
from engine.journal.facts import ExecutionStarted, PortData


class Status(StrEnum):
    """Where an execution stands."""

    PENDING = "pending"  # accepted, in its lane
    RUNNING = "running"  # a worker has it, or should
    PAUSED = "paused"  # someone stopped it for now
    WAITING = "waiting"  # only timers and signals can bring it on
    COMPLETED = "completed"  # ended, nothing left to do
    FAILED = "failed"  # ended with an error
    ABORTED = "aborted"  # ended by someone

    @property
    def ended(self) -> bool:
        """Whether nothing can happen any more."""
        return self in _ENDED


_ENDED = frozenset({Status.COMPLETED, Status.FAILED, Status.ABORTED})


class Source(NamedTuple):
    """Where items come from: an output port of one run; step ``""`` is the trigger's input."""

    step: str
    run: int
    port: str


NOTHING_CAME = Source("", 0, "nothing")
"""Stands for one empty item, for a step that must run though nothing reached it (n8n's older order)."""

_ONE_EMPTY_ITEM: list[dict[str, Any]] = [{"json": {}}]
ONE_EMPTY = PortData(cid_of_bytes(pack(_ONE_EMPTY_ITEM)), 1, _ONE_EMPTY_ITEM)


@dataclass(slots=True)
class Task:
    """One run of a step that is due. ``inputs``: sources per input port."""

    id: int
    step: str
    inputs: dict[str, tuple[Source, ...]]
    run: int = -1  # given when it first starts
    attempt: int = 0  # attempts begun
    signal: Mapping[str, Any] | None = None  # what a parked step is resumed with


@dataclass(slots=True)
class Parked:
    """A task that waits."""

    task: Task
    wait: Mapping[str, Any]
    since_us: int

    @property
    def until_us(self) -> int | None:
        """When it goes on by itself, if ever."""
        until: int | None = self.wait.get("until_us")
        return until


@dataclass(slots=True)
class Run:
    """What one run of a step came to. ``status``: completed or failed."""

    status: str
    outputs: Mapping[str, PortData]
    inputs: Mapping[str, tuple[Source, ...]]
    started_us: int
    ended_us: int
    attempts: int = 1
    error: Mapping[str, Any] | None = None
    output_cid: str = ""
    order: int = 0  # position among all runs of the execution


@dataclass(slots=True)
class ExecutionState:
    """Everything that is known of an execution. Only :func:`engine.journal.fold.apply` changes it."""

    started: ExecutionStarted
    status: Status = Status.PENDING
    sequence: int = 0  # facts applied
    ready: deque[Task] = field(default_factory=deque)
    running: dict[int, Task] = field(default_factory=dict)
    parked: dict[int, Parked] = field(default_factory=dict)
    retrying: dict[int, tuple[Task, int]] = field(default_factory=dict)  # task, due at
    joins: dict[str, list[dict[str, tuple[Source, ...]]]] = field(default_factory=dict)
    runs: dict[str, dict[int, Run]] = field(default_factory=dict)
    memory: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    last: tuple[str, int] | None = None
    error: Mapping[str, Any] | None = None
    answer: Mapping[str, Any] | None = None
    tasks_made: int = 0
    runs_made: int = 0
    active_us: int = 0  # when the present stretch of running began
    receipts: list[str] = field(default_factory=list)  # leaves of the Merkle tree of receipts, hex
    signals_seen: set[str] = field(default_factory=set)
    checkpoints: list[dict[str, Any]] = field(default_factory=list)
    ended_us: int | None = None
    epoch: int = 0  # times it went back to a checkpoint
    custom: dict[str, str] = field(default_factory=dict)  # what its steps said of it
    awaits: str = ""  # while paused: type of the event that lets it go on

    def items_of(self, source: Source) -> PortData | None:
        """The data that a source stands for; None where that port gave nothing."""
        if source.step == "":
            return ONE_EMPTY if source == NOTHING_CAME else self.started.items
        run = self.runs.get(source.step, {}).get(source.run)
        return run.outputs.get(source.port) if run else None

    def latest(self, step: str) -> Run | None:
        """The last finished run of a step."""
        runs = self.runs.get(step)
        return runs[max(runs)] if runs else None
