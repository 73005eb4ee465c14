"""Parallel steps: branches and their join."""

from __future__ import annotations

from tests.engine.flow.catalogue import flow_of, only, wires


def flow(text: str):
    return flow_of("id: f\nsteps:\n" + text)


def test_the_ends_of_the_branches_meet_at_the_step_after():
    found = flow("""
  - {id: p, type: parallel, params: {branches: [a, b]}, onSuccess: done}
  - {id: a, action: data.set, onSuccess: a2}
  - {id: a2, action: data.set}
  - {id: b, type: condition, onFailure: no}
  - {id: no, action: data.set, onFailure: fix}
  - {id: fix, action: data.set}
  - {id: done, action: data.set}
""")
    assert wires(found) == [
        "p.main a",
        "p.main b",
        "a.main a2",
        "a2.main done",
        "b.false no",
        "no.failure fix",
        "no.main done",
        "fix.main done",
    ]
    assert found.by_id["done"].join == "all"


def test_a_condition_at_the_end_of_a_branch_joins_on_both_ports():
    found = flow("""
  - {id: p, type: parallel, params: {branches: [c]}, onSuccess: done}
  - {id: c, type: condition}
  - {id: done, action: data.set}
""")
    assert wires(found) == ["p.main c", "c.true done", "c.false done"]


def test_an_inner_join_is_the_end_of_the_outer_branch():
    found = flow("""
  - {id: p, type: parallel, params: {branches: [q, b]}, onSuccess: done}
  - {id: q, type: parallel, params: {branches: [q1, q2]}, onSuccess: qdone}
  - {id: q1, action: data.set}
  - {id: q2, action: data.set}
  - {id: qdone, action: data.set}
  - {id: b, action: data.set}
  - {id: done, action: data.set}
""")
    assert wires(found) == [
        "p.main q",
        "p.main b",
        "q.main q1",
        "q.main q2",
        "q1.main qdone",
        "q2.main qdone",
        "qdone.main done",
        "b.main done",
    ]
    assert [step.join for step in found.steps] == ["each", "each", "each", "each", "all", "each", "all"]


def test_a_loop_in_a_branch_joins_when_it_is_done():
    found = flow("""
  - {id: p, type: parallel, params: {branches: [l]}, onSuccess: done}
  - {id: l, type: logic.loop, next: {loop: body}}
  - {id: body, action: data.set, onSuccess: l}
  - {id: done, action: data.set}
""")
    assert wires(found) == ["p.main l", "l.loop body", "l.done done", "body.main l"]


def test_a_merge_waits_by_itself_and_takes_each_branch_at_its_own_input():
    found = flow("""
  - {id: p, type: parallel, params: {branches: [a, b]}, onSuccess: m}
  - {id: a, action: data.set}
  - {id: b, action: data.set}
  - {id: m, type: logic.merge}
""")
    assert wires(found)[2:] == ["a.main m.input 1", "b.main m.input 2"]
    assert found.by_id["m"].join == "each"


def test_next_takes_the_place_of_branches():
    found = flow("""
  - {id: p, type: parallel, params: {branches: [a, b]}, next: {main: a}}
  - {id: a, action: data.set, onSuccess: b}
  - {id: b, action: data.set}
""")
    assert wires(found) == ["p.main a", "a.main b"]


def test_branches_without_a_join_just_end():
    found = flow("""
  - {id: p, type: parallel, params: {branches: [a]}}
  - {id: a, action: data.set}
""")
    assert wires(found) == ["p.main a"]


def test_a_branch_that_does_not_exist_is_named_with_the_nearest():
    problem = only(
        "id: f\nsteps:\n  - {id: p, type: parallel, params: {branches: [stok]}}\n"
        "  - {id: stock, action: data.set}",
        "unknown_step",
    )
    assert problem.path == "steps[0].params.branches[0]"
    assert problem.hint == "did you mean 'stock'?"


def test_two_parallel_steps_that_name_each_other_are_a_cycle():
    text = """id: f
steps:
  - {id: p, type: parallel, params: {branches: [q]}, onSuccess: done}
  - {id: q, type: parallel, params: {branches: [p]}, onSuccess: done}
  - {id: done, action: data.set}
"""
    assert "p -> q -> p" in only(text, "cycle").message
