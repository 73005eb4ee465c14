"""The tables: every row of a tenant carries its subnet; times are microseconds since 1970.

The journal's hot tables (execution, journal_entry, signal, outbox) are read and written with plain
SQL; the models here are their schema. Partial indexes cover only what is alive, so that a hundred
thousand ended executions cost a sweep nothing; their conditions must be repeated word for word in
the SQL that wants them used.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Index, Q, UniqueConstraint

from engine.storage.fields import IdField

LIVE = ["paused", "pending", "running", "waiting"]


class Execution(models.Model):
    """The header of an execution (:class:`engine.ports.journal_store.Header`).

    ``base_sequence`` and ``base_head`` name the entry before the first one kept: truncation moves
    them forward, and verification starts there. ``data_key`` is wrapped by the subnet's key and seals the
    entries' payloads, the error, the custom data, and ``salt_key``, which salts the payloads' digests; both
    are null once the contents were erased.
    """

    id = IdField(primary_key=True)
    subnet = IdField()
    flow = IdField()
    version = IdField()
    status = IdField(max_length=16)
    trigger_type = IdField(max_length=32)
    mode = IdField(max_length=32)
    priority = models.SmallIntegerField()
    actor = models.TextField()
    created_us = models.BigIntegerField()
    updated_us = models.BigIntegerField()
    sequence = models.IntegerField()
    head = IdField(max_length=64)
    current_step = models.TextField()
    error = models.BinaryField(null=True)
    wake_us = models.BigIntegerField(null=True)
    started_us = models.BigIntegerField(null=True)
    ended_us = models.BigIntegerField(null=True)
    parent = IdField()
    waits_for = models.TextField()
    lease_owner = IdField()
    lease_until_us = models.BigIntegerField()
    keep_until_us = models.BigIntegerField(null=True)
    concurrency_max = models.IntegerField(null=True)
    custom = models.BinaryField(null=True)
    base_sequence = models.IntegerField()
    base_head = IdField(max_length=64)
    data_key = models.BinaryField(null=True)
    salt_key = models.BinaryField(null=True)

    class Meta:
        db_table = "engine_execution"
        indexes = [
            Index("subnet", "created_us", "id", name="execution_listed"),
            Index("subnet", "flow", "created_us", "id", name="execution_of_flow"),
            Index("subnet", "created_us", "id", name="execution_live", condition=Q(status__in=LIVE)),
            Index("subnet", "created_us", "id", name="execution_failed", condition=Q(status="failed")),
            Index("subnet", "created_us", "id", name="execution_aborted", condition=Q(status="aborted")),
            Index("subnet", "flow", name="execution_running", condition=Q(status="running")),
            Index(
                "subnet",
                "priority",
                "created_us",
                "id",
                "flow",
                name="execution_lane",
                condition=Q(status="pending"),
            ),
            Index(
                "wake_us",
                name="execution_timer",
                condition=Q(status__in=["running", "waiting"], wake_us__isnull=False),
            ),
            Index("lease_owner", name="execution_leased", condition=Q(lease_owner__gt="")),
            Index("subnet", "parent", "created_us", "id", name="execution_children", condition=~Q(parent="")),
            Index("subnet", "created_us", "id", name="execution_listening", condition=Q(waits_for__gt="")),
            Index("keep_until_us", name="execution_kept", condition=Q(keep_until_us__isnull=False)),
            Index("subnet", "ended_us", "id", name="execution_ended", condition=Q(ended_us__isnull=False)),
        ]


class JournalEntry(models.Model):
    """One fact of an execution: its DAG-CBOR bytes, their salted digest, and its link in the hash chain."""

    pk = models.CompositePrimaryKey("execution", "sequence")
    execution = IdField()
    sequence = models.IntegerField()
    subnet = IdField()
    payload = models.BinaryField()
    digest = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        db_table = "engine_journal_entry"


class Signal(models.Model):
    """An execution's inbox. A consumed signal stays, emptied, so that a doubled one is refused."""

    id = models.BigAutoField(primary_key=True)
    execution = IdField()
    signal = IdField()
    subnet = IdField()
    kind = IdField(max_length=32)
    payload = models.BinaryField()
    actor = models.TextField()
    consumed = models.BooleanField()

    class Meta:
        db_table = "engine_signal"
        constraints = [UniqueConstraint("execution", "signal", name="signal_once")]
        indexes = [Index("execution", name="signal_waiting", condition=Q(consumed=False))]


class Outbox(models.Model):
    """Effects to carry out after the commit that decided on them."""

    id = models.BigAutoField(primary_key=True)
    effect = IdField(unique=True)
    execution = IdField()
    subnet = IdField()
    kind = IdField(max_length=32)
    payload = models.BinaryField()
    due_us = models.BigIntegerField()
    attempts = models.IntegerField()
    error = models.TextField()

    class Meta:
        db_table = "engine_outbox"
        indexes = [Index("due_us", "id", name="outbox_due")]


class Flow(models.Model):
    """A flow as it is now (:class:`engine.ports.flow_store.FlowRecord`).

    ``tags`` lie between unit separators; ``search`` is id, name and description in lower case.
    """

    pk = models.CompositePrimaryKey("subnet", "id")
    subnet = IdField()
    id = IdField()
    name = models.TextField()
    owner = models.TextField()
    revision = IdField()
    published = IdField()
    archived = models.BooleanField()
    tags = models.TextField()
    category = models.TextField()
    visibility = models.TextField()
    description = models.TextField()
    search = models.TextField()
    created_us = models.BigIntegerField()
    updated_us = models.BigIntegerField()

    class Meta:
        db_table = "engine_flow"


class FlowDefinition(models.Model):
    """The canonical bytes of a flow version, addressed by their CID."""

    pk = models.CompositePrimaryKey("subnet", "version")
    subnet = IdField()
    version = IdField()
    content = models.BinaryField()

    class Meta:
        db_table = "engine_flow_definition"


class FlowVersion(models.Model):
    """An entry of a flow's history; a version that was saved again has a second one."""

    pk = models.CompositePrimaryKey("subnet", "flow", "number")
    subnet = IdField()
    flow = IdField()
    number = models.IntegerField()
    version = IdField()
    author = models.TextField()
    message = models.TextField()
    created_us = models.BigIntegerField()
    published_us = models.BigIntegerField(null=True)

    class Meta:
        db_table = "engine_flow_version"


class VersionTag(models.Model):
    """A name for an entry of a flow's history."""

    id = models.BigAutoField(primary_key=True)
    subnet = IdField()
    flow = IdField()
    tag = models.TextField()
    number = models.IntegerField()

    class Meta:
        db_table = "engine_version_tag"
        constraints = [UniqueConstraint("subnet", "flow", "tag", name="version_tag_once")]


class Trigger(models.Model):
    """A trigger in force: of the published version of a flow."""

    id = models.BigAutoField(primary_key=True)
    subnet = IdField()
    flow = IdField()
    step = models.TextField()
    version = IdField()
    kind = IdField(max_length=32)
    key = models.TextField()
    spec = models.BinaryField()
    next_us = models.BigIntegerField(null=True)

    class Meta:
        db_table = "engine_trigger"
        constraints = [UniqueConstraint("subnet", "flow", "step", name="trigger_once")]
        indexes = [
            Index("kind", "subnet", name="trigger_of_kind"),
            Index("next_us", name="trigger_next", condition=Q(next_us__isnull=False)),
        ]


class WebhookRoute(models.Model):
    """A method and path pattern in force; parameter names are left out of the pattern, so that two
    patterns which match the same paths are one."""

    id = models.BigAutoField(primary_key=True)
    method = IdField(max_length=16)
    pattern = models.TextField()
    subnet = IdField()
    flow = IdField()

    class Meta:
        db_table = "engine_webhook_route"
        constraints = [UniqueConstraint("method", "pattern", name="webhook_route_once")]
        indexes = [Index("subnet", "flow", name="webhook_route_of_flow")]


class Subnet(models.Model):
    """A tenant. The row of one that was deleted (``ended_us``) stays, so that its id is never given again."""

    id = IdField(primary_key=True)
    name = models.TextField()
    created_us = models.BigIntegerField()
    ending_us = models.BigIntegerField(null=True)
    ended_us = models.BigIntegerField(null=True)

    class Meta:
        db_table = "engine_subnet"


class PolicyDocument(models.Model):
    """One revision of a subnet's policy, as DAG-CBOR; the highest is in force."""

    pk = models.CompositePrimaryKey("subnet", "revision")
    subnet = IdField()
    revision = models.IntegerField()
    document = models.BinaryField()
    created_us = models.BigIntegerField()

    class Meta:
        db_table = "engine_policy_document"


class SignedPolicy(models.Model):
    """A version of a governed subnet's policy, as its validators signed it."""

    pk = models.CompositePrimaryKey("subnet", "version")
    subnet = IdField()
    version = models.IntegerField()
    revision = models.IntegerField()
    envelope = models.BinaryField()

    class Meta:
        db_table = "engine_signed_policy"


class ApiToken(models.Model):
    """A bearer token, without its text."""

    id = IdField(primary_key=True)
    subnet = IdField(db_index=True)
    name = models.TextField()
    identity = IdField()
    scopes = models.TextField()  # separated by spaces
    created_us = models.BigIntegerField()
    expires_us = models.BigIntegerField(null=True)
    revoked = models.BooleanField()

    class Meta:
        db_table = "engine_api_token"


class Counter(models.Model):
    """A number of the whole node that only grows, such as the revision of the routes."""

    name = IdField(primary_key=True)
    value = models.BigIntegerField()

    class Meta:
        db_table = "engine_counter"
