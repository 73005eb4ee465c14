"""Connections to servers of other protocols than HTTP, behind the same guard as those of http.request.

A name is looked up once, every answer is judged by the egress policy, and the connection goes to one of
exactly those answers. Cancelling the step, or the end of its time, shuts every connection.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

import httpcore

from engine.base.errors import NetworkFailure, QflowError, StepFailure, TimedOut
from engine.base.limits import CONNECT_SECONDS_MAX
from engine.ports.policy import EgressPolicy
from engine.ports.step_catalogue import StepContext
from engine.steps.http_request.connections import TlsOptions, ssl_context
from engine.steps.http_request.exchange import Exchange
from engine.steps.http_request.network import Guard, Resolver, dial, system_resolver
from engine.validation.egress import check_address, check_host


class Line:
    """The connections of one run of a step; leaving it shuts all of them.

    Used as a context manager, in whose body errors of the network become the engine's own.
    """

    def __init__(self, context: StepContext, where: str, resolver: Resolver = system_resolver) -> None:
        self._context, self._where = context, where
        self._policy: EgressPolicy = context.policy.egress
        self._guard = Guard(self._policy, resolver)
        self._exchange = Exchange()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._over = False
        self.ends = time.monotonic() + context.timeout_ms / 1000
        self._timer = threading.Timer(context.timeout_ms / 1000, self.shut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._context.cancellation.check()
        self._context.cancellation.on_cancel(self.shut)
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self.shut()
        ours = isinstance(error, QflowError) and not isinstance(error, NetworkFailure)
        if not isinstance(error, Exception) or ours:
            return
        self._context.cancellation.check()
        if time.monotonic() >= self.ends:
            raise TimedOut(f"{self._where}: the step's time is over") from error
        known = _in_our_words(self._where, error)
        if known is not None:
            raise known from error

    @property
    def seconds(self) -> float:
        """What is left of the step's time."""
        return max(self.ends - time.monotonic(), 0.001)

    def connect(self, host: str, port: int) -> socket.socket:
        """A connected socket. Raises :class:`EgressDenied` and :class:`NetworkFailure`."""
        check_host(self._policy, host, port)
        limit = min(self.seconds, CONNECT_SECONDS_MAX)
        try:
            with self._exchange.on_this_thread():
                addresses = self._guard.addresses(host, port, limit)
                return self.keep(dial(addresses, port, limit))
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            self._context.cancellation.check()
            raise NetworkFailure(f"{self._where}: {error}") from error

    def connect_again(self, host: str, beside: socket.socket, port: int) -> socket.socket:
        """A further connection to the very address that another one goes to, as FTP wants for its data."""
        address = str(beside.getpeername()[0])
        check_host(self._policy, host, port)
        check_address(self._policy, host, address, port)
        try:
            with self._exchange.on_this_thread():
                return self.keep(dial([address], port, min(self.seconds, CONNECT_SECONDS_MAX)))
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            raise NetworkFailure(f"{self._where}: {error}") from error

    def secured(self, sock: socket.socket, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
        """The socket with TLS; the certificate is verified for the name."""
        sock.settimeout(self.seconds)
        found = context.wrap_socket(sock, server_hostname=host)
        self.keep(found)
        return found

    def keep(self, sock: socket.socket) -> socket.socket:
        """Shut this one too, when all are shut."""
        sock.settimeout(self.seconds)
        with self._lock:
            self._open.add(sock)
            over = self._over
        if over:
            _shut(sock)
        return sock

    def shut(self) -> None:
        """Make every wait on a connection return."""
        self._exchange.break_off()
        with self._lock:
            self._over = True
            opened = list(self._open)
        for sock in opened:
            _shut(sock)

    def close(self) -> None:
        """Give the sockets back."""
        with self._lock:
            opened, self._open = list(self._open), set()
        for sock in opened:
            sock.close()


@contextlib.contextmanager
def line(context: StepContext, where: str) -> Iterator[Line]:
    """A :class:`Line` whose sockets are closed in the end."""
    found = Line(context, where)
    try:
        with found:
            yield found
    finally:
        found.close()


def tls_context(verify: bool, ca: str = "") -> ssl.SSLContext:
    """How TLS connections are made: TLS 1.2 or newer, the certificate verified."""
    return ssl_context(TlsOptions(verify=verify, ca=ca or None))


def _shut(sock: socket.socket) -> None:
    """The plain method also for TLS: nothing is sent."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _in_our_words(where: str, error: Exception) -> QflowError | None:
    if isinstance(error, QflowError):
        return None
    if isinstance(error, ssl.SSLCertVerificationError):
        return StepFailure(f"{where}: the certificate is not accepted: {error.verify_message}")
    if isinstance(error, ssl.SSLError):
        return NetworkFailure(f"{where}: no TLS connection: {error.reason or 'closed'}")
    if isinstance(error, TimeoutError):
        return NetworkFailure(f"{where}: no answer in time")
    if isinstance(error, OSError | EOFError):
        reason = getattr(error, "strerror", None) or str(error) or "the connection was closed"
        return NetworkFailure(f"{where}: {reason[:300]}")
    return None


def listed(text: str | Sequence[str]) -> list[str]:
    """Names in a list, or in a text with commas."""
    parts = text.split(",") if isinstance(text, str) else text
    return [part.strip() for part in parts if part.strip()]
