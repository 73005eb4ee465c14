"""Permissions that change while flows run: revoked ones halt, expired ones pause until they are renewed."""

from __future__ import annotations

from typing import Any

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, UnknownObject
from engine.journal.state import Status
from engine.ports.access_store import Principal
from engine.ports.permissions import RENEWED_EVENT, REVOKED_EVENT, Role, first_grant
from engine.ports.policy import PERSONAL, Policy
from engine.ports.validation_log import DENIED_EVENT, ValidationQuery
from engine.testing.world import ALICE, BOB, CHARLIE
from engine.usecases.control_execution import abort_execution, resume_execution
from engine.usecases.inspect_execution import get_execution
from engine.usecases.keeper import Keeper
from engine.usecases.list_validations import list_validations
from engine.usecases.manage_consents import record_consent, renew_consent, withdraw_consent
from engine.usecases.manage_grants import (
    NewGrant,
    add_grant,
    delete_role,
    list_grants,
    put_role,
    renew_grant,
    revoke_grant,
)
from engine.usecases.start_execution import StartRequest, start_execution
from tests.engine.usecases.test_executions import settled

RUN = ("flow.start", "step.run")
HOUR_US = 3_600_000_000


def only(world: Any, **changes: Any) -> str:
    """Replace the first grant of the subnet by one for Alice; gives its id."""
    granted = add_grant(world, ALICE, NewGrant(**({"who": "alice", "actions": RUN} | changes)))
    revoke_grant(world, ALICE, first_grant(PERSONAL, 0).id)
    return granted.id


def expire(world: Any, grant: str) -> None:
    """Let a grant end now, behind everybody's back."""
    world.trust.permissions.renew_grant(PERSONAL, grant, world.clock.now_us())


def run_to_the_gate(world: Any, gate: Any, start: Any, flow: str) -> str:
    """Start a flow, and return when its acting step is in flight."""
    gate.open.clear()
    execution = start(flow, wait=None).execution
    assert gate.entered.acquire(timeout=10)
    return str(execution)


def ended(world: Any, execution: str, status: Status) -> Any:
    """The header, once it is there."""
    settled(world, execution, status)
    return world.journal.header(execution)


def told(world: Any) -> list[str]:
    return [type for _, type, _ in world.notifier.events]


class TestRevoked:
    """What loses its permission halts before its next step."""

    def test_a_running_execution_fails_and_whoever_watches_is_told(self, publish, world, gate, start):
        publish("f", {"a": "t.act", "b": ("t.add", {"on_error": "continue"})})
        grant = only(world)
        execution = run_to_the_gate(world, gate, start, "f")
        revoke_grant(world, ALICE, grant)
        gate.open.set()
        header = ended(world, execution, Status.FAILED)
        assert (header.error["type"], header.error["step"]) == ("permission_denied", "b")
        finding = header.error["details"]["finding"]
        assert (finding["stage"], finding["code"]) == ("qonsent", "permission_revoked")
        assert {REVOKED_EVENT, DENIED_EVENT} <= set(told(world))
        kinds = [entry.fact.TYPE for entry in world.journal.load(execution)[1]]
        assert kinds[-2:] == ["step.failed", "execution.failed"]

    def test_it_cannot_be_started_again(self, publish, world, start):
        publish("f", {"a": "t.add"})
        revoke_grant(world, ALICE, only(world))
        with pytest.raises(PermissionDenied, match="revoked"):
            start("f")

    def test_revoking_one_of_two_grants_halts_nothing(self, publish, world, start):
        publish("f", {"a": "t.add"})
        spare = only(world)
        only(world)
        revoke_grant(world, ALICE, spare)
        assert start("f").future.result(10).kind == "completed"


class TestExpired:
    """What outlives its permission pauses until that is renewed."""

    @pytest.mark.parametrize("second", ["t.add", "t.act"])
    def test_an_execution_pauses_and_goes_on_when_the_grant_is_renewed(
        self, publish, world, gate, start, second
    ):
        publish("f", {"a": "t.act", "b": second})
        grant = only(world)
        execution = run_to_the_gate(world, gate, start, "f")
        expire(world, grant)
        world.trust.books.forget()
        gate.open.set()
        settled(world, execution, Status.PAUSED)
        paused = world.journal.load(execution)[1][-1].fact
        assert (paused.actor, paused.awaits) == ("qonsent", RENEWED_EVENT)
        assert paused.finding["code"] == "permission_expired"
        renew_grant(world, ALICE, grant, None)
        settled(world, execution, Status.COMPLETED)
        assert RENEWED_EVENT in told(world)
        acted = [step for step, _ in gate.acted]
        assert acted == ["a", *(["b"] if second == "t.act" else [])], "nothing ran twice"

    def test_resuming_by_hand_without_a_renewal_pauses_again(self, publish, world, gate, start):
        publish("f", {"a": "t.act", "b": "t.act"})
        grant = only(world, actions=(*RUN, "execution.*"))
        execution = run_to_the_gate(world, gate, start, "f")
        expire(world, grant)
        world.trust.books.forget()
        gate.open.set()
        settled(world, execution, Status.PAUSED)
        add_grant(world, ALICE, NewGrant("alice", ("execution.*",)))
        before = world.journal.header(execution).sequence
        resume_execution(world, ALICE, execution)
        settled_after(world, execution, Status.PAUSED, before)
        assert [step for step, _ in gate.acted] == ["a"]
        abort_execution(world, ALICE, execution)
        settled(world, execution, Status.ABORTED)

    def test_a_renewal_that_nobody_told_is_found_by_the_sweep(self, publish, world, gate, start):
        publish("f", {"a": "t.act", "b": "t.add"})
        grant = only(world)
        execution = run_to_the_gate(world, gate, start, "f")
        expire(world, grant)
        world.trust.books.forget()
        gate.open.set()
        settled(world, execution, Status.PAUSED)
        world.access.ensure_personal_subnet(1)
        keeper = Keeper(world)
        before = world.journal.header(execution).sequence
        keeper.sweep()
        settled_after(world, execution, Status.PAUSED, before)
        world.trust.permissions.renew_grant(PERSONAL, grant, None)
        keeper.sweep()
        settled(world, execution, Status.COMPLETED)


class TestConsent:
    """A flow that declares whose data it is about needs their consent."""

    ITEMS = [{"json": {"n": 0, "customer": {"id": "ann"}}}]

    def flow(self, publish: Any) -> None:
        policy = {"consent": {"purpose": "billing", "person": "customer.id"}}
        publish("f", {"a": "t.act", "b": "t.add"}, declared=policy)

    def test_without_consent_nothing_starts(self, publish, world, start):
        self.flow(publish)
        with pytest.raises(PermissionDenied, match="data of ann may not be used for 'billing'"):
            start("f", items=self.ITEMS)
        record_consent(world, ALICE, "ann", "billing", "flows/f")
        assert start("f", items=self.ITEMS).future.result(10).kind == "completed"

    def test_a_withdrawn_consent_halts_and_an_expired_one_pauses(self, publish, world, gate):
        self.flow(publish)
        consent = record_consent(world, ALICE, "ann", "billing")

        def start(flow: str, wait: Any) -> Any:
            return start_execution(world, ALICE, StartRequest(flow, self.ITEMS, wait=wait))

        first = run_to_the_gate(world, gate, start, "f")
        world.trust.permissions.renew_consent(PERSONAL, consent.id, world.clock.now_us())
        world.trust.books.forget()
        gate.open.set()
        settled(world, first, Status.PAUSED)
        renew_consent(world, ALICE, consent.id, None)
        settled(world, first, Status.COMPLETED)
        second = run_to_the_gate(world, gate, start, "f")
        withdraw_consent(world, ALICE, consent.id)
        gate.open.set()
        assert ended(world, second, Status.FAILED).error["type"] == "permission_denied"


class TestGrants:
    """Grants are managed by administrators, each in their own subnet."""

    def test_only_administrators_change_grants(self, world):
        for act in (
            lambda: add_grant(world, BOB, NewGrant("bob", ("*",))),
            lambda: revoke_grant(world, BOB, first_grant(PERSONAL, 0).id),
            lambda: put_role(world, BOB, Role("", "all", ("*",))),
            lambda: record_consent(world, BOB, "ann", "billing"),
        ):
            with pytest.raises(PermissionDenied, match="admin"):
                act()

    def test_a_subnet_without_grants_can_be_mended_by_its_administrators(self, world):
        revoke_grant(world, ALICE, first_grant(PERSONAL, 0).id)
        assert add_grant(world, ALICE, NewGrant("alice", ("*",))).granted_by == "alice"

    def test_grants_of_another_subnet_do_not_exist(self, world):
        mine = add_grant(world, ALICE, NewGrant("bob", ("*",)))
        for act in (
            lambda: revoke_grant(world, CHARLIE, mine.id),
            lambda: renew_grant(world, CHARLIE, mine.id, None),
        ):
            with pytest.raises(UnknownObject):
                act()
        assert [grant.subnet for grant in list_grants(world, CHARLIE)] == ["elsewhere"]

    def test_a_grant_reaches_no_other_subnet(self, publish, world):
        flow = publish("f", {"a": "t.add"})
        world.policy.policies["elsewhere"] = Policy("elsewhere")
        world.flows.create("elsewhere", flow, "charlie", "", 1)
        world.flows.publish("elsewhere", "f", flow.version, (), {}, 1)
        revoke_grant(world, CHARLIE, first_grant("elsewhere", 0).id)
        add_grant(world, ALICE, NewGrant("charlie", ("*",)))
        with pytest.raises(PermissionDenied):
            start_execution(world, CHARLIE, StartRequest("f"))

    def test_a_role_gives_its_actions_while_it_is_there(self, publish, world, start):
        publish("f", {"a": "t.add"})
        put_role(world, ALICE, Role("", "runner", RUN))
        only(world, actions=(), role="runner")
        assert start("f").future.result(10).kind == "completed"
        delete_role(world, ALICE, "runner")
        with pytest.raises(PermissionDenied):
            start("f")

    @pytest.mark.parametrize(
        ("changes", "path"),
        [
            ({"who": ""}, "who"),
            ({"actions": ()}, "actions"),
            ({"actions": ("step run",)}, "actions"),
            ({"actions": ("*.run",)}, "actions"),
            ({"resource": "flows//x"}, "resource"),
            ({"resource": ""}, "resource"),
            ({"scopes": ("all",)}, "scopes"),
            ({"role": "nobody"}, "role"),
            ({"expires_us": 1}, "expires"),
            ({"purpose": "x" * 501}, "purpose"),
            ({"who": "a\x00b"}, "who"),
        ],
    )
    def test_a_wrong_grant_is_refused_with_its_problem(self, world, changes, path):
        with pytest.raises(InvalidInput) as caught:
            add_grant(world, ALICE, NewGrant(**({"who": "bob", "actions": ("step.run",)} | changes)))
        assert path in {problem.path for problem in caught.value.problems}


def test_who_may_not_ask_does_not_learn_what_exists(publish, world, start):
    publish("f", {"a": "t.add"})
    started = start("f")
    nobody = Principal("eve", "Eve", PERSONAL, frozenset())
    for execution in (started.execution, "exe_none"):
        with pytest.raises(PermissionDenied):
            get_execution(world, nobody, execution)
    for flow in ("f", "none"):
        with pytest.raises(PermissionDenied):
            start_execution(world, nobody, StartRequest(flow))


def test_a_sub_flow_acts_for_whoever_started_its_parent(publish, world, start):
    publish("inner", {"x": "t.add"})
    publish("outer", {"a": ("t.call", {"parameters": {"flow": "inner"}})})
    only(world, resource="flows/outer")
    outcome = start("outer").future.result(10)
    assert outcome.kind == "failed"
    add_grant(world, ALICE, NewGrant("alice", RUN, "flows/inner"))
    assert start("outer").future.result(10).kind == "completed"


def test_every_check_is_on_record(publish, world, start):
    publish("f", {"a": "t.add", "b": "t.add"})
    grant = only(world, actions=(*RUN, "execution.read", "permission.read"))
    started = start("f")
    assert started.future.result(10).kind == "completed"
    world.trust.flush()
    (steps,) = list_validations(world, ALICE, ValidationQuery("", execution=started.execution))
    assert (steps.passed, steps.count, steps.actor) == (True, 2, "alice")
    revoke_grant(world, ALICE, grant)
    with pytest.raises(PermissionDenied):
        start("f")
    add_grant(world, ALICE, NewGrant("alice", ("permission.read",)))
    denied = list_validations(world, ALICE, ValidationQuery("", passed=False))
    assert [record.code for record in denied] == ["permission_revoked"]


def settled_after(world: Any, execution: str, status: Status, sequence: int) -> None:
    from tests.engine.usecases.test_executions import until

    def there() -> bool:
        header = world.journal.header(execution)
        return header.status is status and header.sequence > sequence

    until(lambda: there() and execution not in world.worker.live())
