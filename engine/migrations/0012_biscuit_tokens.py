"""API tokens become Biscuits of identities; those of before are no longer valid."""

import engine.storage.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0011_keys'),
    ]

    operations = [
        migrations.RunSQL('DELETE FROM engine_api_token', migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='apitoken',
            name='secret_hash',
        ),
        migrations.AddField(
            model_name='apitoken',
            name='identity',
            field=engine.storage.fields.IdField(default='', max_length=128),
            preserve_default=False,
        ),
    ]
