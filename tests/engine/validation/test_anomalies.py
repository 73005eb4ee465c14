"""What is unusual: learned online, judged with patience, contained where it repeats."""

from __future__ import annotations

import math
import statistics
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import ResourceExhausted
from engine.ports.validation_log import ANOMALY_EVENT
from engine.testing.world import ALICE, BOB
from engine.usecases.respond import respond
from engine.validation.anomalies import MINUTE_US, Anomaly, Bounded, Sensitivity, Watch
from engine.validation.operation import Finding, Kind, Stage
from engine.validation.risk import Circumstances, Thresholds, assess, depth_of
from engine.validation.statistics import Fading, Rate
from tests.engine.validation.rig import Rig, grant

values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


@given(values)
def test_young_statistics_are_the_exact_mean_and_deviation(given_values):
    fading = Fading(weight=0.02)
    for value in given_values:
        fading.add(value)
    assert math.isclose(fading.mean, statistics.fmean(given_values), rel_tol=1e-9, abs_tol=1e-6)
    assert math.isclose(fading.deviation, statistics.pstdev(given_values), rel_tol=1e-6, abs_tol=1e-3)


@given(values, st.floats(0.001, 1))
def test_the_mean_stays_between_the_smallest_and_the_largest(given_values, weight):
    fading = Fading(weight=weight)
    for value in given_values:
        fading.add(value)
    assert min(given_values) - 1e-6 <= fading.mean <= max(given_values) + 1e-6
    assert fading.variance >= -1e-9


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_a_level_never_rises_by_itself_and_never_exceeds_its_events(pauses):
    rate, now_us = Rate(), 0
    for count, pause in enumerate(pauses, 1):
        now_us += pause
        rate.add(now_us)
        assert 0 < rate.level <= count
        assert rate.faded(now_us + 1) <= rate.level
        assert rate.faded(now_us - 5) == rate.level, "a clock set back changes nothing"


def test_old_behaviour_is_forgotten():
    fading = Fading(weight=0.1)
    for value in [1.0] * 100 + [5.0] * 100:
        fading.add(value)
    assert math.isclose(fading.mean, 5.0, abs_tol=0.01)


def test_only_the_keys_used_last_are_remembered():
    bounded = Bounded(list, most=2)
    bounded.of("a").append(1)
    bounded.of("b")
    bounded.of("a")
    bounded.of("c")
    assert bounded.known("b") is None
    assert bounded.known("a") == [1]


class TestSteps:
    """Durations and sizes against what they were."""

    def watch(self, took_us: int = 10_000, items: int = 5, runs: int = 60) -> Watch:
        watch = Watch(lambda: 0)
        for number in range(runs):
            assert watch.step_ended("alpha", "f", "a", took_us + number * 10, items) is None
        return watch

    def test_a_run_that_takes_far_longer_is_found(self):
        found = self.watch().step_ended("alpha", "f", "a", 30_000_000, 5)
        assert found is not None
        assert found.code == "anomaly_duration"
        assert "30000 ms, usually 10" in found.why

    def test_a_run_that_gives_far_more_is_found(self):
        found = self.watch().step_ended("alpha", "f", "a", 10_000, 5_000)
        assert found is not None
        assert (found.code, "gave 5000 items, usually 5" in found.why) == ("anomaly_size", True)

    @pytest.mark.parametrize(
        ("runs", "took_us", "items"),
        [(49, 30_000_000, 5), (60, 900_000, 5), (60, 10_000, 99), (60, 20_000, 6)],
    )
    def test_a_young_a_short_and_a_small_one_is_not(self, runs, took_us, items):
        assert self.watch(runs=runs).step_ended("alpha", "f", "a", took_us, items) is None

    def test_what_happens_again_and_again_becomes_usual(self):
        watch = self.watch()
        found = [watch.step_ended("alpha", "f", "a", 30_000_000, 5) for _ in range(200)]
        assert found[0] is not None
        assert found[-1] is None

    def test_steps_are_told_apart(self):
        assert self.watch().step_ended("beta", "f", "a", 30_000_000, 5) is None


class TestFailedChecks:
    """Who keeps failing is slowed down, then shut out for a while."""

    RULES = Sensitivity(failures_throttle=3, failures_quarantine=6)

    def test_an_actor_is_slowed_down_and_let_go_as_time_passes(self):
        now_us = [0]
        watch = Watch(lambda: now_us[0], self.RULES)
        for _ in range(5):
            watch.check_failed("alpha", "bob")
        wait_ms = watch.wait_ms("alpha", "bob")
        assert 0 < wait_ms < 60_000
        assert watch.wait_ms("alpha", "eve") == watch.wait_ms("beta", "bob") == 0
        now_us[0] += wait_ms * 1000
        assert watch.wait_ms("alpha", "bob") == 0

    def test_the_alarm_is_raised_once(self):
        watch = Watch(lambda: 0, self.RULES)
        raised = [watch.check_failed("alpha", "bob") for _ in range(10)]
        (alarm,) = [anomaly for anomaly in raised if anomaly is not None]
        assert (alarm.identity, alarm.finding.code) == ("bob", "anomaly_failed_checks")

    @pytest.mark.parametrize("actor", ["local", "system", "webhook", "qonsent"])
    def test_a_name_that_many_share_is_never_shut_out(self, actor):
        watch = Watch(lambda: 0, self.RULES)
        assert [watch.check_failed("alpha", actor) for _ in range(10)] == [None] * 10
        assert watch.wait_ms("alpha", actor) == 0

    def test_a_flood_of_denials_is_no_flood_of_records(self):
        rig = Rig()
        limit = int(rig.trust.watch.rules.failures_throttle)
        for _ in range(limit):
            assert rig.code(entry=None, kind="request") == "permission_not_granted"
        rig.permissions.add_grant(grant())
        rig.trust.books.forget()
        before = len(rig.log.kept)
        assert rig.code(kind="request") == "throttled"
        assert len(rig.log.kept) == before
        with pytest.raises(ResourceExhausted) as caught:
            from tests.engine.validation.rig import step

            rig.trust.pipeline.admit(step(kind="request"))
        assert caught.value.details["retry_after_ms"] > 0
        rig.pass_time(MINUTE_US)
        assert rig.code(kind="request") == ""


class TestRisk:
    """Rules that add up, each with its reason."""

    def test_nothing_remarkable_is_no_risk(self):
        assert assess(Circumstances(authenticated=True), Thresholds()).score == 0

    def test_a_false_signature_is_refused_by_itself(self):
        found = assess(Circumstances(signed=False), Thresholds())
        assert found.refused
        assert found.reasons[0] == "its signature is false"

    @pytest.mark.parametrize(
        "one",
        [{"new_source": True}, {"rate_ratio": 1e9}, {"size_ratio": 1e9}, {"age_s": 1e9}, {"depth": 100}],
    )
    def test_no_other_single_circumstance_refuses_an_event(self, one):
        assert not assess(Circumstances(**one), Thresholds()).refused

    def test_many_together_do(self):
        known = Circumstances(new_source=True, rate_ratio=200, size_ratio=60, depth=80)
        found = assess(known, Thresholds())
        assert found.refused
        assert len(found.reasons) == 5

    def test_the_pipeline_refuses_with_score_and_reasons(self):
        rig = Rig(grant(actions=("*",), resource="*"))
        finding = rig.asked(kind=Kind.EXTERNAL_EVENT, metadata={"signed": False}).finding
        assert finding is not None
        assert finding.code == "risk_too_high"
        assert finding.details["score"] == 100

    def test_depth_is_counted_without_recursion(self):
        deep: Any = 1
        for _ in range(10_000):
            deep = [deep]
        assert depth_of({"a": [1, {"b": 2}]}) == 4
        assert depth_of(deep) == 100

    def test_a_source_is_compared_with_itself(self):
        now_us = [0]
        watch = Watch(lambda: now_us[0])

        def arrive(size: int = 100) -> Circumstances:
            return watch.arrived("alpha", "hook", "192.0.2.1", Circumstances(), size)

        assert arrive().new_source
        for _ in range(400):
            now_us[0] += 2_000_000
            known = arrive()
        assert (known.new_source, known.rate_ratio < 2, known.size_ratio < 1.1) == (False, True, True)
        for _ in range(300):
            now_us[0] += 1_000
            known = arrive()
        assert known.rate_ratio > 5
        assert arrive(size=100_000).size_ratio > 100


class TestResponse:
    """What is done about an anomaly."""

    STRANGE = Finding(Stage.QERBEROS, "anomaly_duration", "step 'a'", "it took long", "look at it")

    def test_it_is_recorded_and_told(self, world):
        respond(world, Anomaly("personal", self.STRANGE, "f", "exe_1", "alice"))
        (record,) = world.trust.log.kept
        assert (record.kind, record.code, record.execution) == ("anomaly", "anomaly_duration", "exe_1")
        assert [type for _, type, _ in world.notifier.events] == [ANOMALY_EVENT]

    def test_an_actor_whose_checks_keep_failing_is_quarantined_for_a_while(self, world):
        respond(world, Anomaly("personal", self.STRANGE, actor="bob", identity="bob"))
        (stay,) = world.containment.history("personal", 10)
        assert (stay.subject, stay.by) == ("bob", "qerberos")
        assert stay.until_us - stay.since_us == 15 * MINUTE_US
        from engine.base.errors import Quarantined
        from engine.usecases.list_flows import list_flows

        with pytest.raises(Quarantined):
            list_flows(world, BOB)
        assert list_flows(world, ALICE) == []
