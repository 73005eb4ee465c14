"""The tables of capability tokens: their uses, those that were revoked, and the values of flows."""

from __future__ import annotations

from django.db import models
from django.db.models import Index, UniqueConstraint

from engine.storage.fields import IdField


class CapabilityUse(models.Model):
    """One use of a capability token, allowed or denied (:class:`engine.ports.capabilities.CapabilityUse`)."""

    id = IdField(primary_key=True)
    subnet = IdField()
    execution = IdField()
    step = models.TextField()
    run = models.IntegerField()
    attempt = models.IntegerField()
    token = IdField()
    operation = IdField(max_length=32)
    arguments = models.BinaryField()
    allowed = models.BooleanField()
    reason = models.TextField()
    at_us = models.BigIntegerField()

    class Meta:
        db_table = "engine_capability_use"
        indexes = [
            Index("subnet", "id", name="capability_use_listed"),
            Index("execution", "id", name="capability_use_of_execution"),
        ]


class CapabilityRevocation(models.Model):
    """A token, or a block of one, that is refused from ``at_us`` on."""

    id = models.BigAutoField(primary_key=True)
    subnet = IdField()
    revoked = IdField()
    reason = models.TextField()
    at_us = models.BigIntegerField()

    class Meta:
        db_table = "engine_capability_revocation"
        constraints = [UniqueConstraint("subnet", "revoked", name="capability_revoked_once")]
        indexes = [Index("at_us", name="capability_revoked_at")]


class FlowValue(models.Model):
    """A value that the executions of a flow share, as DAG-CBOR."""

    pk = models.CompositePrimaryKey("subnet", "flow", "key")
    subnet = IdField()
    flow = IdField()
    key = IdField(max_length=512)
    value = models.BinaryField()
    size = models.IntegerField()
    revision = models.BigIntegerField()
    updated_us = models.BigIntegerField()

    class Meta:
        db_table = "engine_flow_value"
