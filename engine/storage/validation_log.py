"""The record of validations on Django's database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from engine.base.canonical import decode, encode
from engine.ports.validation_log import ValidationQuery, ValidationRecord
from engine.storage.database import Database, Row, insert_many, text

_COLUMNS = tuple(field.name for field in fields(ValidationRecord))
_SELECTED = ", ".join(_COLUMNS)
_RECORD = f"INSERT INTO engine_validation ({_SELECTED})"
_FILTERS = ("execution", "operation", "actor", "passed")


class DjangoValidationLog:
    """:class:`engine.ports.validation_log.ValidationLog` on SQLite or PostgreSQL."""

    def __init__(self, using: str = "default") -> None:
        self._db = Database(using)

    def record(self, records: Sequence[ValidationRecord]) -> None:
        """See :meth:`ValidationLog.record`."""
        with self._db.transaction() as cursor:
            insert_many(
                cursor, _RECORD, [tuple(_stored(each, name) for name in _COLUMNS) for each in records]
            )

    def records(self, query: ValidationQuery) -> Sequence[ValidationRecord]:
        """See :meth:`ValidationLog.records`; ids sort by time."""
        wanted = {name: getattr(query, name) for name in _FILTERS if getattr(query, name) is not None}
        conditions = ["subnet = %s", *(f"{name} = %s" for name in wanted)]
        values = [query.subnet, *wanted.values()]
        if query.before is not None:
            conditions.append("id < %s")
            values.append(query.before)
        sql = (
            f"SELECT {_SELECTED} FROM engine_validation WHERE {' AND '.join(conditions)}"  # noqa: S608
            " ORDER BY id DESC LIMIT %s"
        )
        return [_record(row) for row in self._db.rows(sql, [*values, query.limit])]

    def forget(self, execution: str) -> int:
        """See :meth:`ValidationLog.forget`."""
        return self._db.write("DELETE FROM engine_validation WHERE execution = %s", [execution])


def _stored(record: ValidationRecord, name: str) -> Any:
    value = getattr(record, name)
    if name == "finding":
        return encode(dict(value))
    return text(value) if isinstance(value, str) else value


def _record(row: Row) -> ValidationRecord:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["finding"] = decode(bytes(values["finding"]))
    values["passed"] = bool(values["passed"])
    return ValidationRecord(**values)
