"""Grants, roles, consents and the record of validations; subnets of before get their first grant."""

import engine.storage.fields
from django.db import migrations, models

from engine.base.ids import derived


def open_subnets(apps, schema_editor):
    alias = schema_editor.connection.alias
    grants = apps.get_model("engine", "Grant").objects.using(alias)
    for subnet in apps.get_model("engine", "Subnet").objects.using(alias):
        grants.create(
            id=derived("grt", subnet.id, "first"),
            subnet=subnet.id,
            who="*",
            actions="*",
            resource="*",
            granted_by="system",
            granted_us=subnet.created_us,
        )


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0008_identities'),
    ]

    operations = [
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', engine.storage.fields.IdField(max_length=128, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(db_index=True, max_length=128)),
                ('person', models.TextField()),
                ('purpose', models.TextField()),
                ('resource', models.TextField()),
                ('recorded_by', models.TextField()),
                ('given_us', models.BigIntegerField()),
                ('expires_us', models.BigIntegerField(null=True)),
                ('withdrawn_us', models.BigIntegerField(null=True)),
                ('withdrawn_by', models.TextField()),
            ],
            options={
                'db_table': 'engine_consent',
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', engine.storage.fields.IdField(max_length=128, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(db_index=True, max_length=128)),
                ('who', models.TextField()),
                ('actions', models.TextField()),
                ('resource', models.TextField()),
                ('scopes', models.TextField()),
                ('role', models.TextField()),
                ('purpose', models.TextField()),
                ('granted_by', models.TextField()),
                ('granted_us', models.BigIntegerField()),
                ('expires_us', models.BigIntegerField(null=True)),
                ('revoked_us', models.BigIntegerField(null=True)),
                ('revoked_by', models.TextField()),
            ],
            options={
                'db_table': 'engine_grant',
            },
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('pk', models.CompositePrimaryKey('subnet', 'name', blank=True, editable=False, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('name', engine.storage.fields.IdField(max_length=128)),
                ('actions', models.TextField()),
                ('scopes', models.TextField()),
                ('description', models.TextField()),
                ('updated_us', models.BigIntegerField()),
            ],
            options={
                'db_table': 'engine_role',
            },
        ),
        migrations.CreateModel(
            name='Validation',
            fields=[
                ('id', engine.storage.fields.IdField(max_length=128, primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('kind', engine.storage.fields.IdField(max_length=32)),
                ('actor', models.TextField()),
                ('action', models.TextField()),
                ('resource', models.TextField()),
                ('passed', models.BooleanField()),
                ('from_us', models.BigIntegerField()),
                ('until_us', models.BigIntegerField()),
                ('count', models.BigIntegerField()),
                ('operation', models.TextField()),
                ('execution', engine.storage.fields.IdField(max_length=128)),
                ('stage', engine.storage.fields.IdField(max_length=16)),
                ('code', engine.storage.fields.IdField(max_length=32)),
                ('finding', models.BinaryField()),
            ],
            options={
                'db_table': 'engine_validation',
                'indexes': [models.Index(models.F('subnet'), models.F('id'), name='validation_listed'), models.Index(models.F('execution'), condition=models.Q(('execution__gt', '')), name='validation_of_execution')],
            },
        ),
        migrations.RunPython(open_subnets, migrations.RunPython.noop),
    ]
