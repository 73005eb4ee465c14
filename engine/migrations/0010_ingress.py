"""Signed calls that were seen, and schemas of events."""

import engine.storage.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0009_permissions'),
    ]

    operations = [
        migrations.CreateModel(
            name='EventSchema',
            fields=[
                ('pk', models.CompositePrimaryKey('subnet', 'type', blank=True, editable=False, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('type', engine.storage.fields.IdField(max_length=256)),
                ('content', models.BinaryField()),
                ('author', models.TextField()),
                ('updated_us', models.BigIntegerField()),
            ],
            options={
                'db_table': 'engine_event_schema',
            },
        ),
        migrations.CreateModel(
            name='SeenCall',
            fields=[
                ('pk', models.CompositePrimaryKey('subnet', 'scope', 'nonce', blank=True, editable=False, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('scope', engine.storage.fields.IdField(max_length=256)),
                ('nonce', engine.storage.fields.IdField(max_length=64)),
                ('until_us', models.BigIntegerField()),
            ],
            options={
                'db_table': 'engine_seen_call',
                'indexes': [models.Index(models.F('until_us'), name='seen_call_until')],
            },
        ),
    ]
