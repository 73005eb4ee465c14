"""Tokens at rest."""

from __future__ import annotations

from django.db import connections

from engine.storage.access import DjangoAccessStore


def test_a_secret_is_not_in_the_database(database: str) -> None:
    access = DjangoAccessStore(database)
    access.create_subnet("alpha", "Alpha", 1)
    _, secret = access.create_token("ci", "alpha", ("admin",), None, 2)
    with connections[database].cursor() as cursor:
        cursor.execute("SELECT * FROM engine_api_token")
        [row] = cursor.fetchall()
    assert secret.removeprefix("qf_")[:12] not in " ".join(map(str, row))
