"""The tables of identities."""

from __future__ import annotations

from django.db import models
from django.db.models import Index, Q, UniqueConstraint

from engine.storage.fields import IdField


class Identity(models.Model):
    """An identity (:class:`engine.ports.identities.IdentityRecord`)."""

    id = IdField(primary_key=True)
    subnet = IdField()
    subject = IdField(max_length=16)
    name = models.TextField()
    held = models.BooleanField()
    delegator = IdField()
    label = models.TextField()
    created_us = models.BigIntegerField()
    sequence = models.IntegerField()
    revoked_us = models.BigIntegerField(null=True)

    class Meta:
        db_table = "engine_identity"
        constraints = [UniqueConstraint("label", name="identity_label_once", condition=Q(label__gt=""))]
        indexes = [Index("subnet", "created_us", "id", name="identity_listed")]


class KeyEvent(models.Model):
    """A signed event of an identity's log, as DAG-CBOR."""

    pk = models.CompositePrimaryKey("identity", "sequence")
    identity = IdField()
    subnet = IdField()
    sequence = models.IntegerField()
    event = models.BinaryField()

    class Meta:
        db_table = "engine_key_event"


class HeldKey(models.Model):
    """A sealed private key."""

    pk = models.CompositePrimaryKey("identity", "key")
    identity = IdField()
    subnet = IdField()
    key = IdField()
    sealed = models.BinaryField()
    retired_us = models.BigIntegerField(null=True)

    class Meta:
        db_table = "engine_held_key"


class FlowSignature(models.Model):
    """Somebody answers for a flow version."""

    pk = models.CompositePrimaryKey("subnet", "version", "identity")
    subnet = IdField()
    version = IdField()
    identity = IdField()
    key = IdField()
    at_us = models.BigIntegerField()
    signature = models.BinaryField()

    class Meta:
        db_table = "engine_flow_signature"
