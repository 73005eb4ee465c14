"""Creating, saving, reading and deleting flows."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, StaleRevision, UnknownObject, WrongState
from engine.ports.audit_trail import AuditQuery
from engine.usecases.archive_flow import archive_flow
from engine.usecases.create_flow import create_flow
from engine.usecases.delete_flow import delete_flow
from engine.usecases.diff_versions import diff_versions
from engine.usecases.flow_history import flow_history
from engine.usecases.get_flow import get_flow
from engine.usecases.list_flows import list_flows
from engine.usecases.publish_flow import publish_flow
from engine.usecases.rollback_flow import rollback_flow
from engine.usecases.tag_version import tag_version, untag_version
from engine.usecases.unpublish_flow import unpublish_flow
from engine.usecases.update_flow import update_flow
from engine.usecases.validate_flow import validate_flow
from tests.engine.usecases.flows import ALICE, BOB, CHARLIE, definition, make_world


def test_a_flow_is_stored_and_read_back():
    world = make_world()
    record = create_flow(world, ALICE, definition(name="First"), "begin")
    view = get_flow(world, BOB, "f")
    assert view.record == record
    assert view.flow.version == record.revision
    assert view.definition() == {"id": "f", "name": "First", "steps": [{"id": "a", "type": "data.set"}]}
    assert [(v.number, v.author, v.message) for v in flow_history(world, BOB, "f")] == [(1, "alice", "begin")]


def test_text_and_bytes_are_definitions_too_and_the_file_name_gives_the_id():
    world = make_world()
    assert create_flow(world, ALICE, "steps: [{id: a, type: data.set}]", name="my flow.yaml").id == "my-flow"
    assert create_flow(world, ALICE, b'{"steps": [{"id": "a", "type": "data.set"}]}', name="x.json").id == "x"


def test_a_wrong_definition_is_refused_with_all_problems():
    world = make_world()
    with pytest.raises(InvalidInput) as caught:
        create_flow(world, ALICE, "id: f\nsteps:\n  - {id: a, type: nope}\n  - {type: data.set}\n")
    assert [(p.code, p.line) for p in caught.value.problems] == [("unknown_step_type", 3), ("missing", 4)]
    assert "2 problems" in str(caught.value)


def test_a_definition_that_is_no_text_has_problems_without_lines():
    world = make_world()
    deep: dict = {}
    for _ in range(5000):
        deep = {"a": deep}
    for wrong in (definition(nope=1), {"id": "f", "steps": [float("nan")]}, deep, {"id": object()}):
        parsed = validate_flow(world, BOB, wrong)
        assert parsed.flow is None
        assert all(problem.line is None for problem in parsed.problems)


def test_parameters_are_checked_unless_they_hold_references():
    world = make_world()
    wrong = validate_flow(
        world,
        BOB,
        """\
id: f
steps:
  - {id: a, type: http.request, params: {url: $json.url, method: [GET]}}
  - {id: b, type: http.request, params: {url: [1], metod: $json.m}}
  - {id: c, type: logic.loop, params: {batchSize: $json.n}}
  - {id: d, type: logic.loop, params: {batchSize: many}}
""",
    )
    assert [(p.path, p.line) for p in wrong.errors] == [
        ("steps[0].params.method", 3),
        ("steps[1].params.url", 4),
        ("steps[1].params.metod", 4),
        ("steps[3].params.batchSize", 6),
    ]
    assert wrong.errors[2].hint == "did you mean 'method'?"


def test_an_id_that_is_taken_is_refused_but_not_across_subnets():
    world = make_world()
    create_flow(world, ALICE, definition())
    with pytest.raises(WrongState):
        create_flow(world, ALICE, definition())
    assert create_flow(world, CHARLIE, definition()).subnet == "other"


def test_a_save_carries_the_revision_and_a_stale_one_is_refused():
    world = make_world()
    first = create_flow(world, ALICE, definition()).revision
    second = update_flow(world, ALICE, "f", definition(name="2"), first).revision
    assert second != first
    with pytest.raises(StaleRevision) as caught:
        update_flow(world, ALICE, "f", definition(name="3"), first)
    assert caught.value.details["newest"] == second
    with pytest.raises(InvalidInput):
        update_flow(world, ALICE, "f", definition(name="3"), "")
    assert get_flow(world, ALICE, "f").flow.name == "2"


def test_saving_what_is_newest_already_changes_nothing():
    world = make_world()
    first = create_flow(world, ALICE, definition())
    assert update_flow(world, ALICE, "f", definition(), first.revision) == first
    assert len(flow_history(world, ALICE, "f")) == 1


def test_a_save_cannot_change_the_id():
    world = make_world()
    revision = create_flow(world, ALICE, definition()).revision
    with pytest.raises(InvalidInput):
        update_flow(world, ALICE, "f", definition("g"), revision)


def test_versions_have_numbers_tags_and_cids():
    world = make_world()
    first = create_flow(world, ALICE, definition()).revision
    second = update_flow(world, ALICE, "f", definition(name="2"), first).revision
    tag_version(world, ALICE, "f", "1", "stable")
    for name in ("1", "stable", first):
        assert get_flow(world, BOB, "f", name).flow.version == first
    assert get_flow(world, BOB, "f", "draft").flow.version == second
    tag_version(world, ALICE, "f", "draft", "stable")
    assert [v.tags for v in flow_history(world, BOB, "f")] == [("stable",), ()]
    with pytest.raises(UnknownObject):
        get_flow(world, BOB, "f", "published")
    for name in ("", "12", "draft", "a b", "x" * 60):
        with pytest.raises(InvalidInput):
            tag_version(world, ALICE, "f", "1", name)
    untag_version(world, ALICE, "f", "stable")
    assert [v.tags for v in flow_history(world, BOB, "f")] == [(), ()]
    with pytest.raises(UnknownObject, match="is called 'stable'"):
        untag_version(world, ALICE, "f", "stable")
    found = world.audit.search(AuditQuery("personal", resource="f"))
    told = [(one.action, one.details["tag"]) for one in found if "tag" in one.details]
    assert sorted(told) == [("flow.tag", "stable"), ("flow.tag", "stable"), ("flow.untag", "stable")]


def test_a_rollback_saves_the_old_version_as_the_newest():
    world = make_world()
    first = create_flow(world, ALICE, definition()).revision
    second = update_flow(world, ALICE, "f", definition(name="2"), first).revision
    with pytest.raises(StaleRevision):
        rollback_flow(world, ALICE, "f", "1", first)
    assert rollback_flow(world, ALICE, "f", "1", second).revision == first
    history = flow_history(world, ALICE, "f")
    assert [(v.number, v.version) for v in history] == [(3, first), (2, second), (1, first)]
    assert history[0].message == "roll back to 1"


def test_those_who_have_the_flow_open_are_told_of_every_save():
    world = make_world()
    first = create_flow(world, ALICE, definition()).revision
    second = update_flow(world, ALICE, "f", definition(name="2"), first).revision
    rollback_flow(world, ALICE, "f", "1", second)
    told = [data for _, type, data in world.notifier.events if type == "q.qflow.flow.saved.v1"]
    assert [(data["flowId"], data["revision"], data["name"]) for data in told] == [
        ("f", second, ALICE.name),
        ("f", first, ALICE.name),
    ]


def test_versions_are_compared():
    world = make_world()
    first = create_flow(world, ALICE, definition()).revision
    update_flow(world, ALICE, "f", definition(name="2"), first)
    assert "~ name: f -> 2" in str(diff_versions(world, BOB, "f", "1", "2"))
    publish_flow(world, ALICE, "f", "1")
    assert not diff_versions(world, BOB, "f").empty


def test_flows_are_listed_by_page_tag_and_text():
    world = make_world()
    for flow_id in "abcde":
        create_flow(
            world, ALICE, definition(flow_id, metadata={"tags": [flow_id]}, description=f"No {flow_id}.")
        )
    create_flow(world, CHARLIE, definition("z"))
    assert [r.id for r in list_flows(world, BOB)] == ["a", "b", "c"]
    assert [r.id for r in list_flows(world, BOB, after="c", limit=99)] == ["d", "e"]
    assert [r.id for r in list_flows(world, BOB, tag="d")] == ["d"]
    assert [r.id for r in list_flows(world, BOB, text="no E")] == ["e"]


def test_an_archived_flow_is_put_away_and_comes_back():
    world = make_world()
    revision = create_flow(world, ALICE, definition()).revision
    publish_flow(world, ALICE, "f")
    assert archive_flow(world, ALICE, "f").published == ""
    assert list_flows(world, BOB) == []
    assert [r.id for r in list_flows(world, BOB, archived=True)] == ["f"]
    with pytest.raises(WrongState):
        update_flow(world, ALICE, "f", definition(name="2"), revision)
    with pytest.raises(WrongState):
        publish_flow(world, ALICE, "f")
    archive_flow(world, ALICE, "f", False)
    assert publish_flow(world, ALICE, "f").published == revision


def test_a_deleted_flow_is_gone_but_its_versions_stay():
    world = make_world()
    revision = create_flow(world, ALICE, definition()).revision
    publish_flow(world, ALICE, "f")
    delete_flow(world, ALICE, "f")
    with pytest.raises(UnknownObject):
        get_flow(world, ALICE, "f")
    assert world.flows.version("personal", revision).id == "f"


@pytest.mark.parametrize(
    "act",
    [
        lambda w, who: create_flow(w, who, definition("g")),
        lambda w, who: update_flow(w, who, "f", definition(), "x"),
        lambda w, who: delete_flow(w, who, "f"),
        lambda w, who: rollback_flow(w, who, "f", "1", "x"),
        lambda w, who: tag_version(w, who, "f", "1", "t"),
        lambda w, who: untag_version(w, who, "f", "t"),
        lambda w, who: archive_flow(w, who, "f"),
        lambda w, who: publish_flow(w, who, "f"),
        lambda w, who: unpublish_flow(w, who, "f"),
    ],
)
def test_changes_need_the_scope_to_write_and_the_own_subnet(act):
    world = make_world()
    create_flow(world, ALICE, definition())
    with pytest.raises(PermissionDenied):
        act(world, BOB)
    if "create" not in act.__code__.co_names[0]:
        with pytest.raises(UnknownObject):
            act(world, CHARLIE)


@pytest.mark.parametrize(
    "act",
    [
        lambda w, who: get_flow(w, who, "f"),
        list_flows,
        lambda w, who: flow_history(w, who, "f"),
        lambda w, who: diff_versions(w, who, "f", "1", "1"),
        lambda w, who: validate_flow(w, who, definition()),
    ],
)
def test_reading_needs_the_scope_to_read(act):
    world = make_world()
    create_flow(world, ALICE, definition())
    stranger = type(BOB)("dora", "Dora", "personal", frozenset({"executions:read"}))
    with pytest.raises(PermissionDenied):
        act(world, stranger)
