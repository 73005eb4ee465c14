"""Qindex: what can be found, and the full text index over it in each database's own way."""

import engine.storage.fields
from django.db import migrations, models
from django.db.models import Q

SQLITE = [
    """CREATE VIRTUAL TABLE engine_index_text USING fts5(
         words, content='engine_index_entry', content_rowid='id', tokenize='unicode61', prefix='2 3')""",
    """CREATE TRIGGER engine_index_added AFTER INSERT ON engine_index_entry BEGIN
         INSERT INTO engine_index_text(rowid, words) VALUES (new.id, new.words); END""",
    """CREATE TRIGGER engine_index_removed AFTER DELETE ON engine_index_entry BEGIN
         INSERT INTO engine_index_text(engine_index_text, rowid, words)
         VALUES ('delete', old.id, old.words); END""",
    """CREATE TRIGGER engine_index_changed AFTER UPDATE ON engine_index_entry BEGIN
         INSERT INTO engine_index_text(engine_index_text, rowid, words)
         VALUES ('delete', old.id, old.words);
         INSERT INTO engine_index_text(rowid, words) VALUES (new.id, new.words); END""",
]
POSTGRESQL = [
    """ALTER TABLE engine_index_entry ADD COLUMN search tsvector
         GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED""",
    "CREATE INDEX index_entry_search ON engine_index_entry USING gin (search)",
]


def add_full_text(apps, editor):
    for statement in POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0005_proofs'),
    ]

    operations = [
        migrations.CreateModel(
            name='IndexEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('subnet', engine.storage.fields.IdField(max_length=128)),
                ('kind', engine.storage.fields.IdField(max_length=16)),
                ('ref', engine.storage.fields.IdField(max_length=128)),
                ('flow', engine.storage.fields.IdField(max_length=128)),
                ('title', models.TextField()),
                ('tags', models.TextField()),
                ('category', models.TextField()),
                ('archived', models.BooleanField()),
                ('attributes', models.BinaryField()),
                ('rank', models.SmallIntegerField()),
                ('at_us', models.BigIntegerField()),
                ('stamp_us', models.BigIntegerField()),
                ('ended_us', models.BigIntegerField()),
                ('words', models.TextField()),
            ],
            options={
                'db_table': 'engine_index_entry',
                'indexes': [
                    models.Index(models.F('subnet'), models.F('rank'), models.F('at_us'), models.F('id'), name='index_entry_listed'),
                    models.Index(models.F('subnet'), models.F('ended_us'), name='index_entry_ended'),
                    models.Index(models.F('subnet'), models.F('flow'), name='index_entry_of_flow'),
                ],
                'constraints': [models.UniqueConstraint(models.F('subnet'), models.F('kind'), models.F('ref'), name='index_entry_once')],
            },
        ),
        migrations.AddIndex(
            model_name='execution',
            index=models.Index(models.F('subnet'), models.F('ended_us'), models.F('id'), condition=Q(ended_us__isnull=False), name='execution_ended'),
        ),
        migrations.RunPython(add_full_text, migrations.RunPython.noop, elidable=False),
    ]
