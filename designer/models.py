"""Who signs in: a user, the identity that the person acts under, and what it may do; and who may join."""

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


class Invitation(models.Model):
    """A link that works once: to join a subnet or, with ``user``, to set a new password.

    ``digest`` is the SHA-256 of the link's secret; times are microseconds since 1970.
    """

    public = models.CharField(max_length=32, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    subnet = models.CharField(max_length=128, db_index=True)
    made_by = models.CharField(max_length=128)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    scopes = models.CharField(max_length=256)
    role = models.CharField(max_length=256)
    forget_factors = models.BooleanField()
    expires_us = models.BigIntegerField()
    used_us = models.BigIntegerField(null=True)

    class Meta:
        db_table = "designer_invitation"


class Favourite(models.Model):
    """A flow that a person wants to find first."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="favourites")
    subnet = models.CharField(max_length=128)
    flow = models.CharField(max_length=128)

    class Meta:
        db_table = "designer_favourite"
        constraints = [models.UniqueConstraint("person", "subnet", "flow", name="favourite_once")]


class ShareLink(models.Model):
    """A link that gives whoever opens it a right to one flow, until its time or until it is taken back.

    ``digest`` is the SHA-256 of the link's secret; times are microseconds since 1970.
    """

    public = models.CharField(max_length=32, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    subnet = models.CharField(max_length=128)
    flow = models.CharField(max_length=128)
    right = models.CharField(max_length=16)
    made_by = models.CharField(max_length=128)
    made_us = models.BigIntegerField()
    expires_us = models.BigIntegerField()

    class Meta:
        db_table = "designer_share_link"
        indexes = (models.Index(fields=["subnet", "flow"], name="share_links_of_flow"),)


class Comment(models.Model):
    """What somebody says of a flow or, with ``step``, of one of its steps, sealed under the subnet's key.

    ``answers`` is the id of the comment that it replies to, of the same step, or empty. ``author`` and
    ``resolved_by`` are actor ids; times are microseconds since 1970.
    """

    id = models.CharField(max_length=64, primary_key=True)
    subnet = models.CharField(max_length=128)
    flow = models.CharField(max_length=128)
    step = models.CharField(max_length=128)
    answers = models.CharField(max_length=64, default="")
    author = models.CharField(max_length=160)
    at_us = models.BigIntegerField()
    text = models.BinaryField()
    resolved_us = models.BigIntegerField(null=True)
    resolved_by = models.CharField(max_length=160)

    class Meta:
        db_table = "designer_comment"
        indexes = (models.Index(fields=["subnet", "flow"], name="comments_of_flow"),)
