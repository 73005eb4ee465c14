"""The table of violations of the sandbox's limits."""

from __future__ import annotations

from django.db import models
from django.db.models import Index

from engine.storage.fields import IdField


class SandboxViolation(models.Model):
    """One time that guest code crossed a limit (:class:`engine.ports.violations.Violation`)."""

    id = IdField(primary_key=True)
    subnet = IdField()
    flow = IdField()
    execution = IdField()
    step = models.TextField()
    run = models.IntegerField()
    attempt = models.IntegerField()
    actor = IdField()
    code = IdField()
    limit = IdField(max_length=32)
    message = models.TextField()
    at_us = models.BigIntegerField()

    class Meta:
        db_table = "engine_sandbox_violation"
        indexes = [
            Index("subnet", "id", name="violation_listed"),
            Index("subnet", "flow", "at_us", name="violation_of_flow"),
            Index("subnet", "code", "at_us", name="violation_of_code"),
            Index("subnet", "actor", "at_us", name="violation_of_actor"),
        ]
