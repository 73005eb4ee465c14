"""The keyring: rotation while everything goes on, destroyed keys, keys that are not there."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest

from engine.base.errors import InvalidInput, KeyMissing, SealBroken, WrongState
from engine.identity.keyring import RECHECK_US, RETIRE_US, Keyring
from engine.identity.root_keys import GivenRootKeys
from engine.identity.xchacha import sealing_key_of
from engine.ports.cipher import CREDENTIALS, VALUES, ExecutionKey, bound_to, execution_place
from engine.testing.memory_keys import ROOT_KEY, MemoryKeys

PLACE = bound_to("value", "alpha", "k")


@dataclass
class Time:
    """A clock that is set by hand."""

    us: int = 1

    def __call__(self) -> int:
        return self.us


def ring(store: MemoryKeys, time: Time | None = None, text: str = ROOT_KEY) -> Keyring:
    time = time or Time()
    return Keyring(GivenRootKeys(text), store, time, time)


def kept(store: MemoryKeys, keyring: Keyring, execution: str, subnet: str = "alpha") -> bytes:
    """An execution's wrapped key, stored."""
    wrapped = keyring.fresh(subnet, execution_place(subnet, execution)).wrapped
    store.executions[execution] = ExecutionKey(execution, subnet, wrapped)
    return wrapped


def test_another_process_opens_what_one_sealed() -> None:
    store = MemoryKeys()
    sealed = ring(store).seal("alpha", VALUES, b"data", PLACE)
    assert ring(store).open("alpha", VALUES, sealed, PLACE) == b"data"


def test_subnets_and_classes_have_keys_of_their_own() -> None:
    keyring = ring(MemoryKeys())
    sealed = keyring.seal("alpha", VALUES, b"data", PLACE)
    for subnet, kind in [("beta", VALUES), ("alpha", CREDENTIALS)]:
        with pytest.raises(KeyMissing):
            keyring.open(subnet, kind, sealed, PLACE)


def test_a_wrapped_key_opens_only_for_its_execution() -> None:
    store = MemoryKeys()
    keyring = ring(store)
    wrapped = kept(store, keyring, "exe_1")
    with pytest.raises(SealBroken):
        keyring.unwrap("alpha", wrapped, execution_place("alpha", "exe_2"))


def test_after_a_rotation_old_data_opens_and_the_old_key_seals_nothing_new() -> None:
    store = MemoryKeys()
    keyring = ring(store)
    old, wrapped = keyring.seal("alpha", VALUES, b"old", PLACE), kept(store, keyring, "exe_1")
    assert keyring.rotate("alpha") == 2
    new, again = keyring.seal("alpha", VALUES, b"new", PLACE), kept(store, keyring, "exe_2")
    assert sealing_key_of(new) != sealing_key_of(old)
    assert sealing_key_of(again) != sealing_key_of(wrapped)
    assert keyring.open("alpha", VALUES, old, PLACE) == b"old"
    assert keyring.unwrap("alpha", wrapped, execution_place("alpha", "exe_1"))


def test_other_processes_seal_with_the_new_key_after_a_moment() -> None:
    store, time = MemoryKeys(), Time()
    here, there = ring(store, time), ring(store, time)
    before = there.seal("alpha", VALUES, b"", PLACE)
    here.rotate("alpha")
    time.us += RECHECK_US
    assert sealing_key_of(there.seal("alpha", VALUES, b"", PLACE)) != sealing_key_of(before)


def test_rewrapping_needs_no_old_key_any_more_and_destroys_it() -> None:
    store, time = MemoryKeys(), Time()
    keyring = ring(store, time)
    sealed, wrapped = keyring.seal("alpha", VALUES, b"data", PLACE), kept(store, keyring, "exe_1")
    key = keyring.unwrap("alpha", wrapped, execution_place("alpha", "exe_1"))
    keyring.rotate("alpha")
    assert keyring.rewrap(batch=1) == 2
    assert ("alpha", "", 1) in store.stored, "another process may still be sealing with it"
    time.us += RETIRE_US
    assert keyring.rewrap() == 0
    assert ("alpha", "", 1) not in store.stored
    fresh = ring(store, time)
    assert fresh.open("alpha", VALUES, sealed, PLACE) == b"data"
    again = fresh.unwrap("alpha", store.executions["exe_1"].wrapped, execution_place("alpha", "exe_1"))
    assert again.open(key.seal(b"entry", b""), b"") == b"entry"
    with pytest.raises(KeyMissing, match="destroyed"):
        fresh.unwrap("alpha", wrapped, execution_place("alpha", "exe_1"))


def test_a_key_that_still_wraps_something_is_not_destroyed() -> None:
    store, time = MemoryKeys(), Time()
    keyring = ring(store, time)
    late = keyring.fresh("alpha", execution_place("alpha", "exe_late"))
    keyring.rotate("alpha")
    time.us += RETIRE_US

    class Slow(MemoryKeys):
        def replace_execution_key(self, key: ExecutionKey, wrapped: bytes) -> bool:
            return False  # its row is changing all the time

    slow = Slow()
    slow.stored, slow.executions = store.stored, {"exe_late": ExecutionKey("exe_late", "alpha", late.wrapped)}
    ring(slow, time).rewrap()
    assert ("alpha", "", 1) in slow.stored


def test_the_root_key_is_rotated_from_outside_by_putting_the_new_one_first() -> None:
    store, new = MemoryKeys(), "22" * 32
    sealed = ring(store).seal("alpha", VALUES, b"data", PLACE)
    both = ring(store, text=f"{new} {ROOT_KEY}")
    assert both.rewrap() == 1
    assert ring(store, text=new).open("alpha", VALUES, sealed, PLACE) == b"data"
    with pytest.raises(KeyMissing, match="root key"):
        ring(store).open("alpha", VALUES, sealed, PLACE)
    with pytest.raises(WrongState, match="QFLOW_ROOT_KEY"):
        both.rotate_root()


@pytest.mark.parametrize("text", ["", "abc", "11" * 31, "zz" * 32, f"{ROOT_KEY} x"])
def test_an_unreadable_root_key_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        GivenRootKeys(text)
    assert not text or text not in str(caught.value)


def test_status_names_keys_and_tells_no_key() -> None:
    store = MemoryKeys()
    keyring = ring(store)
    keyring.seal("alpha", VALUES, b"", PLACE)
    keyring.seal("beta", VALUES, b"", PLACE)
    own, values = keyring.status("alpha")
    assert (own.kind, values.kind) == ("", VALUES)
    assert values.wrapped_by == own.id
    assert len(keyring.status()) == 4


def test_many_threads_get_one_key() -> None:
    store = MemoryKeys()
    keyring, sealed = ring(store), []
    work = [
        threading.Thread(target=lambda: sealed.append(keyring.seal("alpha", VALUES, b"", PLACE)))
        for _ in range(8)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert len({sealing_key_of(one) for one in sealed}) == 1


def test_nothing_is_kept_in_memory_that_a_transaction_may_undo() -> None:
    class Within(MemoryKeys):
        open = True

        def settled(self) -> bool:
            return not self.open

    store = Within()
    keyring = ring(store)
    keyring.seal("alpha", VALUES, b"", PLACE)
    store.stored.clear()  # the transaction was undone
    store.open = False
    sealed = keyring.seal("alpha", VALUES, b"data", PLACE)
    assert ring(store).open("alpha", VALUES, sealed, PLACE) == b"data"
