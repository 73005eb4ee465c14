"""``qflow eval`` from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.main import main


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QFLOW_CACHE_DIR", str(tmp_path_factory.getbasetemp().parent / "sandbox-cache"))
    monkeypatch.delenv("QFLOW_TIMEZONE", raising=False)


def test_it_prints_the_value_of_an_expression(capsys):
    assert main(["eval", "{{ $json.a.map(x => x*2).sum() }}", "--item", '{"a":[1,2,3]}']) == 0
    assert capsys.readouterr().out == "12\n"


def test_it_prints_a_line_for_each_item(capsys):
    assert main(["eval", "{{ $json.n }}!", "--item", '{"n":1}', "--item", '{"n":2}']) == 0
    assert capsys.readouterr().out == "1!\n2!\n"


def test_for_machines_it_marks_what_json_lacks(capsys):
    assert main(["eval", "{{ $json.x }}", "--item", "{}", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"$undefined": True}


def test_the_time_zone_is_the_given_one_or_the_settings(capsys, monkeypatch):
    main(["eval", "{{ $now.zoneName }}", "--timezone", "Asia/Tokyo"])
    monkeypatch.setenv("QFLOW_TIMEZONE", "Europe/Paris")
    main(["eval", "{{ $now.zoneName }}"])
    assert capsys.readouterr().out == "Asia/Tokyo\nEurope/Paris\n"


def test_a_faulty_expression_fails_with_its_message(capsys):
    assert main(["eval", "{{ 'x'.toInt() }}"]) == 1
    assert "cannot convert to integer" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["eval"], ["eval", "{{ 1 }}", "--item", "{broken"]])
def test_wrong_input_is_told(capsys, words):
    assert main(words) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_a_batch_gives_a_line_for_a_line(tmp_path: Path):
    lines = [
        {"expression": "={{ $json.a }}", "items": [{"a": 1}, {"a": 2}]},
        {"expression": "={{ $now.zoneName }}", "items": [], "timezone": "America/New_York"},
        {"expression": "={{ undefined }}", "items": []},
        {"expression": "={{ 'x'.toInt() }}", "items": []},
        {"expression": "={{ (() => { for (;;); })() }}", "items": []},
        {"no": "expression"},
    ]
    text = "\n".join([*map(json.dumps, lines), "not json", ""])
    done = subprocess.run(
        [sys.executable, "-m", "engine.cli", "eval", "--batch"],
        input=text,
        capture_output=True,
        text=True,
        env={**os.environ, "TZ": "UTC"},
        check=True,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows[0] == {"value": 1}
    assert rows[1] == {"value": "America/New_York"}
    assert rows[2] == {"value": {"$undefined": True}}
    assert rows[3] == {"error": {"message": "cannot convert to integer"}}
    assert "deadline" in rows[4]["error"]["message"]
    assert "expression" in rows[5]["error"]["message"]
    assert "not JSON" in rows[6]["error"]["message"]


def test_it_starts_without_the_web_framework_and_the_database():
    code = (
        "import sys; from engine.cli.main import main; main(['eval', '{{ 1 }}']); "
        "print([name for name in ('django', 'celery', 'httpx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[1] == "[]"
