"""The tables of governance: DAOs and the entries of their logs, from which all else follows; and whom of it
persons are told."""

from __future__ import annotations

from django.db import models

from designer.models import Person


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


class Cursor(models.Model):
    """How far notifications have followed a DAO's log, and until when votes that end soon were looked for."""

    dao = models.CharField(max_length=64, primary_key=True)
    sequence = models.IntegerField()
    soon_us = models.BigIntegerField()

    class Meta:
        db_table = "governance_cursor"


class Wish(models.Model):
    """By which ways a person is told of what, how long mails collect that (seconds), and, sealed, where to
    (:class:`governance.telling.wishes.Places`)."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="+")
    subnet = models.CharField(max_length=128)
    choices = models.JSONField(default=dict)
    every_s = models.IntegerField(default=0)
    places = models.BinaryField(default=b"")
    has_mail = models.BooleanField(default=False)
    has_hook = models.BooleanField(default=False)

    class Meta:
        db_table = "governance_wish"


class Notification(models.Model):
    """What a person was told once; ``key`` is the same whenever the same thing is told. Times are
    microseconds since 1970. ``mail_due`` and ``hook_due`` hold until a delivery was made of it."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    subnet = models.CharField(max_length=128, db_index=True)
    dao = models.CharField(max_length=64)
    key = models.CharField(max_length=100)
    about = models.CharField(max_length=16)
    title = models.CharField(max_length=200)
    text = models.CharField(max_length=300)
    link = models.CharField(max_length=200)
    at_us = models.BigIntegerField(db_index=True)
    read_us = models.BigIntegerField(null=True)
    listed = models.BooleanField()
    mail_due = models.BooleanField()
    hook_due = models.BooleanField()

    class Meta:
        db_table = "governance_notification"
        constraints = [
            models.UniqueConstraint(fields=["person", "dao", "key"], name="notified_once"),
        ]
        indexes = [
            models.Index(fields=["person", "-at_us"], name="notified_newest"),
            models.Index(fields=["person"], condition=models.Q(read_us=None), name="notified_unread"),
            models.Index(fields=["at_us"], condition=models.Q(mail_due=True), name="notified_mail_due"),
            models.Index(fields=["id"], condition=models.Q(hook_due=True), name="notified_hook_due"),
        ]


class Delivery(models.Model):
    """One mail or one call to a person. ``public`` is the id that the other side sees, the same with every
    attempt; ``state`` is ``waiting``, ``sent`` or ``given up``."""

    public = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    subnet = models.CharField(max_length=128)
    way = models.CharField(max_length=8)
    state = models.CharField(max_length=16, default="waiting")
    attempts = models.IntegerField(default=0)
    next_us = models.BigIntegerField()
    error = models.CharField(max_length=200, default="")
    notifications = models.ManyToManyField(Notification, related_name="deliveries")

    class Meta:
        db_table = "governance_delivery"
        indexes = [
            models.Index(fields=["next_us"], condition=models.Q(state="waiting"), name="delivery_due"),
        ]


class Recheck(models.Model):
    """The checks of a proposal of a DAO elsewhere, made anew here, once. ``cid`` is that of all that is
    proposed, ``templates`` stands for the templates alone; ``state`` is ``begun``, ``made``, ``sent``,
    ``failed`` or ``told``."""

    subnet = models.CharField(max_length=128)
    dao = models.CharField(max_length=64)
    proposal = models.CharField(max_length=128)
    cid = models.CharField(max_length=64)
    templates = models.CharField(max_length=64, default="")
    begun_us = models.BigIntegerField(db_index=True)
    state = models.CharField(max_length=8, default="begun")
    attempts = models.IntegerField(default=0)
    error = models.CharField(max_length=500, default="")
    reports = models.JSONField(default=dict)

    class Meta:
        db_table = "governance_recheck"
        constraints = [models.UniqueConstraint(fields=["subnet", "cid"], name="rechecked_once")]
        indexes = [models.Index(fields=["subnet", "templates"], name="rechecked_templates")]
