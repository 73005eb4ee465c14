"""The table of variables."""

from __future__ import annotations

from django.db import models

from engine.storage.fields import IdField


class Variable(models.Model):
    """A variable (:class:`engine.ports.variables.Variable`), its value sealed like all contents."""

    pk = models.CompositePrimaryKey("subnet", "name")
    subnet = IdField()
    name = IdField()
    value = models.BinaryField()
    updated_us = models.BigIntegerField()
    updated_by = models.TextField()

    class Meta:
        db_table = "engine_variable"
