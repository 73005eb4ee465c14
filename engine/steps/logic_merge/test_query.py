"""Tests of merging by SQL: what a query gives, and that it reaches nothing but the tables."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput, ResourceExhausted, StepFailure
from engine.steps.logic_merge import query as module
from engine.testing.step_bench import StepBench, items_of, json_of

LEFT = [{"id": 1, "name": "x"}, {"id": 2, "name": "y"}]
RIGHT = [{"id": 2, "city": "Bonn", "ok": True, "tags": ["a"]}]


def asked(query, *inputs, **rest):
    tables = inputs or (LEFT, RIGHT)
    parameters = {"mode": "sql", "query": query, "inputs": max(len(tables), 2), **rest}
    given_items = {f"input {n}": items_of(*rows) for n, rows in enumerate(tables, 1)}
    return json_of(StepBench("logic.merge", parameters).run(given_items).outputs["main"])


def test_a_join_gives_an_item_for_each_row():
    found = asked("SELECT * FROM input1 LEFT JOIN input2 ON input1.id = input2.id", nulls="drop")
    assert found == [
        {"id": 1, "name": "x"},
        {"id": 2, "name": "y", "city": "Bonn", "ok": True, "tags": ["a"]},
    ]


def test_nulls_can_stay():
    assert asked("SELECT name, city FROM input1 LEFT JOIN input2 USING (id);")[0] == {
        "name": "x",
        "city": None,
    }


def test_groups_and_names_work_as_in_sql():
    assert asked("SELECT count(*) AS n, upper(max(name)) AS most FROM input1") == [{"n": 2, "most": "Y"}]


def test_habits_of_other_dialects_are_understood():
    assert asked("SELECT ROW_NUMBER() AS row, LEN(name) AS size, CONCAT(name, '!') AS c FROM `input1`")[
        0
    ] == {
        "row": 1,
        "size": 1,
        "c": "x!",
    }
    assert asked("SELECT data->city AS city FROM input1", [{"data": {"city": "Bonn"}}]) == [{"city": "Bonn"}]


def test_a_column_that_no_item_has_is_empty():
    assert asked("SELECT * FROM input1 LEFT JOIN input2 ON input1.nope = input2.id", nulls="drop") == LEFT
    assert asked("SELECT nope FROM input1", []) == []


def test_inputs_without_items_are_empty_tables():
    assert asked("SELECT * FROM input1", [], []) == []
    assert asked("SELECT count(*) AS n FROM input2", LEFT, []) == [{"n": 0}]


def test_now_is_the_time_of_the_run():
    assert asked("SELECT date('now') AS d, strftime('%Y') AS y, datetime() AS t FROM input1 LIMIT 1") == [
        {"d": "2023-11-14", "y": "2023", "t": "2023-11-14 22:13:20"}
    ]


@pytest.mark.parametrize(
    "attack",
    [
        "DROP TABLE input1",
        "DELETE FROM input1",
        "INSERT INTO input1 VALUES (1, 2)",
        "UPDATE input1 SET id = 3",
        "CREATE TABLE t (a)",
        "CREATE TEMP TABLE t AS SELECT 1",
        "ATTACH DATABASE 'file.db' AS other",
        "DETACH DATABASE main",
        "VACUUM INTO 'file.db'",
        "PRAGMA database_list",
        "PRAGMA writable_schema = on",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM sqlite_schema",
        "SELECT count(*) FROM sqlite_master",
        "SELECT count(*) FROM pragma_database_list",
        "WITH t AS (SELECT count(*) FROM sqlite_master) SELECT * FROM t",
        "SELECT load_extension('x')",
        "SELECT random()",
        "SELECT CURRENT_TIMESTAMP",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('x', 'y')",
        "SELECT fts3_tokenizer('simple')",
        "CREATE VIRTUAL TABLE t USING fts5(a)",
        "BEGIN",
        "SAVEPOINT s",
        "ANALYZE",
        "REINDEX",
        "SELECT 1; DROP TABLE input1",
        "EXPLAIN SELECT 1; ATTACH 'x' AS y",
        "WITH t AS (SELECT 1) DELETE FROM input1",
        "nonsense",
    ],
)
def test_nothing_but_selecting_from_the_tables_is_possible(attack):
    with pytest.raises(StepFailure):
        asked(attack)


def test_an_endless_query_is_stopped(monkeypatch):
    monkeypatch.setattr(module, "SQL_STEPS_MAX", 100_000)
    endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
    with pytest.raises(ResourceExhausted, match="100000 steps"):
        asked(endless)


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(module, "MERGE_ITEMS_MAX", 3)
    with pytest.raises(ResourceExhausted, match="more than 3 rows"):
        asked("SELECT a.id FROM input1 a, input1 b")


def test_a_bomb_of_text_is_refused():
    with pytest.raises(StepFailure, match="too big"):
        asked("SELECT replace(printf('%1000000d', 1), ' ', printf('%1000d', 1)) AS x FROM input1")


@pytest.mark.parametrize("rows", [[{"a": 2**70}], [{"Name": 1}, {"name": 2}]])
def test_what_a_table_cannot_hold_is_told(rows):
    with pytest.raises(StepFailure):
        asked("SELECT * FROM input1", rows)


def test_a_query_must_be_given():
    with pytest.raises(InvalidInput):
        asked(" ")
