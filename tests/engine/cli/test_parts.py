"""The small parts of the command line: inputs, tables, the node's lock."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput, NetworkFailure, StaleRevision, UnknownObject, WrongState
from engine.cli.inputs import items_from, object_from, read_file
from engine.cli.node_lock import node_lock, node_runs, node_url
from engine.cli.output import print_fields, print_table, short, when
from engine.cli.run_result import FileResult
from engine.cli.web_client import error_of


@pytest.mark.parametrize(
    ("text", "items"),
    [
        (None, []),
        ('{"a": 1}', [{"json": {"a": 1}}]),
        ('[{"a": 1}, {"b": 2}]', [{"json": {"a": 1}}, {"json": {"b": 2}}]),
        ('{"json": {"a": 1}}', [{"json": {"a": 1}}]),
        ('{"json": {"a": 1}, "more": 2}', [{"json": {"json": {"a": 1}, "more": 2}}]),
        ("[]", []),
    ],
)
def test_input_becomes_items(text, items):
    assert items_from(text) == items


@pytest.mark.parametrize("text", ["{", "3", '["a"]', "@/does/not/exist"])
def test_input_that_is_no_object_is_refused(text):
    with pytest.raises(InvalidInput):
        items_from(text)


def test_input_is_read_from_a_file(tmp_path):
    (tmp_path / "in.json").write_text('{"a": 1}')
    assert object_from(f"@{tmp_path / 'in.json'}", "--data") == {"a": 1}


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InvalidInput, match=r"none\.yaml"):
        read_file(str(tmp_path / "none.yaml"))


def test_a_table_is_aligned_and_cuts_long_cells(capsys):
    print_table(("id", "what"), [("a", "x" * 100), ("bcd", None)], "nothing")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "ID   WHAT"
    assert lines[1].endswith("…")
    assert lines[2] == "bcd"


def test_an_empty_table_says_what_to_do(capsys):
    print_table(("id",), [], "no flows")
    assert capsys.readouterr().out == "no flows\n"


def test_empty_fields_are_left_out(capsys):
    print_fields({"a": "1", "empty": None, "list": [1]})
    assert capsys.readouterr().out == "a     1\nlist  [1]\n"


def test_times_and_cids_are_short():
    assert when(1_000_000) == "1970-01-01 00:00:01"
    assert when("2026-01-02T03:04:05.678Z") == "2026-01-02 03:04:05"
    assert when(None) == ""
    assert short("bafyreiabcdefghijklmnop") == "…ghijklmnop"


def test_one_node_holds_the_lock_and_others_see_it(tmp_path):
    assert not node_runs(tmp_path)
    with node_lock(tmp_path, "http://127.0.0.1:1"):
        assert node_runs(tmp_path)
        assert node_url(tmp_path) == "http://127.0.0.1:1"
        with pytest.raises(WrongState, match="a node runs on"), node_lock(tmp_path):
            pass
    assert not node_runs(tmp_path)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, '{"detail": "x", "problems": [{"path": "a", "message": "b"}]}', InvalidInput),
        (404, '{"detail": "x"}', UnknownObject),
        (409, '{"detail": "x", "code": "stale_revision"}', StaleRevision),
        (409, '{"detail": "x", "code": "wrong_state"}', WrongState),
        (502, "<html>", NetworkFailure),
        (500, "[]", NetworkFailure),
    ],
)
def test_problem_documents_become_errors(status, body, kind):
    assert type(error_of(status, body)) is kind


def test_a_missing_token_is_told_with_the_remedy():
    assert "--token" in error_of(401, '{"detail": "A token is needed"}').message


def test_a_run_is_summed_up_for_people():
    steps = {"a": {"runs": [{"status": "completed", "outputs": [[{}], []], "duration_ms": 1.5}]}}
    result = FileResult("f.yaml", status="invalid", steps=steps, waiting=["b waits"])
    text = "\n".join(result.lines())
    assert "f.yaml: INVALID" in text
    assert "1+0 items" in text
    assert text.endswith("b waits")
