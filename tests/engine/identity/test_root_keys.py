"""The file of root keys: private, exchanged as a whole, the same for all processes."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from engine.base.errors import InvalidInput
from engine.identity.keyring import Keyring
from engine.identity.root_keys import RootKeyFile
from engine.ports.cipher import VALUES
from engine.testing.memory_keys import MemoryKeys


def test_it_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "node" / "root-key"
    first = RootKeyFile(path).read()
    assert [key.id for key in RootKeyFile(path).read()] == [key.id for key in first]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_of_many_that_come_first_all_get_the_same(tmp_path: Path) -> None:
    path, found = tmp_path / "root-key", []
    work = [threading.Thread(target=lambda: found.append(RootKeyFile(path).read()[0].id)) for _ in range(8)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_rotation_wraps_all_keys_anew_and_forgets_the_old_root(tmp_path: Path) -> None:
    store, roots = MemoryKeys(), RootKeyFile(tmp_path / "root-key")
    here = Keyring(roots, store, lambda: 0, lambda: 0)
    there = Keyring(RootKeyFile(tmp_path / "root-key"), store, lambda: 0, lambda: 0)
    sealed = there.seal("alpha", VALUES, b"data", b"")
    before = roots.read()[0].id
    id = here.rotate_root()
    assert [key.id.hex() for key in roots.read()] == [id]
    assert before.hex() != id
    assert there.open("alpha", VALUES, sealed, b"") == b"data"
    assert there.open("beta", VALUES, there.seal("beta", VALUES, b"new", b""), b"") == b"new"
    fresh = Keyring(roots, store, lambda: 0, lambda: 0)
    assert fresh.open("alpha", VALUES, sealed, b"") == b"data"
    assert stat.S_IMODE((tmp_path / "root-key").stat().st_mode) == 0o600


def test_a_damaged_file_is_an_error_that_names_it_and_not_its_text(tmp_path: Path) -> None:
    path = tmp_path / "root-key"
    path.write_text("not-a-key-but-secret\n")
    with pytest.raises(InvalidInput, match="root-key") as caught:
        RootKeyFile(path).read()
    assert "not-a-key-but-secret" not in str(caught.value)
