"""The tables of the index of blocks."""

from __future__ import annotations

from django.db import models
from django.db.models import Index, Q

from engine.storage.fields import IdField


class Block(models.Model):
    """A block (:class:`engine.ports.block_shelf.BlockRecord`); ``key`` is its own data key, wrapped by
    that of its class: without it all copies of the block are nothing, wherever they lie."""

    pk = models.CompositePrimaryKey("subnet", "cid")
    subnet = IdField()
    cid = IdField()
    sealed = IdField()
    key = models.BinaryField()
    size = models.BigIntegerField()
    created_us = models.BigIntegerField()
    spread = IdField(max_length=16)
    due_us = models.BigIntegerField()
    attempts = models.IntegerField()
    error = models.TextField()

    class Meta:
        db_table = "engine_block"
        indexes = [Index("due_us", "subnet", "cid", name="block_queued", condition=Q(spread="queued"))]


class Pack(models.Model):
    """A part of something that was packed into a block to be spread: an execution's journal up to a
    sequence, a flow version, a head of the audit log."""

    pk = models.CompositePrimaryKey("subnet", "kind", "ref", "sequence")
    subnet = IdField()
    kind = IdField(max_length=16)
    ref = IdField()
    sequence = models.IntegerField()
    cid = IdField()

    class Meta:
        db_table = "engine_pack"
