"""Credentials: filled in by some, used by steps that name them, seen by nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.base.errors import CapabilityDenied, InvalidInput, PermissionDenied, StepFailure, UnknownObject
from engine.dispatch.clock import SystemClock
from engine.execution.bindings import Bindings
from engine.flow.model import Edge, Flow, Step
from engine.ports.capabilities import UseQuery
from engine.ports.credentials import CredentialKey
from engine.ports.policy import PERSONAL
from engine.ports.step_catalogue import Answer, Effect, StepResult
from engine.testing.memory_credentials import GivenCredentials
from engine.testing.steps import DictCatalogue, PlainTrigger, make_type
from engine.testing.world import ALICE, BOB, CHARLIE, fake_world
from engine.usecases.get_flow import get_flow
from engine.usecases.inspect_execution import execution_logs, execution_state, items_of
from engine.usecases.manage_credentials import (
    CredentialScope,
    delete_credential,
    draft_credential,
    ensure_placeholders,
    keys_of,
    list_credentials,
    save_credential,
    show_credential,
    try_credential,
)
from engine.usecases.start_execution import StartRequest, start_execution
from engine.validation.credential_scope import check_destination

KEY = CredentialKey("note", "mine")
NAMED = {"credential": {"type": "note", "name": "mine"}}
VALUES = {"user": "alice", "word": "open sesame"}
SCOPE = CredentialScope(("api.example",))


def tells(context):
    """Gives away what it got, in every way it can."""
    found = context.credential("note", context.step.parameters.get("asks", "mine"))
    if context.step.parameters.get("fails"):
        raise StepFailure(f"no luck with {found.values.word}", word=found.values.word)
    if context.step.parameters.get("crashes"):
        raise RuntimeError(found.values.word)
    found.keep({"token": "fetched token"})
    items = [
        {"json": {"said": f"<{found.values.word}>", "user": found.values.user, "token": "fetched token"}}
    ]
    return StepResult(
        {"main": items}, logs=[found.values.word], answer=Answer(body={"word": found.values.word})
    )


@pytest.fixture
def world():
    types = [PlainTrigger(), make_type("test.tells", tells), make_type("test.other", tells)]
    made = fake_world(DictCatalogue(types), SystemClock())
    yield made
    made.worker.stop(1)


def ran(world, kind="test.tells", **parameters):
    flow = Flow(
        "f", "F", (Step("start", "trigger.manual"), Step("s", kind, parameters)), (Edge("start", "s"),)
    )
    version = flow.version[-6:].lower()
    flow = replace(flow, id=f"f{version}")
    world.flows.create(PERSONAL, flow, "alice", "", 1)
    started = start_execution(world, ALICE, StartRequest(flow.id, mode="manual"))
    world.worker.attend(started.execution, wait_s=10)
    return started.execution


def state_of(world, execution):
    return execution_state(world, ALICE, execution)


def test_values_never_come_out_of_a_step(world):
    save_credential(world, ALICE, KEY, VALUES, SCOPE)
    execution = ran(world, **NAMED)
    header, state = state_of(world, execution)
    (item,) = items_of(world, header, state.runs["s"][0].outputs["main"])
    assert item["json"] == {"said": "<***>", "user": "alice", "token": "***"}
    assert world.credentials.contents(PERSONAL, KEY).state == {"token": "fetched token"}
    journal = repr(world.journal.load(execution))
    assert "sesame" not in journal
    assert "fetched token" not in journal
    assert "sesame" not in repr(execution_logs(world, ALICE, execution, 0, 50))


@pytest.mark.parametrize("how", ["fails", "crashes"])
def test_values_do_not_come_out_of_an_error(world, how, caplog):
    save_credential(world, ALICE, KEY, VALUES, SCOPE)
    execution = ran(world, **NAMED, **{how: True})
    assert world.journal.header(execution).status == "failed"
    assert "sesame" not in repr(world.journal.load(execution))
    assert "sesame" not in caplog.text


def test_a_use_is_recorded_whether_it_is_allowed_or_not(world):
    ran(world, **NAMED)
    save_credential(world, ALICE, KEY, VALUES, replace(SCOPE, steps=("test.other",)))
    ran(world, **NAMED, more=1)
    ran(world, "test.other", **NAMED)
    uses = world.capabilities.uses(UseQuery(PERSONAL))
    assert [(use.allowed, use.reason) for use in uses] == [
        (True, ""),
        (False, "out-of-scope"),
        (False, "missing"),
    ]
    assert uses[0].arguments == {"type": "note", "name": "mine"}


def test_a_step_gets_no_credential_that_its_parameters_do_not_write_out(world):
    save_credential(world, ALICE, KEY, VALUES, SCOPE)
    save_credential(world, ALICE, CredentialKey("note", "other"), VALUES, SCOPE)
    execution = ran(world, **NAMED, asks="other")
    assert "does not name the credential 'other'" in str(world.journal.header(execution).error)


def test_a_step_with_a_credential_is_never_taken_for_pure(world):
    kind = world.catalogue.get("test.tells")
    assert kind.effect(NAMED) is Effect.PURE
    bound = Bindings(world.catalogue)._bind(Step("s", "test.tells", NAMED))
    assert bound.effect is Effect.READ


def test_what_is_not_filled_in_is_named_with_the_remedy(world):
    ensure_placeholders(world, ALICE, [KEY, KEY])
    (view,) = list_credentials(world, ALICE)
    assert not view.record.filled
    execution = ran(world, **NAMED)
    assert "qflow credential set note 'mine'" in str(world.journal.header(execution).error)
    with pytest.raises(InvalidInput, match="not filled in"):
        try_credential(world, ALICE, KEY)


def test_a_credential_is_listed_with_the_steps_that_name_it(world):
    save_credential(world, ALICE, KEY, VALUES, SCOPE)
    ran(world, **NAMED)
    view = show_credential(world, ALICE, KEY)
    assert [(one.flow_name, one.step) for one in view.usage] == [("F", "s")]
    flow = get_flow(world, ALICE, view.usage[0].flow).flow
    assert keys_of(flow) == [KEY]


def test_secrets_may_be_left_out_unless_they_could_go_elsewhere(world):
    save_credential(world, ALICE, KEY, VALUES, SCOPE)
    save_credential(world, ALICE, KEY, {"user": "alice"}, SCOPE)
    assert world.credentials.contents(PERSONAL, KEY).values == VALUES
    elsewhere = (
        ({"user": "mallory"}, SCOPE),
        ({"user": "alice"}, CredentialScope(("evil.example",))),
        (None, CredentialScope(("evil.example", "api.example"))),
        (None, replace(SCOPE, plain_http=True)),
    )
    for values, scope in elsewhere:
        with pytest.raises(InvalidInput, match="give its secrets anew: word"):
            save_credential(world, ALICE, KEY, values, scope)
    save_credential(world, ALICE, KEY, {**VALUES, "user": "bob"}, CredentialScope(("*",)))


def test_wrong_values_names_and_scopes_are_refused_without_telling_values(world):
    for key, values, scope in (
        (KEY, {"word": 5}, SCOPE),
        (KEY, {"word": "secret value", "more": "secret value"}, SCOPE),
        (KEY, VALUES, CredentialScope()),
        (KEY, VALUES, CredentialScope(("no host/",))),
        (CredentialKey("note", "{{ x }}"), VALUES, SCOPE),
        (CredentialKey("note", "$x"), VALUES, SCOPE),
        (CredentialKey("note", ""), VALUES, SCOPE),
    ):
        with pytest.raises(InvalidInput) as found:
            save_credential(world, ALICE, key, values, scope)
        assert "secret value" not in str(found.value)
    with pytest.raises(UnknownObject):
        save_credential(world, ALICE, CredentialKey("nota", "x"), VALUES, SCOPE)


def test_only_an_administrator_fills_in_and_deletes(world):
    for call in (
        lambda: save_credential(world, BOB, KEY, VALUES, SCOPE),
        lambda: delete_credential(world, BOB, KEY),
    ):
        with pytest.raises(PermissionDenied):
            call()
    save_credential(world, ALICE, KEY, VALUES, SCOPE)
    assert list_credentials(world, CHARLIE) == []
    delete_credential(world, ALICE, KEY)
    with pytest.raises(UnknownObject):
        delete_credential(world, ALICE, KEY)


@pytest.mark.parametrize(
    ("hosts", "host", "port", "fits"),
    [
        (("api.example",), "api.example", 443, True),
        (("api.example",), "API.example.", 443, True),
        (("api.example",), "api.example.evil", 443, False),
        (("*.example",), "a.b.example", 443, True),
        (("*.example",), "example", 443, False),
        (("api.example:8443",), "api.example", 443, False),
        (("10.0.0.0/8",), "10.1.2.3", 443, True),
        (("10.0.0.0/8",), "api.example", 443, False),
        (("*",), "127.0.0.1", 443, True),
        ((), "api.example", 443, False),
    ],
)
def test_a_scope_names_hosts(hosts, host, port, fits):

    found = replace(
        GivenCredentials(("httpBearerAuth", "x", {"token": "t"}))("httpBearerAuth", "x"), hosts=hosts
    )
    if fits:
        check_destination(found, "https", host, port)
    else:
        with pytest.raises(CapabilityDenied, match="may not be sent to"):
            check_destination(found, "https", host, port)
    with pytest.raises(CapabilityDenied):
        check_destination(replace(found, plain_http=False), "http", host, port)


def test_who_may_change_one_sees_all_but_its_secrets(world):
    save_credential(world, ALICE, KEY, VALUES, SCOPE)
    draft = draft_credential(world, ALICE, KEY)
    assert (dict(draft.shown), draft.kept) == ({"user": "alice"}, ("word",))
    with pytest.raises(PermissionDenied):
        draft_credential(world, BOB, KEY)


def test_a_scope_of_flows_refuses_other_flows_and_is_widened_with_the_secret_only(world):
    scope = CredentialScope(("api.example",), flows=("another",))
    save_credential(world, ALICE, KEY, VALUES, scope)
    execution = ran(world, **NAMED)
    error = state_of(world, execution)[1].runs["s"][0].error
    assert "is not for the flow" in error["message"]
    with pytest.raises(InvalidInput, match="give its secrets anew"):
        save_credential(world, ALICE, KEY, None, SCOPE)
    save_credential(world, ALICE, KEY, VALUES, SCOPE)
    assert state_of(world, ran(world, **NAMED, more=1))[1].runs["s"][0].error is None


@pytest.mark.parametrize("place", ["steps", "flows"])
def test_lists_of_a_scope_hold_words(world, place):
    with pytest.raises(InvalidInput) as caught:
        save_credential(world, ALICE, KEY, VALUES, CredentialScope(("a.example",), **{place: ("two words",)}))
    assert [problem.path for problem in caught.value.problems] == [place]


REFERENCE = "vault://secret/qflow/personal/note#word"


def test_a_reference_is_kept_as_written_fetched_at_use_and_never_told(world):
    world.references.values[REFERENCE] = "open sesame"
    save_credential(world, ALICE, KEY, {"user": "alice", "word": REFERENCE}, SCOPE)
    assert world.credentials.contents(PERSONAL, KEY).values["word"] == REFERENCE
    assert draft_credential(world, ALICE, KEY).shown["word"] == REFERENCE
    execution = ran(world, **NAMED)
    header, state = state_of(world, execution)
    assert "open sesame" not in str(items_of(world, header, state.runs["s"][0].outputs["main"]))
    assert "open sesame" not in str(execution_logs(world, ALICE, execution))
    world.references.values.clear()
    failed = ran(world, **NAMED, more=1)
    assert "is not allowed" in state_of(world, failed)[1].runs["s"][0].error["message"]


def test_a_reference_that_the_node_does_not_take_is_not_stored(world):
    with pytest.raises(InvalidInput) as caught:
        save_credential(world, ALICE, KEY, {"user": "alice", "word": "vault://secret/other#x"}, SCOPE)
    assert [problem.path for problem in caught.value.problems] == ["values.word"]
    with pytest.raises(UnknownObject):
        show_credential(world, ALICE, KEY)


def test_what_a_reference_names_in_a_field_that_is_shown_is_taken_out_of_what_comes_back(world):
    world.references.values[REFERENCE] = "a hidden person"
    save_credential(world, ALICE, KEY, {"user": REFERENCE, "word": "open sesame"}, SCOPE)
    header, state = state_of(world, ran(world, **NAMED))
    assert "hidden person" not in str(items_of(world, header, state.runs["s"][0].outputs["main"]))
