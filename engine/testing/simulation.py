"""A whole execution, simulated from a seed: crashes, delays and orders of return are drawn from it.

The simulated driver keeps the real one's promises (commit before a step acts and after it acted)
and uses the real ``decide`` and ``fold``; time, steps and crashes are simulated. The same seed gives
the same run, so a failure is reproduced by its seed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.base.errors import ErrorInfo
from engine.execution.data import given_to, input_cid, output_cid
from engine.execution.decide import Rules, decide
from engine.execution.inputs import Input, Proceed, Recovered, Signalled, StepRaised, StepReturned, StepWaits
from engine.execution.session import receipts_root
from engine.execution.summary import wake_us
from engine.flow.plan import Plan
from engine.journal import facts as f
from engine.journal.fold import apply, begin, fold
from engine.journal.state import ExecutionState, Task

Behaviour = Callable[[Task, list[dict[str, Any]]], Any]
"""What a step does with its items: a map of port to items, an :class:`ErrorInfo`, or a wait map."""


@dataclass
class World:
    """What is left when everything that is not durable is gone: the outside, and the journal."""

    effects: Counter[str] = field(default_factory=Counter)  # idempotency keys that arrived
    begun: Counter[tuple[str, int]] = field(default_factory=Counter)  # times a step run began acting
    completed_then_begun: list[tuple[str, int]] = field(default_factory=list)
    journal: list[f.Fact] = field(default_factory=list)
    crashes: int = 0


class Simulation:
    """Runs one execution to its end, crashing with probability ``crash`` at every commit edge."""

    def __init__(
        self,
        plan: Plan,
        behaviours: Mapping[str, Behaviour],
        effects: Mapping[str, str],
        seed: int,
        crash: float = 0.0,
    ) -> None:
        self.plan, self.behaviours, self.effects = plan, behaviours, effects
        self.random = random.Random(seed)  # noqa: S311
        self.crash = crash
        self.world = World()
        self.now_us = 1_000_000
        self.rules = Rules(
            "exe_sim", "sim", lambda step: effects.get(step, "pure"), 1000, 10**12, receipts_root
        )

    def run(self, items: list[dict[str, Any]], turns_max: int = 20_000) -> ExecutionState:
        """Drive it to its end; raises AssertionError where it does not get there."""
        started = f.ExecutionStarted(
            at_us=self.now_us,
            flow=self.plan.flow.id,
            version="v",
            subnet="personal",
            trigger_type="manual",
            trigger_step=self.plan.triggers[0] if self.plan.triggers else "",
            items=self._data(items),
        )
        self.world.journal.append(started)
        turns = 0
        while True:
            try:
                state = self._life(turns_max)
                if state.status.ended:
                    return state
            except _Crash:
                self.world.crashes += 1
            turns += 1
            assert turns < turns_max, "the execution does not end"

    # --- one life of a worker -------------------------------------------------------------------

    def _life(self, turns_max: int) -> ExecutionState:
        self.state = self._load()
        self.buffer: list[f.Fact] = []
        self.mailbox: list[Input] = [Recovered(self.now_us)] if self.state.running else []
        self.flying: list[int] = []
        for _ in range(turns_max):
            self.now_us += self.random.randint(1, 500)
            if self.mailbox:
                self._absorb(self.mailbox.pop(0))
            before = len(self.buffer) + len(self.world.journal), len(self.state.running)
            self._absorb(Proceed(self.now_us))
            if self.state.status.ended:
                self._commit()
                return self.state
            moved = before != (len(self.buffer) + len(self.world.journal), len(self.state.running))
            if not (moved or self.mailbox) and not self._land_one():
                self._commit()
                self._sleep()
        raise AssertionError("the execution does not end")

    def _load(self) -> ExecutionState:
        if len(self.world.journal) == 1:
            return begin(self.plan, self.world.journal[0])
        return fold(self.plan, self.world.journal)

    def _absorb(self, given: Input) -> None:
        decision = decide(self.plan, self.state, given, self.rules)
        for fact in decision.facts:
            apply(self.plan, self.state, fact)
            if f.is_written(fact):
                self.buffer.append(fact)
        acting = [e.task for e in decision.effects if self._effect(e.task) != "pure"]
        if acting:
            self._commit()
        for effect in decision.effects:
            task = self.state.running[effect.task]
            if effect.task in acting:
                self._begin(task)
                self.flying.append(task.id)
            else:
                self.mailbox.append(self._perform(task))

    def _effect(self, task: int) -> str:
        return self.effects.get(self.state.running[task].step, "pure")

    def _begin(self, task: Task) -> None:
        key = (task.step, task.run)
        done = any(
            isinstance(fact, f.StepCompleted) and (fact.step, fact.run) == key for fact in self.world.journal
        )
        if done:
            self.world.completed_then_begun.append(key)
        self.world.begun[key] += 1

    def _land_one(self) -> bool:
        """One step in flight comes back, whichever is drawn; its effect reached the outside."""
        if not self.flying:
            return False
        task_id = self.flying.pop(self.random.randrange(len(self.flying)))
        task = self.state.running.get(task_id)
        if task is None:
            return True
        self._maybe_crash()
        came = self._perform(task)
        self.world.effects[f"{task.step}/{task.run}"] += 1
        self._maybe_crash()
        self.mailbox.append(came)
        return True

    def _perform(self, task: Task) -> Input:
        items = [
            item
            for sources in task.inputs.values()
            for source in sources
            if (data := self.state.items_of(source))
            for item in data.items or []
        ]
        given = self.behaviours[task.step](task, items)
        if isinstance(given, ErrorInfo):
            outputs = {"failure": self._data([{"json": {"error": given.message}}])}
            on_error = self.plan.step(task.step).on_error
            return StepRaised(
                self.now_us, task.id, given, self.now_us, outputs if on_error == "failure" else {}
            )
        if "kind" in given:
            return StepWaits(self.now_us, task.id, given, None, self.now_us)
        ports = {port: self._data(port_items) for port, port_items in given.items()}
        return StepReturned(
            self.now_us, task.id, ports, input_cid(given_to(self.state, task)), output_cid(ports), "sim"
        )

    def _sleep(self) -> None:
        """Nothing to do here and now: time passes until the next timer, or signals are answered."""
        wake = wake_us(self.state)
        if wake is not None:
            self.now_us = max(self.now_us, wake)
            return
        for parked in self.state.parked.values():
            signal = f"sig-{parked.task.id}-{parked.since_us}"
            content = {"task": parked.task.id, "payload": {"ok": True}}
            self.mailbox.append(Signalled(self.now_us, signal, parked.wait["kind"], content))
            self.mailbox.append(Signalled(self.now_us, signal, parked.wait["kind"], content))  # doubled

    def _commit(self) -> None:
        self._maybe_crash()
        self.world.journal.extend(self.buffer)
        self.buffer = []
        self._maybe_crash()

    def _maybe_crash(self) -> None:
        if self.random.random() < self.crash:
            raise _Crash

    @staticmethod
    def _data(items: list[dict[str, Any]]) -> f.PortData:
        from engine.base.canonical import cid_of

        return f.PortData(cid_of(items), len(items), items)


class _Crash(Exception):
    """The worker died."""
