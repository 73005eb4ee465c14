"""The web server of a node: Daphne in the foreground, which stops without losing its manners."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.server import Server
from twisted.internet import defer, reactor, threads

log = logging.getLogger("qflow.server")

WEBSOCKET_MESSAGE_BYTES_MAX = 1024 * 1024


class NodeRequest(WebRequest):  # type: ignore[misc]
    """A request whose body only the application reads: Twisted would take forms apart, and hold all of an
    upload a second time, for arguments that nobody asks for."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, parsePOSTFormSubmission=False, **named)


class NodeFactory(HTTPFactory):  # type: ignore[misc]
    """Makes the protocols of connections. It formats no access log, which would go nowhere."""

    def buildProtocol(self, addr: Any) -> Any:
        """See :class:`HTTPFactory`."""
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = NodeRequest
        return protocol

    def log(self, request: Any) -> None:
        """Nothing: measures count requests, and what goes wrong is in the node's log."""


class NodeServer(Server):  # type: ignore[misc]
    """Serves an ASGI application until SIGINT or SIGTERM.

    Then it closes its port, calls ``before_stop`` on a thread while answers in flight are still
    sent, and ends. A second signal ends the process at once. ``on_ready`` is called once it
    listens. ``failure`` says why it could not.
    """

    def __init__(
        self,
        application: Any,
        host: str,
        port: int,
        on_ready: Callable[[], None],
        before_stop: Callable[[], None],
    ) -> None:
        super().__init__(
            application,
            endpoints=build_endpoint_description_strings(host=host, port=port),
            signal_handlers=False,
            verbosity=0,
            websocket_max_message_size=WEBSOCKET_MESSAGE_BYTES_MAX,
            websocket_max_frame_size=WEBSOCKET_MESSAGE_BYTES_MAX,
            application_close_timeout=3,
            server_name="qflow",
        )
        self.failure = ""
        self._on_ready = on_ready
        self._before_stop = before_stop
        self._ports: list[Any] = []
        self._stopping = False

    @property
    def http_factory(self) -> NodeFactory:
        """What answers HTTP; Daphne sets its own when it begins to run."""
        return self._factory

    @http_factory.setter
    def http_factory(self, _usual: HTTPFactory) -> None:
        self._factory = NodeFactory(self)

    def run(self) -> None:
        """Serve until a signal comes."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._signalled)
        super().run()

    def listen_success(self, port: Any) -> None:
        """The socket is bound: requests are answered from now on."""
        super().listen_success(port)
        self._ports.append(port)
        self._on_ready()

    def listen_error(self, failure: Any) -> None:
        """The socket cannot be bound; the server ends with a reason."""
        self.failure = failure.getErrorMessage()
        reactor.callWhenRunning(self.stop)

    def _signalled(self, number: int, _frame: object) -> None:
        if self._stopping:
            os._exit(128 + number)
        self._stopping = True
        reactor.callFromThread(self._wind_down)

    def _wind_down(self) -> None:
        for port in self._ports:
            port.stopListening()
        parked = threads.deferToThread(self._before_stop)
        parked.addErrback(lambda failure: log.error("the node did not stop well: %s", failure))
        parked.addBoth(lambda _: self.stop())

    def kill_all_applications(self) -> Any:
        """Cancel what still answers; connections that only idle have no application to cancel."""
        busy = {
            peer: details for peer, details in self.connections.items() if "application_instance" in details
        }
        self.connections: dict[Any, Any] = busy
        return super().kill_all_applications() if busy else defer.succeed(None)
