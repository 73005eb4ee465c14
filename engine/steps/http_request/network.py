"""Sockets that go only to addresses the egress policy has checked, and that can be broken off."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from functools import partial
from typing import Any

import httpcore

from engine.base.errors import EgressDenied
from engine.base.limits import HTTP_LOOKUPS_MAX
from engine.ports import traffic
from engine.ports.policy import EgressPolicy
from engine.steps.http_request.exchange import BrokenOff, Exchange, current_exchange
from engine.validation.egress import check_address, check_host

Resolver = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a host; raises OSError where it has none."""


_lookups = threading.BoundedSemaphore(HTTP_LOOKUPS_MAX)


class TlsRefused(httpcore.ConnectError):
    """The TLS handshake failed; trying again would fail the same way."""


def system_resolver(host: str, port: int) -> Sequence[str]:
    """The operating system's answers, in its order of preference."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class Guard:
    """Turns a host into the addresses that may be connected to."""

    def __init__(self, policy: EgressPolicy, resolver: Resolver) -> None:
        self.policy, self._resolver = policy, resolver

    def addresses(self, host: str, port: int, timeout: float | None) -> list[str]:
        """Checked addresses. One refused answer refuses the host: mixed answers are an attack.

        ``localhost`` alone, which always means this machine, may have answers left out.
        Raises :class:`EgressDenied`, or ``httpcore.ConnectError`` where the name has no address.
        """
        normal = check_host(self.policy, host, port)
        if normal.address is not None:
            return [str(normal.address)]
        answers = _look_up(self._resolver, normal.name, port, timeout)
        passed, refused = [], None
        for answer in answers:
            try:
                check_address(self.policy, normal.name, answer, port)
                passed.append(answer)
            except EgressDenied as error:
                refused = error
        if refused is not None and not (passed and normal.name == "localhost"):
            raise refused
        if not passed:
            raise httpcore.ConnectError(f"the name {normal.name} has no address")
        return passed


def _look_up(resolver: Resolver, host: str, port: int, timeout: float | None) -> Sequence[str]:
    """Ask the resolver on a thread of its own, since a look-up knows no time limit."""
    exchange = current_exchange()
    seconds = exchange.seconds_for(timeout)
    answer: Future[Sequence[str]] = Future()
    if not _lookups.acquire(timeout=seconds):
        raise httpcore.ConnectTimeout(f"too many names are being looked up to ask for {host}")
    threading.Thread(target=_answer, args=(answer, resolver, host, port), daemon=True).start()
    try:
        with exchange.breakable(partial(_break_future, answer)):
            return answer.result(seconds)
    except FutureTimeout as error:
        raise httpcore.ConnectTimeout(f"looking up {host} took too long") from error
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"the name {host} does not resolve ({_reason(error)})") from error


def _answer(answer: Future[Sequence[str]], resolver: Resolver, host: str, port: int) -> None:
    try:
        found: Sequence[str] | BaseException = resolver(host, port)
    except BaseException as error:  # handed to the thread that asked
        found = error
    finally:
        _lookups.release()
    with contextlib.suppress(Exception):  # the thread that asked may have gone away
        if isinstance(found, BaseException):
            answer.set_exception(found)
        else:
            answer.set_result(found)


def _break_future(answer: Future[Sequence[str]]) -> None:
    with contextlib.suppress(Exception):  # the answer came at the same moment
        answer.set_exception(BrokenOff("broken off"))


class GuardedBackend(httpcore.NetworkBackend):
    """The network as the connection pool sees it."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Check, look up once, check every answer, and connect to one of exactly those answers."""
        started = time.monotonic()
        addresses = self._guard.addresses(host, port, timeout)
        left = None if timeout is None else max(timeout - (time.monotonic() - started), 0.001)
        return GuardedStream(dial(addresses, port, left))


def dial(addresses: Sequence[str], port: int, timeout: float | None) -> socket.socket:
    """Connect to the first address that answers; each gets its share of the time."""
    exchange = current_exchange()
    ends = time.monotonic() + exchange.seconds_for(timeout)
    problem: OSError = OSError("no address")
    for place, address in enumerate(addresses):
        share = max((ends - time.monotonic()) / (len(addresses) - place), 0.001)
        try:
            return _connect(exchange, address, port, share)
        except OSError as error:
            problem = error
    if isinstance(problem, TimeoutError):
        raise httpcore.ConnectTimeout("no connection in time") from problem
    raise httpcore.ConnectError(_reason(problem)) from problem


def _connect(exchange: Exchange, address: str, port: int, seconds: float) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        with exchange.breakable(partial(_shut, sock)):
            sock.settimeout(seconds)
            sock.connect((address, port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    exchange.dialled += 1
    return sock


def _shut(sock: socket.socket) -> None:
    """Make whoever waits for the socket return. The plain method also for TLS: nothing is sent."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


class GuardedStream(httpcore.NetworkStream):
    """A connected socket, plain or TLS, whose every wait ends with its exchange."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes; empty at the end."""
        exchange = current_exchange()
        try:
            with exchange.breakable(partial(_shut, self._sock)):
                self._sock.settimeout(exchange.seconds_for(timeout))
                return traffic.counted(self._sock.recv(max_bytes))
        except TimeoutError as error:
            raise httpcore.ReadTimeout("no answer in time") from error
        except OSError as error:
            raise httpcore.ReadError(_reason(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of the buffer."""
        exchange, rest = current_exchange(), memoryview(buffer)
        try:
            with exchange.breakable(partial(_shut, self._sock)):
                traffic.counted(rest)
                while rest:
                    self._sock.settimeout(exchange.seconds_for(timeout))
                    rest = rest[self._sock.send(rest) :]
        except TimeoutError as error:
            raise httpcore.WriteTimeout("the request was not taken in time") from error
        except OSError as error:
            raise httpcore.WriteError(_reason(error)) from error

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Shake hands; the certificate is verified for the name, whatever the address is."""
        exchange = current_exchange()
        secured: socket.socket = self._sock
        try:
            secured = ssl_context.wrap_socket(
                self._sock, server_hostname=server_hostname, do_handshake_on_connect=False
            )
            with exchange.breakable(partial(_shut, secured)):
                secured.settimeout(exchange.seconds_for(timeout))
                secured.do_handshake()
        except BaseException as error:
            secured.close()
            known = _tls_error(error)
            if known is None:
                raise
            raise known from error
        return GuardedStream(secured)

    def get_extra_info(self, info: str) -> Any:
        """What the connection pool asks for: ``ssl_object``, ``is_readable`` and the socket."""
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        if info == "is_readable":
            return _is_readable(self._sock)
        return self._sock if info == "socket" else None


def _tls_error(error: BaseException) -> httpcore.ConnectError | httpcore.ConnectTimeout | None:
    if isinstance(error, TimeoutError):
        return httpcore.ConnectTimeout("no TLS handshake in time")
    if isinstance(error, ssl.SSLCertVerificationError):
        return TlsRefused(f"the certificate is not accepted: {error.verify_message}")
    if isinstance(error, ssl.SSLEOFError | ConnectionError):
        return httpcore.ConnectError("the connection was closed during the TLS handshake")
    if isinstance(error, ssl.SSLError | ValueError):
        return TlsRefused(f"no TLS connection: {_reason(error)}")
    return None


def _is_readable(sock: socket.socket) -> bool:
    """Whether an idle connection has something to say, which means that it is over."""
    if sock.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN)
    return bool(poll.poll(0))
