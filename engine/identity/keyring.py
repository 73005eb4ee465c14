"""The keyring: :class:`engine.ports.cipher.Cipher` and :class:`engine.ports.cipher.KeyKeeper`.

Unwrapped subnet and class keys are kept in memory. Which version seals is looked up again after
``RECHECK_US``: after a rotation every process seals with the new key by then, and only what
``RETIRE_US`` has passed for is destroyed. The lock is never held while the database is asked: a thread
within a transaction may be waiting for the lock.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping

from engine.base.errors import KeyMissing
from engine.base.limits import KEYS_KEPT_MAX
from engine.identity.root_keys import RootKeys
from engine.identity.sealed_boxes import share
from engine.identity.xchacha import XChaChaKey, fresh_key, sealing_key_of
from engine.ports.cipher import (
    REWRAP_BATCH,
    ExecutionKey,
    FreshKey,
    KeyRecord,
    KeyStatus,
    KeyStore,
    bound_to,
    execution_place,
)

RECHECK_US = 1_000_000
"""How old the answer to "which version seals?" may be."""

RETIRE_US = 60_000_000
"""How long after its rotation a subnet key is kept at least: longer than any transaction lasts."""

SUBNET = ""
"""The kind of a subnet's own key."""

_Place = tuple[str, str]


class Keyring:
    """All keys of a node, from the root keys down; thread-safe."""

    def __init__(
        self,
        roots: RootKeys,
        store: KeyStore,
        now_us: Callable[[], int],
        monotonic_us: Callable[[], int],
    ) -> None:
        self._roots, self._store = roots, store
        self._now_us, self._monotonic_us = now_us, monotonic_us
        self._opened: OrderedDict[tuple[_Place, bytes], XChaChaKey] = OrderedDict()
        self._sealing: dict[_Place, tuple[XChaChaKey, int]] = {}
        self._lock = threading.Lock()

    # --- Cipher -----------------------------------------------------------------------------------

    def seal(self, subnet: str, kind: str, data: bytes, place: bytes) -> bytes:
        """See :meth:`Cipher.seal`."""
        return self._newest(subnet, kind).seal(data, place)

    def open(self, subnet: str, kind: str, sealed: bytes, place: bytes) -> bytes:
        """See :meth:`Cipher.open`."""
        return self._of(subnet, kind, sealing_key_of(sealed)).open(sealed, place)

    def fresh(self, subnet: str, place: bytes, kind: str = SUBNET) -> FreshKey:
        """See :meth:`Cipher.fresh`."""
        key = fresh_key()
        return FreshKey(XChaChaKey(key), self._newest(subnet, kind).wrap(key, place))

    def unwrap(self, subnet: str, wrapped: bytes, place: bytes, kind: str = SUBNET) -> XChaChaKey:
        """See :meth:`Cipher.unwrap`."""
        return self._of(subnet, kind, sealing_key_of(wrapped)).unwrap(wrapped, place)

    def share(self, data: bytes, recipients: Mapping[str, bytes]) -> bytes:
        """See :meth:`Cipher.share`."""
        return share(data, recipients)

    # --- finding keys -----------------------------------------------------------------------------

    def _newest(self, subnet: str, kind: str) -> XChaChaKey:
        """The key that seals now."""
        known = self._sealing.get((subnet, kind))
        if known is not None and self._monotonic_us() < known[1]:
            return known[0]
        until_us = self._monotonic_us() + RECHECK_US
        key = self._unwrapped(self._newest_record(subnet, kind))
        if self._store.settled():
            self._sealing[subnet, kind] = (key, until_us)
        return key

    def _newest_record(self, subnet: str, kind: str) -> KeyRecord:
        """The record of the sealing key; a class key is as new as the subnet's key, at least."""
        records = self._store.records(subnet, kind)
        wanted = 1 if kind == SUBNET else self._newest_record(subnet, SUBNET).version
        if records and records[-1].version >= wanted:
            return records[-1]
        return self._add(subnet, kind, wanted)

    def _add(self, subnet: str, kind: str, version: int) -> KeyRecord:
        """A new key; where another process was first, its key counts."""
        above = self._root() if kind == SUBNET else self._newest(subnet, SUBNET)
        wrapped = above.wrap(fresh_key(), _key_place(subnet, kind, version))
        record = KeyRecord(subnet, kind, version, wrapped, self._now_us())
        return record if self._store.add(record) else self._store.records(subnet, kind)[-1]

    def _of(self, subnet: str, kind: str, id: bytes) -> XChaChaKey:
        """The key with an id; raises :class:`KeyMissing`."""
        found = self._kept((subnet, kind), id)
        if found is not None:
            return found
        for record in self._store.records(subnet, kind):
            key = self._unwrapped(record)
            if key.id == id:
                return key
        what = f"a key of the class {kind!r}" if kind else "a key"
        message = f"{what} of subnet {subnet!r} with the id {id.hex()} is not on this node"
        raise KeyMissing(f"{message}; it was destroyed, or the database is another node's", key=id.hex())

    def _kept(self, place: _Place, id: bytes) -> XChaChaKey | None:
        with self._lock:
            found = self._opened.get((place, id))
            if found is not None:
                self._opened.move_to_end((place, id))
            return found

    def _unwrapped(self, record: KeyRecord) -> XChaChaKey:
        place = _key_place(record.subnet, record.kind, record.version)
        key = self._above(record).unwrap(record.wrapped, place)
        if self._store.settled():
            with self._lock:
                self._opened[(record.subnet, record.kind), key.id] = key
                while len(self._opened) > KEYS_KEPT_MAX:
                    self._opened.popitem(last=False)
        return key

    def _above(self, record: KeyRecord) -> XChaChaKey:
        """The key that wraps this one."""
        named = sealing_key_of(record.wrapped)
        if record.kind != SUBNET:
            return self._of(record.subnet, SUBNET, named)
        for key in self._roots.read():
            if key.id == named:
                return key
        raise KeyMissing(
            f"the key of subnet {record.subnet!r} is wrapped by the root key {named.hex()}, which this node "
            "has not got; restore the root key of this database (docs: encryption)",
            key=named.hex(),
        )

    def _root(self) -> XChaChaKey:
        return self._roots.read()[0]

    # --- KeyKeeper --------------------------------------------------------------------------------

    def status(self, subnet: str | None = None) -> list[KeyStatus]:
        """See :meth:`KeyKeeper.status`."""
        wanted = [record for record in self._store.every() if subnet in (None, record.subnet)]
        return [
            KeyStatus(
                record.subnet,
                record.kind,
                record.version,
                self._unwrapped(record).id.hex(),
                sealing_key_of(record.wrapped).hex(),
                record.created_us,
                record.retired_us,
            )
            for record in wanted
        ]

    def rotate(self, subnet: str) -> int:
        """See :meth:`KeyKeeper.rotate`."""
        version = self._newest_record(subnet, SUBNET).version + 1
        version = self._add(subnet, SUBNET, version).version
        for place in list(self._sealing):
            if place[0] == subnet:
                self._sealing.pop(place, None)
        return version

    def rotate_root(self) -> str:
        """See :meth:`KeyKeeper.rotate_root`."""
        fresh = fresh_key()
        self._roots.put(fresh)
        self.rewrap()
        return XChaChaKey(fresh).id.hex()

    def destroy(self, subnet: str) -> int:
        """See :meth:`KeyKeeper.destroy`."""
        records = [record for record in self._store.every() if record.subnet == subnet]
        for record in records:
            self._store.destroy(record)
        for place in [known for known in self._sealing if known[0] == subnet]:
            self._sealing.pop(place, None)
        with self._lock:
            for kept in [known for known in self._opened if known[0][0] == subnet]:
                del self._opened[kept]
        return len(records)

    def rewrap(self, batch: int = REWRAP_BATCH) -> int:
        """See :meth:`KeyKeeper.rewrap`."""
        begun_us = self._now_us()
        count = sum(map(self._rewrap_record, self._store.every()))
        done, needed = self._rewrap_executions(batch)
        self._retire(begun_us - RETIRE_US, needed)
        return count + done

    def _rewrap_record(self, record: KeyRecord) -> bool:
        """Wrap a key by the newest key above it."""
        above = self._root() if record.kind == SUBNET else self._newest(record.subnet, SUBNET)
        if sealing_key_of(record.wrapped) == above.id:
            return False
        place = _key_place(record.subnet, record.kind, record.version)
        return self._store.replace(record, self._above(record).rewrapped(record.wrapped, place, above))

    def _rewrap_executions(self, batch: int) -> tuple[int, set[bytes]]:
        """How many were wrapped again, and the ids of the keys that still wrap one."""
        count, needed, after = 0, set(), ""
        while found := self._store.execution_keys(after, batch):
            for key in found:
                wrapped = self._rewrapped(key)
                if wrapped is not None and self._store.replace_execution_key(key, wrapped):
                    count += 1
                else:
                    needed.add(sealing_key_of(key.wrapped))
            after = found[-1].execution
        return count, needed

    def _rewrapped(self, key: ExecutionKey) -> bytes | None:
        """The data key of an execution under the newest key; None where it is already."""
        newest, named = self._newest(key.subnet, SUBNET), sealing_key_of(key.wrapped)
        if named == newest.id:
            return None
        place = execution_place(key.subnet, key.execution)
        return self._of(key.subnet, SUBNET, named).rewrapped(key.wrapped, place, newest)

    def _retire(self, before_us: int, needed: set[bytes]) -> None:
        """Destroy subnet keys that were retired before a time and wrap nothing any more, and forget the
        root keys that wrap nothing."""
        records = self._store.every()
        needed = needed | {sealing_key_of(record.wrapped) for record in records}
        for record in records:
            if record.kind == SUBNET and record.retired_us is not None and record.retired_us <= before_us:
                self._destroy(record, needed)
        self._roots.keep_only(needed)

    def _destroy(self, record: KeyRecord, needed: set[bytes]) -> None:
        key = self._unwrapped(record)
        if key.id not in needed:
            self._store.destroy(record)
            with self._lock:
                self._opened.pop(((record.subnet, record.kind), key.id), None)


def _key_place(subnet: str, kind: str, version: int) -> bytes:
    return bound_to("key", subnet, kind, version)
