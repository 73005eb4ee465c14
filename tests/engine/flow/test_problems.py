"""Validation: all problems at once, each with its place and a remedy."""

from __future__ import annotations

import pytest

from engine.base.limits import PROBLEMS_MAX, Limits
from tests.engine.flow.catalogue import flow_of, only, parse, problems


def test_all_problems_are_reported_at_once_with_path_line_and_hint():
    text = """\
id: f
nme: Flow
settings:
  timezone: Europe/Berln
  priority: 12
steps:
  - id: a
    type: data.set
    onSucces: b
  - id: a
    type: data.set
    retryPolicy:
      attempts: three
  - id: b
    type: http.reqest
    next: {main: aa}
  - id: c
    type: condition
    next: {yes: b}
  - type: data.set
  - id: d
    type: http.request
    onFailure: hook
  - id: hook
    type: trigger.webhook
"""
    found = [(p.line, p.path, p.code, p.hint) for p in problems(text) if p.severity == "error"]
    assert found == [
        (2, "nme", "unknown_key", "did you mean 'name'?"),
        (4, "settings.timezone", "unknown_timezone", "did you mean 'Europe/Berlin'?"),
        (5, "settings.priority", "less_than_equal", None),
        (9, "steps[0].onSucces", "unknown_key", "did you mean 'onSuccess'?"),
        (10, "steps[1].id", "duplicate_id", "give each step its own id"),
        (13, "steps[1].retryPolicy.attempts", "int_type", None),
        (15, "steps[2].type", "unknown_step_type", "did you mean 'http.request'?"),
        (16, "steps[2].next.main", "unknown_step", "did you mean 'a'?"),
        (19, "steps[3].next.yes", "unknown_port", "known: true, false, failure"),
        (20, "steps[4].id", "missing", None),
        (21, "steps[5].params.url", "missing", None),
        (23, "steps[5].onFailure", "trigger_has_input", "start the wire at the trigger instead"),
    ]


def test_problems_are_in_the_order_of_lines_and_errors_before_warnings():
    found = problems("id: f\nsteps:\n  - {id: json, type: data.set}\n  - {id: b, type: nope}\n")
    assert [(p.severity, p.line) for p in found] == [("error", 4), ("warning", 3)]


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        ("[1]", "dict_type", "definition"),
        ("hello", "dict_type", "definition"),
        ("id: f", "missing", "steps"),
        ("id: f\nsteps: []", "list_type", "steps"),
        ("id: f\nsteps: {}", "list_type", "steps"),
        ("id: f\nsteps: [1]", "dict_type", "steps[0]"),
        ("steps: [{id: a, type: data.set}]", "missing", "id"),
        ("id: ../f\nsteps: [{id: a, type: data.set}]", "string_pattern_mismatch", "id"),
        ("id: f\nsteps: [{id: a b, type: data.set}]", "string_pattern_mismatch", "steps[0].id"),
        ("id: f\nsteps: [{id: a, type: data.set, params: [1]}]", "dict_type", "steps[0].params"),
        ("id: f\nsteps: [{id: a, type: data.set, timeout: 1.5}]", "int_type", "steps[0].timeout"),
        ("id: f\nsteps: [{id: a, type: data.set, onError: sto}]", "unknown_choice", "steps[0].onError"),
        ("nodes: []\nconnections: {}", "n8n_workflow", "nodes"),
    ],
)
def test_wrong_outlines_are_told_apart(text, code, path):
    assert [(p.code, p.path) for p in problems(text) if p.code == code] == [(code, path)]


def test_a_value_of_several_kinds_gives_one_problem():
    found = problems("id: f\nsteps: [{id: a, type: data.set, next: {main: 1}}]")
    assert [p.path for p in found] == ["steps[0].next.main"]


def test_a_wrong_key_does_not_hide_what_the_graph_checks_find():
    text = """id: f
steps:
  - {id: a, type: data.set, foo: 1, onSuccess: b}
  - {id: b, type: data.set, onSuccess: a}
"""
    assert {p.code for p in problems(text)} == {"unknown_key", "cycle"}


def test_cycles_are_named_and_only_allowed_through_a_loop():
    circle = (
        "id: f\nsteps:\n  - {id: a, type: data.set, onSuccess: b}\n  - {id: b, type: %s, next: {%s: a}}\n"
    )
    problem = only(circle % ("condition", '"true"'), "cycle")
    assert problem.message.endswith("a -> b -> a")
    assert flow_of(circle % ("logic.loop", "loop"))


def test_a_step_that_follows_itself_is_a_cycle():
    assert only("id: f\nsteps: [{id: a, type: data.set, onSuccess: a}]", "cycle").message.endswith("a -> a")


def test_separate_cycles_are_each_named():
    text = "id: f\nsteps:\n" + "".join(
        f"  - {{id: {one}, type: data.set, onSuccess: {other}}}\n" for one, other in ("ab", "ba", "cd", "dc")
    )
    assert [p.path for p in problems(text)] == ["steps[0]", "steps[2]"]


def test_references_to_steps_that_are_not_there_name_the_nearest():
    text = """\
id: f
steps:
  - {id: fetch, type: data.set}
  - id: use
    type: data.set
    params:
      good: [$fetch.body.x, $json.a, $now, '$trigger["a b"][0]', $5.00, $$x, 'costs $fetsch']
      bad:
        - $fetsch.body
"""
    problem = only(text, "unknown_reference")
    assert (problem.path, problem.line) == ("steps[1].params.bad[0]", 9)
    assert problem.hint == "did you mean 'fetch'?"
    assert len(problems(text)) == 1


def test_references_to_steps_that_run_later_are_warned_of():
    text = "id: f\nsteps:\n  - {id: a, type: data.set, params: {x: $b.y}}\n  - {id: b, type: data.set}"
    problem = only(text, "early_reference")
    assert problem.severity == "warning"
    assert parse(text).flow is not None


def test_an_expression_that_is_never_closed_is_told():
    text = "id: f\nsteps:\n  - {id: a, type: data.set, params: {x: ['{{ $json.a }} {{ $json.b']}}"
    problem = only(text, "expression_open")
    assert problem.path == "steps[0].params.x[0]"


def test_expressions_are_left_to_the_sandbox():
    text = "id: f\nsteps:\n  - {id: a, type: data.set, params: {x: 'Hello {{ $json.name }}'}}"
    assert not problems(text)


def test_steps_that_nothing_leads_to_are_warned_of():
    text = """\
id: f
steps:
  - {id: hook, type: trigger.webhook, onSuccess: a}
  - {id: a, type: data.set}
  - {id: lost, type: data.set}
"""
    problem = only(text, "unreachable")
    assert (problem.path, problem.line, problem.severity) == ("steps[2]", 5, "warning")


def test_without_triggers_every_step_without_a_parent_is_a_start():
    assert not problems("id: f\nsteps: [{id: a, type: data.set, next: {}}, {id: b, type: data.set}]")


def test_a_step_without_outputs_leads_nowhere():
    text = "id: f\nsteps: [{id: a, type: flow.end, onSuccess: b}, {id: b, type: data.set}]"
    assert only(text, "unknown_port").path == "steps[0].onSuccess"


def test_too_many_steps_are_one_problem():
    text = "id: f\nsteps:\n" + "".join(f"  - {{id: s{n}, type: nope}}\n" for n in range(4))
    assert [p.code for p in problems(text, Limits(flow_steps_max=3))] == ["too_many_steps"]
    assert len(problems(text, Limits(flow_steps_max=4))) == 4


def test_endless_lists_of_problems_are_cut():
    text = "id: f\nsteps:\n" + "".join(f"  - {{id: s{n}, type: nope}}\n" for n in range(PROBLEMS_MAX + 50))
    found = problems(text)
    assert len(found) == PROBLEMS_MAX + 1
    assert found[-1].message == "and 50 more problems"


def test_the_default_id_stands_in_where_there_is_none():
    text = "steps: [{id: a, type: data.set}]"
    assert parse(text, default_id="my flow").flow.id == "my-flow"
    assert parse("id: own\n" + text, default_id="other").flow.id == "own"


def test_notes_and_groups_must_fit_the_steps():
    text = """\
id: f
steps: [{id: a, type: data.set}, {id: b, type: data.set}]
canvas:
  notes: [{id: n, text: One}, {id: n, text: Two, color: 9}]
  groups:
    - {id: g, steps: [a, c]}
    - {id: h, steps: [a]}
"""
    found = [(p.path, p.code) for p in problems(text)]
    assert found == [
        ("canvas.notes[1].color", "less_than_equal"),
        ("canvas.groups[0].steps[1]", "unknown_step"),
        ("canvas.groups[1].steps[0]", "contradiction"),
    ]
    twice = "id: f\nsteps: [{id: a, type: data.set}]\ncanvas: {notes: [{id: n}, {id: n}]}"
    assert [p.code for p in problems(twice)] == ["duplicate_id"]
