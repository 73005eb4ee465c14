"""The seal on the keys that a node holds: one root key opens all, and what came before is carried over."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

import pytest
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt

from engine.assembly import adopt_former_keys
from engine.base.errors import CorruptData, InvalidInput, KeyMissing
from engine.identity.ed25519 import Ed25519
from engine.identity.former_seal import FormerSeal
from engine.identity.keyring import Keyring
from engine.identity.root_keys import GivenRootKeys, RootKeyFile
from engine.testing.clock import FakeClock, SeededEntropy
from engine.testing.memory_identities import MemoryIdentities
from engine.testing.memory_keys import MemoryKeys, memory_cipher
from engine.usecases.identity_book import IdentityBook
from engine.usecases.node_identity import RoleSigning, ensure_node_identity
from engine.usecases.node_seal import NodeSeal, reseal_held_keys

NODE_KEY = "ab" * 32


class NodeKeySeal:
    """Seals as the node key did."""

    def __init__(self, node_key: str = NODE_KEY) -> None:
        self.key = blake2b(bytes.fromhex(node_key), digest_size=32, person=b"qflow identities").digest()
        self.former = FormerSeal(node_key)

    def seal(self, secret: bytes, place: str) -> bytes:
        nonce = b"n" * 24
        return b"\x01" + nonce + encrypt(secret, b"\x01" + place.encode(), nonce, self.key)

    def unseal(self, sealed: bytes, place: str) -> bytes:
        secret = self.former.unsealed(sealed, place)
        assert secret is not None
        return secret


def a_book(store: MemoryIdentities, sealer) -> IdentityBook:
    return IdentityBook(store, Ed25519(), sealer, FakeClock())


@pytest.fixture
def before() -> MemoryIdentities:
    """A store whose keys the node key sealed."""
    store = MemoryIdentities()
    ensure_node_identity(a_book(store, NodeKeySeal()), SeededEntropy(), "n")
    return store


@pytest.fixture
def node_key(tmp_path: Path) -> Path:
    path = tmp_path / "node-key"
    path.write_text(NODE_KEY + "\n")
    return path


def test_a_sealed_secret_is_hidden_and_every_flipped_bit_is_found() -> None:
    sealer = NodeSeal(memory_cipher())
    sealed = sealer.seal(b"secret", "here")
    assert b"secret" not in sealed
    assert sealer.seal(b"secret", "here") != sealed
    for place in range(len(sealed)):
        with pytest.raises((CorruptData, KeyMissing)):
            sealer.unseal(sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :], "here")
    for short in (b"", sealed[:20], sealed[:-1]):
        with pytest.raises(CorruptData):
            sealer.unseal(short, "here")


def test_without_the_root_key_the_error_says_what_is_missing() -> None:
    store, keys = MemoryIdentities(), MemoryKeys()
    ensure_node_identity(a_book(store, NodeSeal(memory_cipher(keys))), SeededEntropy(), "n")
    stranger = Keyring(GivenRootKeys("99" * 32), keys, lambda: 0, lambda: 0)
    with pytest.raises(KeyMissing, match="QFLOW_ROOT_KEY") as caught:
        RoleSigning(a_book(store, NodeSeal(stranger)), "n")()
    assert caught.value.details["key"]


def test_a_rotation_of_the_root_key_wraps_the_keys_of_identities_anew(tmp_path: Path) -> None:
    store, keys, roots = MemoryIdentities(), MemoryKeys(), RootKeyFile(tmp_path / "root-key")
    keyring = Keyring(roots, keys, lambda: 0, lambda: 0)
    ensure_node_identity(a_book(store, NodeSeal(keyring)), SeededEntropy(), "n")
    keyring.rotate_root()
    (newest,) = roots.read()
    later = Keyring(GivenRootKeys(roots._words()[0]), keys, lambda: 0, lambda: 0)
    assert RoleSigning(a_book(store, NodeSeal(later)), "n")().key
    assert {status.wrapped_by for status in later.status("@node") if not status.kind} == {newest.id.hex()}


def test_keys_under_the_node_key_are_carried_over_and_its_file_removed(
    before: MemoryIdentities, node_key: Path
) -> None:
    key = RoleSigning(a_book(before, NodeKeySeal()), "n")().key
    book = a_book(before, NodeSeal(memory_cipher()))
    adopt_former_keys(book, node_key)
    assert not node_key.exists()
    assert RoleSigning(book, "n")().key == key
    adopt_former_keys(book, node_key)  # there is nothing left to do


def test_a_move_that_was_broken_off_is_finished_at_the_next_start(
    before: MemoryIdentities, node_key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, done = MemoryKeys(), []
    reseal = before.reseal

    def once(*args) -> bool:
        if done:
            raise KeyboardInterrupt
        done.append(args)
        return reseal(*args)

    monkeypatch.setattr(before, "reseal", once)
    with pytest.raises(KeyboardInterrupt):
        adopt_former_keys(a_book(before, NodeSeal(memory_cipher(keys))), node_key)
    assert node_key.exists()
    monkeypatch.undo()
    book = a_book(before, NodeSeal(memory_cipher(keys)))
    assert reseal_held_keys(book, FormerSeal(NODE_KEY)) == len(before.every_key()) - 1
    adopt_former_keys(book, node_key)
    assert not node_key.exists()
    assert RoleSigning(book, "n")().key


def test_what_another_nodes_key_sealed_is_left_alone(before: MemoryIdentities) -> None:
    was = before.every_key()
    assert reseal_held_keys(a_book(before, NodeSeal(memory_cipher())), FormerSeal("cd" * 32)) == 0
    assert before.every_key() == was


def test_without_the_node_key_the_error_says_where_to_put_it(before: MemoryIdentities) -> None:
    with pytest.raises((KeyMissing, CorruptData), match="as node-key"):
        RoleSigning(a_book(before, NodeSeal(memory_cipher())), "n")()


def test_an_unreadable_node_key_is_refused_and_kept(before: MemoryIdentities, node_key: Path) -> None:
    node_key.write_text("not hexadecimal")
    with pytest.raises(InvalidInput, match="node-key") as caught:
        adopt_former_keys(a_book(before, NodeSeal(memory_cipher())), node_key)
    assert node_key.exists()
    assert "not hexadecimal" not in str(caught.value)
