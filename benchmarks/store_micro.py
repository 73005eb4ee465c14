"""How many commits a second the journal store makes: ``python benchmarks/store_micro.py [COUNT]``.

Uses a fresh SQLite file with the node's own options, or the database of ``QFLOW_BENCH_DATABASE_URL``
(``postgresql://user@host:port/name``, whose tables are made if needed).
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

THREADS = 8


def database(folder: str) -> dict[str, Any]:
    """The database to measure."""
    url = urlsplit(os.environ.get("QFLOW_BENCH_DATABASE_URL", ""))
    if url.scheme == "postgresql":
        place = {"HOST": url.hostname, "PORT": str(url.port), "USER": url.username, "NAME": url.path[1:]}
        return {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None, **place}
    pragmas = ("journal_mode=WAL", "synchronous=NORMAL", "temp_store=MEMORY", "cache_size=-16000")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(Path(folder) / "bench.sqlite3"),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "init_command": "".join(f"PRAGMA {pragma};" for pragma in pragmas),
        },
    }


def rate(name: str, count: int, act: Callable[[int], None]) -> None:
    """Run ``act`` for every number and print how many a second."""
    begin = perf_counter()
    for number in range(count):
        act(number)
    seconds = perf_counter() - begin
    print(f"{name:<44} {count / seconds:>10,.0f} /s {seconds / count * 1e6:>9,.0f} us")


def measure(count: int) -> None:
    """Print the rates of the hot methods."""
    from engine.base.ids import ulid
    from engine.journal import facts as f
    from engine.journal.state import Status
    from engine.ports.journal_store import Commit, Header, Posted
    from engine.storage.journal import DjangoJournalStore

    store = DjangoJournalStore()
    items = f.PortData("bafyreib" + "a" * 51, 1, [{"json": {"order": 7, "name": "sample"}}])

    def execution(number: int, status: Status) -> Header:
        id = ulid("exe", 1_700_000_000_000_000 + number, os.urandom(10))
        return Header(
            id, "personal", "flow", "b" * 59, status, "webhook", "production", 5, "actor", number, number
        )

    def facts() -> list[f.Fact]:
        done = f.StepCompleted(
            at_us=1,
            task=1,
            step="shape",
            run=0,
            attempt=1,
            outputs={"main": items},
            input_cid=items.cid,
            output_cid=items.cid,
            code="data.set@1",
            started_us=1,
        )
        started = f.ExecutionStarted(
            at_us=1,
            flow="flow",
            version="b" * 59,
            subnet="personal",
            trigger_type="webhook",
            trigger_step="hook",
            items=items,
        )
        return [started, f.ExecutionAdmitted(at_us=1), done, f.ExecutionCompleted(at_us=2, step="shape")]

    def create(number: int) -> None:
        header = execution(number, Status.COMPLETED)
        store.create(Commit(replace(header, keep_until_us=number), 0, facts()))

    rate("create, 4 facts, ended", count, create)
    live = execution(0, Status.RUNNING)
    live = replace(live, lease_owner="me", lease_until_us=2**60)
    store.create(Commit(live, 0, facts()[:2]))
    rate("commit, 1 fact", count, lambda n: _drop(store.commit(Commit(live, 2 + n, facts()[2:3]), "me")))
    rate("header", count, lambda n: _drop(store.header(live.id)))
    rate("post", count, lambda n: _drop(store.post(Posted(f"s{n}", live.id, "event"))))
    ids = [execution(n, Status.WAITING) for n in range(count)]
    for header in ids:
        store.create(Commit(header, 0, facts()[:2]))
    rate("take", count, lambda n: _drop(store.take(ids[n].id, "me", 1, 2)))
    rate("load, 2 facts", count, lambda n: _drop(store.load(ids[n].id)))
    rate("due", 200, lambda n: _drop(store.due(3)))
    rate("running", count, lambda n: _drop(store.running("personal")))
    _together(count, create)


def _together(count: int, create: Callable[[int], None]) -> None:
    from django.db import connection

    def work() -> None:
        for number in range(count // THREADS):
            create(number)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    begin = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = perf_counter() - begin
    print(f"{f'create, 4 facts, ended, {THREADS} threads':<44} {count / seconds:>10,.0f} /s")


def _drop(value: object) -> None:
    """What is measured gives values that nobody wants."""


def main() -> None:
    """Set Django up on a database of its own, and measure."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    with tempfile.TemporaryDirectory() as folder:
        settings.configure(
            INSTALLED_APPS=["engine"],
            DATABASES={"default": database(folder)},
            USE_TZ=True,
            SECRET_KEY="bench",
        )
        django.setup()
        call_command("migrate", verbosity=0)
        measure(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    main()
