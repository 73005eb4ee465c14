"""Signed heads of journals, the log of them, and the audit trail."""

import engine.storage.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0004_salted_chain'),
    ]

    operations = [
        migrations.CreateModel(
            name='LogHead',
            fields=[
                ('size', models.BigIntegerField(primary_key=True, serialize=False)),
                ('root', models.BinaryField()),
                ('at_us', models.BigIntegerField()),
                ('identity', models.TextField()),
                ('key', models.TextField()),
                ('signature', models.BinaryField()),
            ],
            options={
                'db_table': 'engine_log_head',
            },
        ),
        migrations.CreateModel(
            name='LogNode',
            fields=[
                ('pk', models.CompositePrimaryKey('level', 'place', blank=True, editable=False, primary_key=True, serialize=False)),
                ('level', models.SmallIntegerField()),
                ('place', models.BigIntegerField()),
                ('hash', models.BinaryField()),
            ],
            options={
                'db_table': 'engine_log_node',
            },
        ),
        migrations.CreateModel(
            name='AuditRecord',
            fields=[
                ('id', engine.storage.fields.IdField(max_length=128, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('at_us', models.BigIntegerField()),
                ('category', engine.storage.fields.IdField(max_length=32)),
                ('action', models.TextField()),
                ('actor', models.TextField()),
                ('resource', models.TextField()),
                ('execution', engine.storage.fields.IdField(max_length=128)),
                ('outcome', engine.storage.fields.IdField(max_length=16)),
                ('reason', models.TextField()),
                ('details', models.BinaryField()),
            ],
            options={
                'db_table': 'engine_audit_record',
                'indexes': [models.Index(models.F('subnet'), models.F('at_us'), models.F('id'), name='audit_listed'), models.Index(models.F('subnet'), models.F('actor'), models.F('at_us'), models.F('id'), name='audit_of_actor'), models.Index(models.F('subnet'), models.F('execution'), models.F('at_us'), models.F('id'), name='audit_of_execution'), models.Index(models.F('subnet'), models.F('at_us'), models.F('id'), condition=models.Q(('outcome', 'allowed'), _negated=True), name='audit_violations')],
            },
        ),
        migrations.CreateModel(
            name='SignedHead',
            fields=[
                ('pk', models.CompositePrimaryKey('execution', 'sequence', blank=True, editable=False, primary_key=True, serialize=False)),
                ('execution', engine.storage.fields.IdField(max_length=128)),
                ('sequence', models.IntegerField()),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('hash', models.BinaryField()),
                ('at_us', models.BigIntegerField()),
                ('identity', models.TextField()),
                ('key', models.TextField()),
                ('signature', models.BinaryField()),
                ('leaf', models.BigIntegerField(null=True)),
            ],
            options={
                'db_table': 'engine_signed_head',
                'indexes': [models.Index(models.F('at_us'), models.F('execution'), condition=models.Q(('leaf__isnull', True)), name='head_unlogged')],
            },
        ),
    ]
