"""Column types that Django lacks."""

from __future__ import annotations

from typing import Any

from django.db import models


class IdField(models.CharField):
    """An id or CID: compared byte by byte, so that it sorts the same on every database.

    On PostgreSQL this also spares the second, pattern-matching index that Django adds to every
    unique text column; ids are never searched by pattern.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 128)
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:
        """The column's SQL type."""
        if connection.vendor == "postgresql":
            return f'character varying({self.max_length}) COLLATE "C"'
        return f"varchar({self.max_length})"
