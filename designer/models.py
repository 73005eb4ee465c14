"""Who signs in: a user of Django, the identity that this person acts under, and what it may do."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Person(models.Model):
    """A user and the identity it acts under, which says the subnet. ``scopes`` are separated by spaces.

    ``founder`` is true for the one who set the node up and empty for everybody else: there is only one.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="person")
    identity = models.CharField(max_length=128, unique=True)
    scopes = models.CharField(max_length=256)
    founder = models.BooleanField(null=True, unique=True)

    class Meta:
        db_table = "designer_person"
