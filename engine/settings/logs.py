"""Structured logs: one line a record, for people or as JSON, with ids and without secrets."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

HIDDEN = "[hidden]"

_context: ContextVar[Mapping[str, Any]] = ContextVar("qflow_log_context", default=MappingProxyType({}))
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SECRET_NAME = re.compile(r"secret|token|password|passwd|authorization|cookie|api[-_]?key|credential", re.I)
_SECRET_TEXT = (
    (re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"), HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), r"\1 " + HIDDEN),
    (
        re.compile(r"(?i)([?&](?:token|key|secret|password|signature|access_token)=)[^&\s\"']+"),
        r"\1" + HIDDEN,
    ),
)


@contextmanager
def log_context(**ids: Any) -> Iterator[None]:
    """Add ids (``execution``, ``step``, ``request``) to every record of the block."""
    token = _context.set({**_context.get(), **ids})
    try:
        yield
    finally:
        _context.reset(token)


def redacted(value: Any, name: str = "") -> Any:
    """The value with secrets hidden: by the name of a field, or by what the text looks like."""
    if isinstance(value, Mapping):
        return {str(key): redacted(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(item, name) for item in value]
    if value and _SECRET_NAME.search(name):
        return HIDDEN
    if isinstance(value, str):
        for pattern, replacement in _SECRET_TEXT:
            value = pattern.sub(replacement, value)
    return value


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    given = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    return {name: redacted(value, name) for name, value in {**_context.get(), **given}.items()}


class JsonFormatter(logging.Formatter):
    """A JSON object a line: ``time`` (UTC), ``level``, ``logger``, ``message``, ids, ``exception``."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(record.getMessage()),
            **_extras(record),
        }
        if record.exc_info:
            line["exception"] = redacted(self.formatException(record.exc_info))
        return json.dumps(line, default=str, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """A line for people: time, level, message, then ids as ``name=value``."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line, with the traceback below where there is one."""
        time = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        ids = "".join(f" {name}={value}" for name, value in _extras(record).items())
        line = f"{time} {record.levelname:<7} {record.name}: {redacted(record.getMessage())}{ids}"
        if record.exc_info:
            line += "\n" + str(redacted(self.formatException(record.exc_info)))
        return line


def logging_config(level: str, form: str) -> dict[str, Any]:
    """A dictionary for :func:`logging.config.dictConfig`; everything goes to stderr."""
    formatter = JsonFormatter if form == "json" else TextFormatter
    quiet = {"level": "WARNING" if level != "DEBUG" else "INFO"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": dict.fromkeys(
            ("daphne", "asyncio", "celery", "kombu", "amqp", "httpx", "httpcore", "django.request"), quiet
        ),
    }
