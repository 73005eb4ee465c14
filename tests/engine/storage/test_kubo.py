"""Kubo as replicas: the adapter by itself, and two real daemons on loopback."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.base.canonical import DAG_CBOR, RAW, cid_of_bytes, encode
from engine.base.errors import InvalidInput, NetworkFailure, UnknownObject
from engine.storage.kubo import REST_US, KuboDaemon, KuboReplicas, multiaddr_of
from engine.storage.packs import PackedBlocks
from engine.testing.memory_keys import memory_cipher
from tests.services.kubo import VERSION, Kubo, binary

NOT_BUILT = f"Kubo {VERSION} is not built; where Go is, make test-setup builds it"

VECTORS = [
    (b"hello", RAW, "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"),
    (b"", RAW, "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"),
    (encode({}), DAG_CBOR, "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua"),
]
"""Bytes, codec, and the CID that Kubo gives."""


@pytest.mark.parametrize(("data", "codec", "cid"), VECTORS)
def test_cids_are_those_of_kubo(data: bytes, codec: int, cid: str) -> None:
    assert cid_of_bytes(data, codec) == cid


@pytest.mark.parametrize(
    ("url", "multiaddr"),
    [
        ("http://127.0.0.1:5001", "/ip4/127.0.0.1/tcp/5001/http"),
        ("https://ipfs.example.com", "/dns/ipfs.example.com/tcp/443/https"),
        ("http://[::1]:5001", "/ip6/::1/tcp/5001/http"),
        ("/dns/kubo/tcp/5001/http", "/dns/kubo/tcp/5001/http"),
    ],
)
def test_addresses_are_urls_or_multiaddrs(url: str, multiaddr: str) -> None:
    assert multiaddr_of(url) == multiaddr


@pytest.mark.parametrize("url", ["kubo", "ftp://kubo", "http://"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="Kubo"):
        multiaddr_of(url)


class Fake(KuboDaemon):
    """A daemon that may be away or lie."""

    def __init__(self, url: str) -> None:
        super().__init__(url, 1)
        self.stored: dict[str, bytes] = {}
        self.away, self.asked = False, 0

    def _there(self) -> None:
        self.asked += 1
        if self.away:
            raise NetworkFailure(f"{self.url} is away")

    def put(self, data: bytes, codec: int) -> str:
        self._there()
        self.stored[cid_of_bytes(data, codec)] = data
        return cid_of_bytes(data, codec)

    def get(self, cid: str) -> bytes:
        self._there()
        if cid not in self.stored:
            raise UnknownObject("none")
        return self.stored[cid]

    def holds(self, cid: str) -> bool:
        self._there()
        return cid in self.stored

    def unpin(self, cid: str) -> None:
        self._there()
        self.stored.pop(cid, None)


def fakes(wanted: int = 1) -> tuple[Fake, Fake, KuboReplicas, list[int]]:
    first, second, now = Fake("a"), Fake("b"), [0]
    return first, second, KuboReplicas([first, second], wanted, lambda: now[0]), now


def test_the_next_daemon_is_asked_where_one_is_away_and_the_first_is_left_alone_for_a_while() -> None:
    first, second, replicas, now = fakes()
    first.away = True
    cid = replicas.put(b"data", RAW)
    assert second.stored == {cid: b"data"}
    assert replicas.get(cid) == b"data"
    assert first.asked == 1
    now[0] += REST_US
    first.away = False
    replicas.put(b"other", RAW)
    assert first.asked == 2


def test_as_many_hold_a_block_as_are_wanted() -> None:
    first, second, replicas, _ = fakes(wanted=2)
    cid = replicas.put(b"data", RAW)
    assert replicas.holders(cid) == 2
    second.away = True
    with pytest.raises(NetworkFailure, match="1 of 2"):
        replicas.put(b"more", RAW)
    assert replicas.holders(cid) == 1
    first.away = True
    with pytest.raises(NetworkFailure):
        replicas.holders(cid)


def test_a_daemon_that_lies_is_passed_by() -> None:
    first, second, replicas, _ = fakes(wanted=2)
    cid = replicas.put(b"data", RAW)
    first.stored[cid] = b"a lie"
    assert replicas.get(cid) == b"data"
    del second.stored[cid]
    with pytest.raises(NetworkFailure, match="something else"):
        replicas.get(cid)
    with pytest.raises(UnknownObject):
        replicas.get(cid_of_bytes(b"unknown", RAW))


def test_dropping_does_not_wait_for_who_is_away() -> None:
    first, second, replicas, _ = fakes(wanted=2)
    cid = replicas.put(b"data", RAW)
    first.away = True
    replicas.drop(cid)
    replicas.drop(cid)
    assert (first.asked, second.stored) == (2, {})


def test_a_port_where_nobody_listens_is_a_network_failure() -> None:
    from tests.services.processes import free_port

    daemon = KuboDaemon(f"http://127.0.0.1:{free_port()}", 1)
    with pytest.raises(NetworkFailure, match="did not answer"):
        daemon.get(VECTORS[0][2])


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Kubo, Kubo]]:
    """Two daemons that know each other."""
    if binary() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NOT_BUILT)
    home = tmp_path_factory.mktemp("kubo")
    daemons = (Kubo(home / "one"), Kubo(home / "two"))
    try:
        for daemon in daemons:
            daemon.start()
        daemons[0].connect(daemons[1])
        yield daemons
    finally:
        for daemon in daemons:
            daemon.kill()


def replicas_of(*daemons: Kubo, wanted: int = 1) -> KuboReplicas:
    return KuboReplicas([KuboDaemon(daemon.url, 20) for daemon in daemons], wanted, lambda: 0)


@pytest.mark.services
class TestRealDaemons:
    """What two Kubo daemons do."""

    def test_cids_agree(self, pair: tuple[Kubo, Kubo]) -> None:
        replicas = replicas_of(pair[0])
        vectors = [*VECTORS, (os.urandom(1 << 20), RAW, ""), (encode({"a": [1, b"x", None]}), DAG_CBOR, "")]
        for data, codec, cid in vectors:
            given = replicas.put(data, codec)  # it raises where the daemon says another CID
            assert given == (cid or cid_of_bytes(data, codec))
            assert pair[0].call("block", "get", given) == data

    def test_what_one_got_the_other_gives(self, pair: tuple[Kubo, Kubo]) -> None:
        data = os.urandom(200_000)
        cid = replicas_of(pair[0]).put(data, RAW)
        other = replicas_of(pair[1])
        assert other.holders(cid) == 0
        assert other.get(cid) == data
        assert other.holders(cid) == 1

    def test_a_block_is_pinned_until_it_is_dropped(self, pair: tuple[Kubo, Kubo]) -> None:
        replicas = replicas_of(pair[0])
        cid = replicas.put(os.urandom(100), RAW)
        assert cid.encode() in pair[0].call("pin", "ls", "--type=recursive")
        pair[0].call("repo", "gc")
        assert replicas.holders(cid) == 1
        replicas.drop(cid)
        replicas.drop(cid)
        pair[0].call("repo", "gc")
        assert replicas.holders(cid) == 0

    def test_an_unknown_block_is_not_waited_for_too_long(self, pair: tuple[Kubo, Kubo]) -> None:
        lonely = KuboReplicas([KuboDaemon(pair[0].url, 1)], 1, lambda: 0)
        with pytest.raises((UnknownObject, NetworkFailure)):
            lonely.get(cid_of_bytes(os.urandom(9), RAW))

    @pytest.mark.slow
    def test_a_daemon_dies_and_comes_back_under_load_and_nothing_is_lost(
        self, pair: tuple[Kubo, Kubo], sqlite: str, tmp_path: Path
    ) -> None:
        """Blocks are stored and sent by threads while the preferred daemon is killed and started again; then
        all files here are deleted, and every block is read from the daemons."""
        replicas = replicas_of(*pair)
        store = PackedBlocks(
            tmp_path / "blocks", memory_cipher(), lambda: 1, replicas=replicas, using=sqlite, sync=False
        )
        contents = [os.urandom(20_000) for _ in range(60)]
        stored: list[str] = []
        done = threading.Event()

        def send() -> None:
            from django.db import connections

            while not done.is_set() or store.queued(1 << 60, 1):
                for record in store.queued(1 << 60, 10):
                    try:
                        for piece in store.pieces(record.subnet, record.cid):
                            replicas.put(piece.data, piece.codec)
                    except NetworkFailure as error:
                        store.postpone(record, 1, error.message)
                        continue
                    store.spread(record)
            connections.close_all()

        sender = threading.Thread(target=send)
        sender.start()
        for number, content in enumerate(contents):
            stored.append(store.put("alpha", content, RAW))
            if number == 20:
                pair[0].kill()
            if number == 40:
                pair[0].start()
                pair[0].connect(pair[1])
        done.set()
        sender.join(120)
        assert not sender.is_alive()
        for path in (tmp_path / "blocks").rglob("*"):
            if path.is_file():
                path.unlink()
        for content, cid in zip(contents, stored, strict=True):
            assert store.get("alpha", cid) == content


@pytest.fixture
def sqlite(request: pytest.FixtureRequest) -> Iterator[str]:
    """Alias of an empty SQLite file."""
    from tests.conftest import empty_database

    yield from empty_database(request, "sqlite")
