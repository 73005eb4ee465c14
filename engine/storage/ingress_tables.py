"""Tables for what comes in from outside."""

from __future__ import annotations

from django.db import models
from django.db.models import Index

from engine.storage.fields import IdField


class SeenCall(models.Model):
    """A signed call that was accepted."""

    pk = models.CompositePrimaryKey("subnet", "scope", "nonce")
    subnet = IdField()
    scope = IdField(max_length=256)
    nonce = IdField(max_length=64)
    until_us = models.BigIntegerField()

    class Meta:
        db_table = "engine_seen_call"
        indexes = [Index("until_us", name="seen_call_until")]


class EventSchema(models.Model):
    """A schema for the data of events of a type."""

    pk = models.CompositePrimaryKey("subnet", "type")
    subnet = IdField()
    type = IdField(max_length=256)
    content = models.BinaryField()
    author = models.TextField()
    updated_us = models.BigIntegerField()

    class Meta:
        db_table = "engine_event_schema"
