"""The table of what subnets used."""

from __future__ import annotations

from django.db import models
from django.db.models import Index, Q

from engine.storage.fields import IdField


class Usage(models.Model):
    """What an execution used on a day; the row without an execution holds those that were deleted, and the
    most that was stored that day (:class:`engine.ports.usage.UsageDay`)."""

    pk = models.CompositePrimaryKey("subnet", "day", "execution")
    subnet = IdField()
    day = IdField(max_length=10)
    execution = IdField()
    executions = models.BigIntegerField()
    webhook_calls = models.BigIntegerField()
    steps = models.BigIntegerField()
    fuel = models.BigIntegerField()
    cpu_us = models.BigIntegerField()
    memory_kib_ms = models.BigIntegerField()
    egress_bytes = models.BigIntegerField()
    blocks = models.BigIntegerField()
    stored_bytes = models.BigIntegerField()

    class Meta:
        db_table = "engine_usage"
        indexes = [Index("execution", name="usage_of_execution", condition=Q(execution__gt=""))]
