"""Qindex's table. The full text index over ``words`` is made by the migration, in each database's own
way: FTS5 on SQLite, a generated ``tsvector`` with a GIN index on PostgreSQL."""

from __future__ import annotations

from django.db import models
from django.db.models import Index, UniqueConstraint

from engine.storage.fields import IdField


class IndexEntry(models.Model):
    """One thing that can be found (:class:`engine.ports.search_index.Indexed`); ``rank`` is the place
    of its kind."""

    id = models.BigAutoField(primary_key=True)
    subnet = IdField()
    kind = IdField(max_length=16)
    ref = IdField()
    flow = IdField()
    title = models.TextField()
    tags = models.TextField()
    category = models.TextField()
    archived = models.BooleanField()
    attributes = models.BinaryField()
    rank = models.SmallIntegerField()
    at_us = models.BigIntegerField()
    stamp_us = models.BigIntegerField()
    ended_us = models.BigIntegerField()
    words = models.TextField()

    class Meta:
        db_table = "engine_index_entry"
        constraints = [UniqueConstraint("subnet", "kind", "ref", name="index_entry_once")]
        indexes = [
            Index("subnet", "rank", "at_us", "id", name="index_entry_listed"),
            Index("subnet", "ended_us", name="index_entry_ended"),
            Index("subnet", "flow", name="index_entry_of_flow"),
        ]
