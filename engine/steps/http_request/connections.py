"""Pools of connections, one per subnet, egress policy, TLS options and proxy; bounded and shared."""

from __future__ import annotations

import contextlib
import os
import ssl
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import httpcore
import httpx

from engine.base.errors import InvalidInput
from engine.base.limits import HTTP_IDLE_CONNECTIONS_MAX, HTTP_POOLS_MAX
from engine.ports.policy import EgressPolicy
from engine.steps.http_request.network import Guard, GuardedBackend, Resolver, system_resolver

IDLE_SECONDS = 15.0

_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """How TLS connections are made; PEM texts."""

    verify: bool = True
    ca: str | None = None
    certificate: str | None = None
    key: str | None = field(default=None, repr=False)
    min_version: str = "1.2"


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy."""

    host: str
    port: int
    credentials: tuple[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Route:
    """What two requests must have in common to share connections.

    The egress policy is part of it: a connection made under one policy never serves another.
    """

    subnet: str
    policy: EgressPolicy
    tls: TlsOptions = TlsOptions()
    proxy: Proxy | None = None


class Pool:
    """The connections of one route."""

    def __init__(self, route: Route, resolver: Resolver) -> None:
        self.guard = Guard(route.policy, resolver)
        self.users = 0
        self.retired = False
        backend = GuardedBackend(self.guard)
        context = ssl_context(route.tls)
        self._pool = _make_pool(route.proxy, context, backend)

    def send(self, request: httpcore.Request) -> httpcore.Response:
        """Send the request; the response's body is still to be read."""
        return self._pool.handle_request(request)

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class Connections:
    """The pools of a process; safe for threads and for forking."""

    def __init__(self, resolver: Resolver = system_resolver, pools_max: int = HTTP_POOLS_MAX) -> None:
        self._resolver, self._pools_max = resolver, pools_max
        self._pools: OrderedDict[Route, Pool] = OrderedDict()
        self._lock = threading.Lock()
        self._process = os.getpid()

    @contextlib.contextmanager
    def pool(self, route: Route) -> Iterator[Pool]:
        """The route's pool; one that is dropped meanwhile is closed when its last user leaves."""
        pool = self._take(route)
        try:
            yield pool
        finally:
            with self._lock:
                pool.users -= 1
                over = pool.retired and not pool.users
            if over:
                pool.close()

    def close(self) -> None:
        """Close every pool that nobody uses and forget the others."""
        with self._lock:
            pools = [self._pools.popitem()[1] for _ in range(len(self._pools))]
            idle = [pool for pool in pools if self._retire(pool)]
        for pool in idle:
            pool.close()

    def __len__(self) -> int:
        return len(self._pools)

    def _take(self, route: Route) -> Pool:
        idle: list[Pool] = []
        with self._lock:
            if self._process != os.getpid():  # a forked worker must not share its parent's sockets
                self._pools, self._process = OrderedDict(), os.getpid()
            pool = self._pools.get(route)
            if pool is None:
                pool = self._pools[route] = Pool(route, self._resolver)
            self._pools.move_to_end(route)
            pool.users += 1
            while len(self._pools) > self._pools_max:
                idle += [old for old in [self._pools.popitem(last=False)[1]] if self._retire(old)]
        for old in idle:
            old.close()
        return pool

    @staticmethod
    def _retire(pool: Pool) -> bool:
        pool.retired = True
        return not pool.users


def _make_pool(
    proxy: Proxy | None, context: ssl.SSLContext, backend: GuardedBackend
) -> httpcore.ConnectionPool:
    if proxy is None:
        return httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=None,
            max_keepalive_connections=HTTP_IDLE_CONNECTIONS_MAX,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=backend,
        )
    return httpcore.HTTPProxy(
        proxy_url=httpcore.URL(scheme=b"http", host=proxy.host.encode(), port=proxy.port, target=b"/"),
        proxy_auth=proxy.credentials,
        ssl_context=context,
        max_connections=None,
        max_keepalive_connections=HTTP_IDLE_CONNECTIONS_MAX,
        keepalive_expiry=IDLE_SECONDS,
        network_backend=backend,
    )


@lru_cache(maxsize=HTTP_POOLS_MAX)
def ssl_context(options: TlsOptions) -> ssl.SSLContext:
    """A TLS context; the environment has no say in it. Raises :class:`InvalidInput` on bad PEM."""
    if options.ca is None:
        context = httpx.create_ssl_context(trust_env=False)
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        _load_authorities(context, options.ca)
    if not options.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.minimum_version = _VERSIONS[options.min_version]
    if options.certificate is not None:
        _load_client(context, options.certificate, options.key)
    return context


def _load_authorities(context: ssl.SSLContext, pem: str) -> None:
    try:
        context.load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError) as error:
        raise InvalidInput("tls.caCertificate holds no certificate in PEM form") from error


def _load_client(context: ssl.SSLContext, certificate: str, key: str | None) -> None:
    """Load the client's certificate; OpenSSL reads it only from a file, which lives for a moment."""
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:  # made with mode 0600
        file.write(f"{certificate}\n{key or ''}".encode())
        file.flush()
        try:
            context.load_cert_chain(file.name, password=lambda: b"")
        except (ssl.SSLError, ValueError, OSError) as error:
            raise InvalidInput(
                "tls.clientCertificate and tls.clientKey are no certificate and its key in PEM form; "
                "an encrypted key must be decrypted first"
            ) from error
