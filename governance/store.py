"""The logs of DAOs: what keeps them, and the store in Django's database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from django.db import IntegrityError, transaction

from engine.api import StaleRevision, UnknownObject, WrongState
from governance.domain.log import SignedEntry
from governance.models import Cursor, DaoRecord, LogEntry


@dataclass(frozen=True, slots=True)
class Known:
    """A DAO, without what its log says."""

    id: str
    subnet: str
    name: str
    created_us: int


class DaoStore(Protocol):
    """Keeps DAOs and the entries of their logs, which never change."""

    def create(self, known: Known, first: SignedEntry) -> None:
        """Store a DAO with its first entry; raises :class:`WrongState` where the subnet has one."""

    def append(self, dao: str, sequence: int, entry: SignedEntry) -> None:
        """Add an entry at a place; raises :class:`StaleRevision` where another one took it."""

    def entries(self, dao: str, after: int = -1) -> list[SignedEntry]:
        """The entries behind a place, in order."""

    def erase(self, dao: str) -> None:
        """Forget a DAO with its log; for one whose subnet was deleted."""

    def of_subnet(self, subnet: str) -> Known:
        """The DAO of a subnet; raises :class:`UnknownObject`."""

    def all(self) -> list[Known]:
        """All of them, oldest first."""


class DjangoDaoStore:
    """:class:`DaoStore` in one of Django's databases."""

    def __init__(self, using: str = "default") -> None:
        self._using = using
        self._daos, self._entries = DaoRecord.objects.using(using), LogEntry.objects.using(using)

    def create(self, known: Known, first: SignedEntry) -> None:
        """See :meth:`DaoStore.create`."""
        try:
            with transaction.atomic(self._using):
                self._daos.create(
                    id=known.id, subnet=known.subnet, name=known.name, created_us=known.created_us
                )
                self._insert(known.id, 0, first)
        except IntegrityError as error:
            raise has_one(known.subnet) from error

    def append(self, dao: str, sequence: int, entry: SignedEntry) -> None:
        """See :meth:`DaoStore.append`."""
        try:
            with transaction.atomic(self._using):
                self._insert(dao, sequence, entry)
        except IntegrityError as error:
            raise taken(dao) from error

    def entries(self, dao: str, after: int = -1) -> list[SignedEntry]:
        """See :meth:`DaoStore.entries`."""
        rows = self._entries.filter(dao=dao, sequence__gt=after).order_by("sequence")
        found = rows.values_list("content", "signer", "key", "signature")
        return [SignedEntry(bytes(content), signer, key, bytes(mark)) for content, signer, key, mark in found]

    def erase(self, dao: str) -> None:
        """See :meth:`DaoStore.erase`."""
        with transaction.atomic(self._using):
            self._entries.filter(dao=dao).delete()
            Cursor.objects.using(self._using).filter(dao=dao).delete()
            self._daos.filter(id=dao).delete()

    def of_subnet(self, subnet: str) -> Known:
        """See :meth:`DaoStore.of_subnet`."""
        record = self._daos.filter(subnet=subnet).first()
        if record is None:
            raise has_none(subnet)
        return _known(record)

    def all(self) -> list[Known]:
        """See :meth:`DaoStore.all`."""
        return [_known(record) for record in self._daos.order_by("created_us", "id")]

    def _insert(self, dao: str, sequence: int, entry: SignedEntry) -> None:
        self._entries.create(
            dao=dao,
            sequence=sequence,
            content=entry.content,
            signer=entry.signer,
            key=entry.key,
            signature=entry.signature,
        )


def _known(record: DaoRecord) -> Known:
    return Known(record.id, record.subnet, record.name, record.created_us)


def has_one(subnet: str) -> WrongState:
    """A subnet has at most one DAO."""
    return WrongState(f"subnet {subnet!r} has a DAO already", subnet=subnet)


def has_none(subnet: str) -> UnknownObject:
    """A subnet without a DAO."""
    return UnknownObject(f"subnet {subnet!r} has no DAO; make one: qflow dao create", subnet=subnet)


def taken(dao: str) -> StaleRevision:
    """Another entry came first."""
    return StaleRevision(f"somebody else changed DAO {dao} first", dao=dao)


_in_use: list[DaoStore] = [DjangoDaoStore()]


def logs() -> DaoStore:
    """The store in use: Django's database, unless a test put another one in its place."""
    return _in_use[-1]


@contextmanager
def use_store(store: DaoStore) -> Iterator[None]:
    """Use another store for as long as the body lasts."""
    _in_use.append(store)
    try:
        yield
    finally:
        _in_use.remove(store)
