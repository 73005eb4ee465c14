"""The table of credentials."""

from __future__ import annotations

from django.db import models

from engine.storage.fields import IdField


class Credential(models.Model):
    """A credential (:class:`engine.ports.credentials.CredentialRecord`) with its sealed contents, which a
    placeholder lacks. ``hosts``, ``steps`` and ``flows`` are lists, separated by spaces."""

    pk = models.CompositePrimaryKey("subnet", "type", "name")
    subnet = IdField()
    type = IdField()
    name = IdField()
    hosts = models.TextField()
    steps = models.TextField()
    plain_http = models.BooleanField()
    sealed = models.BinaryField(null=True)
    revision = models.IntegerField()
    created_us = models.BigIntegerField()
    updated_us = models.BigIntegerField()
    updated_by = models.TextField()
    flows = models.TextField(default="")

    class Meta:
        db_table = "engine_credential"
