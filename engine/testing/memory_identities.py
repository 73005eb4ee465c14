"""Identities in memory, and a seal that anybody can break."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from engine.base.errors import CorruptData, StaleRevision, UnknownObject
from engine.ports.identities import HeldKey, IdentityRecord


class MemoryIdentities:
    """An :class:`engine.ports.identities.IdentityStore`; one lock makes every method a transaction."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._records: dict[str, IdentityRecord] = {}
        self._logs: dict[str, list[bytes]] = {}
        self._keys: dict[str, list[HeldKey]] = {}
        self._revision = 0

    def create(self, record: IdentityRecord, event: bytes, keys: Sequence[HeldKey]) -> bool:
        """A new identity."""
        with self._lock:
            taken = record.label and self.labelled(record.label)
            if record.id in self._records or taken:
                return False
            self._records[record.id], self._logs[record.id] = record, [event]
            self._keys[record.id] = list(keys)
            self._revision += 1
            return True

    def append(
        self,
        identity: str,
        sequence: int,
        event: bytes,
        *,
        revoked_us: int | None = None,
        keys: Sequence[HeldKey] | None = None,
    ) -> None:
        """One more event."""
        with self._lock:
            record = self._records.get(identity)
            if record is None or record.sequence != sequence - 1:
                raise StaleRevision(f"the log of identity {identity} has moved on", sequence=sequence)
            revoked = revoked_us if record.revoked_us is None else record.revoked_us
            held = record.held if keys is None else bool(keys)
            self._records[identity] = replace(record, sequence=sequence, revoked_us=revoked, held=held)
            self._logs[identity].append(event)
            if keys is not None:
                self._keys[identity] = list(keys)
            self._revision += 1

    def record(self, identity: str) -> IdentityRecord:
        """One identity."""
        if identity not in self._records:
            raise UnknownObject(f"there is no identity {identity!r}", identity=identity)
        return self._records[identity]

    def labelled(self, label: str) -> IdentityRecord | None:
        """The one with a label."""
        with self._lock:
            return next((one for one in self._records.values() if label and one.label == label), None)

    def records(self, subnet: str) -> list[IdentityRecord]:
        """Those of a subnet."""
        with self._lock:
            found = [record for record in self._records.values() if record.subnet == subnet]
        return sorted(found, key=lambda record: (record.created_us, record.id))

    def log(self, identity: str, after: int = -1) -> list[bytes]:
        """Events behind a place."""
        return list(self._logs.get(identity, [])[after + 1 :])

    def keys(self, identity: str) -> list[HeldKey]:
        """Keys held, by public key."""
        return sorted(self._keys.get(identity, []), key=lambda key: key.key)

    def forget_keys(self, identity: str, before_us: int) -> int:
        """Erase retired ones."""
        with self._lock:
            held = self._keys.get(identity, [])
            kept = [key for key in held if key.retired_us is None or key.retired_us >= before_us]
            self._keys[identity] = kept
            return len(held) - len(kept)

    def every_key(self) -> list[tuple[str, HeldKey]]:
        """All keys."""
        return [(identity, key) for identity in sorted(self._keys) for key in self.keys(identity)]

    def reseal(self, identity: str, held: HeldKey, sealed: bytes) -> bool:
        """Exchange the seal."""
        with self._lock:
            keys = self._keys.get(identity, [])
            same = [key for key in keys if (key.key, key.sealed) == (held.key, held.sealed)]
            self._keys[identity] = [replace(key, sealed=sealed) if key in same else key for key in keys]
            return bool(same)

    def revision(self) -> int:
        """How often something changed."""
        return self._revision


class OpenSealer:
    """A :class:`engine.ports.identities.Sealer` that hides nothing, but is strict about places."""

    def seal(self, secret: bytes, place: str) -> bytes:
        """The secret behind its place."""
        return place.encode() + b"\x00" + secret

    def unseal(self, sealed: bytes, place: str) -> bytes:
        """The secret, where the place is right."""
        start = place.encode() + b"\x00"
        if not sealed.startswith(start):
            raise CorruptData("it was sealed for another place")
        return sealed[len(start) :]
