"""The contract of the identity store, and of seals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.base.errors import CorruptData, StaleRevision, UnknownObject
from engine.ports.identities import HeldKey, IdentityRecord
from engine.storage.identities import DjangoIdentityStore
from engine.testing.memory_identities import MemoryIdentities, OpenSealer
from engine.testing.memory_keys import memory_cipher
from engine.usecases.node_seal import NodeSeal
from tests.databases import in_threads

ALICE = IdentityRecord("bafy-alice", "alpha", "person", "Alice", True, "", "owner:alpha", 5)
KEYS = [HeldKey("z6MkA", b"a"), HeldKey("z6MkB", b"b", retired_us=50)]


@pytest.fixture
def store(alias: str | None) -> Any:
    """An identity store."""
    return MemoryIdentities() if alias is None else DjangoIdentityStore(alias)


class TestIdentities:
    """Records, logs and held keys change together."""

    def test_an_identity_reads_back_as_it_was_made(self, store: Any) -> None:
        assert store.create(ALICE, b"inception", KEYS)
        assert store.record(ALICE.id) == store.labelled("owner:alpha") == ALICE
        assert store.log(ALICE.id) == [b"inception"]
        assert store.keys(ALICE.id) == KEYS

    def test_what_is_unknown_is_nothing(self, store: Any) -> None:
        with pytest.raises(UnknownObject, match="bafy-nobody"):
            store.record("bafy-nobody")
        assert store.labelled("nobody") is None
        assert store.log("bafy-nobody") == store.keys("bafy-nobody") == []

    def test_the_seal_of_a_key_is_exchanged_once(self, store: Any) -> None:
        store.create(ALICE, b"inception", KEYS)
        assert store.every_key() == [(ALICE.id, key) for key in KEYS]
        assert store.reseal(ALICE.id, KEYS[1], b"anew")
        assert not store.reseal(ALICE.id, KEYS[1], b"again")
        assert store.keys(ALICE.id) == [KEYS[0], replace(KEYS[1], sealed=b"anew")]

    def test_an_id_and_a_label_are_taken_once(self, store: Any) -> None:
        assert store.create(ALICE, b"inception", KEYS)
        assert not store.create(replace(ALICE, label=""), b"other", [])
        assert not store.create(replace(ALICE, id="bafy-twin"), b"other", [])
        assert store.log(ALICE.id) == [b"inception"]
        assert store.create(replace(ALICE, id="bafy-b", label=""), b"b", [])
        assert store.create(replace(ALICE, id="bafy-c", label=""), b"c", [])
        assert store.labelled("") is None

    def test_of_many_who_make_the_same_one_does(self, store: Any) -> None:
        made = in_threads(4, lambda n: store.create(replace(ALICE, id=f"bafy-{n}"), b"x", KEYS))
        assert sorted(made) == [False, False, False, True]

    def test_events_take_their_places_one_after_the_other(self, store: Any) -> None:
        store.create(ALICE, b"0", KEYS)
        store.append(ALICE.id, 1, b"1")
        for taken in (1, 3):
            with pytest.raises(StaleRevision):
                store.append(ALICE.id, taken, b"other")
        with pytest.raises(StaleRevision):
            store.append("bafy-nobody", 1, b"other")
        assert store.log(ALICE.id) == [b"0", b"1"]
        assert store.log(ALICE.id, 0) == [b"1"]
        assert store.record(ALICE.id).sequence == 1
        assert store.keys(ALICE.id) == KEYS

    def test_of_many_who_take_the_same_place_one_wins(self, store: Any) -> None:
        store.create(ALICE, b"0", KEYS)
        results = in_threads(4, lambda n: store.append(ALICE.id, 1, f"{n}".encode()))
        assert sum(isinstance(result, StaleRevision) for result in results) == 3
        assert len(store.log(ALICE.id)) == 2

    def test_an_event_may_replace_the_keys_and_end_the_identity(self, store: Any) -> None:
        store.create(ALICE, b"0", KEYS)
        store.append(ALICE.id, 1, b"1", keys=[HeldKey("z6MkC", b"c")])
        assert store.keys(ALICE.id) == [HeldKey("z6MkC", b"c")]
        store.append(ALICE.id, 2, b"2", revoked_us=70, keys=[])
        assert store.record(ALICE.id).revoked_us == 70
        assert store.keys(ALICE.id) == []

    def test_an_identity_whose_last_key_is_given_away_is_held_no_more(self, store: Any) -> None:
        store.create(ALICE, b"0", KEYS)
        store.append(ALICE.id, 1, b"1", keys=KEYS)
        assert store.record(ALICE.id).held
        store.append(ALICE.id, 2, b"2", keys=[])
        assert not store.record(ALICE.id).held

    def test_retired_keys_are_forgotten_after_their_time(self, store: Any) -> None:
        store.create(ALICE, b"0", KEYS)
        assert store.forget_keys(ALICE.id, 50) == 0
        assert store.forget_keys(ALICE.id, 51) == 1
        assert store.keys(ALICE.id) == KEYS[:1]

    def test_identities_are_listed_by_subnet_oldest_first(self, store: Any) -> None:
        later = replace(ALICE, id="bafy-later", label="", created_us=9)
        for record in (later, ALICE, replace(ALICE, id="bafy-other", label="", subnet="beta")):
            store.create(record, b"0", [])
        assert [record.id for record in store.records("alpha")] == [ALICE.id, "bafy-later"]

    def test_the_revision_grows_with_every_change(self, store: Any) -> None:
        seen = [store.revision()]
        store.create(ALICE, b"0", KEYS)
        seen.append(store.revision())
        store.append(ALICE.id, 1, b"1")
        seen.append(store.revision())
        assert seen == sorted(set(seen))
        store.create(ALICE, b"0", KEYS)
        assert store.revision() == seen[-1]


@pytest.mark.parametrize("sealer", [OpenSealer(), NodeSeal(memory_cipher())], ids=["open", "node"])
class TestSeals:
    """A secret opens in its place only."""

    def test_a_secret_opens_where_it_was_sealed(self, sealer: Any) -> None:
        assert sealer.unseal(sealer.seal(b"secret", "here"), "here") == b"secret"

    def test_a_secret_does_not_open_elsewhere(self, sealer: Any) -> None:
        with pytest.raises(CorruptData):
            sealer.unseal(sealer.seal(b"secret", "here"), "there")
