"""Log lines: ids are there, secrets are not."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from engine.settings.logs import JsonFormatter, TextFormatter, log_context, logging_config, redacted


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    return logging.getLogger("engine.test").makeRecord(
        "engine.test", logging.INFO, __file__, 1, message, args, None, extra=extra or None
    )


def test_a_json_line_carries_ids():
    line = json.loads(JsonFormatter().format(record("step %s ended", "a", execution="exec_1", step="a")))
    assert line["message"] == "step a ended"
    assert (line["execution"], line["step"], line["level"], line["logger"]) == (
        "exec_1",
        "a",
        "INFO",
        "engine.test",
    )


def test_ids_of_the_context_are_added_and_go_away():
    with log_context(execution="exec_2"):
        assert json.loads(JsonFormatter().format(record("x")))["execution"] == "exec_2"
    assert "execution" not in json.loads(JsonFormatter().format(record("x")))


def test_a_text_line_carries_ids():
    assert TextFormatter().format(record("ended", execution="exec_1")).endswith("ended execution=exec_1")


@pytest.mark.parametrize(
    "text",
    [
        "connect to postgresql://qflow:hunter2@db/x",
        "Authorization: Bearer hunter2hunter2",
        "GET /x?token=hunter2&b=1",
    ],
)
def test_secrets_in_texts_are_hidden(text):
    assert "hunter2" not in redacted(text)


def test_secrets_in_fields_are_hidden_at_any_depth():
    line = JsonFormatter().format(
        record("x", headers={"Authorization": "hunter2", "deep": [{"api_key": "hunter2"}]})
    )
    assert "hunter2" not in line


def test_a_traceback_is_part_of_the_line():
    try:
        raise ValueError("redis://u:hunter2@h")
    except ValueError:
        entry = record("failed")
        entry.exc_info = sys.exc_info()
    line = json.loads(JsonFormatter().format(entry))
    assert "ValueError" in line["exception"]
    assert "hunter2" not in line["exception"]


def test_the_configuration_chooses_the_formatter():
    assert logging_config("INFO", "json")["formatters"]["line"]["()"] is JsonFormatter
    assert logging_config("INFO", "text")["formatters"]["line"]["()"] is TextFormatter
