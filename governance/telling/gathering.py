"""Takes notes out of the logs of DAOs and keeps them for each person: every note once, also where several
processes look, and none is lost, since the place in the log moves on in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction

from designer.models import Person
from engine.api import World
from governance.domain.log import read_entry
from governance.domain.state import Dao
from governance.models import Cursor, Notification
from governance.store import logs
from governance.telling.notes import Note, notes_of, soon_notes
from governance.telling.wishes import Ways, ways_of

_OLD_US = 24 * 3600 * 1_000_000
"""What is older when it is first seen is told to nobody: the log had it before there were notifications."""

_ROWS_AT_ONCE = 500


def gather(world: World, dao: Dao) -> int:
    """Keep what is new in the log of a DAO, as it is now; gives how many notifications that are."""
    now_us = world.clock.now_us()
    before, _ = Cursor.objects.get_or_create(dao=dao.id, defaults={"sequence": -1, "soon_us": now_us})
    found = list(soon_notes(dao, before.soon_us, now_us))
    if dao.sequence <= before.sequence and not found:
        return 0
    for entry in map(read_entry, _contents(dao.id, before.sequence)):
        found += notes_of(dao, entry) if entry.at_us > now_us - _OLD_US else ()
    with transaction.atomic():
        place = Cursor.objects.filter(dao=dao.id, sequence=before.sequence, soon_us=before.soon_us)
        if not place.update(sequence=dao.sequence, soon_us=now_us):
            return 0  # somebody else was faster
        return _keep(dao, found)


def _contents(dao: str, after: int) -> Iterable[bytes]:
    return (entry.content for entry in logs().entries(dao, after))


def _keep(dao: Dao, notes: list[Note]) -> int:
    wanted = {identity for note in notes for identity in note.to}
    persons = _persons(wanted)
    ways = ways_of(persons.values())
    rows = [
        _row(dao, note, persons[identity], ways)
        for note in notes
        for identity in sorted(note.to & set(persons))
        if any(ways[persons[identity]].of(note.about))
    ]
    Notification.objects.bulk_create(rows, _ROWS_AT_ONCE, ignore_conflicts=True)
    return len(rows)


def _row(dao: Dao, note: Note, person: int, ways: Mapping[int, Ways]) -> Notification:
    listed, mail, hook = ways[person].of(note.about)
    return Notification(
        person_id=person,
        subnet=dao.subnet,
        dao=dao.id,
        key=note.key,
        about=str(note.about),
        title=note.title[:200],
        text=note.text,
        link=note.link,
        at_us=note.at_us,
        listed=listed,
        mail_due=mail,
        hook_due=hook,
    )


def _persons(identities: set[str]) -> dict[str, int]:
    """The persons of this node among identities: their row's id by identity."""
    known = sorted(identities)
    found: dict[str, int] = {}
    for start in range(0, len(known), _ROWS_AT_ONCE):
        part = Person.objects.filter(identity__in=known[start : start + _ROWS_AT_ONCE])
        found |= dict(part.values_list("identity", "pk"))
    return found
