"""Salted digests in the hash chain of journals."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0003_quarantine'),
    ]

    operations = [
        migrations.AddField(
            model_name='execution',
            name='salt_key',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='journalentry',
            name='digest',
            field=models.BinaryField(default=b''),
            preserve_default=False,
        ),
    ]
