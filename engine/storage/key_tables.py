"""The table of wrapped keys."""

from __future__ import annotations

from django.db import models

from engine.storage.fields import IdField


class Key(models.Model):
    """A key of a subnet or of one class of its contents (:class:`engine.ports.cipher.KeyRecord`)."""

    pk = models.CompositePrimaryKey("subnet", "kind", "version")
    subnet = IdField()
    kind = IdField(max_length=32)
    version = models.IntegerField()
    wrapped = models.BinaryField()
    created_us = models.BigIntegerField()
    retired_us = models.BigIntegerField(null=True)

    class Meta:
        db_table = "engine_key"
