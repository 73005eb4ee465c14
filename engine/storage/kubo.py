"""Kubo daemons as replicas, through ipfshttpclient: the only module that knows either of them.

Four calls are used: ``block/put`` (which pins), ``block/get``, ``block/stat`` and ``pin/rm``
(https://docs.ipfs.tech/reference/kubo/rpc/). ipfshttpclient 0.8.0a2 checks a daemon's version only in
``connect()``, which warns for every daemon of today; its ``Client`` asks nothing, and these calls have
not changed since.
"""

from __future__ import annotations

import io
import ipaddress
import threading
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from engine.base.canonical import DAG_CBOR, RAW, cid_of_bytes
from engine.base.errors import CorruptData, InvalidInput, NetworkFailure, UnknownObject
from engine.ports.clock import Clock
from engine.storage.blocks import codec_of

_CODECS = {RAW: "raw", DAG_CBOR: "dag-cbor"}
_ABSENT = ("not found", "could not find", "no such", "not pinned", "notfound")

REST_US = 5_000_000
"""How long a daemon that did not answer is asked last."""


def multiaddr_of(url: str) -> str:
    """The multiaddr of an API's URL (``http://127.0.0.1:5001``), or the multiaddr that was given."""
    if url.startswith("/"):
        return url
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInput(f"{url!r} is no address of a Kubo daemon; give http://host:5001 or a multiaddr")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"/{_kind(parts.hostname)}/{parts.hostname}/tcp/{port}/{parts.scheme}"


def _kind(host: str) -> str:
    try:
        return f"ip{ipaddress.ip_address(host).version}"
    except ValueError:
        return "dns"


def kubo_replicas(urls: Sequence[str], wanted: int, timeout_ms: int, clock: Clock) -> KuboReplicas | None:
    """The replicas on daemons at these addresses; None where there are none."""
    daemons = [KuboDaemon(url, timeout_ms / 1000) for url in urls]
    return KuboReplicas(daemons, wanted, clock.monotonic_us) if daemons else None


class KuboDaemon:
    """One daemon. Raises :class:`NetworkFailure` where it does not answer as it should."""

    def __init__(self, url: str, timeout_s: float) -> None:
        self.url, self._timeout_s = url, timeout_s
        self._made: Any = None

    def put(self, data: bytes, codec: int) -> str:
        """Store and pin a block; gives the CID the daemon says."""
        opts = {"cid-codec": _CODECS[codec], "mhtype": "sha2-256", "pin": "true"}
        answer = self._ask(lambda client: client.block.put(io.BytesIO(data), opts=opts))
        return str(answer["Key"])

    def get(self, cid: str) -> bytes:
        """A block, which the daemon may fetch from its peers; raises :class:`UnknownObject`."""
        return bytes(self._ask(lambda client: client.block.get(cid)))

    def holds(self, cid: str) -> bool:
        """Whether the daemon has the block itself."""
        try:
            self._ask(lambda client: client.block.stat(cid, opts={"offline": "true"}))
        except UnknownObject:
            return False
        return True

    def unpin(self, cid: str) -> None:
        """Let the daemon collect the block when it cleans up."""
        with suppress(UnknownObject):
            self._ask(lambda client: client.pin.rm(cid))

    def _ask(self, call: Callable[[Any], Any]) -> Any:
        import ipfshttpclient.exceptions as ipfs

        try:
            return call(self._client())
        except ipfs.ErrorResponse as error:
            if any(word in str(error).lower() for word in _ABSENT):
                raise UnknownObject(f"the Kubo daemon at {self.url} has no such block") from None
            raise NetworkFailure(f"the Kubo daemon at {self.url} refused: {error}") from None
        except (ipfs.Error, OSError, ValueError, KeyError) as error:
            message = f"the Kubo daemon at {self.url} did not answer: {type(error).__name__}"
            raise NetworkFailure(message, endpoint=self.url) from None

    def _client(self) -> Any:
        if self._made is None:
            import ipfshttpclient

            # it passes a parameter that urllib3 2 ignores and warns of
            warnings.filterwarnings("ignore", "The 'strict' parameter", FutureWarning)
            self._made = ipfshttpclient.Client(multiaddr_of(self.url), timeout=self._timeout_s)
        return self._made


class KuboReplicas:
    """:class:`engine.ports.replicas.Replicas` on several daemons, the first ones preferred."""

    def __init__(self, daemons: Sequence[KuboDaemon], wanted: int, monotonic_us: Callable[[], int]) -> None:
        self._daemons, self._wanted = list(daemons), min(wanted, len(daemons))
        self._monotonic_us = monotonic_us
        self._away: dict[str, int] = {}
        self._lock = threading.Lock()

    def put(self, data: bytes, codec: int) -> str:
        """See :meth:`Replicas.put`; raises :class:`CorruptData` where a daemon gives another CID."""
        cid, held, errors = cid_of_bytes(data, codec), 0, []
        for daemon in self._in_order():
            try:
                given = self._noted(daemon, lambda to: to.put(data, codec))
            except (NetworkFailure, UnknownObject) as error:
                errors.append(error.message)
                continue
            if given != cid:
                raise CorruptData(f"the Kubo daemon at {daemon.url} stored {cid} as {given}", cid=cid)
            held += 1
            if held == self._wanted:
                return cid
        raise NetworkFailure(f"block {cid} lies at {held} of {self._wanted} places: {'; '.join(errors)}")

    def get(self, cid: str) -> bytes:
        """See :meth:`Replicas.get`; daemons that do not answer, or lie, are passed by."""
        errors: list[Exception] = []
        for daemon in self._in_order():
            try:
                data: bytes = self._noted(daemon, lambda to: to.get(cid))
            except (NetworkFailure, UnknownObject) as error:
                errors.append(error)
                continue
            if cid_of_bytes(data, codec_of(cid) or RAW) == cid:
                return data
            errors.append(NetworkFailure(f"the Kubo daemon at {daemon.url} gave something else for {cid}"))
        if errors and all(isinstance(error, UnknownObject) for error in errors):
            raise UnknownObject(f"no Kubo daemon has the block {cid}", cid=cid)
        raise NetworkFailure(f"block {cid}: {'; '.join(map(str, errors))}")

    def holders(self, cid: str) -> int:
        """See :meth:`Replicas.holders`."""
        found, answered = 0, 0
        for daemon in self._in_order():
            try:
                found += self._noted(daemon, lambda to: to.holds(cid))
                answered += 1
            except NetworkFailure:
                continue
        if not answered:
            raise NetworkFailure("no Kubo daemon answers")
        return found

    def drop(self, cid: str) -> None:
        """See :meth:`Replicas.drop`."""
        now = self._monotonic_us()
        for daemon in self._daemons:
            if self._away.get(daemon.url, 0) <= now:
                with suppress(NetworkFailure):
                    self._noted(daemon, lambda to: to.unpin(cid))

    def _in_order(self) -> list[KuboDaemon]:
        """Those that did not answer lately come last."""
        now = self._monotonic_us()
        with self._lock:
            return sorted(self._daemons, key=lambda daemon: self._away.get(daemon.url, 0) > now)

    def _noted(self, daemon: KuboDaemon, call: Callable[[KuboDaemon], Any]) -> Any:
        try:
            answer = call(daemon)
        except NetworkFailure:
            with self._lock:
                self._away[daemon.url] = self._monotonic_us() + REST_US
            raise
        with self._lock:
            self._away.pop(daemon.url, None)
        return answer
