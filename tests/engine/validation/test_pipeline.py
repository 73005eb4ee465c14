"""The pipeline: four stages, one order, and no way around any of them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from engine.base.errors import (
    NotGenuine,
    PermissionDenied,
    PermissionExpired,
    PolicyViolation,
    UnknownObject,
)
from engine.ports.quarantine import Contained, Quarantine
from engine.validation.operation import (
    Cleared,
    Entry,
    Finding,
    Genuine,
    Hash,
    Known,
    Permitted,
    Signature,
    Stage,
)
from engine.validation.pipeline import Pipeline
from tests.engine.validation.rig import Rig, grant, step

LATER_US = 10


def finding(stage: Stage) -> Finding:
    return Finding(stage, "no", "it", "since the test says so", "mend the test")


def recording(asked: list[Stage], fails_at: Stage | None) -> Pipeline:
    def stage(name: Stage, evidence: Any) -> Any:
        def ask(given: Any) -> Any:
            asked.append(name)
            return finding(name) if name is fails_at else evidence(given)

        return ask

    makers = zip(Stage, (Genuine, Permitted, Known, Cleared), strict=True)
    return Pipeline(*(stage(name, evidence) for name, evidence in makers))


@pytest.mark.parametrize("fails_at", [*Stage, None])
def test_stages_are_asked_in_order_up_to_the_first_that_fails(fails_at):
    asked: list[Stage] = []
    outcome = recording(asked, fails_at).validate(step())
    reached = list(Stage) if fails_at is None else list(Stage)[: list(Stage).index(fails_at) + 1]
    assert asked == reached
    assert outcome.valid is (fails_at is None)
    assert outcome.stage is reached[-1]


def test_stages_in_another_order_let_nothing_through():
    right = recording([], None)
    for wrong in (
        Pipeline(right.qlock, right.qindex, right.qonsent, right.qerberos),  # type: ignore[arg-type]
        Pipeline(right.qlock, right.qonsent, right.qerberos, right.qindex),  # type: ignore[arg-type]
        Pipeline(right.qlock, right.qindex, right.qindex, right.qerberos),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError, match="needs the evidence"):
            wrong.validate(step())


@pytest.mark.parametrize(
    "made",
    [
        lambda: Permitted(step()),  # type: ignore[arg-type]
        lambda: Known(Genuine(step())),  # type: ignore[arg-type]
        lambda: Cleared(Permitted(Genuine(step()))),  # type: ignore[arg-type]
        lambda: Cleared(Genuine(step())),  # type: ignore[arg-type]
    ],
)
def test_evidence_of_a_stage_needs_the_evidence_of_the_one_before(made):
    with pytest.raises(TypeError, match="needs the evidence"):
        made()


def test_what_was_cleared_cannot_be_changed_afterwards():
    outcome = Rig(grant()).asked()
    assert outcome.cleared is not None
    with pytest.raises(FrozenInstanceError):
        outcome.cleared.operation.actor = "alice"  # type: ignore[misc]


def test_an_error_carries_its_whole_finding():
    rig = Rig(grant(revoked_us=5))
    with pytest.raises(PermissionDenied) as caught:
        rig.trust.pipeline.admit(step())
    told = caught.value.details["finding"]
    assert (told["stage"], told["code"]) == ("qonsent", "permission_revoked")
    assert all(told[part] for part in ("what", "why", "remedy"))
    assert "grt_1" in str(caught.value)


def test_every_kind_of_finding_has_its_error():
    rig = Rig(grant(expires_us=LATER_US))
    admit = rig.trust.pipeline.admit
    with pytest.raises(PermissionExpired):
        admit(step())
    rig.permissions.renew_grant("alpha", "grt_1", None)
    rig.trust.books.forget()
    with pytest.raises(UnknownObject):
        admit(step(entry=Entry(registered=False)))
    with pytest.raises(NotGenuine):
        admit(step(hashes=(Hash("the flow version", "bafy1", "bafy2"),)))
    assert admit(step())


class TestQlock:
    """What is not genuine is refused before anybody looks at permissions."""

    def test_an_altered_content_is_named(self):
        outcome = Rig().asked(hashes=(Hash("the flow version", "bafyA", "bafyB"),))
        assert outcome.finding is not None
        assert (outcome.finding.stage, outcome.finding.code) == (Stage.QLOCK, "hash_mismatch")
        assert "bafyA" in outcome.finding.why

    def test_a_signature_nobody_can_check_is_no_signature(self):
        signed = Signature("the flow", bytes(32), b"data", bytes(64))
        assert Rig(grant()).code(signatures=(signed,)) == "signature_invalid"

    def test_a_refused_signature_is_not_even_checked_and_tells_why(self):
        refused = Signature("the flow", bytes(32), b"data", bytes(64), refused="its key was not in force")
        outcome = Rig(grant()).asked(signatures=(refused,))
        assert outcome.finding is not None
        assert (outcome.finding.code, outcome.finding.why) == (
            "signature_invalid",
            "its key was not in force",
        )

    def test_a_missing_signature_is_told_from_a_wrong_one(self):
        missing = Signature("the flow", b"", b"", b"", refused="nobody signed it")
        assert Rig(grant()).code(signatures=(missing,)) == "signature_missing"
        with pytest.raises(PolicyViolation, match="nobody signed it"):
            Rig(grant()).trust.pipeline.admit(step(signatures=(missing,)))

    @pytest.mark.parametrize("missing", [{"actor": ""}, {"subnet": ""}])
    def test_nobody_in_particular_may_nothing(self, missing):
        assert Rig(grant(who="*", actions=("*",), resource="*")).code(**missing) == "nobody"


class TestQindex:
    """What is not registered, archived or not in force is refused."""

    @pytest.mark.parametrize(
        ("entry", "code"),
        [
            (None, "unknown"),
            (Entry(registered=False), "unknown"),
            (Entry(archived=True), "archived"),
            (Entry(in_force=False), "not_published"),
            (Entry(), ""),
        ],
    )
    def test_an_entry_is_judged(self, entry, code):
        assert Rig(grant()).code(entry=entry) == code


class TestQerberos:
    """What is contained or altered is refused last."""

    @pytest.mark.parametrize(
        ("kind", "subject"),
        [(Contained.FLOW, "orders"), (Contained.NODE, "n1"), (Contained.IDENTITY, "bob")],
    )
    def test_what_is_quarantined_does_not_run(self, kind, subject):
        rig = Rig(grant())
        rig.trust.containment.place(Quarantine("qua_1", "alpha", kind, subject, "odd", "alice", rig.wall_us))
        involved = (("flow", "orders"), ("node", "n1"))
        outcome = rig.asked(involved=involved)
        assert outcome.finding is not None
        assert outcome.finding.code == "quarantined"
        assert outcome.finding.details["subject"] == subject
        rig.trust.containment.lift("alpha", kind, subject, "alice")
        assert rig.asked(involved=involved).valid

    def test_altered_input_is_named(self):
        changed = Hash("what step 'a' gave", "bafyA", "bafyB")
        assert Rig(grant()).code(contents=(changed,)) == "integrity"


class TestTrail:
    """Denials are written one by one, passed checks together."""

    def test_a_denial_is_written_at_once_and_told(self):
        rig = Rig()
        rig.asked()
        (record,) = rig.log.kept
        assert (record.passed, record.actor, record.operation) == (False, "bob", "exe_1/pay/0/1")
        assert record.finding["code"] == record.code == "permission_not_granted"
        assert [operation.id for operation, _ in rig.denied] == ["exe_1/pay/0/1"]

    def test_passed_steps_of_an_execution_are_one_record(self):
        rig = Rig(grant())
        for _ in range(40):
            rig.pass_time(1)
            assert rig.asked().valid
        assert rig.log.kept == []
        rig.trust.flush()
        (record,) = rig.log.kept
        assert (record.count, record.execution, record.resource) == (40, "exe_1", "flows/orders")
        assert record.until_us - record.from_us == 39
        rig.trust.flush()
        assert len(rig.log.kept) == 1
