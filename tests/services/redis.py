"""A Redis server for tests: in memory, on a free loopback port."""

from __future__ import annotations

import signal

import redis

from tests.services.processes import ServerProcess, program


class RedisServer:
    """Started by ``start``, gone after ``stop``; ``crash`` and ``start`` are a restart that forgets."""

    def __init__(self) -> None:
        self._server = ServerProcess("redis", ready_within_s=20)
        self.port = self._server.port

    def start(self) -> None:
        """Serve on the port."""
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": "."}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self._server.launch([program("redis-server", "redis-server"), *words], self._answers)

    def crash(self) -> None:
        """Die at once; everything it held is lost."""
        self._server.end(signal.SIGKILL)

    def stop(self) -> None:
        """End it and remove what it left."""
        self._server.end()
        self._server.remove()

    def url(self, database: int = 0) -> str:
        """The URL of one of its databases."""
        return f"redis://127.0.0.1:{self.port}/{database}"

    def _answers(self) -> bool:
        client = redis.Redis(host="127.0.0.1", port=self.port, socket_timeout=1)
        try:
            return bool(client.ping())
        except redis.exceptions.ConnectionError:
            return False
        finally:
            client.close()
