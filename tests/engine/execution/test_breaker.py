"""A failing target is left alone for a while, and one probe decides whether it is well again."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine.base.errors import CircuitOpen, NetworkFailure
from engine.execution.breaker import (
    CLOSED,
    BreakerRegistry,
    BreakerRules,
    Circuit,
    Phase,
    admit,
    cooldown_us,
    failed,
    succeeded,
)

RULES = BreakerRules(
    failures_max=3, window_us=100, cooldown_us=10, factor=2.0, cooldown_max_us=50, probe_us=20
)
OPEN = Circuit(Phase.OPEN, (1, 2, 3), until_us=13, trips=1)
PROBING = Circuit(Phase.HALF_OPEN, (1, 2, 3), until_us=33, trips=1)


@pytest.mark.parametrize(
    ("circuit", "now_us", "phase", "refused_us"),
    [
        (CLOSED, 0, Phase.CLOSED, 0),
        (Circuit(failures=(1, 2)), 3, Phase.CLOSED, 0),
        (OPEN, 3, Phase.OPEN, 10),
        (OPEN, 12, Phase.OPEN, 1),
        (OPEN, 13, Phase.HALF_OPEN, 0),
        (PROBING, 14, Phase.HALF_OPEN, 19),
        (PROBING, 33, Phase.HALF_OPEN, 0),
    ],
)
def test_who_may_pass(circuit: Circuit, now_us: int, phase: Phase, refused_us: int) -> None:
    following, refused = admit(circuit, RULES, now_us)
    assert (following.phase, refused) == (phase, refused_us)


@pytest.mark.parametrize(
    ("circuit", "now_us", "expected"),
    [
        (CLOSED, 1, Circuit(failures=(1,))),
        (Circuit(failures=(1, 2)), 3, Circuit(Phase.OPEN, (1, 2, 3), 13, 1)),
        (Circuit(failures=(1, 2)), 101, Circuit(failures=(2, 101))),
        (Circuit(failures=(1, 2)), 200, Circuit(failures=(200,))),
        (OPEN, 5, OPEN),
        (PROBING, 20, Circuit(Phase.OPEN, (2, 3, 20), 40, 2)),
        (Circuit(Phase.HALF_OPEN, (), 33, 9), 20, Circuit(Phase.OPEN, (20,), 70, 10)),
    ],
)
def test_what_a_failure_does(circuit: Circuit, now_us: int, expected: Circuit) -> None:
    assert failed(circuit, RULES, now_us) == expected


@pytest.mark.parametrize(
    ("circuit", "expected"),
    [(CLOSED, CLOSED), (Circuit(failures=(1, 2)), CLOSED), (OPEN, OPEN), (PROBING, CLOSED)],
)
def test_what_a_success_does(circuit: Circuit, expected: Circuit) -> None:
    assert succeeded(circuit) == expected


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_cool_down_never_shrinks_and_has_a_cap(one: int, other: int) -> None:
    shorter, longer = sorted((one, other))
    assert cooldown_us(RULES, shorter) <= cooldown_us(RULES, longer) <= RULES.cooldown_max_us
    assert cooldown_us(BreakerRules(), longer) <= BreakerRules().cooldown_max_us


class Ticker:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now = 1_000

    def __call__(self) -> int:
        return self.now


def _tripped(clock: Ticker, target: str = "https://a.example:443") -> BreakerRegistry:
    registry = BreakerRegistry(clock, RULES)
    for _ in range(RULES.failures_max):
        registry.report("s1", target, ok=False)
    return registry


def test_an_open_circuit_says_which_target_and_for_how_long() -> None:
    with pytest.raises(CircuitOpen, match=r"https://a\.example:443 failed 3 times") as caught:
        _tripped(Ticker()).of("s1").check("https://a.example:443")
    assert isinstance(caught.value, NetworkFailure)
    assert caught.value.code == "circuit_open"
    assert caught.value.retryable
    assert caught.value.details == {"target": "https://a.example:443", "retry_after_ms": 1}


def test_targets_and_subnets_have_circuits_of_their_own() -> None:
    registry = _tripped(Ticker())
    registry.of("s1").check("https://b.example:443")
    registry.of("s2").check("https://a.example:443")
    assert registry.phase("s1", "https://a.example:443") is Phase.OPEN
    assert registry.phase("s2", "https://a.example:443") is Phase.CLOSED


def test_a_successful_probe_closes_the_circuit_and_forgets_the_target() -> None:
    clock = Ticker()
    registry = _tripped(clock)
    breakers = registry.of("s1")
    clock.now += RULES.cooldown_us
    breakers.check("https://a.example:443")
    with pytest.raises(CircuitOpen, match="a probe is under way"):
        breakers.check("https://a.example:443")
    breakers.report("https://a.example:443", True)
    breakers.check("https://a.example:443")
    assert len(registry) == 0


def test_of_many_threads_one_gets_the_probe() -> None:
    clock = Ticker()
    breakers = _tripped(clock).of("s1")
    clock.now += RULES.cooldown_us
    passed: list[int] = []
    ready = threading.Barrier(8)

    def ask(number: int) -> None:
        ready.wait()
        try:
            breakers.check("https://a.example:443")
        except CircuitOpen:
            return
        passed.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 1


def test_healthy_targets_take_no_memory_and_failing_ones_are_bounded() -> None:
    registry = BreakerRegistry(Ticker(), RULES, targets_max=2)
    for number in range(100):
        registry.report("s1", f"https://h{number}.example:443", ok=True)
    assert len(registry) == 0
    for _ in range(RULES.failures_max):
        registry.report("s1", "https://open.example:443", ok=False)
    for number in range(10):
        registry.report("s1", f"https://h{number}.example:443", ok=False)
    assert len(registry) == 2
    assert registry.phase("s1", "https://open.example:443") is Phase.OPEN


class CircuitLaws(RuleBasedStateMachine):
    """Whatever happens in whatever order, these stay true."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self.circuit = CLOSED
        self.probes_out = 0

    @rule(by=st.integers(0, 60))
    def time_passes(self, by: int) -> None:
        self.now += by

    @rule()
    def someone_asks(self) -> None:
        before = self.circuit
        self.circuit, refused = admit(before, RULES, self.now)
        assert (refused > 0) == (before.phase is not Phase.CLOSED and self.now < before.until_us)
        if before.phase is not Phase.CLOSED and not refused:
            assert admit(self.circuit, RULES, self.now)[1] == RULES.probe_us

    @rule()
    def one_succeeds(self) -> None:
        self.circuit = succeeded(self.circuit)

    @rule()
    def one_fails(self) -> None:
        before = self.circuit
        self.circuit = failed(before, RULES, self.now)
        assert self.circuit.trips >= before.trips

    @invariant()
    def memory_is_bounded(self) -> None:
        assert len(self.circuit.failures) <= RULES.failures_max

    @invariant()
    def nobody_waits_for_ever(self) -> None:
        longest = max(RULES.cooldown_max_us, RULES.probe_us)
        assert self.circuit.until_us <= self.now + longest

    @invariant()
    def a_closed_circuit_has_room_for_failures(self) -> None:
        if self.circuit.phase is Phase.CLOSED:
            assert len(self.circuit.failures) < RULES.failures_max
            assert self.circuit.trips == 0


TestCircuitLaws = CircuitLaws.TestCase
