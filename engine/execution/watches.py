"""Those who wait for an execution of this process: a webhook's caller, a command line."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Literal

from engine.base.errors import ErrorInfo
from engine.execution.data import ItemStore
from engine.execution.session import Outcome, Session
from engine.execution.summary import result_of, visible_status
from engine.journal.state import ExecutionState, Status
from engine.ports.step_catalogue import Answer

Until = Literal["answer", "end", "rest"]
"""``answer``: the first answer, or the end; ``end``: the end; ``rest``: the end, or a wait that only
somebody else can end."""


class Watches:
    """Futures by execution; resolved once, after the commit that made it true."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[tuple[Until, Future[Outcome]]]] = {}
        self._lock = threading.Lock()

    def add(self, execution: str, until: Until) -> Future[Outcome]:
        """A future for the outcome; ask before the execution starts, or it may be over."""
        future: Future[Outcome] = Future()
        with self._lock:
            self._waiting.setdefault(execution, []).append((until, future))
        return future

    def discard(self, execution: str, future: Future[Outcome]) -> None:
        """Forget one future; others for the same execution stay."""
        with self._lock:
            left = [entry for entry in self._waiting.pop(execution, []) if entry[1] is not future]
            if left:
                self._waiting[execution] = left

    def watched(self) -> list[str]:
        """Executions someone waits for."""
        with self._lock:
            return list(self._waiting)

    def tell(self, session: Session, items: ItemStore) -> None:
        """Resolve what a session's committed state decides."""
        if session.id in self._waiting:
            outcome = outcome_of(session.state, items)
            if outcome is not None:
                self.resolve(session.id, outcome)

    def resolve(self, execution: str, outcome: Outcome) -> None:
        """Tell an outcome to those who are satisfied with it."""
        with self._lock:
            waiting = self._waiting.pop(execution, [])
            left = [entry for entry in waiting if not _satisfied(entry[0], outcome)]
            if left:
                self._waiting[execution] = left
        for until, future in waiting:
            if _satisfied(until, outcome) and not future.done():
                future.set_result(_as_wanted(until, outcome))


def outcome_of(state: ExecutionState, items: ItemStore) -> Outcome | None:
    """What can be told of a state; None while it runs and has not answered."""
    status = visible_status(state)
    if status is Status.COMPLETED:
        data = result_of(state)
        given = items.load(state.started.subnet, data) if data else []
        return Outcome("completed", _answer(state), given)
    if status.ended:
        error = ErrorInfo.from_json(state.error) if state.error else None
        return Outcome(str(status), _answer(state), [], error)
    if state.answer is not None:
        return Outcome("answered", _answer(state))
    return Outcome("waiting") if status is Status.WAITING and not _moves_by_itself(state) else None


def _moves_by_itself(state: ExecutionState) -> bool:
    """Whether time, or another execution, will bring it on."""
    own = ("time", "child")
    return bool(state.retrying) or any(parked.wait["kind"] in own for parked in state.parked.values())


def _answer(state: ExecutionState) -> Answer | None:
    return Answer(**state.answer) if state.answer is not None else None


def _satisfied(until: Until, outcome: Outcome) -> bool:
    ended = outcome.kind in ("completed", "failed", "aborted")
    if until == "answer":
        return ended or outcome.answer is not None
    return ended or (until == "rest" and outcome.kind == "waiting")


def _as_wanted(until: Until, outcome: Outcome) -> Outcome:
    """Whoever asked for an answer gets it as one, even if the execution has ended by now."""
    if until == "answer" and outcome.answer is not None:
        return Outcome("answered", outcome.answer, outcome.items, outcome.error)
    return outcome
