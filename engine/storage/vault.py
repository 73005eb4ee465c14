"""How stores seal: the key of one execution, the places of what it seals, and a cipher that does not."""

from __future__ import annotations

from collections.abc import Mapping

from engine.base.errors import ContentErased, CorruptData, InvalidInput, SealBroken
from engine.ports.cipher import Cipher, DataKey, FreshKey, bound_to, execution_place


class Vault:
    """What one execution's data key seals: entries of its journal, its error, its salt key, its signals."""

    def __init__(self, key: DataKey, subnet: str, execution: str) -> None:
        self._key, self._execution = key, execution
        self._place = bound_to("execution", subnet, execution)

    @classmethod
    def made(cls, cipher: Cipher, subnet: str, execution: str) -> tuple[Vault, bytes]:
        """A new execution's, and its wrapped key."""
        key, wrapped = cipher.fresh(subnet, execution_place(subnet, execution))
        return cls(key, subnet, execution), wrapped

    @classmethod
    def opened(cls, cipher: Cipher, subnet: str, execution: str, wrapped: bytes | None) -> Vault:
        """A stored execution's; raises :class:`ContentErased` where its key is no more."""
        if wrapped is None:
            raise ContentErased(f"the contents of execution {execution} were erased", execution=execution)
        return cls(cipher.unwrap(subnet, wrapped, execution_place(subnet, execution)), subnet, execution)

    def seal_entry(self, sequence: int, payload: bytes) -> bytes:
        """The payload of a journal entry."""
        return self._key.seal(payload, self._place + sequence.to_bytes(8, "big"))

    def open_entry(self, sequence: int, sealed: bytes) -> bytes:
        """The reverse; the error names the entry."""
        try:
            return self._key.open(sealed, self._place + sequence.to_bytes(8, "big"))
        except SealBroken as error:
            message = f"entry {sequence} of execution {self._execution} does not open: {error.message}"
            raise CorruptData(
                f"{message}; restore it from a replica or a backup",
                execution=self._execution,
                sequence=sequence,
            ) from None

    def seal(self, what: str, data: bytes) -> bytes:
        """Anything else of the execution, by a name that it has only once."""
        return self._key.seal(data, self._place + bound_to(what))

    def open(self, what: str, sealed: bytes) -> bytes:
        """The reverse."""
        return self._key.open(sealed, self._place + bound_to(what))


class _OpenKey:
    """Stands where a data key would."""

    def seal(self, data: bytes, place: bytes) -> bytes:
        return data

    def open(self, sealed: bytes, place: bytes) -> bytes:
        return sealed


class Unsealed:
    """A cipher that leaves everything as it is, to measure what sealing costs; no node uses it."""

    def seal(self, subnet: str, kind: str, data: bytes, place: bytes) -> bytes:
        """The data."""
        return data

    def open(self, subnet: str, kind: str, sealed: bytes, place: bytes) -> bytes:
        """The data."""
        return sealed

    def fresh(self, subnet: str, place: bytes, kind: str = "") -> FreshKey:
        """A key that does nothing."""
        return FreshKey(_OpenKey(), b"")

    def unwrap(self, subnet: str, wrapped: bytes, place: bytes, kind: str = "") -> DataKey:
        """A key that does nothing."""
        return _OpenKey()

    def share(self, data: bytes, recipients: Mapping[str, bytes]) -> bytes:
        """Nothing is shared without sealing it."""
        raise InvalidInput("results can be shared only by a node that seals")
