"""The tables of containment, permissions and consents."""

from __future__ import annotations

from django.db import models
from django.db.models import Index, Q

from engine.storage.fields import IdField


class Quarantine(models.Model):
    """One stay in quarantine (:class:`engine.ports.quarantine.Quarantine`)."""

    id = IdField(primary_key=True)
    subnet = IdField()
    kind = IdField(max_length=16)
    subject = models.TextField()
    reason = models.TextField()
    by = models.TextField()
    since_us = models.BigIntegerField()
    until_us = models.BigIntegerField(null=True)
    lifted_us = models.BigIntegerField(null=True)
    lifted_by = models.TextField()

    class Meta:
        db_table = "engine_quarantine"
        indexes = [
            Index("subnet", "id", name="quarantine_listed"),
            Index("subnet", "id", name="quarantine_in_force", condition=Q(lifted_us__isnull=True)),
        ]
