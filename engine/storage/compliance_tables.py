"""The tables of holds and of reports made by the clock."""

from __future__ import annotations

from django.db import models
from django.db.models import Index, Q

from engine.storage.fields import IdField


class AuditHold(models.Model):
    """Something that must be kept (:class:`engine.ports.holds.Hold`)."""

    id = IdField(primary_key=True)
    subnet = IdField()
    kind = IdField(max_length=16)
    subject = models.TextField()
    reason = models.TextField()
    by = models.TextField()
    placed_us = models.BigIntegerField()
    since_us = models.BigIntegerField()
    until_us = models.BigIntegerField()
    released_us = models.BigIntegerField(null=True)
    released_by = models.TextField()
    release_reason = models.TextField()

    class Meta:
        db_table = "engine_audit_hold"
        indexes = [Index("subnet", "id", name="hold_listed")]


class ReportSchedule(models.Model):
    """A report made at every tick (:class:`engine.ports.report_store.ReportSchedule`)."""

    id = IdField(primary_key=True)
    subnet = IdField()
    kind = IdField(max_length=16)
    form = IdField(max_length=16)
    by = models.TextField()
    created_us = models.BigIntegerField()
    from_us = models.BigIntegerField()
    next_us = models.BigIntegerField(null=True)
    spec = models.BinaryField()

    class Meta:
        db_table = "engine_report_schedule"
        indexes = [
            Index("subnet", "id", name="report_schedule_listed"),
            Index("next_us", "id", name="report_schedule_due", condition=Q(next_us__isnull=False)),
        ]


class ReportRun(models.Model):
    """One tick of a schedule (:class:`engine.ports.report_store.ReportRun`)."""

    id = IdField(primary_key=True)
    subnet = IdField()
    schedule = IdField()
    kind = IdField(max_length=16)
    form = IdField(max_length=16)
    since_us = models.BigIntegerField()
    until_us = models.BigIntegerField()
    due_us = models.BigIntegerField(null=True)
    cid = IdField()
    size = models.BigIntegerField()
    made_us = models.BigIntegerField(null=True)

    class Meta:
        db_table = "engine_report_run"
        indexes = [
            Index("subnet", "until_us", "id", name="report_run_listed"),
            Index("due_us", "id", name="report_run_unfinished", condition=Q(due_us__isnull=False)),
        ]
