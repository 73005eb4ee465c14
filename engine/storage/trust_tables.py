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


class Grant(models.Model):
    """A grant (:class:`engine.ports.permissions.Grant`); actions and scopes are separated by spaces."""

    id = IdField(primary_key=True)
    subnet = IdField(db_index=True)
    who = models.TextField()
    actions = models.TextField()
    resource = models.TextField()
    scopes = models.TextField()
    role = models.TextField()
    purpose = models.TextField()
    granted_by = models.TextField()
    granted_us = models.BigIntegerField()
    expires_us = models.BigIntegerField(null=True)
    revoked_us = models.BigIntegerField(null=True)
    revoked_by = models.TextField()
    share = models.TextField(default="")

    class Meta:
        db_table = "engine_grant"


class Role(models.Model):
    """A role (:class:`engine.ports.permissions.Role`)."""

    pk = models.CompositePrimaryKey("subnet", "name")
    subnet = IdField()
    name = IdField()
    actions = models.TextField()
    scopes = models.TextField()
    description = models.TextField()
    updated_us = models.BigIntegerField()

    class Meta:
        db_table = "engine_role"


class Consent(models.Model):
    """A consent (:class:`engine.ports.permissions.Consent`)."""

    id = IdField(primary_key=True)
    subnet = IdField(db_index=True)
    person = models.TextField()
    purpose = models.TextField()
    resource = models.TextField()
    recorded_by = models.TextField()
    given_us = models.BigIntegerField()
    expires_us = models.BigIntegerField(null=True)
    withdrawn_us = models.BigIntegerField(null=True)
    withdrawn_by = models.TextField()

    class Meta:
        db_table = "engine_consent"


class Validation(models.Model):
    """A denied validation, or passed ones counted (:class:`engine.ports.validation_log.ValidationRecord`)."""

    id = IdField(primary_key=True)
    subnet = IdField()
    kind = IdField(max_length=32)
    actor = models.TextField()
    action = models.TextField()
    resource = models.TextField()
    passed = models.BooleanField()
    from_us = models.BigIntegerField()
    until_us = models.BigIntegerField()
    count = models.BigIntegerField()
    operation = models.TextField()
    execution = IdField()
    stage = IdField(max_length=16)
    code = IdField(max_length=32)
    finding = models.BinaryField()

    class Meta:
        db_table = "engine_validation"
        indexes = [
            Index("subnet", "id", name="validation_listed"),
            Index("execution", name="validation_of_execution", condition=Q(execution__gt="")),
        ]
