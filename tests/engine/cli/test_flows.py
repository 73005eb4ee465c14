"""Flows from the command line, on a data directory without a node."""

from __future__ import annotations

import pytest

from tests.engine.cli.support import EXAMPLES, Qflow, flow

FIRST = flow("orders", 'shape data.set {"fields": {"a": 1}}')
SECOND = flow("orders", 'shape data.set {"fields": {"a": 2}}')


@pytest.fixture
def orders(qflow: Qflow) -> Qflow:
    """A data directory with one flow, in two versions."""
    qflow("create", "-", stdin=FIRST)
    qflow("update", "orders", "-", "-m", "two", stdin=SECOND)
    return qflow


def test_a_flow_lives_from_create_to_delete(qflow):
    made = qflow("create", "-", "--json", stdin=FIRST).json
    assert made["id"] == "orders"
    saved = qflow("update", "orders", "-", "--json", stdin=SECOND).json
    assert saved["revision"] != made["revision"]
    assert "orders" in qflow("list").out
    assert '"a": 2' in qflow("show", "orders", "--json").out
    assert "a: 2" in qflow("show", "orders").out
    qflow("delete", "orders")
    assert qflow("list", "--json").json == []
    assert "no flow" in qflow("show", "orders", code=2).err
    left = sorted(file.name for file in qflow.data_dir.glob("qflow.sqlite3*"))
    assert left == ["qflow.sqlite3", "qflow.sqlite3-turn"], "the log is carried over"


def test_a_stale_save_is_refused(orders):
    first = orders("history", "orders", "--json").json[-1]["version"]
    done = orders("update", "orders", "-", "--revision", first, stdin=FIRST, code=1)
    assert "newer" in done.err


def test_an_invalid_flow_is_refused_with_every_problem_and_line(qflow):
    done = qflow("create", "-", stdin=FIRST.replace("data.set", "data.sett").replace("name:", "nam:"), code=2)
    assert "did you mean" in done.err
    assert "line 2" in done.err
    assert "line 8" in done.err


def test_versions_are_listed_compared_named_and_rolled_back(orders):
    history = orders("history", "orders", "--json").json
    assert [entry["number"] for entry in history] == [2, 1]
    assert history[0]["message"] == "two"
    assert "1 -> 2" in orders("diff", "orders", "1", "2").out
    orders("tag", "orders", "stable", "--version", "1")
    assert "a: 1" in orders("show", "orders", "--version", "stable", "--definition").out
    orders("rollback", "orders", "stable")
    assert "a: 1" in orders("show", "orders", "--definition").out


def test_a_flow_is_published_archived_and_taken_back(orders):
    published = orders("publish", "orders", "--json").json
    assert published["published"] == published["revision"]
    assert orders("unpublish", "orders", "--json").json["published"] is None
    orders("archive", "orders")
    assert "archived" in orders("publish", "orders", code=1).err
    orders("archive", "orders", "--undo")
    orders("publish", "orders")


def test_validate_tells_all_files_and_exits_2_where_one_is_wrong(qflow, tmp_path):
    (tmp_path / "wrong.yaml").write_text(FIRST.replace("onSuccess: shape", "onSuccess: shap"))
    done = qflow("validate", str(EXAMPLES / "hello.yaml"), str(tmp_path / "wrong.yaml"), code=2)
    assert "hello.yaml: valid" in done.out
    assert "wrong.yaml: INVALID" in done.out


def test_every_example_is_valid(qflow):
    files = sorted(str(path) for path in EXAMPLES.iterdir())
    assert all(report["valid"] for report in qflow("validate", "--json", *files).json)


def test_schemas_are_printed(qflow):
    names = qflow("schema").out.split()
    assert {"qflow", "jsonflow", "data.set"} <= set(names)
    assert "properties" in qflow("schema", "data.set").json
    assert "there is no schema" in qflow("schema", "nope", code=2).err


def test_tokens_are_made_listed_and_revoked(qflow):
    made = qflow("token", "create", "--name", "ci", "--scopes", "flows:read", "--json").json
    assert made["token"] not in qflow("token", "list").out
    qflow("token", "revoke", made["id"])
    assert "revoked" in qflow("token", "list").out
    assert "unknown scope" in qflow("token", "create", "--scopes", "everything", code=2).err
    plain = qflow("token", "create")
    assert len(plain.out.split()) == 1


def test_settings_are_shown_without_secrets(qflow):
    done = qflow(
        "settings", "--json", QFLOW_SECRET_KEY="hunter2", QFLOW_DATABASE_URL="postgresql://u:hunter2@h/d"
    )
    assert "hunter2" not in done.out
    assert done.json["QFLOW_PORT"] == 8080


def test_wrong_settings_are_told_before_anything_happens(qflow):
    done = qflow("list", QFLOW_PORT="many", code=2)
    assert "QFLOW_PORT: 'many' is not a whole number" in done.err


def test_tables_are_made_once(qflow):
    assert qflow("migrate", "--check", code=1).out
    assert qflow("migrate", "--json").json == {"changed": True}
    assert qflow("migrate", "--json").json == {"changed": False}
    assert qflow("migrate", "--check").out == "up to date\n"


def test_manage_py_is_the_same_command_line(qflow, tmp_path):
    import subprocess
    import sys

    from tests.engine.cli.support import ROOT, environment

    command = [sys.executable, "manage.py", "qflow", "list", "--json", "--data-dir", str(tmp_path / "other")]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(tmp_path / "x"), capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
