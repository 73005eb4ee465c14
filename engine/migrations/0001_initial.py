"""The first tables."""

import engine.storage.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', engine.storage.fields.IdField(max_length=128, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(db_index=True, max_length=128)),
                ('name', models.TextField()),
                ('secret_hash', engine.storage.fields.IdField(max_length=64, unique=True)),
                ('scopes', models.TextField()),
                ('created_us', models.BigIntegerField()),
                ('expires_us', models.BigIntegerField(null=True)),
                ('revoked', models.BooleanField()),
            ],
            options={
                'db_table': 'engine_api_token',
            },
        ),
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('name', engine.storage.fields.IdField(max_length=128, primary_key=True, serialize=False)),
                ('value', models.BigIntegerField()),
            ],
            options={
                'db_table': 'engine_counter',
            },
        ),
        migrations.CreateModel(
            name='Flow',
            fields=[
                ('pk', models.CompositePrimaryKey('subnet', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('id', engine.storage.fields.IdField(max_length=128)),
                ('name', models.TextField()),
                ('owner', models.TextField()),
                ('revision', engine.storage.fields.IdField(max_length=128)),
                ('published', engine.storage.fields.IdField(max_length=128)),
                ('archived', models.BooleanField()),
                ('tags', models.TextField()),
                ('category', models.TextField()),
                ('visibility', models.TextField()),
                ('description', models.TextField()),
                ('search', models.TextField()),
                ('created_us', models.BigIntegerField()),
                ('updated_us', models.BigIntegerField()),
            ],
            options={
                'db_table': 'engine_flow',
            },
        ),
        migrations.CreateModel(
            name='FlowDefinition',
            fields=[
                ('pk', models.CompositePrimaryKey('subnet', 'version', blank=True, editable=False, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('version', engine.storage.fields.IdField(max_length=128)),
                ('content', models.BinaryField()),
            ],
            options={
                'db_table': 'engine_flow_definition',
            },
        ),
        migrations.CreateModel(
            name='FlowVersion',
            fields=[
                ('pk', models.CompositePrimaryKey('subnet', 'flow', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('flow', engine.storage.fields.IdField(max_length=128)),
                ('number', models.IntegerField()),
                ('version', engine.storage.fields.IdField(max_length=128)),
                ('author', models.TextField()),
                ('message', models.TextField()),
                ('created_us', models.BigIntegerField()),
                ('published_us', models.BigIntegerField(null=True)),
            ],
            options={
                'db_table': 'engine_flow_version',
            },
        ),
        migrations.CreateModel(
            name='JournalEntry',
            fields=[
                ('pk', models.CompositePrimaryKey('execution', 'sequence', blank=True, editable=False, primary_key=True, serialize=False)),
                ('execution', engine.storage.fields.IdField(max_length=128)),
                ('sequence', models.IntegerField()),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('payload', models.BinaryField()),
                ('hash', models.BinaryField()),
            ],
            options={
                'db_table': 'engine_journal_entry',
            },
        ),
        migrations.CreateModel(
            name='PolicyDocument',
            fields=[
                ('pk', models.CompositePrimaryKey('subnet', 'revision', blank=True, editable=False, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('revision', models.IntegerField()),
                ('document', models.BinaryField()),
                ('created_us', models.BigIntegerField()),
            ],
            options={
                'db_table': 'engine_policy_document',
            },
        ),
        migrations.CreateModel(
            name='Subnet',
            fields=[
                ('id', engine.storage.fields.IdField(max_length=128, primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('created_us', models.BigIntegerField()),
            ],
            options={
                'db_table': 'engine_subnet',
            },
        ),
        migrations.CreateModel(
            name='Execution',
            fields=[
                ('id', engine.storage.fields.IdField(max_length=128, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('flow', engine.storage.fields.IdField(max_length=128)),
                ('version', engine.storage.fields.IdField(max_length=128)),
                ('status', engine.storage.fields.IdField(max_length=16)),
                ('trigger_type', engine.storage.fields.IdField(max_length=32)),
                ('mode', engine.storage.fields.IdField(max_length=32)),
                ('priority', models.SmallIntegerField()),
                ('actor', models.TextField()),
                ('created_us', models.BigIntegerField()),
                ('updated_us', models.BigIntegerField()),
                ('sequence', models.IntegerField()),
                ('head', engine.storage.fields.IdField(max_length=64)),
                ('current_step', models.TextField()),
                ('error', models.BinaryField(null=True)),
                ('wake_us', models.BigIntegerField(null=True)),
                ('started_us', models.BigIntegerField(null=True)),
                ('ended_us', models.BigIntegerField(null=True)),
                ('parent', engine.storage.fields.IdField(max_length=128)),
                ('waits_for', models.TextField()),
                ('lease_owner', engine.storage.fields.IdField(max_length=128)),
                ('lease_until_us', models.BigIntegerField()),
                ('keep_until_us', models.BigIntegerField(null=True)),
                ('concurrency_max', models.IntegerField(null=True)),
                ('base_sequence', models.IntegerField()),
                ('base_head', engine.storage.fields.IdField(max_length=64)),
            ],
            options={
                'db_table': 'engine_execution',
                'indexes': [models.Index(models.F('subnet'), models.F('created_us'), models.F('id'), name='execution_listed'), models.Index(models.F('subnet'), models.F('flow'), models.F('created_us'), models.F('id'), name='execution_of_flow'), models.Index(models.F('subnet'), models.F('created_us'), models.F('id'), condition=models.Q(('status__in', ['paused', 'pending', 'running', 'waiting'])), name='execution_live'), models.Index(models.F('subnet'), models.F('created_us'), models.F('id'), condition=models.Q(('status', 'failed')), name='execution_failed'), models.Index(models.F('subnet'), models.F('created_us'), models.F('id'), condition=models.Q(('status', 'aborted')), name='execution_aborted'), models.Index(models.F('subnet'), models.F('flow'), condition=models.Q(('status', 'running')), name='execution_running'), models.Index(models.F('subnet'), models.F('priority'), models.F('created_us'), models.F('id'), models.F('flow'), condition=models.Q(('status', 'pending')), name='execution_lane'), models.Index(models.F('wake_us'), condition=models.Q(('status__in', ['running', 'waiting']), ('wake_us__isnull', False)), name='execution_timer'), models.Index(models.F('lease_owner'), condition=models.Q(('lease_owner__gt', '')), name='execution_leased'), models.Index(models.F('subnet'), models.F('parent'), models.F('created_us'), models.F('id'), condition=models.Q(('parent', ''), _negated=True), name='execution_children'), models.Index(models.F('subnet'), models.F('created_us'), models.F('id'), condition=models.Q(('waits_for__gt', '')), name='execution_listening'), models.Index(models.F('keep_until_us'), condition=models.Q(('keep_until_us__isnull', False)), name='execution_kept')],
            },
        ),
        migrations.CreateModel(
            name='Outbox',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('effect', engine.storage.fields.IdField(max_length=128, unique=True)),
                ('execution', engine.storage.fields.IdField(max_length=128)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('kind', engine.storage.fields.IdField(max_length=32)),
                ('payload', models.BinaryField()),
                ('due_us', models.BigIntegerField()),
                ('attempts', models.IntegerField()),
                ('error', models.TextField()),
            ],
            options={
                'db_table': 'engine_outbox',
                'indexes': [models.Index(models.F('due_us'), models.F('id'), name='outbox_due')],
            },
        ),
        migrations.CreateModel(
            name='Signal',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('execution', engine.storage.fields.IdField(max_length=128)),
                ('signal', engine.storage.fields.IdField(max_length=128)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('kind', engine.storage.fields.IdField(max_length=32)),
                ('payload', models.BinaryField()),
                ('actor', models.TextField()),
                ('consumed', models.BooleanField()),
            ],
            options={
                'db_table': 'engine_signal',
                'indexes': [models.Index(models.F('execution'), condition=models.Q(('consumed', False)), name='signal_waiting')],
                'constraints': [models.UniqueConstraint(models.F('execution'), models.F('signal'), name='signal_once')],
            },
        ),
        migrations.CreateModel(
            name='Trigger',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('flow', engine.storage.fields.IdField(max_length=128)),
                ('step', models.TextField()),
                ('version', engine.storage.fields.IdField(max_length=128)),
                ('kind', engine.storage.fields.IdField(max_length=32)),
                ('key', models.TextField()),
                ('spec', models.BinaryField()),
                ('next_us', models.BigIntegerField(null=True)),
            ],
            options={
                'db_table': 'engine_trigger',
                'indexes': [models.Index(models.F('kind'), models.F('subnet'), name='trigger_of_kind'), models.Index(models.F('next_us'), condition=models.Q(('next_us__isnull', False)), name='trigger_next')],
                'constraints': [models.UniqueConstraint(models.F('subnet'), models.F('flow'), models.F('step'), name='trigger_once')],
            },
        ),
        migrations.CreateModel(
            name='VersionTag',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('flow', engine.storage.fields.IdField(max_length=128)),
                ('tag', models.TextField()),
                ('number', models.IntegerField()),
            ],
            options={
                'db_table': 'engine_version_tag',
                'constraints': [models.UniqueConstraint(models.F('subnet'), models.F('flow'), models.F('tag'), name='version_tag_once')],
            },
        ),
        migrations.CreateModel(
            name='WebhookRoute',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('method', engine.storage.fields.IdField(max_length=16)),
                ('pattern', models.TextField()),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('flow', engine.storage.fields.IdField(max_length=128)),
            ],
            options={
                'db_table': 'engine_webhook_route',
                'indexes': [models.Index(models.F('subnet'), models.F('flow'), name='webhook_route_of_flow')],
                'constraints': [models.UniqueConstraint(models.F('method'), models.F('pattern'), name='webhook_route_once')],
            },
        ),
    ]
