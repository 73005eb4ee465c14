"""The tables of proof and audit: signed heads of journals, the node's log of them, and the audit trail."""

from __future__ import annotations

from django.db import models
from django.db.models import Index, Q

from engine.storage.fields import IdField


class SignedHead(models.Model):
    """A signature over the hash of the last entry of one commit (:class:`engine.ports.proofs.SignedHead`).

    ``leaf`` is the place in the node's log of the first logged head that covers this one; null until then.
    """

    pk = models.CompositePrimaryKey("execution", "sequence")
    execution = IdField()
    sequence = models.IntegerField()
    subnet = IdField()
    hash = models.BinaryField()
    at_us = models.BigIntegerField()
    identity = models.TextField()
    key = models.TextField()
    signature = models.BinaryField()
    leaf = models.BigIntegerField(null=True)

    class Meta:
        db_table = "engine_signed_head"
        indexes = [Index("at_us", "execution", name="head_unlogged", condition=Q(leaf__isnull=True))]


class LogNode(models.Model):
    """The root of a complete subtree of the node's log: ``2**level`` leaves from ``place * 2**level``."""

    pk = models.CompositePrimaryKey("level", "place")
    level = models.SmallIntegerField()
    place = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        db_table = "engine_log_node"


class LogHead(models.Model):
    """A signed head of the node's log: its root when it had ``size`` leaves."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    at_us = models.BigIntegerField()
    identity = models.TextField()
    key = models.TextField()
    signature = models.BinaryField()

    class Meta:
        db_table = "engine_log_head"


class AuditRecord(models.Model):
    """Something worth remembering (:class:`engine.ports.audit_trail.AuditEvent`)."""

    id = IdField(primary_key=True)
    subnet = IdField()
    at_us = models.BigIntegerField()
    category = IdField(max_length=32)
    action = models.TextField()
    actor = models.TextField()
    resource = models.TextField()
    execution = IdField()
    outcome = IdField(max_length=16)
    reason = models.TextField()
    details = models.BinaryField()

    class Meta:
        db_table = "engine_audit_record"
        indexes = [
            Index("subnet", "at_us", "id", name="audit_listed"),
            Index("subnet", "actor", "at_us", "id", name="audit_of_actor"),
            Index("subnet", "execution", "at_us", "id", name="audit_of_execution"),
            Index("subnet", "at_us", "id", name="audit_violations", condition=~Q(outcome="allowed")),
        ]
