"""Stays in quarantine."""

import engine.storage.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0002_capabilities'),
    ]

    operations = [
        migrations.CreateModel(
            name='Quarantine',
            fields=[
                ('id', engine.storage.fields.IdField(max_length=128, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('kind', engine.storage.fields.IdField(max_length=16)),
                ('subject', models.TextField()),
                ('reason', models.TextField()),
                ('by', models.TextField()),
                ('since_us', models.BigIntegerField()),
                ('until_us', models.BigIntegerField(null=True)),
                ('lifted_us', models.BigIntegerField(null=True)),
                ('lifted_by', models.TextField()),
            ],
            options={
                'db_table': 'engine_quarantine',
                'indexes': [models.Index(models.F('subnet'), models.F('id'), name='quarantine_listed'), models.Index(models.F('subnet'), models.F('id'), condition=models.Q(('lifted_us__isnull', True)), name='quarantine_in_force')],
            },
        ),
    ]
