"""Violations of the limits of the sandbox."""

import engine.storage.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0006_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='SandboxViolation',
            fields=[
                ('id', engine.storage.fields.IdField(max_length=128, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('flow', engine.storage.fields.IdField(max_length=128)),
                ('execution', engine.storage.fields.IdField(max_length=128)),
                ('step', models.TextField()),
                ('run', models.IntegerField()),
                ('attempt', models.IntegerField()),
                ('actor', engine.storage.fields.IdField(max_length=128)),
                ('code', engine.storage.fields.IdField(max_length=128)),
                ('limit', engine.storage.fields.IdField(max_length=32)),
                ('message', models.TextField()),
                ('at_us', models.BigIntegerField()),
            ],
            options={
                'db_table': 'engine_sandbox_violation',
                'indexes': [models.Index(models.F('subnet'), models.F('id'), name='violation_listed'), models.Index(models.F('subnet'), models.F('flow'), models.F('at_us'), name='violation_of_flow'), models.Index(models.F('subnet'), models.F('code'), models.F('at_us'), name='violation_of_code'), models.Index(models.F('subnet'), models.F('actor'), models.F('at_us'), name='violation_of_actor')],
            },
        ),
    ]
