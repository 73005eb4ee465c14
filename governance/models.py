"""The tables of governance: DAOs and the entries of their logs. All else follows from the entries."""

from __future__ import annotations

from django.db import models


class DaoRecord(models.Model):
    """A DAO; its id is the CID of the first entry of its log. It governs one subnet, which has no other."""

    id = models.CharField(max_length=64, primary_key=True)
    subnet = models.CharField(max_length=128, unique=True)
    name = models.CharField(max_length=100)
    created_us = models.BigIntegerField()

    class Meta:
        db_table = "governance_dao"


class LogEntry(models.Model):
    """An entry of a DAO's log, never changed (:class:`governance.domain.log.SignedEntry`)."""

    pk = models.CompositePrimaryKey("dao", "sequence")
    dao = models.CharField(max_length=64)
    sequence = models.IntegerField()
    content = models.BinaryField()
    signer = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    signature = models.BinaryField()

    class Meta:
        db_table = "governance_log_entry"
