"""The audit of capability tokens, what was revoked, and the values of flows."""

import engine.storage.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='FlowValue',
            fields=[
                ('pk', models.CompositePrimaryKey('subnet', 'flow', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('flow', engine.storage.fields.IdField(max_length=128)),
                ('key', engine.storage.fields.IdField(max_length=512)),
                ('value', models.BinaryField()),
                ('size', models.IntegerField()),
                ('revision', models.BigIntegerField()),
                ('updated_us', models.BigIntegerField()),
            ],
            options={
                'db_table': 'engine_flow_value',
            },
        ),
        migrations.CreateModel(
            name='CapabilityRevocation',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('revoked', engine.storage.fields.IdField(max_length=128)),
                ('reason', models.TextField()),
                ('at_us', models.BigIntegerField()),
            ],
            options={
                'db_table': 'engine_capability_revocation',
                'indexes': [models.Index(models.F('at_us'), name='capability_revoked_at')],
                'constraints': [models.UniqueConstraint(models.F('subnet'), models.F('revoked'), name='capability_revoked_once')],
            },
        ),
        migrations.CreateModel(
            name='CapabilityUse',
            fields=[
                ('id', engine.storage.fields.IdField(max_length=128, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('execution', engine.storage.fields.IdField(max_length=128)),
                ('step', models.TextField()),
                ('run', models.IntegerField()),
                ('attempt', models.IntegerField()),
                ('token', engine.storage.fields.IdField(max_length=128)),
                ('operation', engine.storage.fields.IdField(max_length=32)),
                ('arguments', models.BinaryField()),
                ('allowed', models.BooleanField()),
                ('reason', models.TextField()),
                ('at_us', models.BigIntegerField()),
            ],
            options={
                'db_table': 'engine_capability_use',
                'indexes': [models.Index(models.F('subnet'), models.F('id'), name='capability_use_listed'), models.Index(models.F('execution'), models.F('id'), name='capability_use_of_execution')],
            },
        ),
    ]
