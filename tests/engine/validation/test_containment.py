"""Containment: answers from memory, and never for long against the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from engine.base.errors import Quarantined
from engine.base.limits import TRUST_RECHECK_US
from engine.ports.quarantine import Contained, Quarantine
from engine.testing.memory_quarantine import MemoryQuarantine
from engine.validation.containment import Containment


@dataclass
class Rig:
    """A store with a clock, and who asked it."""

    store: MemoryQuarantine = field(default_factory=MemoryQuarantine)
    now_us: int = 1_000_000

    def containment(self) -> Containment:
        return Containment(self.store, lambda: self.now_us, lambda: self.now_us)

    def stay(self, **changes: Any) -> Quarantine:
        values = {"id": "qua_1", "subnet": "alpha", "kind": Contained.FLOW, "subject": "orders"}
        values |= {"reason": "odd", "by": "alice", "since_us": self.now_us}
        return Quarantine(**(values | changes))


def held(containment: Containment, **options: Any) -> bool:
    return containment.find("alpha", [(Contained.FLOW, "orders")], **options) is not None


def test_what_this_process_places_and_lifts_it_sees_at_once():
    rig = Rig()
    containment = rig.containment()
    assert not held(containment)
    containment.place(rig.stay())
    assert held(containment)
    containment.lift("alpha", Contained.FLOW, "orders", "alice")
    assert not held(containment)


def test_what_another_process_places_is_seen_within_the_recheck_time():
    rig = Rig()
    containment = rig.containment()
    assert not held(containment)
    rig.store.place(rig.stay())
    assert not held(containment)
    rig.now_us += TRUST_RECHECK_US
    assert held(containment)


def test_a_fresh_question_sees_what_another_process_placed_at_once():
    rig = Rig()
    containment = rig.containment()
    assert not held(containment)
    rig.store.place(rig.stay())
    assert held(containment, fresh=True)


def test_a_stay_that_was_seen_ends_with_its_time_without_looking_again():
    rig = Rig()
    rig.store.place(rig.stay(until_us=rig.now_us + 10))
    containment = rig.containment()
    assert held(containment)
    rig.now_us += 10
    assert not held(containment)


def test_a_stay_of_another_subnet_or_kind_contains_nothing():
    rig = Rig()
    rig.store.place(rig.stay(subnet="beta"))
    rig.store.place(rig.stay(id="qua_2", kind=Contained.CODE))
    assert not held(rig.containment())


def test_the_refusal_says_what_is_contained_and_why():
    rig = Rig()
    rig.store.place(rig.stay())
    with pytest.raises(Quarantined, match="flow 'orders' is in quarantine: odd") as caught:
        rig.containment().check("alpha", Contained.FLOW, "orders")
    assert caught.value.details == {"kind": "flow", "subject": "orders", "quarantine": "qua_1"}


def test_nobody_is_refused_for_what_another_process_has_lifted():
    rig = Rig()
    rig.store.place(rig.stay())
    containment = rig.containment()
    assert held(containment)
    rig.store.lift("alpha", Contained.FLOW, "orders", "bob", rig.now_us)
    assert not held(containment)
